"""Pieces of written ink: connected, each with its place and size."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Point, Rect, bounding
from intake.masks import Places, set_pixels
from intake.values import Mask, SlipImage

DUST_MM2, DUST_WIDTH_MM, LONELY_MM = 0.9, 1.2, 5.0
"""Dust is a grain of so much at 150 dpi; the letters of a note and the dots of a signature stand closer together."""
PIXEL = 1 / 12
"""The variance of a single pixel."""

TAIL_WIDE, TAIL_HIGH, TAIL_SLIM = 6.0, 9.0, 0.7
"""The tails of g, j and ß, which a printed line cuts off, are no wider and no higher (mm), and at least so many times
as high as wide. Those seen were 3.7 by 3.2 mm at the most; words are lower for their width."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One connected piece of written ink; `label` is its number in the slip's ink.

    `elongation` is how many times its ink is spread farther along its main axis than across (standard deviations).
    """

    label: int
    place: Rect
    centre: Point
    area_mm2: float
    elongation: float

    @property
    def length_mm(self) -> float:
        """From corner to corner of the place, which is how long a straight piece is."""
        return float(np.hypot(self.place.width, self.place.height))


@lru_cache(maxsize=4)
def ink_pixels(slip: SlipImage) -> tuple[Places, Places]:
    """The rows and the columns of all pixels of written ink."""
    return set_pixels(slip.ink)


def without_ink(slip: SlipImage, at: Mask) -> SlipImage:
    """The slip with nothing where some of its pixels of written ink are, marked in the order of `ink_pixels`."""
    rows, columns = ink_pixels(slip)
    ink, darkness = slip.ink.copy(), slip.darkness.copy()
    ink[rows[at], columns[at]] = 0
    darkness[rows[at], columns[at]] = 0
    return replace(slip, ink=ink, darkness=darkness)


@lru_cache(maxsize=4)
def pieces_of(slip: SlipImage) -> tuple[Piece, ...]:
    """All pieces of written ink on the slip."""
    rows, columns = ink_pixels(slip)
    if not len(rows):
        return ()
    label = slip.ink[rows, columns]
    order = np.argsort(label, kind="stable")
    numbers, starts, sizes = np.unique(label[order], return_index=True, return_counts=True)
    scale = slip.px_per_mm
    x, y = _spans(columns[order], starts), _spans(rows[order], starts)
    return tuple(
        Piece(
            label=int(number),
            place=Rect(
                x.low / scale + slip.origin.x, y.low / scale + slip.origin.y, x.length / scale, y.length / scale
            ),
            centre=Point(x.middle / scale + slip.origin.x, y.middle / scale + slip.origin.y),
            area_mm2=float(size / scale**2),
            elongation=float(longer),
        )
        for number, size, x, y, longer in zip(
            numbers, sizes, x, y, _elongations(columns[order], rows[order], starts), strict=True
        )
    )


def _elongations(
    columns: npt.NDArray[np.int32], rows: npt.NDArray[np.int32], starts: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """The ratio of the spreads along and across the main axis of each piece, whose pixels stand one after the other."""
    sizes = np.diff(np.append(starts, len(rows)))
    x, y = columns.astype(np.float64), rows.astype(np.float64)

    def mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.add.reduceat(values, starts) / sizes)

    mean_x, mean_y = mean(x), mean(y)
    across, along, both = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2, mean(x * y) - mean_x * mean_y
    middle, radius = (across + along) / 2, np.hypot((across - along) / 2, both)
    return np.asarray(np.sqrt((middle + radius + PIXEL) / (np.maximum(middle - radius, 0) + PIXEL)))


@dataclass(frozen=True, slots=True)
class _Span:
    """Which rows, or columns, a piece covers, in pixels, and their mean."""

    low: float
    length: float
    middle: float


def _spans(places: npt.NDArray[np.int32], starts: npt.NDArray[np.intp]) -> list[_Span]:
    """The spans of pieces whose pixels stand one after the other."""
    low, high = np.minimum.reduceat(places, starts), np.maximum.reduceat(places, starts)
    sizes = np.diff(np.append(starts, len(places)))
    middle = np.add.reduceat(places, starts, dtype=np.float64) / sizes
    return [_Span(float(a), float(b - a + 1), float(m)) for a, b, m in zip(low, high, middle, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The pixels of some pieces, cut tight: `mask[0, 0]` is the slip's pixel at (`row`, `column`)."""

    mask: Mask
    row: int
    column: int


def points_of(slip: SlipImage, cutout: Cutout) -> npt.NDArray[np.float64]:
    """Where its pixels are on the page, in millimetres, shape (pixels, 2)."""
    rows, columns = np.nonzero(cutout.mask)
    points: npt.NDArray[np.float64] = np.stack([columns + cutout.column, rows + cutout.row], axis=1) / slip.px_per_mm
    points += (slip.origin.x, slip.origin.y)
    return points


def cut_out(slip: SlipImage, pieces: Sequence[Piece]) -> Cutout:
    """The pixels of these pieces; an empty cutout where there are none."""
    if not pieces:
        return Cutout(np.zeros((0, 0), bool), 0, 0)
    rows, columns = slip.slices(bounding(piece.place for piece in pieces).grown(0.2, 0.2, 0.2, 0.2))
    chosen = np.zeros(pieces_of(slip)[-1].label + 1, bool)
    chosen[[piece.label for piece in pieces]] = True
    return Cutout(np.asarray(chosen[slip.ink[rows, columns]], dtype=bool), rows.start, columns.start)


def part_of(cut: Cutout, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Cutout:
    """These pixels of a cutout alone, cut tight."""
    first, left = int(rows.min()), int(columns.min())
    mask = np.zeros((int(rows.max()) - first + 1, int(columns.max()) - left + 1), bool)
    mask[rows - first, columns - left] = True
    return Cutout(mask, cut.row + first, cut.column + left)


def stroke_width_mm(mask: Mask, px_per_mm: float) -> float:
    """The usual width of the strokes in a mask; 0 where it is empty."""
    if not mask.any():
        return 0.0
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-6) & mask
    return float(2 * np.median(depth[ridge]) / px_per_mm)


def span(places: npt.NDArray[np.float64], left_out: float) -> float:
    """How far places lie apart, but for this share of them at either end."""
    count = len(places)
    low, high = left_out * (count - 1), (1 - left_out) * (count - 1)
    wanted = [int(low), min(int(low) + 1, count - 1), int(high), min(int(high) + 1, count - 1)]
    a, b, c, d = np.partition(places, wanted)[wanted].tolist()
    return float(c + (d - c) * (high % 1) - a - (b - a) * (low % 1))


def is_lonely_speck(piece: Piece, others: Sequence[Piece]) -> bool:
    """Dust on the glass: small, round, and far from any of the others. What is left of a faint word lies in company."""
    if piece.area_mm2 > DUST_MM2 or max(piece.place.width, piece.place.height) > DUST_WIDTH_MM:
        return False
    company = piece.place.grown(LONELY_MM, LONELY_MM, LONELY_MM, LONELY_MM)
    return not any(other is not piece and other.place.overlaps(company) for other in others)
