"""Finds what may be words too pale for ink, on grey scans and photos, for an engine to read.

Pencil on grainy paper is no darker than the grain, pixel by pixel; but strokes are longer than grains, and letters
stand in a row. What is found so is anything from a fold to a stain: only what is read there says that it is writing.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from forms.geometry import Rect
from forms.model import Form
from intake.crumbs import AROUND, INSIDE_MM
from intake.values import FloatImage, GrayImage, Mask, SlipImage

PX_PER_MM = 3.0
"""About how finely the paper is looked at for this."""
SOME = 4
"""Every fourth row and column tell how the paper is grained as well as all do."""
STROKE_MM, GROUND_MM = 0.25, 8.0
"""Pale ink is smoothed over about a stroke, and compared to the paper so far around."""
STANDS_OUT, LEAST_GRAIN = 4.0, 0.25
"""And so many times as dark as the grain is (median deviation, of 255; no less than the second). These and the sizes
below, but for `FULL`, were chosen on the one note that was missed; no other values were tried. They decide what is
shown to the engine, never what it says."""
APART_MM = (2.0, 1.0)
"""Strokes no farther apart than this, across and down, are one row."""
WIDE_MM, HIGH_MM, FULL = (4.0, 70.0), (1.2, 9.0), 0.2
"""Words are so wide and so high, and fill so much of their place: the note that was missed filled 0.30 of it, of 361
places on 58 slips without stray ink nine in ten had no more than 0.21."""
MOST = 2
"""So many places, the darkest, are shown to the engine."""
PRINT_MM, AROUND_MM, GRAIN_MM = 0.4, 1.2, 0.12
"""So near to print nothing is asked; so much around a word is shown, smoothed a little."""
LINE_AROUND_MM = (1.0, 2.0, 1.0, 2.0)
"""So much of a line's surroundings is shown: left, above, right, below."""
DARKEST = 0.995
"""What is so dark among all that stands in a place is black in the picture of it."""


def pale_words(slip: SlipImage, form: Form, codes: Sequence[Rect]) -> Iterator[tuple[Rect, GrayImage]]:
    """Places outside all fields where pale words may stand, and pictures of them, dark on white; the darkest first."""
    if slip.bilevel:
        return
    coarser = max(round(slip.px_per_mm / PX_PER_MM), 1)
    scale = slip.px_per_mm / coarser
    free = _free(slip, form, codes)
    height, width = (length // coarser for length in free.shape)
    whole = slice(height * coarser), slice(width * coarser)
    small = cv2.resize(slip.darkness[whole], (width, height), interpolation=cv2.INTER_AREA)
    open_ = cv2.resize(free[whole].view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    if not open_.any():
        return
    over = over_ground(np.asarray(small, np.uint8), np.asarray(open_, np.bool_), scale)
    some = over[::SOME, ::SOME][open_[::SOME, ::SOME]]
    grain = max(1.4826 * float(np.median(np.abs(some))) if some.size else 0.0, LEAST_GRAIN)
    dark = ((over > STANDS_OUT * grain) & open_).view(np.uint8)
    across, down = (round(apart * scale) for apart in APART_MM)
    rows = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((down, across), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rows, connectivity=8)
    places = stats[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / scale
    at = np.nonzero(dark)
    inked = np.bincount(labels[at], minlength=count) / scale**2
    mass = np.bincount(labels[at], weights=over[at], minlength=count)
    wide, high = places[:, 2], places[:, 3]
    words = (wide >= WIDE_MM[0]) & (wide <= WIDE_MM[1]) & (high >= HIGH_MM[0]) & (high <= HIGH_MM[1])
    words &= (inked >= FULL * wide * high) & (np.arange(count) > 0)
    for word in sorted(np.flatnonzero(words), key=lambda word: -mass[word])[:MOST]:
        x, y, across_mm, high_mm = places[word].tolist()
        place = Rect(x + slip.origin.x, y + slip.origin.y, across_mm, high_mm)
        yield place, _picture(slip, free, place.grown(*[AROUND_MM] * 4))


def pale_line(slip: SlipImage, field: Rect) -> GrayImage:
    """A picture of what may stand on a line, too pale for ink, dark on white."""
    free = ~(slip.near_print | slip.outside)
    return _picture(slip, np.asarray(free, np.bool_), field.grown(*LINE_AROUND_MM))


def _free(slip: SlipImage, form: Form, codes: Sequence[Rect]) -> Mask:
    """Where nothing is printed, no field asks for writing, and the slip does not end."""
    side = 2 * round(PRINT_MM * slip.px_per_mm) + 1
    print_ = cv2.dilate((slip.near_print | slip.outside).view(np.uint8), np.ones((side, side), np.uint8))
    inside = np.zeros(slip.darkness.shape, bool)
    inside[slip.slices(form.slip.place.grown(*[-INSIDE_MM] * 4))] = True
    inside &= print_ == 0
    for place in (*(field.place.grown(*AROUND[type(field)]) for field in form.fields), *codes):
        inside[slip.slices(place)] = False
    return np.asarray(inside, np.bool_)


def over_ground(darkness: GrayImage, free: Mask, px_per_mm: float) -> FloatImage:
    """How much darker than the paper around each place is, smoothed."""
    soft = cv2.GaussianBlur(darkness, (0, 0), STROKE_MM * px_per_mm)
    side, known = 2 * round(GROUND_MM * px_per_mm / 2) + 1, free.view(np.uint8)
    sums, count = (
        cv2.boxFilter(some, cv2.CV_32F, (side, side), normalize=False)
        for some in (cv2.multiply(darkness, known), known)
    )
    return np.asarray(
        cv2.subtract(soft, cv2.divide(sums, np.maximum(count, np.float32(1))), dtype=cv2.CV_32F), np.float32
    )


def _picture(slip: SlipImage, free: Mask, place: Rect) -> GrayImage:
    """What stands in a place, but for print and fields."""
    here = slip.slices(place)
    soft = cv2.GaussianBlur(slip.darkness[here], (0, 0), GRAIN_MM * slip.px_per_mm).astype(np.float32)
    seen = soft[free[here]]
    if not seen.size:
        return np.full(soft.shape, 255, np.uint8)
    low, high = float(np.median(seen)), float(np.quantile(seen, DARKEST))
    clear = np.where(free[here], np.clip((soft - low) / max(high - low, 1.0), 0, 1), 0)
    return np.asarray(255 - 255 * clear, np.uint8)
