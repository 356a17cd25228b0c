"""Tells whether a line is signed. Presence only: signatures are never compared with one another.

A signed line carries one cluster of writing of a signature's size and windings, on or near the line, and nothing
else. A dash, a cross, a stamp, or more writing than one signature makes doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import SignatureLine
from intake.faint import faint_mm2, faint_strokes, long_pieces
from intake.frames import Points, is_framed, turned
from intake.pieces import Cutout, Piece, cut_out, is_lonely_speck, pieces_of, points_of, span, stroke_width_mm
from intake.values import Evidence, SignatureReading, SignatureState, SlipImage

ABOVE_MM, BELOW_MM, LEFT_MM, RIGHT_MM = 9.0, 7.0, 5.0, 8.0
"""How far beyond its field a signature may reach."""
CORE_ABOVE_MM, CORE_BELOW_MM = 0.0, 2.0
"""Whatever touches the field, grown by this, belongs to the line."""
NEAR_MM = 3.0
"""Pieces this close to what touches the field belong to it: dots, crossings, the second word. There is no chain:
the first letters of a note that begins beside a signature may be taken in, the rest of it is not."""
RUN_ON_MM = 10.0
"""Ink of two lines that is no farther apart is one row of words: 149 pairs of signatures were 19 mm apart and more. A
guardian's name in block letters had run on into the child's line, and counted for both."""
STREAK_MM = (25.0, 1.5)
"""Taller and thinner than this is what is left of a scanner's streak."""
EMPTY_MM2 = 1.0
UNCLEAR_MM2 = 3.0
PALE_TIMES, GAP_MM, LONG_MM, LONG_SHARE = 2.5, 0.6, 4.0, 0.8
"""A signature no darker than so many times the least ink may be broken; its strokes go on over such gaps. So much of it
is strokes of such a length: the grain of a shadow is bits. Thirteen broken signatures were 1.2 to 2.3 times as dark as
that."""
INK_ALONG, INK_ACROSS = 0.6, 0.5
"""What is ink of it spans such shares of it: of the thirteen at least 0.68 and (but for one, 0.42) 0.55, of initials in
a grainy shadow 0.26 and 0.3."""
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
LOOP_MM, LOOP_SHARE, LOOP_SAMPLES, LOOP_FEW, LOOP_FEW_SHARE = 0.8, 0.92, 600, 60, 0.7
"""Ink of which so much lies so near to its own outline goes round and has nothing inside: a ring, a loop. Initials
reach 0.87, signatures 0.55. A few places tell most lines from one."""
LETTER_MM, SAME_HEIGHT, SAME_FOOT_MM, LETTER_GAP_MM, MOST_SLOPE, TYPED_LETTERS = (1.5, 5.0), 0.12, 0.3, 8.0, 0.45, 6
"""Typed letters: so many of one height on one line. Hands that print that evenly are asked about, too: 8 of 500."""
CUT_MM = 0.4
"""What print cuts off above and below is as high as the paper between: bits of a large hand, not typed letters."""
SHARD_MM, SHARD_SLIMNESS, SHARDS, STAMP_PIECES, SAME_WAY_DEG, SHARD_TURN_DEG = 3.0, 6.0, 4, 15, 2.5, 40.0
"""A stamp of which black and white left shards of its frame and letters: so many straight bits in so many pieces, that
lie along the frame's sides to within the fifth; those of a broken signature lie as they will (169 to 170 degrees, all
five of a stamp's; 0 to 12 degrees either way, a signature's), or aslant: no stamp is turned by more than the last, but
eight strokes of one leaning hand are, by 45 degrees."""
RING_RADIUS_MM, RING_BAND_MM, RING_SECTORS, RING_INKED_SHARE = (7.0, 22.0), 0.8, 72, 0.85
"""A round stamp's ring: ink all around one middle."""
LINE_BAND_MM, CROSS_REST_SHARE, FEW_POINTS, FEW_REST_SHARE = 1.2, 0.12, 250, 0.3
"""A cross or a dash: all but this share of the ink lies on two straight bands. Of most signatures a few points tell
that far more is left."""
STROKES, STROKE_BAND_MM, STROKE_MM, STROKE_GAP_MM, STROKE_POINTS, STROKES_SHARE = 6, 0.8, 8.0, 0.9, 600, 0.9
"""Up to so many straight strokes so long, in such a band and without such a gap, that hold this share of the ink cross
a line out, or are dashes: three to five of them, straight or wavering, hold 0.9 to 0.98. Of 603 lines of two series
two scribbles do; signatures reach 0.74."""
ROW_MM, ROW_WINDING, ROW_STROKES_SHARE = 15.0, 2.1, 0.6
"""A row of small letters so long, whose stroke is so many times as long as the row, is no line though two bands hold
it, if straight strokes hold less than the last. Of 24 dashes and crosses that two bands hold none winds by more than
1.7; three signatures of one hand wind by 2.15 to 2.5, and strokes hold 0.3 to 0.5."""
MOST_POINTS, FEWEST_POINTS = 1500, 20

