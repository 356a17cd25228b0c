"""Finds writing that a scan left in crumbs: bits too small for ink, but more of them together than dust.

Pencil and thin pens come out of a 1-bit scan as dots, and out of a grey one that bleaches. Each of them is dust by
itself; a word of them is a row of dots and strokes that lie closer together than grains do anywhere on a slip. Fields
are left out: names and signatures come out in crumbs as well, and whoever reads those says so.
"""

from collections.abc import Collection, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import ChoiceBox, Field, Form, SignatureLine, TextLine
from intake.masks import above
from intake.pieces import ink_pixels
from intake.values import Labels, SlipImage

LEAST_MM2, MOST_MM2, MOST_MM = 0.015, 0.4, 4.0
"""Crumbs are no smaller, larger or longer; what is larger is ink, and counted as such."""
WIDE_MM, HIGH_MM, TOGETHER, WORD_MM = 14.0, 5.0, 6, 6.0
"""So many crumbs in a place of such a size are writing, if they are as far apart as the ends of a word. Of 127 slips in
black and white without any stray ink 126 had three together at the most; of 664 two had a heap of six on a few
millimetres, both on crumpled paper."""
GREY_MM2, GROUND_SHARE = 0.5, 0.25
"""In grey, crumpled, stained or dirty paper is full of bits as pale as ink may be. So crumbs are asked of clean paper
alone, whose median between them is no darker than the second times the threshold for ink, and have to be so much
together. Of 685 slips of four series in grey without other stray ink three have such a heap (0.8 mm²); of 15 whose note
nothing else had found, three: 0.6, 2.2 and 2.4 mm²."""
LINE_MM = 0.35
"""Crumbs that lie no farther from one straight line (standard deviation), but for one, are what is left of a fold or a
streak."""
INSIDE_MM = 4.0
"""Nothing is asked of what lies so near to the edge of the slip."""
CRUMB_MM = 0.5
"""What is shown reaches so far beyond the middles of the crumbs."""
RIM_PX, PRINT_SHARE = 5, 0.75
"""Crumbs of which so much lies so near to print (half of so many pixels beyond what counts as print) are its rim, where
paper is crumpled or wet: of 35 plain slips of 22 series with ink that nothing explains five had no more; no note of 237
was found by such crumbs alone."""
NEAR_INK_MM = 0.5
"""So near to explained ink crumbs belong to it."""
AROUND: dict[type[Field], tuple[float, float, float, float]] = {
    ChoiceBox: (6.0, 3.0, 6.0, 3.0),
    TextLine: (3.0, 1.5, 3.0, 4.0),
    SignatureLine: (5.0, 9.0, 8.0, 7.0),
}
"""How far beyond a field what is written there may reach: left, above, right, below."""


def crumbs_of_writing(slip: SlipImage, form: Form, explained: Collection[int], codes: Sequence[Rect]) -> Rect | None:
    """Where crumbs lie together as only writing does.

    The ink of the labels in `explained` is known, the print at `codes` differs from slip to slip.
    """
    middles, areas = _crumbs(slip, form, explained, codes)
    enough = 0.0 if slip.bilevel else GREY_MM2
    for x, y in middles:
        here = (np.abs(middles[:, 0] - x - WIDE_MM / 2) <= WIDE_MM / 2) & (np.abs(middles[:, 1] - y) <= HIGH_MM / 2)
        near = middles[here]
        (left, top), (right, bottom) = near.min(axis=0).tolist(), near.max(axis=0).tolist()
        if len(near) < TOGETHER or float(areas[here].sum()) < enough:
            continue
        if right - left < WORD_MM or not _is_spread(near):
            continue
        place = Rect(left, top, right - left, bottom - top).grown(*[CRUMB_MM] * 4)
        if slip.bilevel or _is_on_clean_paper(slip, place):
            return place
    return None


def _crumbs(
    slip: SlipImage, form: Form, explained: Collection[int], codes: Sequence[Rect]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The middles of all crumbs, in millimetres of the blank's page, shape (n, 2), and their areas in mm²."""
    scale = slip.px_per_mm
    dark = cv2.subtract(
        above(slip.darkness, slip.ink_threshold - 1), (slip.near_print | slip.outside).view(np.uint8) * np.uint8(255)
    )
    rows, columns = ink_pixels(slip)
    here = np.isin(slip.ink[rows, columns], list(explained))
    known = np.zeros(dark.shape, np.uint8)
    known[rows[here], columns[here]] = 255
    side = 2 * round(NEAR_INK_MM * scale) + 1
    dark = np.asarray(cv2.subtract(dark, cv2.dilate(known, np.ones((side, side), np.uint8))), np.uint8)
    for place in (*(field.place.grown(*AROUND[type(field)]) for field in form.fields), *codes):
        dark[slip.slices(place)] = 0
    if cv2.countNonZero(dark) < TOGETHER * LEAST_MM2 * scale**2:
        return np.zeros((0, 2)), np.zeros(0)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA] / scale**2
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / scale
    crumbs = (area >= LEAST_MM2) & (area < MOST_MM2) & (length < MOST_MM) & (np.arange(count) > 0)
    crumbs &= _beside_print(np.asarray(labels, np.int32), count, slip) < PRINT_SHARE
    at = middles[crumbs] / scale + (slip.origin.x, slip.origin.y)
    inside = form.slip.place.grown(*[-INSIDE_MM] * 4)
    within = (np.abs(at - (inside.centre.x, inside.centre.y)) <= (inside.width / 2, inside.height / 2)).all(axis=1)
    return np.asarray(at[within], np.float64), np.asarray(area[crumbs][within], np.float64)


def _beside_print(labels: Labels, count: int, slip: SlipImage) -> npt.NDArray[np.float64]:
    """Which part of each crumb lies closely beside print."""
    rim = cv2.dilate(slip.near_print.view(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)) > 0
    every = np.bincount(labels.ravel(), minlength=count)
    return np.asarray(np.bincount(labels[rim], minlength=count) / np.maximum(every, 1), np.float64)


def _is_on_clean_paper(slip: SlipImage, place: Rect) -> bool:
    """Whether the paper between the crumbs is as white as bleached paper is, not crumpled, stained or dirty."""
    return float(np.median(slip.darkness[slip.slices(place)])) <= GROUND_SHARE * slip.ink_threshold


def _is_spread(points: npt.NDArray[np.float64]) -> bool:
    """Whether points do not lie on one straight line, nor all of them but one, which is dust."""
    without = (np.delete(points, at, axis=0) for at in range(len(points)))
    return all(_aside(some) > LINE_MM for some in (points, *without))


def _aside(points: npt.NDArray[np.float64]) -> float:
    """How far points lie from the straight line through them (standard deviation)."""
    return float(np.sqrt(max(np.linalg.eigvalsh(np.cov(points.T))[0], 0.0)))
