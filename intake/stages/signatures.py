"""Tells whether a line is signed. Presence only: signatures are never compared with one another.

A signed line carries one cluster of writing of a signature's size and windings, on or near the line, and nothing
else. A dash, a cross, a stamp, or more writing than one signature makes doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import SignatureLine
from intake.faint import faint_mm2, faint_strokes
from intake.pieces import Cutout, Piece, cut_out, is_lonely_speck, pieces_of, span, stroke_width_mm
from intake.values import Evidence, GrayImage, SignatureReading, SignatureState, SlipImage

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
PALE_TIMES, GAP_MM, LONG_MM, LONG_SHARE = 2.5, 0.6, 4.0, 0.8
"""A signature no darker than so many times the least ink may be broken; its strokes go on over such gaps. So much of it
is strokes of such a length: the grain of a shadow is bits."""
INK_ALONG, INK_ACROSS = 0.6, 0.5
"""What is ink of it spans such shares of it: a dash or initials beside which the paper is grainy do not."""
FAINT_MM2 = 1.0
"""More than this of strokes too faint for ink, and a line is not called empty."""
SIGNED_EXTENT_MM, SMALL_EXTENT_MM, SMALL_LENGTH_MM = 8.0, 11.0, 35.0
"""Along its main axis. A smaller one than the second needs a longer stroke: a cross of 10 mm has 23 mm of it, the most
compact signature of the trial series 50."""
SIGNED_SPREAD_MM = 2.2
"""Across its main axis; a dash has the width of its stroke and what it bends."""
SIGNED_LENGTH_MM = 28.0
"""Of the stroke; a cross has 23, the shortest signature 39."""
SIGNED_WINDING = 1.3
"""Length of the stroke over extent; a dash has 1.1."""
MOST_WIDTH_MM, MOST_HEIGHT_MM = 80.0, 30.0
"""More than one signature fits into; a line and a stamp over it, for instance."""
BAND_MM, STEP_MM, FREE_SIDE_MM, MOST_TURN_DEG = 0.4, 0.5, 1.2, 25
THIN_MM = 0.2
"""Half of a band: what is looked at for lines."""
SMALLEST_FRAME_MM = 9.0
PARALLEL_LINES_MM, PARALLEL_INKED_SHARE, PARALLEL_APART_MM = 24.0, 0.8, 11.0
"""Two sides of a frame, or two strokes through a signature that was crossed out. The flat loops of two signers reached
a share of 0.7."""
CROSSED_MM, CROSSED_INKED_SHARE, CROSSED_DEG, CROSSED_INSIDE_MM = 30.0, 0.85, 10.0, 3.0
"""Two straight strokes that cross each other well inside both: a signature that was crossed out. Of 500 signatures none
has them; with 28 mm and a share of 0.8 six have."""
LOOP_MM, LOOP_SHARE, LOOP_SAMPLES, LOOP_FEW, LOOP_FEW_SHARE = 0.8, 0.92, 600, 60, 0.7
"""Ink of which so much lies so near to its own outline goes round and has nothing inside: a ring, a loop. Initials
reach 0.87, signatures 0.55. A few places tell most lines from one."""
CORNER_MM, CORNER_TURNS = 1.5, 2
"""Two lines meet this nearly, in so many of the turns that are looked at, a degree apart."""
STRAIGHT_MM, AROUND_LINE_MM, STRAY_TIMES = 0.08, 1.0, 2.5
"""The middle of a printed line's ink, as far around it as the second, wavers by less than the first (standard deviation
without the steps that are off by so many times as much): the corners of 41 stamps by 0.015 to 0.04 mm, those of nine
signatures that look like one by 0.105 to 0.22."""
LETTER_MM, SAME_HEIGHT, SAME_FOOT_MM, LETTER_GAP_MM, MOST_SLOPE, TYPED_LETTERS = (1.5, 5.0), 0.12, 0.3, 8.0, 0.45, 6
"""Typed letters: so many of one height on one line. Hands that print that evenly are asked about, too: 8 of 500."""
SHARD_MM, SHARD_SLIMNESS, SHARDS, STAMP_PIECES, SAME_WAY_DEG = 3.0, 6.0, 4, 15, 2.5
"""A stamp of which black and white left shards of its frame and letters: so many straight bits in so many pieces, that
lie along the frame's sides to within the last; those of a broken signature lie as they will (169 to 170 degrees, all
five of a stamp's; 0 to 12 degrees either way, a signature's)."""
RING_RADIUS_MM, RING_BAND_MM, RING_SECTORS, RING_INKED_SHARE = (7.0, 22.0), 0.8, 72, 0.85
"""A round stamp's ring: ink all around one middle."""
LINE_BAND_MM, CROSS_REST_SHARE, FEW_POINTS, FEW_REST_SHARE = 1.2, 0.12, 250, 0.3
"""A cross or a dash: all but this share of the ink lies on two straight bands. Of most signatures a few points tell
that far more is left."""
MOST_POINTS, FEWEST_POINTS = 1500, 20
F = TypeVar("F", np.float32, np.float64)
Points = npt.NDArray[np.float64]
"""Places of ink, shape (n, 2), in millimetres."""


