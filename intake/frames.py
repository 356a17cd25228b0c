"""The frames of stamps in written ink: straight lines that meet at right angles.

Ink is looked at along every direction a stamp may be turned to. A line is a narrow band that is inked on most of a
stretch and has little ink beside it; stamps print with gaps.
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from intake.values import GrayImage

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
SIDES_MM, SIDE_INKED_SHARE, SIDE_MM, SIDES, STAMP_MM = (12.0, 8.0), 0.8, 1.0, 3, (60.0, 32.0)
"""A stamp is no larger than the last; straight lines of at least the first lie along so many of its sides, so near to
where its ink ends."""
OPEN_MM = 1.5
"""So near do the lines along the other sides reach to a side without one, so that nothing stands outside the frame. Of
230 slips on which a stamp was all that nothing explains, 103 are known by that; of 188 with a note, stamped or not,
none."""
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


def is_one_stamp(points: Points) -> bool:
    """Whether the ink is one framed stamp, with nothing outside its frame."""
    if (np.ptp(points, axis=0) < SMALLEST_FRAME_MM).any():
        return False
    turns = _turns()
    along, across = turned(_thinned(points), turns)
    level = _lines(_banded(along, across), SIDES_MM[0], SIDE_INKED_SHARE, free_sides=2)
    upright = _lines(_banded(across, along), SIDES_MM[1], SIDE_INKED_SHARE, free_sides=2)
    off = points - points.min(axis=0)
    for turn in np.intersect1d(level[:, 0], upright[:, 0]).astype(int):
        x, y = turned(off, float(turns[turn, 0]))
        if np.ptp(x) > STAMP_MM[0] or np.ptp(y) > STAMP_MM[1]:
            continue
        lying = _sides(x, y, level[level[:, 0] == turn, 1:])
        standing = _sides(y, x, upright[upright[:, 0] == turn, 1:])
        known = sum(map(bool, (*lying, *standing)))
        if known >= SIDES and _closes(lying, standing, y) and _closes(standing, lying, x):
            return True
    return False


_Stretches = list[tuple[float, float]]
"""Where straight lines begin and end."""


def _sides(
    along: npt.NDArray[np.float64], across: npt.NDArray[np.float64], lines: npt.NDArray[np.float64]
) -> tuple[_Stretches, _Stretches]:
    """The straight lines at either end of the ink across."""
    first, last = (
        [
            (begin, end)
            for place, begin, end in lines.tolist()
            if abs(place + BAND_MM / 2 - edge) < SIDE_MM and _is_straight(along, across, place, begin, end)
        ]
        for edge in (across.min(), across.max())
    )
    return first, last


def _closes(
    sides: tuple[_Stretches, _Stretches], others: tuple[_Stretches, _Stretches], across: npt.NDArray[np.float64]
) -> bool:
    """Whether the ink ends with both of two sides, or else where the lines of the other two end that lead there."""
    if all(sides):
        return True
    ends = [place for side in others for stretch in side for place in stretch]
    return bool(ends) and min(ends) - across.min() <= OPEN_MM and across.max() - max(ends) <= OPEN_MM


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
    on = (along >= begin) & (along <= end) & (np.abs(across - place - BAND_MM / 2) <= AROUND_LINE_MM)
    step = ((along[on] - begin) / STEP_MM).astype(np.intp)
    count = np.bincount(step)
    at = np.flatnonzero(count)
    middle = np.bincount(step, across[on])[at] / count[at]
    if len(at) < FEWEST_STEPS:
        return False
    off = middle - np.polyval(np.polyfit(at, middle, 1), at)
    kept = np.abs(off) <= max(STRAY_TIMES * float(off.std()), STRAIGHT_MM / 2)
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
