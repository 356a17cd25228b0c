"""Takes out of the written ink what black and white leaves of a fold: dashes on one straight line from edge to edge.

A scanner that decides for each pixel turns a fold's shadow into bits that no longer hang together, and nothing is left
where the shadow was weaker. Each bit is too short to tell what it is; together they lie on a line, nearly upright or
level, that is thinner than any writing and comes in from both edges of the slip. Nothing lies beside it there: a note
that runs up to the edge has letters that rise above it, and whoever strikes out a clause does not go from edge to edge.

A streak of the feeder that is too weak for black and white is broken up like this as well.

Of a fold that was seen on its whole way, and whose shadow was taken out, thin bits stay where it is deepest; they go,
too.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.folds import DEEPEST
from intake.pieces import Piece, cut_out, ink_pixels, pieces_of
from intake.values import Fold, Labels, Mask, SlipImage

LEANS = np.arange(-0.012, 0.0121, 0.004)
"""Sideways steps for each step along, as for the folds of `intake.folds`."""
THIN_MM, WAVER_MM = 1.6, 0.5
"""Bits are no thicker than the first, and their middles lie no farther from the line than the second."""
FEWEST_BITS, LEAST_MM = 5, 20.0
"""So many bits, of so much length together."""
SEGMENT_MM, FREE_SHARE, INKED_SHARE, OTHERS_MM = 4.0, 0.33, 0.15, 0.3
"""A segment says something if so much of it is free of print and of other ink, which reaches so far from the line; and
it has the line if so much of what is free is inked."""
END_MM, END_SEGMENTS, BESIDE_MM = 16.0, 3, 2.5
"""Of the segments of the first and of the last so many millimetres so many have the line, and nothing but bits lies
within the third of it."""
HAIR_MM, STRAIGHT_MM, HAIR_LOOK_MM, HAIR_ASKED, HAIR_SEGMENTS = 0.35, 0.15, 40.0, 4, 2
"""An upright line that is thinner than pens all along, and straighter than hands, is a streak of the feeder's glass. Of
the first so many segments that say something, no farther in than the third, it needs the last: the one of the trial
series was 0.2 mm thick, and print hid where it begins."""
ON_FOLD_MM = 1.6
"""The whole of a fold's bit lies so near to it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Upright:
    """A slip turned so that the line asked for is nearly upright: its ink, what hides it, and its pieces.

    `bits` has a row for each piece, in pixels: label, left, top, right, bottom.
    """

    ink: Labels
    near_print: Mask
    outside: Mask
    bits: npt.NDArray[np.float64]
    px_per_mm: float

    def turned(self) -> "_Upright":
        """The same with rows and columns exchanged."""
        return replace(
            self,
            ink=self.ink.T,
            near_print=self.near_print.T,
            outside=self.outside.T,
            bits=self.bits[:, [0, 2, 1, 4, 3]],
        )


def without_dashes(slip: SlipImage) -> SlipImage:
    """The same slip with the bits of broken folds no longer counted as ink."""
    places = [(p.label, p.place.x, p.place.y, p.place.right, p.place.bottom) for p in pieces_of(slip)]
    if not places:
        return slip
    origin = np.array([0.0, slip.origin.x, slip.origin.y, slip.origin.x, slip.origin.y])
    bits = (np.array(places, np.float64) - origin) * np.array([1.0, *[slip.px_per_mm] * 4])
    upright = _Upright(slip.ink, slip.near_print, slip.outside, bits, slip.px_per_mm)
    gone = [*_dashed(upright, streaks=True), *_dashed(upright.turned(), streaks=False)]
    for fold in slip.folds:
        gone += [p.label for p in pieces_of(slip) if _is_bit_of(p.place, fold) and _is_pale(slip, p)]
    if not gone:
        return slip
    rows, columns = ink_pixels(slip)
    here = np.isin(slip.ink[rows, columns], gone)
    ink = slip.ink.copy()
    ink[rows[here], columns[here]] = 0
    return replace(slip, ink=ink)


def _is_bit_of(place: Rect, fold: Fold) -> bool:
    """Whether a piece is thin and lies on a fold."""
    low, high, middle = (
        (place.x, place.right, place.centre.y) if fold.upright else (place.y, place.bottom, place.centre.x)
    )
    line = fold.across + fold.lean * middle
    return high - low <= THIN_MM and max(abs(low - line), abs(high - line)) <= ON_FOLD_MM


def _is_pale(slip: SlipImage, piece: Piece) -> bool:
    """Whether a piece is no darker than a fold may be; in black and white nobody can tell."""
    cutout = cut_out(slip, (piece,))
    rows, columns = np.nonzero(cutout.mask)
    return not slip.bilevel and float(np.median(slip.raw[rows + cutout.row, columns + cutout.column])) <= DEEPEST