Signed = tuple[SignatureReading, tuple[int, ...]]
"""What a line shows, and the labels of the ink that its signature explains."""


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


def read_signature(slip: SlipImage, line: SignatureLine) -> Signed:
    """Read one line; also the labels of the ink that its signature explains."""
    own = _cluster(slip, line.place)
    seen = _measure(slip, line.place, own, cut_out(slip, own))
    if _is_broken(slip, seen, own):
        mended = _measure(slip, line.place, own, _with_pale_strokes(slip, line.place, own))
        seen = mended if _state(mended) is SignatureState.SIGNED and _holds(mended, seen) else seen
    place = line.place.grown(LEFT_MM, ABOVE_MM, RIGHT_MM, BELOW_MM)
    reading = SignatureReading(line.name, line.role, _state(seen), Evidence(place, _measures(seen)))
    return reading, tuple(piece.label for piece in own)


def unless_run_on(slip: SlipImage, signed: Sequence[Signed]) -> tuple[Signed, ...]:
    """The lines, each with the labels of its ink; of two whose ink hangs together, as a row of writing does that runs
    on from the one field into the other, that with less of it is doubt.
    """
    places = {piece.label: piece.place for piece in pieces_of(slip)}
    doubt = {
        min(pair, key=lambda at: signed[at][0].evidence.measures["ink_mm2"])
        for pair in combinations(range(len(signed)), 2)
        if any(_are_near(places[one], places[other]) for one in signed[pair[0]][1] for other in signed[pair[1]][1])
    }
    return tuple(
        (replace(reading, state=SignatureState.UNCLEAR), labels)
        if at in doubt and reading.state is SignatureState.SIGNED
        else (reading, labels)
        for at, (reading, labels) in enumerate(signed)
    )


def _are_near(one: Rect, other: Rect) -> bool:
    return one.grown(RUN_ON_MM, NEAR_MM, RUN_ON_MM, NEAR_MM).overlaps(other)


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
    others = [p for p in written if around.contains(p.centre) and any(p.place.overlaps(n) for n in near)]
    beside = [p for p in others if not _surrounds(p.place, around) or any(_has_ink(slip, p, n) for n in near)]
    return tuple(dict.fromkeys([*own, *beside]))


def _surrounds(place: Rect, other: Rect) -> bool:
    """Whether a place is larger both ways, as that of the paper's edge is, scanned all around."""
    return place.width > other.width and place.height > other.height


def _has_ink(slip: SlipImage, piece: Piece, place: Rect) -> bool:
    return bool((slip.ink[slip.slices(place)] == piece.label).any())


def _is_broken(slip: SlipImage, seen: _Seen, own: tuple[Piece, ...]) -> bool:
    """Whether ink that is no signature as it is may be what the threshold left of a thin pale one."""
    if slip.bilevel or seen.unread or seen.drawn or seen.stamped or seen.ink_mm2 < UNCLEAR_MM2:
        return False
    # What is more than one signature stays so: near print pale strokes are not seen, which must not make it fit.
    if seen.width > MOST_WIDTH_MM or seen.height > MOST_HEIGHT_MM or _state(seen) is not SignatureState.UNCLEAR:
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
    drawn = long_pieces(strokes, slip.px_per_mm, LONG_MM)
    if np.count_nonzero(drawn) < LONG_SHARE * np.count_nonzero(strokes):
        strokes = np.zeros_like(strokes)
    return Cutout(strokes, rows.start, columns.start)


