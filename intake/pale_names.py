"""Pictures of a name that is too pale, or its paper too grainy, for its ink to be told from the paper pixel by pixel.

A stroke is longer than a grain, and the letters of a name stand in a row: strokes are looked for in a softer picture,
what is left of a printed line, a stain or a streak is set aside, and the row is shown without the paper's grain. What
is shown so is anything from a fold to a stain: only what is read there says that it is a name. The sizes were chosen on
23 names on grey scans and photos that four series left unsure (`docs/names.md`); where no other value is named, none
was tried. They decide what is shown, never what it says.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.faint import STROKE_MM as LONG_MM
from intake.pale import LEAST_GRAIN, STROKE_MM, over_ground
from intake.values import FloatImage, GrayImage, Mask, SlipImage

AROUND_MM = (3.0, 3.0, 6.0, 2.5)
"""So much around the field is looked at: left, above, right, below."""
STANDS_OUT = 4.0, 6.0
"""So many times as dark as the grain (median deviation, of 255) are strokes: first all, then the darker ones."""
FLAT_MM, FLAT_TIMES = 0.8, 2.5
"""Lower pieces that are so many times as wide are what is left of a printed line."""
PALER, STREAK_SHARE = 0.4, 0.8
"""A piece that is so much paler than most of the writing is none of it; nor is what fills so much of a column. With 0.6
for the first a second word in another pressure was left out."""
CENTRE_MM = (1.5, 2.5)
"""The middle of a letter lies no farther above the field, or below it."""
GAP_MM, GROUP_SHARE, LEAST_WIDE_MM = 7.0, 0.2, 5.0
"""What stands so far from the rest, and has less of the ink than this share of the largest group, is something else."""
ROWS, ROOM_MM, ALIKE_MM = (0.02, 0.98), (2.0, 1.0), 0.5
"""A row reaches from so much of its ink to so much, and is shown with room beside it and above; once, if two are
alike."""
GRAIN_MM, PAPER_GRAINS, BLACK, INPAINT_PX, LEAST_DARK = 0.08, 1.5, 0.7, 3, 2.0
"""The picture is smoothed so little; what is no darker than so many grains is paper, what is as dark as this share of
the strokes, black. With 0 and 0.14 mm, 0.5 and 2.5 grains and 0.9 as many names were the likeliest as with these."""
MARGIN = 0.15
"""White around the row, in parts of its height."""
LEAST_PALE, INK_MM = 0.25, 0.5
"""A name is shown if so much of its strokes is farther than the second from ink: of 445 lines with ink of two series
nine in ten have 0.01, 98 in 100 no more than 0.35; of the lines that are known so 0.39 and more."""


class _Box(NamedTuple):
    """Pixels; the last row and column are inside."""

    left: int
    top: int
    right: int
    bottom: int


def pale_names(slip: SlipImage, field: Rect) -> Iterator[GrayImage]:
    """Pictures of the name that may stand on a line, dark on white: with all strokes, then with those that stand out
    more, if that is another row; none of a page in black and white.
    """
    if slip.bilevel:
        return
    px, window = slip.px_per_mm, field.grown(*AROUND_MM)
    here = slip.slices(window)
    darkness = slip.darkness[here]
    known = (slip.near_print | slip.outside)[here].view(np.uint8)
    printed = np.asarray(cv2.dilate(known, np.ones((3, 3), np.uint8)), np.uint8)
    free = np.asarray(printed == 0, np.bool_)
    if not free.any():
        return
    over = over_ground(darkness, free, px)
    usual, grain = _grain(over[free])
    first, last = (field.y - window.y - CENTRE_MM[0]) * px, (field.bottom - window.y + CENTRE_MM[1]) * px
    side = 2 * round(INK_MM * px) + 1
    inked = cv2.dilate((slip.ink[here] > 0).view(np.uint8), np.ones((side, side), np.uint8)) > 0
    shown = list[_Box]()
    for times in STANDS_OUT:
        strokes = np.asarray((over > usual + times * grain) & free, np.bool_)
        strokes[:, strokes.sum(axis=0) > STREAK_SHARE * free.sum(axis=0)] = False
        strokes = _row_of(strokes, over, (first, last), px)
        if not shown and (over * (strokes & ~inked)).sum() < LEAST_PALE * (over * strokes).sum():
            return
        box = _box_of(strokes, over, px)
        if box is None or any(max(map(abs, np.subtract(box, other))) <= ALIKE_MM * px for other in shown):
            continue
        shown.append(box)
        yield _picture(darkness, over, printed, strokes, box, px)


def _grain(seen: npt.NDArray[np.float32]) -> tuple[float, float]:
    """How dark the paper usually is, and how far from that its grain is."""
    usual = float(np.median(seen))
    return usual, max(1.4826 * float(np.median(np.abs(seen - usual))), LEAST_GRAIN)


def _row_of(strokes: Mask, over: FloatImage, rows: tuple[float, float], px_per_mm: float) -> Mask:
    """Of all strokes those that may be the letters of one row."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(strokes.view(np.uint8), connectivity=8)
    wide, high, area = (stats[:, one] for one in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    mass = np.bincount(labels[strokes], weights=over[strokes], minlength=count)
    letters = np.maximum(wide, high) > LONG_MM * px_per_mm
    letters &= (high > FLAT_MM * px_per_mm) | (wide <= FLAT_TIMES * high)
    letters &= (centres[:, 1] >= rows[0]) & (centres[:, 1] <= rows[1])
    letters[0] = False
    if not letters.any():
        return np.zeros_like(strokes)
    dark = mass / np.maximum(area, 1)
    order = np.argsort(dark)
    sums = np.cumsum(np.where(letters, mass, 0.0)[order])
    letters &= dark >= PALER * dark[order][int(np.searchsorted(sums, sums[-1] / 2))]
    row = np.asarray(letters[labels], np.bool_)
    columns = np.flatnonzero(row.any(axis=0))
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > GAP_MM * px_per_mm) + 1)
    across = (over * row).sum(axis=0)
    heaviest = max(float(across[group].sum()) for group in groups)
    for group in groups:
        if across[group].sum() < GROUP_SHARE * heaviest:
            row[:, group] = False
    return row