@dataclass(frozen=True, slots=True)
class _Corner:
    """The corner of a stamp's frame: two lines of these lengths, inked on this share."""

    level_mm: float
    upright_mm: float
    inked_share: float


CORNERS = (_Corner(14.0, 9.0, 0.8), _Corner(12.0, 9.0, 0.9))
"""Long and rather even, or shorter and even. Of the fields of the trial series that a stamp's frame touches all but one
show one of these, or two parallel lines; of 600 signatures one did."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was measured at one line; lengths in mm."""

    ink_mm2: float
    width: float
    height: float
    extent: float
    spread: float
    length: float
    faint_mm2: float
    drawn: bool
    stamped: bool
    unread: bool

    @property
    def winding(self) -> float:
        return self.length / max(self.extent, 1.0)


def read_signature(slip: SlipImage, line: SignatureLine) -> tuple[SignatureReading, tuple[int, ...]]:
    """Read one line; also the labels of the ink that its signature explains."""
    own = _cluster(slip, line.place)
    seen = _measure(slip, line.place, own, cut_out(slip, own))
    if _is_broken(slip, seen, own):
        mended = _measure(slip, line.place, own, _with_pale_strokes(slip, line.place, own))
        seen = mended if _state(mended) is SignatureState.SIGNED and _holds(mended, seen) else seen
    place = line.place.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    reading = SignatureReading(line.name, line.role, _state(seen), Evidence(place, _measures(seen)))
    return reading, tuple(piece.label for piece in own)


def _cluster(slip: SlipImage, field: Rect) -> tuple[Piece, ...]:
    """The pieces that touch the field, and those near them inside the line's surroundings."""
    every = pieces_of(slip)
    core = field.grown(1.0, CORE_ABOVE_MM, 1.0, CORE_BELOW_MM)
    around = field.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    tall, thin = STREAK_MM
    written = [p for p in every if not (p.place.height > tall and p.place.width < thin)]
    inside = slip.ink[slip.slices(core)]
    touching = set(inside[inside > 0].tolist())
    own = [p for p in written if p.label in touching]
    own = [p for p in own if not is_lonely_speck(p, own)]
    near = [p.place.grown(NEAR_MM, NEAR_MM, NEAR_MM, NEAR_MM) for p in own]
    beside = [p for p in written if around.contains(p.centre) and any(p.place.overlaps(n) for n in near)]
    return tuple(dict.fromkeys([*own, *beside]))


