"""Pieces of written ink: connected, each with its place and size."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from forms.geometry import Point, Rect, bounding
from intake.values import Mask, SlipImage


@dataclass(frozen=True, slots=True)
class Piece:
    """One connected piece of written ink; `label` is its number in the slip's ink."""

    label: int
    place: Rect
    centre: Point
    area_mm2: float


@lru_cache(maxsize=4)
def pieces_of(slip: SlipImage) -> tuple[Piece, ...]:
    """All pieces of written ink on the slip."""
    count = int(slip.ink.max(initial=0)) + 1
    scale, area_px = slip.px_per_mm, slip.px_per_mm**2
    rows, columns = np.nonzero(slip.ink)
    labels = slip.ink[rows, columns]
    sizes = np.bincount(labels, minlength=count)
    low = np.full((count, 2), np.iinfo(np.int64).max)
    high = np.full((count, 2), -1)
    for axis, values in enumerate((columns, rows)):
        np.minimum.at(low[:, axis], labels, values)
        np.maximum.at(high[:, axis], labels, values)
    sums = np.stack([np.bincount(labels, weights=values, minlength=count) for values in (columns, rows)], axis=1)
    return tuple(
        Piece(
            label=label,
            place=Rect(
                low[label, 0] / scale + slip.origin.x,
                low[label, 1] / scale + slip.origin.y,
                (high[label, 0] - low[label, 0] + 1) / scale,
                (high[label, 1] - low[label, 1] + 1) / scale,
            ),
            centre=Point(
                sums[label, 0] / sizes[label] / scale + slip.origin.x,
                sums[label, 1] / sizes[label] / scale + slip.origin.y,
            ),
            area_mm2=float(sizes[label] / area_px),
        )
        for label in range(1, count)
        if sizes[label]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """The pixels of some pieces, cut tight: `mask[0, 0]` is the slip's pixel at (`row`, `column`)."""

    mask: Mask
    row: int
    column: int


def cut_out(slip: SlipImage, pieces: Sequence[Piece]) -> Cutout:
    """The pixels of these pieces; an empty cutout where there are none."""
    if not pieces:
        return Cutout(np.zeros((0, 0), bool), 0, 0)
    rows, columns = slip.slices(bounding(piece.place for piece in pieces).grown(0.2, 0.2, 0.2, 0.2))
    chosen = np.zeros(int(slip.ink.max(initial=0)) + 1, bool)
    chosen[[piece.label for piece in pieces]] = True
    return Cutout(np.asarray(chosen[slip.ink[rows, columns]], dtype=bool), rows.start, columns.start)


def stroke_width_mm(mask: Mask, px_per_mm: float) -> float:
    """The usual width of the strokes in a mask; 0 where it is empty."""
    if not mask.any():
        return 0.0
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-6) & mask
    return float(2 * np.median(depth[ridge]) / px_per_mm)
