"""Compares all print of the slip with the blank: last year's wording, another word, a broken scan never pass.

Every printed word is looked up at its place. A word is *replaced* if its picture does not correlate with the blank's,
print of the blank is missing, and other print stands there instead; *gone* if hardly any of it is left on paper that
shows its neighbours. Ink that was merely added (a signature over a caption, a stamp) leaves the print where it was and
is the business of stray ink; toner that faded leaves some of it.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.masks import above
from intake.patches import Found, find_patches
from intake.values import FlatImage, GrayImage, Integrity, Template, Wholeness

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
LONG_MM, UNLIKE_NCC, UNLIKE_WORDS = 3.0, 0.5, 2
"""In a photo, so many words longer than the first that are no more like the blank's, blurred alike, are other words. Of
60 true pages two had any, both off their map by 2 mm at the foot; of 23 reworded ones all had two and more."""
USUAL_SAMPLES = 20_000
"""So many pixels tell how dark the print of the slip is."""
DRAWN_OVER, LEAST_SEEN, UNDER_NCC, UNDER_MM, FAINTEST_PRINT = 1.5, 0.6, 0.8, 2.5, 16
"""What is so many times darker than the print of a faded word was drawn over it, by a pen or a streak of the scanner:
without that, and its rim, so much of the word has to be seen, so like the blank's; of a shorter one there is too
little. Print is no fainter than the last, of 255. Of 16,600 words of our blanks exchanged for others as long, in faded
toner and three in four under pen strokes, 12 passed, whose pictures alone are 0.8 alike: most of them the same words.
"""
OFF_PAPER = 0.3
"""A word of which more lies beyond the paper's edge was not seen."""
GONE_MISSING = 0.85
GONE_NCC = 0.5
"""A faint word still looks like itself: the faded captions of the trial series have 0.6 and more, covered ones 0.2."""
FADED_MISSING, AROUND_MM = 0.35, 12.0
"""Around a covered word print is whole; where toner faded, so much of the words so near is missing, too."""
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


def compare_print(slip: FlatImage, template: Template) -> Integrity:
    """Say whether the slip still says what the blank says."""
    words = look_at_words(slip, template)
    bar = PHOTO_BAR if slip.photo else SCAN_BAR
    differs = [w.place for w in words if _is_replaced(w, bar)]
    replaced = [place for place in differs if slip.photo or not _shows_under(slip, template, place)]
    if slip.photo:
        unlike = [w.place for w in words if w.place.width > LONG_MM and w.ncc < UNLIKE_NCC and not w.outside]
        replaced += unlike if len(unlike) >= UNLIKE_WORDS else []
    gone = [w.place for w in words if _is_gone(w, words)]
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


def joined(slip: Integrity, letter: Integrity) -> Integrity:
    """What slip and letter say together: another wording of the letter is another version of the form.

    What is missing of the letter, which need not come back at all, says nothing about the slip.
    """
    if letter.state is not Wholeness.ALTERED or slip.state is Wholeness.UNREAD:
        return slip
    return Integrity(Wholeness.ALTERED, (*slip.faults, *letter.faults), slip.measures)


def other_letter(slip: Integrity, place: Rect) -> Integrity:
    """The slip hangs together with a letter that is not the one of its form."""
    if slip.state is Wholeness.UNREAD:
        return slip
    return Integrity(Wholeness.ALTERED, (*slip.faults, place), slip.measures)


def _is_replaced(word: Word, bar: Bar) -> bool:
    differs = word.ncc < bar.ncc and word.missing > bar.missing and word.extra > bar.extra
    return differs and not word.outside