def _is_broken(slip: SlipImage, seen: _Seen, own: tuple[Piece, ...]) -> bool:
    """Whether ink that is no signature as it is may be what the threshold left of a thin pale one."""
    if slip.bilevel or seen.unread or seen.drawn or seen.stamped or seen.ink_mm2 < UNCLEAR_MM2:
        return False
    if _state(seen) is not SignatureState.UNCLEAR:
        return False
    cutout = cut_out(slip, own)
    rows, columns = np.nonzero(cutout.mask)
    dark = slip.darkness[rows + cutout.row, columns + cutout.column]
    return float(np.median(dark)) <= PALE_TIMES * slip.ink_threshold


def _holds(whole: _Seen, ink: _Seen) -> bool:
    """Whether the ink lies all over the strokes, as the darkest bits of one signature do."""
    return ink.extent >= INK_ALONG * whole.extent and ink.spread >= INK_ACROSS * whole.spread


def _with_pale_strokes(slip: SlipImage, field: Rect, own: tuple[Piece, ...]) -> Cutout:
    """The strokes that the ink of a line is the darkest of, down to what is too pale for ink; nothing where they are no
    strokes but grain.
    """
    around = field.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    rows, columns = slip.slices(around)
    strokes, _ = faint_strokes(slip, around)
    inked = np.isin(slip.ink[rows, columns], [piece.label for piece in own])
    side = 2 * round(GAP_MM * slip.px_per_mm / 2) + 1
    near = cv2.dilate((strokes | inked).astype(np.uint8), np.ones((side, side), np.uint8))
    _, labels = cv2.connectedComponents(near, connectivity=8)
    strokes &= np.isin(labels, np.unique(labels[inked]))
    _, bits, stats, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    long = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= LONG_MM * slip.px_per_mm
    long[0] = False
    drawn = np.asarray(long[bits], bool)
    if np.count_nonzero(drawn) < LONG_SHARE * np.count_nonzero(strokes):
        strokes = np.zeros_like(strokes)
    return Cutout(strokes, rows.start, columns.start)