def _box_of(strokes: Mask, over: FloatImage, px_per_mm: float) -> _Box | None:
    """Around nearly all of the strokes, with some room; None where they are too narrow for a name."""
    columns = np.flatnonzero(strokes.any(axis=0))
    if not columns.size or np.ptp(columns) < LEAST_WIDE_MM * px_per_mm:
        return None
    height, width = strokes.shape
    down = np.cumsum((over * strokes).sum(axis=1))
    top, bottom = np.searchsorted(down, np.multiply(ROWS, down[-1]))
    beside, above = (round(room * px_per_mm) for room in ROOM_MM)
    left, right = int(columns[0]) - beside, int(columns[-1]) + beside
    return _Box(max(left, 0), max(int(top) - above, 0), min(right, width - 1), min(int(bottom) + above, height - 1))


def _picture(  # noqa: PLR0917 - a window and what was found in it
    darkness: GrayImage,
    over: FloatImage,
    printed: npt.NDArray[np.uint8],
    strokes: Mask,
    box: _Box,
    px_per_mm: float,
) -> GrayImage:
    """The row without the paper's grain, and with its strokes going on where the blank prints a line."""
    softer, soft = (
        cv2.GaussianBlur(darkness, (0, 0), sigma * px_per_mm).astype(np.float32) for sigma in (STROKE_MM, GRAIN_MM)
    )
    seen = soft - softer + over
    usual, grain = _grain(seen[printed == 0])
    low, high = usual + PAPER_GRAINS * grain, float(np.quantile(seen[strokes], BLACK))
    clear = (255 * np.clip((seen - low) / max(high - low, LEAST_DARK), 0, 1)).astype(np.uint8)
    whole = cv2.inpaint(clear, printed, INPAINT_PX, cv2.INPAINT_TELEA)
    part = np.asarray(whole[box.top : box.bottom + 1, box.left : box.right + 1], np.uint8)
    return np.pad(255 - part, round(MARGIN * part.shape[0]), constant_values=255)
