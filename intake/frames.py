"""The frames of stamps in written ink: straight lines that meet at right angles.

Ink is looked at along every direction a stamp may be turned to. A line is a narrow band that is inked on most of a
stretch and has little ink beside it; stamps print with gaps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from intake.values import GrayImage, Stamp

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
CORNER_MM, CORNER_TURNS = 1.5, 2
"""Two lines meet this nearly, in so many of the turns that are looked at, a degree apart."""
STRAIGHT_MM, AROUND_LINE_MM, STRAY_TIMES, FEWEST_STEPS = 0.08, 1.0, 2.5, 3
"""The middle of a printed line's ink, as far around it as the second, wavers by less than the first (standard deviation
without the steps that are off by so many times as much): the corners of 41 stamps by 0.015 to 0.04 mm, those of nine
signatures that look like one by 0.105 to 0.22."""
SIDES_MM, SIDE_INKED_SHARE, SIDE_MM, STAMP_MM = (12.0, 8.0), 0.8, 1.0, (60.0, 32.0)
"""A stamp is no larger than the last and no smaller than the first; straight lines of at least the first lie along
three of its sides, and its ink reaches no farther beyond them than the third."""
BEYOND_MM, BEYOND_ASIDE_MM, BEYOND_SHARE = (1.5, 5.5), 0.6, 0.6
"""A stamp's side ends at the corner: of the stretch beyond it less than this share is inked, so far aside. Folds and
printed lines go on."""
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


def is_framed(points: Points) -> bool:
    """Whether the ink holds a corner of a stamp's frame, two long parallel lines, or two strokes that cross out.

    Signatures have straight strokes, but hardly ever two at a right angle that end where they meet, nor two parallel
    ones a stamp's height apart.
    """
    if (np.ptp(points, axis=0) < SMALLEST_FRAME_MM).any():
        return False
    coarse = _thinned(points)
    turns = _turns()
    along, across = turned(coarse, turns)
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


def covered(stamp: Stamp, points: Points) -> npt.NDArray[np.bool_]:
    """Which of the points lie inside the stamp's frame, or on it."""
    x, y = turned(points, stamp.turn)
    across = (x >= stamp.left - SIDE_MM) & (x <= stamp.right + SIDE_MM)
    return np.asarray(across & (y >= stamp.top - SIDE_MM) & (y <= stamp.bottom + SIDE_MM), bool)


def stamps_in(points: Points) -> Iterator[Stamp]:
    """The framed stamps whose frame is in the ink, whatever else is; one may be found in several turns.

    Of a frame three sides are enough: where the fourth was, the lines of two others end.
    """
    if not len(points) or (np.ptp(points, axis=0) < SIDES_MM[1]).any():
        return
    turns = _turns()
    along, across = turned(_thinned(points), turns)
    level = _lines(_banded(along, across), SIDES_MM[0], SIDE_INKED_SHARE, free_sides=2)
    upright = _lines(_banded(across, along), SIDES_MM[1], SIDE_INKED_SHARE, free_sides=2)
    corner = points.min(axis=0)
    for number in np.intersect1d(level[:, 0], upright[:, 0]).astype(int):
        turn = float(turns[number, 0])
        x, y = turned(points - corner, turn)
        lying = _sides(x, y, level[level[:, 0] == number, 1:])
        standing = _sides(y, x, upright[upright[:, 0] == number, 1:])
        off_x, off_y = (float(off[0]) for off in turned(corner[None], turn))
        frames = (*_closed(lying, standing, x, y), *map(_on_its_side, _closed(standing, lying, y, x)))
        for left, top, right, bottom in frames:
            if SIDES_MM[0] <= right - left <= STAMP_MM[0] and SIDES_MM[1] <= bottom - top <= STAMP_MM[1]:
                yield Stamp(turn, left + off_x, top + off_y, right + off_x, bottom + off_y)


@dataclass(frozen=True, slots=True)
class _Side:
    """A straight line that may be a side: its place across, where it begins and ends, and how it runs: off so far at
    its beginning, and by so much more with each millimetre.
    """

    place: float
    begin: float
    end: float
    start: float
    slope: float

    def ends_within(self, low: float, high: float) -> bool:
        """Whether the line is no longer than from one corner to the other."""
        return self.begin >= low - CORNER_MM and self.end <= high + CORNER_MM