def _measure(slip: SlipImage, field: Rect, own: tuple[Piece, ...], cutout: Cutout) -> _Seen:
    points = points_of(slip, cutout)
    unread = bool(slip.outside[slip.slices(field)].mean() > 0.02)  # noqa: PLR2004 - a cut corner of the field
    if len(points) < 2:  # noqa: PLR2004 - one pixel has no direction
        faint = faint_mm2(slip, field)
        return _Seen(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, faint, drawn=False, stamped=False, unread=unread)
    _, axes = np.linalg.eigh(np.cov(points.T))
    spread, extent, width, height = (span(places, 0.015) for places in (*(points @ axes).T, *points.T))
    ink_mm2 = float(len(points) / slip.px_per_mm**2)
    places = [piece.place for piece in own]
    whole = [place for place in places if not _is_between_print(slip, place)]
    few = points[:: max(1, len(points) // MOST_POINTS)]
    length = ink_mm2 / max(stroke_width_mm(cutout.mask, slip.px_per_mm), 0.2)
    return _Seen(
        ink_mm2=ink_mm2,
        width=width,
        height=height,
        extent=extent,
        spread=spread,
        length=length,
        faint_mm2=faint_mm2(slip, field) if ink_mm2 < EMPTY_MM2 else 0.0,
        drawn=_is_drawn(few, length, extent) or _is_loop(points),
        stamped=is_framed(points) or _typed(whole) or _ringed(few, places) or _in_shards(slip, own),
        unread=unread,
    )


def _is_loop(points: Points) -> bool:
    """Whether the ink goes round and has nothing inside."""
    hull = cv2.convexHull(points.astype(np.float32))

    def share(samples: int) -> float:
        some = points[:: max(1, len(points) // samples)]
        return float(np.mean([abs(cv2.pointPolygonTest(hull, (float(x), float(y)), True)) < LOOP_MM for x, y in some]))

    return share(LOOP_FEW) >= LOOP_FEW_SHARE and share(LOOP_SAMPLES) >= LOOP_SHARE


def _in_shards(slip: SlipImage, own: Sequence[Piece]) -> bool:
    """Whether the ink is what a scan left of a stamp: bits of a frame, and letters."""
    shards = [p for p in own if p.elongation >= SHARD_SLIMNESS and p.length_mm >= SHARD_MM]
    if len(shards) < SHARDS or len(own) < STAMP_PIECES:
        return False
    turns = np.sort([_direction(slip, shard) % 90 for shard in shards])
    turns = turns[np.minimum(turns, 90 - turns) <= SHARD_TURN_DEG]
    if not len(turns):
        return False
    ends = np.searchsorted(np.concatenate([turns, turns + 90]), turns + SAME_WAY_DEG, side="right")
    return bool((ends - np.arange(len(turns))).max() >= SHARDS)


def _direction(slip: SlipImage, piece: Piece) -> float:
    """Where the main axis of a piece points, in degrees from level, 0 to 180."""
    rows, columns = np.nonzero(cut_out(slip, (piece,)).mask)
    _, axes = np.linalg.eigh(np.cov(np.stack([columns, rows]).astype(np.float64)))
    return float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])) % 180)


def _is_between_print(slip: SlipImage, place: Rect) -> bool:
    """Whether print lies right above a piece and right below it."""
    above = Rect(place.x, place.y - CUT_MM, place.width, CUT_MM)
    below = Rect(place.x, place.bottom, place.width, CUT_MM)
    return all(bool(slip.near_print[slip.slices(side)].any()) for side in (above, below))


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


def _is_drawn(points: Points, length: float, extent: float) -> bool:
    """Whether the ink is a few straight strokes, and not letters."""
    few = points[:: max(1, len(points) // STROKE_POINTS)]
    if not _few_straight_lines(points):
        return _share_of_strokes(few, STROKES_SHARE) >= STROKES_SHARE
    is_long = extent >= ROW_MM and length >= ROW_WINDING * extent
    return not is_long or _share_of_strokes(few, ROW_STROKES_SHARE) >= ROW_STROKES_SHARE


def _share_of_strokes(points: Points, enough: float) -> float:
    """The share of the ink that lies on long straight strokes, the longest taken away one after the other; where that
    cannot be `enough`, it may be less.
    """
    left = points
    for number in range(STROKES):
        if len(left) < FEWEST_POINTS:
            break
        on, along = _best_line(left, STROKE_BAND_MM)
        most = len(points) - len(left) + (STROKES - number) * np.count_nonzero(on)
        if most < enough * len(points):
            break
        places = np.flatnonzero(on)[np.argsort(along[on], kind="stable")]
        runs = np.split(places, np.flatnonzero(np.diff(along[places]) > STROKE_GAP_MM) + 1)
        stroke = max(runs, key=lambda run: float(np.ptp(along[run])))
        if np.ptp(along[stroke]) < STROKE_MM:
            break
        left = np.delete(left, stroke, axis=0)
    return 1 - len(left) / len(points)


def _rest_of_two_lines(points: Points) -> float:
    """The share of the ink that the two best lines leave."""
    left = points
    for _ in range(2):
        if len(left) < FEWEST_POINTS:
            break
        left = left[~_best_line(left, LINE_BAND_MM)[0]]
    return len(left) / len(points)


def _best_line(points: Points, band_mm: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Which points lie on the straight band that holds most of them; and where along it each point lies."""
    directions = np.radians(np.arange(0, 180, 4))[:, None]
    along, across = turned(points, directions)
    cell = ((across - across.min()) / (band_mm / 2)).astype(int)
    width = int(cell.max()) + 2
    counts = np.bincount((cell + np.arange(len(cell))[:, None] * width).ravel(), minlength=width * len(cell))
    pairs = counts[:-1] + counts[1:]
    direction, top = divmod(int(pairs.argmax()), width)
    return np.asarray((cell[direction] == top) | (cell[direction] == top + 1), bool), along[direction]


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
