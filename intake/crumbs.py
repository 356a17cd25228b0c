"""Finds writing that black and white left in crumbs: bits too small for ink, but more of them together than dust.

Pencil and thin pens come out of a 1-bit scan as dots. Each of them is dust by itself; a word of them is a row of dots
and strokes that lie closer together than grains do anywhere on a slip. Fields are left out: names and signatures come
out in crumbs as well, and whoever reads those says so.
"""

from collections.abc import Collection, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import ChoiceBox, Field, Form, SignatureLine, TextLine
from intake.masks import above
from intake.pieces import ink_pixels
from intake.values import SlipImage

LEAST_MM2, MOST_MM2, MOST_MM = 0.015, 0.4, 4.0
"""Crumbs are no smaller, larger or longer; what is larger is ink, and counted as such."""
WIDE_MM, HIGH_MM, TOGETHER, WORD_MM = 14.0, 5.0, 6, 6.0
"""So many crumbs in a place of such a size are writing, if they are as far apart as the ends of a word. Of 127 slips in
black and white without any stray ink 126 had three together at the most; of 664 two had a heap of six on a few
millimetres, both on crumpled paper."""
LINE_MM = 0.35
"""Crumbs that lie no farther from one straight line (standard deviation) are what is left of a fold or a streak."""
INSIDE_MM = 4.0
"""Nothing is asked of what lies so near to the edge of the slip."""
CRUMB_MM = 0.5
"""What is shown reaches so far beyond the middles of the crumbs."""
NEAR_INK_MM = 0.5
"""So near to explained ink crumbs belong to it."""
AROUND: dict[type[Field], tuple[float, float, float, float]] = {
    ChoiceBox: (6.0, 3.0, 6.0, 3.0),
    TextLine: (3.0, 1.5, 3.0, 4.0),
    SignatureLine: (5.0, 9.0, 8.0, 7.0),
}
"""How far beyond a field what is written there may reach: left, above, right, below."""


def crumbs_of_writing(slip: SlipImage, form: Form, explained: Collection[int], codes: Sequence[Rect]) -> Rect | None:
    """Where crumbs lie together as only writing does; None in grey, where pale strokes are found whole.

    The ink of the labels in `explained` is known, the print at `codes` differs from slip to slip.
    """
    if not slip.bilevel:
        return None
    middles = _crumbs(slip, form, explained, codes)
    for x, y in middles:
        near = middles[
            (np.abs(middles[:, 0] - x - WIDE_MM / 2) <= WIDE_MM / 2) & (np.abs(middles[:, 1] - y) <= HIGH_MM / 2)
        ]
        (left, top), (right, bottom) = near.min(axis=0).tolist(), near.max(axis=0).tolist()
        if len(near) >= TOGETHER and right - left >= WORD_MM and _is_spread(near):
            return Rect(left, top, right - left, bottom - top).grown(*[CRUMB_MM] * 4)
    return None


def _crumbs(slip: SlipImage, form: Form, explained: Collection[int], codes: Sequence[Rect]) -> npt.NDArray[np.float64]:
    """The middles of all crumbs, in millimetres of the blank's page, shape (n, 2)."""
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
        return np.zeros((0, 2))
    count, _, stats, middles = cv2.connectedComponentsWithStats(dark, connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA] / scale**2
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / scale
    crumbs = (area >= LEAST_MM2) & (area < MOST_MM2) & (length < MOST_MM) & (np.arange(count) > 0)
    at = middles[crumbs] / scale + (slip.origin.x, slip.origin.y)
    inside = form.slip.place.grown(*[-INSIDE_MM] * 4)
    within = (np.abs(at - (inside.centre.x, inside.centre.y)) <= (inside.width / 2, inside.height / 2)).all(axis=1)
    return np.asarray(at[within], np.float64)


def _is_spread(points: npt.NDArray[np.float64]) -> bool:
    """Whether points do not lie on one straight line."""
    return float(np.sqrt(max(np.linalg.eigvalsh(np.cov(points.T))[0], 0.0))) > LINE_MM
