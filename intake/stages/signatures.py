"""Tells whether a line is signed. Presence only: signatures are never compared with one another.

A signed line carries one cluster of writing of a signature's size and windings, on or near the line, and nothing
else. A dash, a cross, a stamp, or more writing than one signature makes doubt.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import SignatureLine
from intake.pieces import Piece, cut_out, pieces_of, stroke_width_mm
from intake.values import Evidence, Mask, SignatureReading, SignatureState, SlipImage

ABOVE_MM, BELOW_MM, LEFT_MM, RIGHT_MM = 9.0, 7.0, 5.0, 8.0
"""How far beyond its field a signature may reach."""
CORE_ABOVE_MM, CORE_BELOW_MM = 0.0, 2.0
"""Whatever touches the field, grown by this, belongs to the line."""
NEAR_MM = 3.0
"""Pieces this close to what touches the field belong to it: dots, crossings, the second word. There is no chain:
the first letters of a note that begins beside a signature may be taken in, the rest of it is not."""
STREAK_MM = (25.0, 1.5)
"""Taller and thinner than this is what is left of a scanner's streak."""
EMPTY_MM2 = 1.0
UNCLEAR_MM2 = 3.0
SIGNED_EXTENT_MM = 11.0
"""Along its main axis; a cross has 10 at most, the shortest signature of the trial series 12."""
SIGNED_SPREAD_MM = 2.2
"""Across its main axis; a dash has the width of its stroke and what it bends."""
SIGNED_LENGTH_MM = 28.0
"""Of the stroke; a cross has 23, the shortest signature 39."""
SIGNED_WINDING = 1.3
"""Length of the stroke over extent; a dash has 1.1."""
MOST_WIDTH_MM, MOST_HEIGHT_MM = 80.0, 30.0
"""More than one signature fits into; a line and a stamp over it, for instance."""
FRAME_LINE_MM, FRAME_APART_MM, FRAME_INKED_SHARE = 24.0, 10.0, 0.7
"""A stamp's frame: two straight lines of this length, inked on this share of it, parallel and this far apart."""
BAND_MM, MOST_TURN_DEG, MOST_POINTS = 0.6, 25, 20_000


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was measured at one line; lengths in mm."""

    ink_mm2: float
    width: float
    height: float
    extent: float
    spread: float
    length: float
    framed: bool
    unread: bool

    @property
    def winding(self) -> float:
        return self.length / max(self.extent, 1.0)


def read_signature(slip: SlipImage, line: SignatureLine) -> tuple[SignatureReading, tuple[int, ...]]:
    """Read one line; also the labels of the ink that its signature explains."""
    own = _cluster(pieces_of(slip), line.place)
    seen = _measure(slip, line.place, own)
    place = line.place.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    reading = SignatureReading(line.name, line.role, _state(seen), Evidence(place, _measures(seen)))
    return reading, tuple(piece.label for piece in own)


def _cluster(every: tuple[Piece, ...], field: Rect) -> tuple[Piece, ...]:
    """The pieces that touch the field, and those near them inside the line's surroundings."""
    core = field.grown(1.0, CORE_ABOVE_MM, 1.0, CORE_BELOW_MM)
    around = field.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    tall, thin = STREAK_MM
    written = [p for p in every if not (p.place.height > tall and p.place.width < thin)]
    own = [p for p in written if p.place.overlaps(core)]
    near = [p.place.grown(NEAR_MM, NEAR_MM, NEAR_MM, NEAR_MM) for p in own]
    beside = [p for p in written if around.contains(p.centre) and any(p.place.overlaps(n) for n in near)]
    return tuple(dict.fromkeys([*own, *beside]))