def _measure(slip: SlipImage, field: Rect, own: tuple[Piece, ...], cutout: Cutout) -> _Seen:
    rows, columns = np.nonzero(cutout.mask)
    unread = bool(slip.outside[slip.slices(field)].mean() > 0.02)  # noqa: PLR2004 - a cut corner of the field
    if len(rows) < 2:  # noqa: PLR2004 - one pixel has no direction
        faint = faint_mm2(slip, field)
        return _Seen(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, faint, drawn=False, stamped=False, unread=unread)
    points = np.stack([columns + cutout.column, rows + cutout.row], axis=1) / slip.px_per_mm
    points += (slip.origin.x, slip.origin.y)
    _, axes = np.linalg.eigh(np.cov(points.T))
    spread, extent, width, height = (span(places, 0.015) for places in (*(points @ axes).T, *points.T))
    ink_mm2 = float(len(rows) / slip.px_per_mm**2)
    places = [piece.place for piece in own]
    few = points[:: max(1, len(points) // MOST_POINTS)]
    return _Seen(
        ink_mm2=ink_mm2,
        width=width,
        height=height,
        extent=extent,
        spread=spread,
        length=ink_mm2 / max(stroke_width_mm(cutout.mask, slip.px_per_mm), 0.2),
        faint_mm2=faint_mm2(slip, field) if ink_mm2 < EMPTY_MM2 else 0.0,
        drawn=_few_straight_lines(few) or _is_loop(points),
        stamped=_framed(points) or _typed(places) or _ringed(few, places) or _in_shards(slip, own),
        unread=unread,
    )


def _framed(points: Points) -> bool:
    """Whether the ink holds a corner of a stamp's frame, two long parallel lines, or two strokes that cross out.

    The ink is looked at along every direction a stamp may be turned to. A line is a narrow band that is inked on most
    of a stretch and has little ink beside it; stamps print with gaps. Signatures have straight strokes, but hardly ever
    two at a right angle that end where they meet, nor two parallel ones a stamp's height apart.
    """
    if (np.ptp(points, axis=0) < SMALLEST_FRAME_MM).any():
        return False
    coarse = _thinned(points)
    turns = np.radians(np.arange(-MOST_TURN_DEG, MOST_TURN_DEG + 1), dtype=np.float32)[:, None]
    along, across = _turned(coarse, turns)
    level = _banded(along, across)
    parallel = _lines(level, PARALLEL_LINES_MM, PARALLEL_INKED_SHARE, free_sides=1)
    apart = (np.ptp(parallel[parallel[:, 0] == turn, 1]) for turn in np.unique(parallel[:, 0]))
    if any(gap >= PARALLEL_APART_MM for gap in apart) or _crossed(level, turns.ravel()):
        return True
    begun = [(corner, _lines(level, corner.level_mm, corner.inked_share, free_sides=2)) for corner in CORNERS]
    begun = [(corner, lines) for corner, lines in begun if len(lines)]
    if not begun:
        return False
    upright = _banded(across, along)
    corners = [_corners(lines, _lines(upright, c.upright_mm, c.inked_share, free_sides=2)) for c, lines in begun]
    return any(
        len(np.unique(pairs[:, 0])) >= CORNER_TURNS and _any_straight(points, pairs, turns.ravel()) for pairs in corners
    )


def _is_loop(points: Points) -> bool:
    """Whether the ink goes round and has nothing inside."""
    hull = cv2.convexHull(points.astype(np.float32))

    def share(samples: int) -> float:
        some = points[:: max(1, len(points) // samples)]
        return float(np.mean([abs(cv2.pointPolygonTest(hull, (float(x), float(y)), True)) < LOOP_MM for x, y in some]))

    return share(LOOP_FEW) >= LOOP_FEW_SHARE and share(LOOP_SAMPLES) >= LOOP_SHARE


def _corners(level: npt.NDArray[np.float64], upright: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The pairs of a level and an upright line that meet at their ends, shape (n, 7): turn, then each line's place
    across, begin and end.
    """
    found = [np.zeros((0, 7))]
    for turn in np.intersect1d(level[:, 0], upright[:, 0]):
        lying, standing = level[level[:, 0] == turn, 1:], upright[upright[:, 0] == turn, 1:]
        second, first = np.nonzero(_meet(lying, standing))
        found.append(np.column_stack([np.full(len(first), turn), lying[first], standing[second]]))
    return np.concatenate(found)


def _any_straight(points: Points, corners: npt.NDArray[np.float64], turns: npt.NDArray[np.float32]) -> bool:
    """Whether both lines of one of the corners are as straight as if they were printed; `turns` are in radians."""
    off = points - points.min(axis=0)
    for turn in np.unique(corners[:, 0]).astype(int):
        along, across = _turned(off, float(turns[turn]))
        pairs = corners[corners[:, 0] == turn, 1:]
        level = {line: _is_straight(along, across, *line) for line in {(a, b, c) for a, b, c, *_ in pairs.tolist()}}
        straight = pairs[[level[a, b, c] for a, b, c, *_ in pairs.tolist()], 3:]
        if any(_is_straight(across, along, *line) for line in {(a, b, c) for a, b, c in straight.tolist()}):
            return True
    return False


def _is_straight(
    along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], place: float, begin: float, end: float
) -> bool:
    """Whether the middle of the ink of a line, step by step, keeps to one straight line."""
    on = (along >= begin) & (along <= end) & (np.abs(across - place - BAND_MM / 2) <= AROUND_LINE_MM)
    step = ((along[on] - begin) / STEP_MM).astype(np.intp)
    count = np.bincount(step)
    at = np.flatnonzero(count)
    middle = np.bincount(step, across[on])[at] / count[at]
    off = middle - np.polyval(np.polyfit(at, middle, 1), at)
    kept = np.abs(off) <= STRAY_TIMES * off.std()
    at, middle = at[kept], middle[kept]
    off = middle - np.polyval(np.polyfit(at, middle, 1), at)
    return float(off.std()) <= STRAIGHT_MM


def _thinned(points: Points) -> npt.NDArray[np.float32]:
    """One point for each cell of `THIN_MM` that holds any."""
    cells = np.floor((points - points.min(axis=0)) / THIN_MM).astype(np.intp)
    width = int(cells[:, 0].max()) + 1
    taken = np.zeros((int(cells[:, 1].max()) + 1) * width, bool)
    taken[cells[:, 1] * width + cells[:, 0]] = True
    rows, columns = np.divmod(np.flatnonzero(taken), width)
    return (np.stack([columns, rows], axis=1) * THIN_MM).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Bands:
    """Ink in narrow bands, seen from several turns: `inked` has shape (turns, bands, steps), 1 where there is any.

    `sums` is how many of its steps are inked in each band, shape (turns * bands,); `low` is the place across of the
    first band of each turn, and the place along of its first step.
    """

    inked: GrayImage
    sums: npt.NDArray[np.int32]
    low: npt.NDArray[np.float32]


def _banded(along: npt.NDArray[np.float32], across: npt.NDArray[np.float32]) -> _Bands:
    """Sort points, a row of them for each turn, into bands."""
    low = np.stack([across.min(axis=1), along.min(axis=1)], axis=1)
    band = ((across - low[:, :1]) / BAND_MM).astype(np.int32)
    step = ((along - low[:, 1:]) / STEP_MM).astype(np.int32)
    inked = np.zeros((len(along), int(band.max()) + 1, int(step.max()) + 1), np.uint8)
    turns, bands, steps = inked.shape
    band += np.arange(turns, dtype=np.int32)[:, None] * bands
    band *= steps
    band += step
    inked.reshape(-1)[band.reshape(-1)] = 1
    sums = cv2.reduce(inked.reshape(turns * bands, steps), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
    return _Bands(inked, np.asarray(sums, np.int32).ravel(), low)


def _lines(bands: _Bands, length: float, inked_share: float, *, free_sides: int) -> npt.NDArray[np.float64]:
    """Stretches of straight line, shape (n, 4): turn, place across, where it begins and where it ends."""
    stretch = round(length / STEP_MM)
    turns, count, steps = bands.inked.shape
    if steps < stretch:
        return np.zeros((0, 4))
    need = int(np.ceil(inked_share * stretch))
    rows = bands.inked.reshape(turns * count, steps)
    long = np.flatnonzero(bands.sums >= need)
    if not len(long):
        return np.zeros((0, 4))
    row, start = np.nonzero(_coverage(rows[long], stretch) >= need)
    row = long[row]
    turn, band = np.divmod(row, count)
    aside = round(FREE_SIDE_MM / BAND_MM)
    sides = [
        np.where((band + off >= 0) & (band + off < count), _coverage_at(rows, row + off, start, stretch), 0)
        for off in (-aside, aside)
    ]
    crowded = np.maximum(*sides) if free_sides == 2 else np.minimum(*sides)  # noqa: PLR2004 - both of them
    free = 1 - 2 * crowded / stretch >= inked_share
    turn, band, start = turn[free], band[free], start[free]
    begin = start * STEP_MM + bands.low[turn, 1]
    return np.stack([turn, band * BAND_MM + bands.low[turn, 0], begin, begin + length], axis=1).astype(np.float64)


def _crossed(level: _Bands, turns: npt.NDArray[np.float32]) -> bool:
    """Whether two long straight strokes cross each other."""
    lines = _lines(level, CROSSED_MM, CROSSED_INKED_SHARE, free_sides=2)
    angle = turns[lines[:, 0].astype(int)].astype(np.float64)
    apart = angle[:, None] - angle[None, :]
    first, second = np.nonzero(apart >= np.radians(CROSSED_DEG))
    across, begin, sine, cosine = lines[:, 1], lines[:, 2], np.sin(apart[first, second]), np.cos(apart[first, second])
    # Where the lines meet, along each of them: both are given by how far they pass from the same place.
    on_first = (across[second] - across[first] * cosine) / sine - begin[first]
    on_second = (across[second] * cosine - across[first]) / sine - begin[second]
    low, high = CROSSED_INSIDE_MM, CROSSED_MM - CROSSED_INSIDE_MM
    return bool(((on_first > low) & (on_first < high) & (on_second > low) & (on_second < high)).any())


def _coverage(rows: GrayImage, stretch: int) -> npt.NDArray[np.int32]:
    """How many of the next so many steps are inked, from each step on; beyond the end there is no ink."""
    count, steps = rows.shape
    sums = np.zeros((count, steps + stretch), np.int32)
    np.cumsum(rows, axis=1, dtype=np.int32, out=sums[:, 1 : steps + 1])
    sums[:, steps + 1 :] = sums[:, steps : steps + 1]
    return np.asarray(sums[:, stretch:] - sums[:, :-stretch], np.int32)


def _coverage_at(
    rows: GrayImage, row: npt.NDArray[np.intp], start: npt.NDArray[np.intp], stretch: int
) -> npt.NDArray[np.int32]:
    """The same for single places; rows beyond the ends are those at the ends."""
    at = np.clip(row, 0, len(rows) - 1)
    wanted = np.zeros(len(rows), bool)
    wanted[at] = True
    return np.asarray(_coverage(rows[wanted], stretch)[np.cumsum(wanted)[at] - 1, start], np.int32)


def _meet(level: npt.NDArray[np.float64], upright: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Whether an end of a level line lies at an end of an upright one, shape (upright, level); each has its place
    across, begin and end.
    """
    sideways = np.abs(upright[:, None, 0] - level[None, :, 1:].transpose(2, 0, 1)).min(axis=0)
    downwards = np.abs(level[None, :, 0] - upright[:, None, 1:].transpose(2, 0, 1)).min(axis=0)
    return np.asarray((sideways < CORNER_MM) & (downwards < CORNER_MM), bool)


def _in_shards(slip: SlipImage, own: Sequence[Piece]) -> bool:
    """Whether the ink is what a scan left of a stamp: bits of a frame, and letters."""
    shards = [p for p in own if p.elongation >= SHARD_SLIMNESS and np.hypot(p.place.width, p.place.height) >= SHARD_MM]
    if len(shards) < SHARDS or len(own) < STAMP_PIECES:
        return False
    turns = np.sort([_direction(slip, shard) % 90 for shard in shards])
    ends = np.searchsorted(np.concatenate([turns, turns + 90]), turns + SAME_WAY_DEG, side="right")
    return bool((ends - np.arange(len(turns))).max() >= SHARDS)


def _direction(slip: SlipImage, piece: Piece) -> float:
    """Where the main axis of a piece points, in degrees from level, 0 to 180."""
    rows, columns = np.nonzero(cut_out(slip, (piece,)).mask)
    _, axes = np.linalg.eigh(np.cov(np.stack([columns, rows]).astype(np.float64)))
    return float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) % 180)


def _typed(pieces: Sequence[Rect]) -> bool:
    """Whether a row of letters stands there as a machine sets them: of one height, on one straight line."""
    low, high = LETTER_MM
    letters = [p for p in pieces if low <= p.height <= high and p.width <= high]
    rows = (_row([p for p in letters if abs(p.height - one.height) <= SAME_HEIGHT * one.height]) for one in letters)
    return any(longest >= TYPED_LETTERS for longest in rows)


def _row(letters: Sequence[Rect]) -> int:
    """The most letters whose feet stand on one straight line, side by side."""
    if len(letters) < TYPED_LETTERS:
        return 0
    feet = np.array([(letter.centre.x, letter.bottom) for letter in letters])
    best = 0
    for first, second in combinations(feet, 2):
        dx, dy = second - first
        if abs(dx) >= LETTER_MM[0] and abs(dy) <= MOST_SLOPE * abs(dx):
            on = np.abs(feet[:, 1] - first[1] - dy / dx * (feet[:, 0] - first[0])) < SAME_FOOT_MM
            gaps = np.diff(np.sort(feet[on, 0]))
            runs = np.split(gaps, np.flatnonzero(gaps >= LETTER_GAP_MM) + 1)
            best = max(best, *(int((run < LETTER_GAP_MM).sum()) + 1 for run in runs))
    return best


def _turned(points: npt.NDArray[F], angle: float | npt.NDArray[F]) -> tuple[npt.NDArray[F], npt.NDArray[F]]:
    """The points' places along a direction and across it; for several directions, each in a row, as many rows."""
    x, y = points[:, 0], points[:, 1]
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _ringed(points: Points, pieces: Sequence[Rect]) -> bool:
    """Whether the ink holds the ring of a round stamp around the middle of one of its pieces."""
    return any(_is_ring(points, place) for place in pieces if min(place.width, place.height) >= 2 * RING_RADIUS_MM[0])


def _is_ring(points: Points, place: Rect) -> bool:
    off = points - (place.centre.x, place.centre.y)
    radius, turn = np.hypot(off[:, 0], off[:, 1]), np.arctan2(off[:, 1], off[:, 0])
    sector = ((turn + np.pi) / (2 * np.pi) * RING_SECTORS).astype(int) % RING_SECTORS
    return any(
        len(np.unique(sector[np.abs(radius - middle) <= RING_BAND_MM])) >= RING_INKED_SHARE * RING_SECTORS
        for middle in np.arange(*RING_RADIUS_MM, 0.5)
    )


def _few_straight_lines(points: Points) -> bool:
    """Whether two straight lines hold nearly all of the ink: a cross, a dash, two dashes."""
    few = points[:: max(1, len(points) // FEW_POINTS)]
    if len(few) >= FEWEST_POINTS and _rest_of_two_lines(few) > FEW_REST_SHARE:
        return False
    return _rest_of_two_lines(points) <= CROSS_REST_SHARE


def _rest_of_two_lines(points: Points) -> float:
    """The share of the ink that the two best lines leave."""
    left = points
    for _ in range(2):
        if len(left) < FEWEST_POINTS:
            break
        left = left[~_best_line(left)]
    return len(left) / len(points)


def _best_line(points: Points) -> npt.NDArray[np.bool_]:
    """Which points lie on the straight band that holds most of them."""
    directions = np.radians(np.arange(0, 180, 4))[:, None]
    _, across = _turned(points, directions)
    cell = ((across - across.min()) / (LINE_BAND_MM / 2)).astype(int)
    width = int(cell.max()) + 2
    counts = np.bincount((cell + np.arange(len(cell))[:, None] * width).ravel(), minlength=width * len(cell))
    pairs = counts[:-1] + counts[1:]
    direction, top = divmod(int(pairs.argmax()), width)
    return np.asarray((cell[direction] == top) | (cell[direction] == top + 1), bool)


def _state(seen: _Seen) -> SignatureState:
    if seen.unread:
        return SignatureState.UNREAD
    if seen.ink_mm2 < UNCLEAR_MM2:
        empty = seen.ink_mm2 < EMPTY_MM2 and seen.faint_mm2 < FAINT_MM2
        return SignatureState.EMPTY if empty else SignatureState.UNCLEAR
    signed = (
        seen.extent >= SIGNED_EXTENT_MM
        and (seen.extent >= SMALL_EXTENT_MM or seen.length >= SMALL_LENGTH_MM)
        and seen.spread >= SIGNED_SPREAD_MM
        and seen.length >= SIGNED_LENGTH_MM
        and seen.winding >= SIGNED_WINDING
        and seen.width <= MOST_WIDTH_MM
        and seen.height <= MOST_HEIGHT_MM
        and not seen.drawn
        and not seen.stamped
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
        "faint_mm2": round(seen.faint_mm2, 1),
        "drawn": float(seen.drawn),
        "stamped": float(seen.stamped),
    }