def _shows_under(slip: FlatImage, template: Template, place: Rect) -> bool:
    """Whether the blank's word is there, under something darker that was drawn over it, on a slip whose toner faded."""
    rows, columns = _slices(place, template)
    wanted = 255 - template.gray[rows, columns].astype(np.float64)
    solid = wanted > 255 * SOLID_PRINT
    if place.width < UNDER_MM or not solid.any():
        return False
    reach = round(REACH_MM * slip.px_per_mm)
    padded = np.pad(slip.darkness, reach, mode="edge")
    for down, right in product(range(2 * reach + 1), repeat=2):
        here = padded[rows.start + down : rows.stop + down, columns.start + right : columns.stop + right]
        level = max(float(np.median(here[solid])), FAINTEST_PRINT)
        seen = cv2.dilate((here > DRAWN_OVER * level).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
        if (solid & seen).sum() < LEAST_SEEN * solid.sum() or seen.all() or not np.ptp(here[seen]):
            continue
        if np.corrcoef(wanted[seen], here[seen])[0, 1] >= UNDER_NCC:
            return True
    return False


def _is_gone(word: Word, words: Sequence[Word]) -> bool:
    """Whether a word was covered or erased: it leaves no trace, and the words around it are there.

    Faded toner leaves a faint picture, or, in black and white, words around that are half gone as well.
    """
    if word.outside or word.missing <= GONE_MISSING or word.ncc >= GONE_NCC:
        return False
    around = word.place.grown(AROUND_MM, AROUND_MM, AROUND_MM, AROUND_MM)
    beside = [w.missing for w in words if w.missing <= GONE_MISSING and not w.outside and w.place.overlaps(around)]
    return not beside or statistics.median(beside) < FADED_MISSING


def look_at_words(slip: FlatImage, template: Template) -> list[Word]:
    """Measure every printed word of the blank on the slip.

    On a scan a word whose print is there, with no other print between, is believed as it lies. Only the others, and all
    words of a photo, are looked for around their place, which takes most of the time.
    """
    if not template.words:
        return []
    words = _print_of(template)
    seen = _seen_print(slip, words)
    missing = words.solid.shares(1 - seen.near)
    extra = words.free.sums(seen.dark) / np.maximum(words.solid.sizes, 1)
    bar = PHOTO_BAR if slip.photo else SCAN_BAR
    differs = (missing > bar.missing) & (extra > bar.extra) | (missing > GONE_MISSING) | slip.photo
    differs |= words.solid.sizes == 0
    moved = _moved_words(slip, template, np.flatnonzero(differs), seen)
    outside = words.every.shares(slip.outside.view(np.uint8)) if slip.outside.any() else np.zeros(len(missing))
    return [
        moved.get(index)
        or Word(place, 1.0, float(missing[index]), float(extra[index]), bool(outside[index] > OFF_PAPER))
        for index, place in enumerate(template.words)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Pixels of many words: `at` are flat positions, word after word; `starts` and `sizes` tell them apart."""

    at: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    sizes: npt.NDArray[np.intp]

    def sums(self, mask: GrayImage) -> npt.NDArray[np.float64]:
        """How many pixels of each word are set in a mask of ones and zeros."""
        values = np.append(mask.ravel().take(self.at), np.uint8(0))
        sums = np.add.reduceat(values, np.minimum(self.starts, len(values) - 1), dtype=np.int64)
        return np.where(self.sizes > 0, sums, 0).astype(np.float64)

    def shares(self, mask: GrayImage) -> npt.NDArray[np.float64]:
        """Which share of each word's pixels is set."""
        return np.asarray(self.sums(mask) / np.maximum(self.sizes, 1), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Print:
    """The blank's words: the middle of their strokes, the paper between them, all of their pixels.

    `printed` is 1 where the blank prints, with a rim, `strokes` where it prints solidly.
    """

    solid: _Places
    free: _Places
    every: _Places
    printed: GrayImage
    strokes: GrayImage


@lru_cache(maxsize=8)
def _print_of(template: Template) -> _Print:
    blank = 1 - template.gray.astype(np.float32) / 255
    strokes = (blank > SOLID_PRINT).astype(np.uint8)
    printed = cv2.dilate((blank > ANY_PRINT).astype(np.uint8), np.ones((3, 3), np.uint8))
    numbers = np.arange(template.gray.size).reshape(template.gray.shape)
    pixels = [numbers[_slices(place, template)] for place in template.words]
    return _Print(
        solid=_places([at[strokes.ravel()[at] > 0] for at in pixels]),
        free=_places([at[printed.ravel()[at] == 0] for at in pixels]),
        every=_places([at.ravel() for at in pixels]),
        printed=np.asarray(printed, np.uint8),
        strokes=strokes,
    )


def _places(pixels: Sequence[npt.NDArray[np.intp]]) -> _Places:
    sizes = np.array([len(at) for at in pixels], np.intp)
    return _Places(np.concatenate(pixels), np.cumsum(sizes) - sizes, sizes)


def _slices(place: Rect, template: Template) -> tuple[slice, slice]:
    """Rows and columns of a word on the blank."""
    area, scale = template.area, template.px_per_mm
    height, width = template.gray.shape
    top, bottom = (min(max(round((y - area.y) * scale), 0), height) for y in (place.y, place.bottom))
    left, right = (min(max(round((x - area.x) * scale), 0), width) for x in (place.x, place.right))
    return slice(top, bottom), slice(left, right)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Where the slip is as dark as its print: 1 there, in `near` with a rim."""

    dark: GrayImage
    near: GrayImage


def _seen_print(slip: FlatImage, words: _Print) -> _Seen:
    some = words.solid.at[:: max(1, len(words.solid.at) // USUAL_SAMPLES)]
    darkness = slip.darkness.ravel()[some][~slip.outside.ravel()[some]]
    usual = float(np.percentile(darkness, 60)) if len(darkness) else 255.0
    dark = np.asarray(above(slip.darkness, PRINT_DARK_SHARE * usual) & 1, np.uint8)
    return _Seen(dark, np.asarray(cv2.dilate(dark, np.ones((3, 3), np.uint8)), np.uint8))


def _moved_words(slip: FlatImage, template: Template, which: npt.NDArray[np.intp], seen: _Seen) -> dict[int, Word]:
    """The words of these numbers, measured where the slip has them best."""

    def pixels_of(mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((mm - np.array([slip.origin.x, slip.origin.y])) * slip.px_per_mm - 0.5, dtype=np.float64)

    reach = PHOTO_REACH_MM if slip.photo else REACH_MM
    places = [template.words[index] for index in which]
    found = find_patches(
        slip.gray, template, places, pixels_of, reach_mm=reach, px_per_mm=PX_PER_MM, blur_mm=slip.blur_mm
    )
    return {int(index): _word(slip, template, patch, seen) for index, patch in zip(which, found, strict=True)}


def _word(slip: FlatImage, template: Template, patch: Found, seen: _Seen) -> Word:
    """Missing and added print of one word, after it was moved to where the slip has it best."""
    words, place = _print_of(template), patch.place
    rows, columns = _slices(place, template)
    dx, dy = (round(patch.dx * slip.px_per_mm), round(patch.dy * slip.px_per_mm)) if patch.certain else (0, 0)
    height, width = slip.gray.shape
    down = slice(min(max(rows.start + dy, 0), height), min(max(rows.stop + dy, 0), height))
    right = slice(min(max(columns.start + dx, 0), width), min(max(columns.stop + dx, 0), width))
    here, there = words.strokes[rows, columns] > 0, seen.near[down, right] > 0
    if here.shape != there.shape or not here.any():
        return Word(place, patch.ncc, 1.0, 0.0, outside=True)
    return Word(
        place=place,
        ncc=patch.ncc,
        missing=float((here & ~there).sum() / here.sum()),
        extra=float(((seen.dark[down, right] > 0) & (words.printed[rows, columns] == 0)).sum() / here.sum()),
        outside=bool(slip.outside[rows, columns].mean() > OFF_PAPER),
    )