def _dashed(slip: _Upright, *, streaks: bool) -> list[int]:
    """The labels of the bits of the longest dashed line; folds cross each other, but hardly ever lie side by side.

    `streaks` if it may be a feeder's.
    """
    thin = slip.bits[slip.bits[:, 3] - slip.bits[:, 1] <= THIN_MM * slip.px_per_mm]
    lines = [(longest, lean) for lean in LEANS.tolist() if (longest := _longest(slip, thin, lean)) is not None]
    if not lines:
        return []
    (_, line, across), lean = max(lines, key=lambda found: found[0][0])
    hair = streaks and _is_hair(slip, line)
    return line[:, 0].astype(int).tolist() if _comes_through(slip, line, across, lean, hair=hair) else []


def _is_hair(slip: _Upright, line: npt.NDArray[np.float64]) -> bool:
    """Whether the bits of a line are thinner than what pens leave, and lie straighter than a hand draws."""
    along, across = (line[:, 2] + line[:, 4]) / 2, (line[:, 1] + line[:, 3]) / 2
    off = np.abs(across - np.polyval(np.polyfit(along, across, 1), along))
    thick = (line[:, 3] - line[:, 1]).max()
    return bool(thick <= HAIR_MM * slip.px_per_mm and off.max() <= STRAIGHT_MM * slip.px_per_mm)


def _longest(
    slip: _Upright, thin: npt.NDArray[np.float64], lean: float
) -> tuple[float, npt.NDArray[np.float64], float] | None:
    """The bits on the line of one lean that has most of them: how long they are together, which, and where it is."""
    if len(thin) < FEWEST_BITS:
        return None
    across = (thin[:, 1] + thin[:, 3]) / 2 - lean * ((thin[:, 2] + thin[:, 4]) / 2 - len(slip.ink) / 2)
    order = np.argsort(across)
    thin, across = thin[order], across[order]
    summed = np.concatenate([[0.0], np.cumsum(thin[:, 4] - thin[:, 2])])
    ends = np.searchsorted(across, across + 2 * WAVER_MM * slip.px_per_mm, side="right")
    lengths = summed[ends] - summed[: len(thin)]
    first = int(lengths.argmax())
    line = thin[first : ends[first]]
    if len(line) < FEWEST_BITS or lengths[first] < LEAST_MM * slip.px_per_mm:
        return None
    return float(lengths[first]), line, float(np.median(across[first : ends[first]]))


def _comes_through(slip: _Upright, line: npt.NDArray[np.float64], across: float, lean: float, *, hair: bool) -> bool:
    """Whether a line comes in from both ends, wherever it could be seen there, and nothing lies beside it."""
    scale, (height, width) = slip.px_per_mm, slip.ink.shape
    middle = across + lean * (np.arange(height) - height / 2)
    end, size = round(END_MM * scale), round(SEGMENT_MM * scale)
    look = min(round((HAIR_LOOK_MM if hair else END_MM) * scale), height)
    asked, least = (HAIR_ASKED, HAIR_SEGMENTS) if hair else (None, END_SEGMENTS)
    known = line[:, 0].astype(int)

    def seen(steps: npt.NDArray[np.intp], reach_mm: float) -> Labels:
        reach = round(reach_mm * scale)
        at = np.rint(middle[steps, None] + np.arange(-reach, reach + 1)).astype(int)
        return np.asarray(slip.ink[steps[:, None], np.clip(at, 0, width - 1)], np.int32)

    def others(steps: npt.NDArray[np.intp], reach_mm: float) -> Mask:
        labels = seen(steps, reach_mm)
        return np.asarray(((labels > 0) & ~np.isin(labels, known)).any(axis=1), bool)

    for steps in (np.arange(look), np.arange(height - 1, height - 1 - look, -1)):
        inked = np.isin(seen(steps, THIN_MM / 2), known).any(axis=1)
        at = np.clip(np.rint(middle[steps]).astype(int), 0, width - 1)
        free = ~slip.near_print[steps, at] & ~slip.outside[steps, at] & ~others(steps, OTHERS_MM)
        starts = np.arange(0, look, size)
        free_in = np.add.reduceat(free, starts, dtype=np.int64)
        has_line = np.add.reduceat(free & inked, starts, dtype=np.int64) >= INKED_SHARE * np.maximum(free_in, 1)
        if has_line[free_in >= FREE_SHARE * size][:asked].sum() < least or others(steps[:end], BESIDE_MM).any():
            return False
    return True
