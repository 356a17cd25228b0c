"""Takes out of the written ink what black and white leaves of a fold: dashes on one straight line from edge to edge.

A scanner that decides for each pixel turns a fold's shadow into bits that no longer hang together, and nothing is left
where the shadow was weaker. Each bit is too short to tell what it is; together they lie on a line, nearly upright or
level, that is thinner than any writing and comes in from both edges of the slip. Nothing lies beside it there: a note
that runs up to the edge has letters that rise above it, and whoever strikes out a clause does not go from edge to edge.

A streak of the feeder that is too weak for black and white is broken up like this as well. It lies as the scanner's
columns do: on a page that went in askew it leans more than a fold does.

Of a fold that was seen on its whole way, and whose shadow was taken out, thin bits stay where it is deepest; they go,
too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.folds import DEEPEST
from intake.pieces import Piece, cut_out, ink_pixels, pieces_of
from intake.sheet import Points, Sheet
from intake.values import Fold, Labels, Mask, Registration, SlipImage

LEANS = tuple(np.arange(-0.012, 0.0121, 0.004).tolist())
"""Sideways steps for each step along, as for the folds of `intake.folds`."""
FEED_LEANS = (-0.003, 0.0, 0.003)
"""A streak leans by so much more or less than the scanner's columns: two in black and white by 0.001 and 0.002."""
MOST_LINES = 3
"""So many lines each way are asked: of the pages with such streaks two had two of them."""
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
HAIR_MM, STRAIGHT_MM, HAIR_LOOK_MM, HAIR_FREE = 0.43, 0.15, 40.0, 0.6
HAIR_ASKED, HAIR_SEGMENTS, HAIR_FIRST = 4, 2, 2
"""A line along the scanner's columns that is thin all along, and straighter than hands, is a streak of the glass. Of
the first so many segments that say something, no farther in than the third, it needs two, one of them among the first
two: dirt draws up to the edge of the paper. A weak streak is not seen beside printed words, so that more of a segment
has to be free. Four streaks in black and white were 0.2 to 0.42 mm thick.
"""
ASKED_MM = 25.0
"""How the page's columns lie is asked over so much of the slip."""
ON_FOLD_MM = 1.6
"""The whole of a fold's bit lies so near to it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """How the scanner's columns lie on a slip, along which the dirt on its glass draws: nearly upright or nearly level,
    with so many steps sideways for each step down (or to the right).
    """

    upright: bool
    lean: float


@dataclass(frozen=True, slots=True, eq=False)
class _Upright:
    """A slip turned so that the line asked for is nearly upright: its ink, what hides it, and its pieces.

    `creased` is the ink before creases were taken out, which may be of the same line. `bits` has a row for each piece,
    in pixels: label, left, top, right, bottom.
    """

    ink: Labels
    creased: Labels
    near_print: Mask
    outside: Mask
    bits: npt.NDArray[np.float64]
    px_per_mm: float

    def turned(self) -> "_Upright":
        """The same with rows and columns exchanged."""
        return replace(
            self,
            ink=self.ink.T,
            creased=self.creased.T,
            near_print=self.near_print.T,
            outside=self.outside.T,
            bits=self.bits[:, [0, 2, 1, 4, 3]],
        )


def feed_of(slip: Registration) -> Feed:
    """How the columns of the page lie on the slip, measured around its middle."""
    middle = slip.pose.template.area.centre
    seen = slip.pixels_of(
        np.array([(middle.x, middle.y), (middle.x + ASKED_MM, middle.y), (middle.x, middle.y + ASKED_MM)])
    )
    across, along = np.linalg.solve(np.stack([seen[1] - seen[0], seen[2] - seen[0]], axis=1), [0.0, 1.0])
    upright = bool(abs(along) >= abs(across))
    return Feed(upright, float(across / along if upright else along / across))


def without_dashes(slip: SlipImage, creased: SlipImage, feed: Feed | None, sheet: Sheet | None = None) -> SlipImage:
    """The same slip with the bits of broken folds and streaks no longer counted as ink.

    Args:
        slip: The slip after creases were taken out.
        creased: The same before: what was taken out may be of the same line, and tells where it goes.
        feed: How the scanner's columns lie on it; None for a photo.
        sheet: The page around the slip, where it can tell that a line goes on.
    """
    places = [(p.label, p.place.x, p.place.y, p.place.right, p.place.bottom) for p in pieces_of(slip)]
    if not places:
        return slip
    origin = np.array([0.0, slip.origin.x, slip.origin.y, slip.origin.x, slip.origin.y])
    bits = (np.array(places, np.float64) - origin) * np.array([1.0, *[slip.px_per_mm] * 4])
    upright = _Upright(slip.ink, creased.ink, slip.near_print, slip.outside, bits, slip.px_per_mm)
    down = feed if feed is not None and feed.upright else None
    right = feed if down is None else None

    def goes_on(ends: Points) -> bool:
        return sheet is not None and sheet.goes_on(ends / slip.px_per_mm + (slip.origin.x, slip.origin.y))

    gone = [
        *_dashed(upright, down, goes_on),
        *_dashed(upright.turned(), right, lambda ends: goes_on(ends[:, ::-1])),
    ]
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


def _dashed(slip: _Upright, feed: Feed | None, goes_on: Callable[[Points], bool]) -> list[int]:
    """The labels of the bits of dashed lines: the longest ones are asked, one after the other.

    `feed` if a feeder's streaks may lie there; `goes_on` tells whether a line through two pixels goes on beyond the
    slip.
    """
    thin = slip.bits[slip.bits[:, 3] - slip.bits[:, 1] <= THIN_MM * slip.px_per_mm]
    leans = LEANS if feed is None else (*LEANS, *(feed.lean + more for more in FEED_LEANS))
    gone: list[int] = []
    for _ in range(MOST_LINES):
        lines = [(longest, lean) for lean in leans if (longest := _longest(slip, thin, lean)) is not None]
        if not lines:
            break
        (_, line, across), lean = max(lines, key=lambda found: found[0][0])
        hair = feed is not None and _is_hair(slip, line, feed.lean)
        if _comes_through(slip, line, across, lean, hair=hair) or goes_on(_ends(slip, line)):
            gone += line[:, 0].astype(int).tolist()
        thin = thin[~np.isin(thin[:, 0], line[:, 0])]
    return gone


def _ends(slip: _Upright, line: npt.NDArray[np.float64]) -> Points:
    """Where the line through these bits enters and leaves the slip."""
    along, across = (line[:, 2] + line[:, 4]) / 2, (line[:, 1] + line[:, 3]) / 2
    slope, start = np.polyfit(along, across, 1, w=line[:, 4] - line[:, 2])
    ends = np.array([0.0, len(slip.ink) - 1.0])
    return np.stack([start + slope * ends, ends], axis=1)


def _is_hair(slip: _Upright, line: npt.NDArray[np.float64], lean: float) -> bool:
    """Whether the bits of a line are thinner than what pens leave, lie straighter than a hand draws, and lean so."""
    along, across = (line[:, 2] + line[:, 4]) / 2, (line[:, 1] + line[:, 3]) / 2
    slope, start = np.polyfit(along, across, 1)
    off = np.abs(across - slope * along - start)
    thick = (line[:, 3] - line[:, 1] - abs(slope) * (line[:, 4] - line[:, 2])).max()
    straight = thick <= HAIR_MM * slip.px_per_mm and off.max() <= STRAIGHT_MM * slip.px_per_mm
    return bool(straight and abs(slope - lean) <= FEED_LEANS[-1])


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
    share, asked, least = (HAIR_FREE, HAIR_ASKED, HAIR_SEGMENTS) if hair else (FREE_SHARE, None, END_SEGMENTS)
    known = line[:, 0].astype(int)

    def seen(labels: Labels, steps: npt.NDArray[np.intp], reach_mm: float) -> Labels:
        reach = round(reach_mm * scale)
        at = np.rint(middle[steps, None] + np.arange(-reach, reach + 1)).astype(int)
        return np.asarray(labels[steps[:, None], np.clip(at, 0, width - 1)], np.int32)

    def others(steps: npt.NDArray[np.intp], reach_mm: float) -> Mask:
        labels = seen(slip.ink, steps, reach_mm)
        return np.asarray(((labels > 0) & ~np.isin(labels, known)).any(axis=1), bool)

    for steps in (np.arange(look), np.arange(height - 1, height - 1 - look, -1)):
        labels = seen(slip.ink, steps, THIN_MM / 2)
        taken_out = (seen(slip.creased, steps, THIN_MM / 2) > 0) & (labels == 0)
        inked = (np.isin(labels, known) | taken_out).any(axis=1)
        at = np.clip(np.rint(middle[steps]).astype(int), 0, width - 1)
        free = ~slip.near_print[steps, at] & ~slip.outside[steps, at] & ~others(steps, OTHERS_MM)
        starts = np.arange(0, look, size)
        free_in = np.add.reduceat(free, starts, dtype=np.int64)
        has_line = np.add.reduceat(free & inked, starts, dtype=np.int64) >= INKED_SHARE * np.maximum(free_in, 1)
        telling = has_line[free_in >= share * size][:asked]
        if telling.sum() < least or (hair and not telling[:HAIR_FIRST].any()) or others(steps[:end], BESIDE_MM).any():
            return False
    return True