def _measure(slip: SlipImage, field: Rect, own: tuple[Piece, ...]) -> _Seen:
    mask = cut_out(slip, own).mask
    rows, columns = np.nonzero(mask)
    unread = bool(slip.outside[slip.slices(field)].mean() > 0.02)  # noqa: PLR2004 - a cut corner of the field
    if len(rows) < 2:  # noqa: PLR2004 - one pixel has no direction
        return _Seen(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, framed=False, unread=unread)
    points = np.stack([columns, rows], axis=1) / slip.px_per_mm
    _, axes = np.linalg.eigh(np.cov(points.T))
    spread, extent = (float(np.ptp(np.percentile(points @ axes[:, n], [1.5, 98.5]))) for n in (0, 1))
    width, height = (float(np.ptp(np.percentile(points[:, n], [1.5, 98.5]))) for n in (0, 1))
    ink_mm2 = float(len(rows) / slip.px_per_mm**2)
    return _Seen(
        ink_mm2=ink_mm2,
        width=width,
        height=height,
        extent=extent,
        spread=spread,
        length=ink_mm2 / max(stroke_width_mm(mask, slip.px_per_mm), 0.2),
        framed=_framed(mask, slip.px_per_mm),
        unread=unread,
    )


def _framed(mask: Mask, px_per_mm: float) -> bool:
    """Whether the ink holds a stamp's frame: two straight parallel lines, long and well apart.

    The ink is looked at along every direction a stamp may be turned to. A line is a narrow band that is inked on most
    of a stretch; stamps print with gaps. A signature has one such line at most, its underline.
    """
    rows, columns = np.nonzero(mask)
    if np.ptp(columns) < FRAME_LINE_MM * px_per_mm or np.ptp(rows) < FRAME_APART_MM * px_per_mm:
        return False
    step = max(1, len(rows) // MOST_POINTS)
    x, y = columns[::step] / px_per_mm, rows[::step] / px_per_mm
    return any(_two_lines(x, y, np.radians(degrees)) for degrees in range(-MOST_TURN_DEG, MOST_TURN_DEG + 1))


def _two_lines(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], angle: float) -> bool:
    """Whether two bands along one direction are inked on most of a stretch of `FRAME_LINE_MM`."""
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    cells = np.stack([across - across.min(), along - along.min()], axis=1) / BAND_MM
    grid = np.zeros(tuple((cells.max(axis=0) + 1).astype(int)), np.float32)
    grid[cells[:, 0].astype(int), cells[:, 1].astype(int)] = 1
    stretch = round(FRAME_LINE_MM / BAND_MM)
    if grid.shape[1] < stretch:
        return False
    inked = np.cumsum(np.pad(grid, ((0, 0), (1, 0))), axis=1)
    coverage = (inked[:, stretch:] - inked[:, :-stretch]).max(axis=1) / stretch
    lines = np.flatnonzero(coverage >= FRAME_INKED_SHARE)
    return bool(len(lines) and np.ptp(lines) * BAND_MM >= FRAME_APART_MM)


def _state(seen: _Seen) -> SignatureState:
    if seen.unread:
        return SignatureState.UNREAD
    if seen.ink_mm2 < UNCLEAR_MM2:
        return SignatureState.EMPTY if seen.ink_mm2 < EMPTY_MM2 else SignatureState.UNCLEAR
    signed = (
        seen.extent >= SIGNED_EXTENT_MM
        and seen.spread >= SIGNED_SPREAD_MM
        and seen.length >= SIGNED_LENGTH_MM
        and seen.winding >= SIGNED_WINDING
        and seen.width <= MOST_WIDTH_MM
        and seen.height <= MOST_HEIGHT_MM
        and not seen.framed
    )
    return SignatureState.SIGNED if signed else SignatureState.UNCLEAR


def _measures(seen: _Seen) -> dict[str, float]:
    return {
        "ink_mm2": round(seen.ink_mm2, 1),
        "width_mm": round(seen.width, 1),
        "height_mm": round(seen.height, 1),
        "extent_mm": round(seen.extent, 1),
        "spread_mm": round(seen.spread, 1),
        "length_mm": round(seen.length, 1),
        "winding": round(seen.winding, 2),
        "framed": float(seen.framed),
    }