def _sides(
    along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], lines: npt.NDArray[np.float64]
) -> list[_Side]:
    """The straight lines of one turn, each whole."""
    whole = list[tuple[float, float, float]]()
    for place, begin, end in sorted(map(tuple, lines.tolist())):
        if whole and whole[-1][0] == place and begin <= whole[-1][2] + STEP_MM:
            whole[-1] = place, whole[-1][1], max(end, whole[-1][2])
        else:
            whole.append((place, begin, end))
    sides = list[_Side]()
    for place, begin, end in whole:
        straight = _straight(along, across, place, begin, end)
        if straight is not None:
            sides.append(_Side(place + BAND_MM / 2, begin, end, *straight))
    return sides


_Frame = tuple[float, float, float, float]
"""Where a frame's sides lie along and across, first and last: left, top, right, bottom."""


def _closed(
    lying: Sequence[_Side], standing: Sequence[_Side], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> Iterator[_Frame]:
    """The frames of two lines above each other and one that stands at their ends, none of which goes on beyond."""
    for top, bottom in combinations(sorted(lying, key=lambda side: side.place), 2):
        begin, end = min(top.begin, bottom.begin), max(top.end, bottom.end)
        for side in standing:
            for left, right in ((side.place, end), (begin, side.place)):
                ends = [(top, left, right), (bottom, left, right), (side, top.place, bottom.place)]
                if all(line.ends_within(low, high) for line, low, high in ends) and not (
                    _goes_on(x, y, top, left, right)
                    or _goes_on(x, y, bottom, left, right)
                    or _goes_on(y, x, side, top.place, bottom.place)
                ):
                    yield left, top.place, right, bottom.place


def _on_its_side(frame: _Frame) -> _Frame:
    """The frame with along and across changed over."""
    left, top, right, bottom = frame
    return top, left, bottom, right


def _goes_on(
    along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], side: _Side, low: float, high: float
) -> bool:
    """Whether a side goes on beyond one of its corners."""
    on = along[np.abs(across - side.start - side.slope * (along - side.begin)) <= BEYOND_ASIDE_MM]
    near, far = BEYOND_MM
    return any(
        len(np.unique(((out[(out >= near) & (out < far)] - near) / STEP_MM).astype(np.intp)))
        >= BEYOND_SHARE * (far - near) / STEP_MM
        for out in (low - on, on - high)
    )


def _turns() -> npt.NDArray[np.float32]:
    """All turns that are looked at, in radians, shape (n, 1)."""
    return np.radians(np.arange(-MOST_TURN_DEG, MOST_TURN_DEG + 1), dtype=np.float32)[:, None]


def turned(points: npt.NDArray[F], angle: float | npt.NDArray[F]) -> tuple[npt.NDArray[F], npt.NDArray[F]]:
    """The points' places along a direction and across it; for several directions, each in a row, as many rows."""
    x, y = points[:, 0], points[:, 1]
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


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
        along, across = turned(off, float(turns[turn]))
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
    return _straight(along, across, place, begin, end) is not None


def _straight(
    along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], place: float, begin: float, end: float
) -> tuple[float, float] | None:
    """How far a straight line is off at its beginning, and its slope; None where the ink keeps to none."""
    on = (along >= begin) & (along <= end) & (np.abs(across - place - BAND_MM / 2) <= AROUND_LINE_MM)
    step = ((along[on] - begin) / STEP_MM).astype(np.intp)
    count = np.bincount(step)
    at = np.flatnonzero(count)
    middle = np.bincount(step, across[on])[at] / count[at]
    if len(at) < FEWEST_STEPS:
        return None
    off = middle - np.polyval(np.polyfit(at, middle, 1), at)
    kept = np.abs(off) <= max(STRAY_TIMES * float(off.std()), STRAIGHT_MM / 2)
    at, middle = at[kept], middle[kept]
    slope, start = np.polyfit(at, middle, 1)
    if float((middle - (start + slope * at)).std()) > STRAIGHT_MM:
        return None
    return float(start), float(slope) / STEP_MM


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
