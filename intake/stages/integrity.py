"""Compares all print of the slip with the blank: last year's wording, another word, a broken scan never pass.

Every printed word is looked up at its place. A word is *replaced* if its picture does not correlate with the blank's,
print of the blank is missing, and other print stands there instead; *gone* if hardly any of it is left on paper that
shows its neighbours. Ink that was merely added (a signature over a caption, a stamp) leaves the print where it was and
is the business of stray ink; toner that faded leaves some of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.patches import Found, find_patches
from intake.values import Integrity, Mask, SlipImage, Template, Wholeness

PX_PER_MM = 150 / 25.4
REACH_MM, PHOTO_REACH_MM = 0.7, 1.6
"""A word is looked for so far around its place; curled paper is off by more at its edge."""
SOLID_PRINT, ANY_PRINT = 0.6, 0.25
"""Blank pixels this dark are the middle of a stroke; and what may be dark on the slip because of print."""
PRINT_DARK_SHARE = 0.45
"""Print counts as there if it is this dark, compared with the usual print of the slip."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What makes a replaced word: correlation at most, share of print missing and of other print there at least."""

    ncc: float
    missing: float
    extra: float


SCAN_BAR = Bar(ncc=0.75, missing=0.07, extra=0.06)
"""Of 111,000 words on 468 scanned true pages one came so far. Another word of four letters in the same place gives 0.4,
0.2 and 0.2, "Aufnahme" for "Teilnahme" 0.71, 0.08 and 0.07."""
PHOTO_BAR = Bar(ncc=0.55, missing=0.25, extra=0.20)
"""Of 12,000 words on 30 photos 4 came so far, at the curled edge of two blurred ones."""
GONE_MISSING = 0.85
GONE_WORDS = 3
OUTSIDE_SHARE = 0.10
"""More of the words than this beyond the paper's edge: the slip is torn or cut short."""


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word as the slip shows it; `extra` is the dark that the blank has not, as a share of its print."""

    place: Rect
    ncc: float
    missing: float
    extra: float
    outside: bool


def compare_print(slip: SlipImage, template: Template) -> Integrity:
    """Say whether the slip still says what the blank says."""
    words = look_at_words(slip, template)
    bar = PHOTO_BAR if slip.photo else SCAN_BAR
    replaced = [w.place for w in words if _is_replaced(w, bar)]
    gone = [w.place for w in words if not w.outside and w.missing > GONE_MISSING]
    outside = sum(word.outside for word in words)
    measures = {
        "words": float(len(words)),
        "replaced": float(len(replaced)),
        "gone": float(len(gone)),
        "outside": float(outside),
    }
    if not words:
        return Integrity(Wholeness.UNREAD, (), measures)
    if replaced:
        return Integrity(Wholeness.ALTERED, (*replaced, *gone), measures)
    if outside > OUTSIDE_SHARE * len(words) or len(gone) >= GONE_WORDS:
        return Integrity(Wholeness.DAMAGED, tuple(gone), measures)
    return Integrity(Wholeness.INTACT, tuple(gone), measures)


def _is_replaced(word: Word, bar: Bar) -> bool:
    differs = word.ncc < bar.ncc and word.missing > bar.missing and word.extra > bar.extra
    return differs and not word.outside


def look_at_words(slip: SlipImage, template: Template) -> list[Word]:
    """Measure every printed word of the blank on the slip."""
    if not template.words:
        return []

    def pixels_of(mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((mm - np.array([slip.origin.x, slip.origin.y])) * slip.px_per_mm - 0.5, dtype=np.float64)

    reach = PHOTO_REACH_MM if slip.photo else REACH_MM
    found = find_patches(slip.gray, template, template.words, pixels_of, reach_mm=reach, px_per_mm=PX_PER_MM)
    return _measured(slip, found)


def _measured(slip: SlipImage, found: Sequence[Found]) -> list[Word]:
    blank = 1 - slip.blank.astype(np.float32) / 255
    solid = blank > SOLID_PRINT
    usual = float(np.percentile(slip.darkness[solid & ~slip.outside], 60)) if (solid & ~slip.outside).any() else 1.0
    dark = slip.darkness > PRINT_DARK_SHARE * usual
    printed = cv2.dilate((blank > ANY_PRINT).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    seen = cv2.dilate(dark.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return [_word(slip, patch, solid, printed, dark, seen) for patch in found]


def _word(  # noqa: PLR0917 - four masks of one shape
    slip: SlipImage, patch: Found, solid: Mask, printed: Mask, dark: Mask, seen: Mask
) -> Word:
    """Missing and added print of one word, after it was moved to where the slip has it best."""
    place = patch.place
    rows, columns = slip.slices(place)
    dx, dy = (round(patch.dx * slip.px_per_mm), round(patch.dy * slip.px_per_mm)) if patch.certain else (0, 0)
    height, width = slip.gray.shape
    down = slice(min(max(rows.start + dy, 0), height), min(max(rows.stop + dy, 0), height))
    right = slice(min(max(columns.start + dx, 0), width), min(max(columns.stop + dx, 0), width))
    here, there = solid[rows, columns], seen[down, right]
    if here.shape != there.shape or not here.any():
        return Word(place, patch.ncc, 1.0, 0.0, outside=True)
    return Word(
        place=place,
        ncc=patch.ncc,
        missing=float((here & ~there).sum() / here.sum()),
        extra=float((dark[down, right] & ~printed[rows, columns]).sum() / here.sum()),
        outside=bool(slip.outside[rows, columns].mean() > 0.3),  # noqa: PLR2004 - a third of the word
    )
