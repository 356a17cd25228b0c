"""Finds the lines a scanner draws: dirt on the glass of a feeder leaves a streak down the whole page.

A streak is a column (or, on a page turned by a quarter, a row) that is darker or brighter than its neighbours in
nine of ten segments of the page. No pen does that: a grey lid, too, has the streak beside a slip that was cut off. A
black one does not; but if the slip lies askew on it, a line that goes along the scanner's columns from one of its edges
to the other was not drawn by anybody. What is found is taken out of the ink, so it can only remove doubt that the
scanner made; it never adds ink.
"""

import cv2
import numpy as np
import numpy.typing as npt

from intake.masks import above
from intake.values import GrayImage, Mask

ROWS, MOST_STEP = 300, 10
"""So many rows (or columns) are looked at, but no fewer than every tenth."""
NEIGHBOURS_PX, LINE_PX = 31, 9
"""The paper's level is the mean over so many columns; nothing as broad as the second is a streak."""
STEP_GREY = 8
"""Least difference to the neighbours, of 255: half of the weakest streak of the trial series."""
DARKEST_LID, LIGHTEST_LID = 60, 140
"""A streak shows on what is no darker than the first, of 255: three grey lids (128) had it 30 to 64 darker, black ones
not at all. What is lighter than the second is paper."""
ROW_SHARE, PAPER_OF_PAGE = 0.2, 0.9
"""A row shows what is seen in so much of it; a slip that takes less than the second of the page's rows was cut off."""
LONGEST_RULED_MM = 150.0
"""Nobody rules a line through more of a sheet from edge to edge, along the scanner's columns."""
EDGE_GREY = 60
"""The paper's level differs by more from a lid's that may be told from it: from the grey ones seen by 127."""
SEGMENTS, SEGMENTS_NEEDED, SHARE_OF_SEGMENT = 10, 9, 0.35
FEWEST_ROWS = 8
"""A column of which a segment shows less paper than this says nothing there."""
BORDER_PX = 12
FEWEST_PX = 2
"""A single row of pixels says nothing, and OpenCV takes it for a number: of a segment, too."""
MOST_COLUMNS = 60
"""More than this is no streak but a striped page."""


def find_streaks(gray: GrayImage, px_per_mm: float, *, askew: bool) -> Mask | None:
    """The pixels the scanner drew, shape of the page; None where there are none.

    `askew` says that no edge of a slip on the page runs along the page's rows or columns.
    """
    columns = _columns_of(gray, px_per_mm, askew=askew)
    rows = _columns_of(gray.T, px_per_mm, askew=askew)
    if not columns.any() and not rows.any():
        return None
    return np.asarray(columns[None, :] | rows[:, None], dtype=bool)


def _columns_of(gray: GrayImage, px_per_mm: float, *, askew: bool) -> npt.NDArray[np.bool_]:
    """Which columns of a page carry a streak all along, or along all the paper of a slip that was cut off."""
    sample = _some_rows(gray)
    step_mm = gray.shape[0] / len(sample) / px_per_mm
    shown = _rows_showing(sample, DARKEST_LID)
    columns = np.zeros(gray.shape[1], bool)
    if askew or len(shown) * step_mm >= LONGEST_RULED_MM:
        columns |= _streaked_columns(sample)
    papered = _rows_showing(sample, LIGHTEST_LID)
    if askew and 0 < len(papered) < PAPER_OF_PAGE * len(sample):
        first, last = (round(int(papered[at]) * step_mm * px_per_mm) for at in (0, -1))
        columns |= _streaked_columns(_some_rows(gray[first : last + 1]))
    return columns


def _rows_showing(sample: GrayImage, darker: int) -> npt.NDArray[np.intp]:
    """The rows of which a good part is lighter than this."""
    lighter = cv2.reduce(above(sample, darker) & 1, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    return np.flatnonzero(lighter >= ROW_SHARE * sample.shape[1])


def _some_rows(gray: GrayImage) -> GrayImage:
    """Rows of a page at equal distances."""
    step = min(max(gray.shape[0] // ROWS, 1), MOST_STEP)
    rows = gray[::step]
    if rows.flags.c_contiguous or rows.strides[0] > rows.strides[1]:
        return rows
    return np.asarray(cv2.transpose(np.ascontiguousarray(rows.T)), np.uint8)


def _streaked_columns(sample: GrayImage) -> npt.NDArray[np.bool_]:
    """Which columns carry a streak, looked at in some of their rows."""
    height, width = sample.shape
    nothing = np.zeros(width, bool)
    if min(height, width) < FEWEST_PX or height < FEWEST_PX * SEGMENTS:
        return nothing
    missed = np.zeros((2, width), np.uint8)
    missed[:, :BORDER_PX] = missed[:, -BORDER_PX:] = SEGMENTS
    segments = np.array_split(sample, SEGMENTS)
    # Most pages have no streaks, and their margins tell.
    for number in sorted(range(SEGMENTS), key=lambda number: min(number, SEGMENTS - 1 - number)):
        missed += ~_lines_in(segments[number])
        if missed.min() > SEGMENTS - SEGMENTS_NEEDED:
            return nothing
    streaked = np.asarray((missed <= SEGMENTS - SEGMENTS_NEEDED).any(axis=0), bool)
    streaked &= ~_broad(streaked)
    if streaked.sum() > MOST_COLUMNS:
        return nothing
    return np.asarray(cv2.dilate(streaked.astype(np.uint8).reshape(1, -1), np.ones((1, 3), np.uint8)).ravel() > 0)


def _lines_in(segment: GrayImage) -> npt.NDArray[np.bool_]:
    """Which columns of a segment are darker than what is beside them, and which brighter, shape (2, width).

    Asked are those on paper, and on a lid; the edge between may look like a line.
    """
    around = np.asarray(cv2.blur(segment, (NEIGHBOURS_PX, 1)), np.uint8)
    # What lies beside a dark streak is no bright one: the paper's level is taken without dark lines there.
    closed = np.asarray(cv2.morphologyEx(segment, cv2.MORPH_CLOSE, np.ones((1, LINE_PX), np.uint8)), np.uint8)
    lightest = np.asarray(cv2.blur(closed, (NEIGHBOURS_PX, 1)), np.uint8)
    asked = above(around, DARKEST_LID)
    asked[:, ~_is_even(closed)] = 0
    seen = np.maximum(_rows_set(asked), FEWEST_ROWS)
    differ = (cv2.subtract(around, segment), cv2.subtract(segment, lightest))
    hits = [_rows_set(cv2.bitwise_and(above(one, STEP_GREY), asked)) for one in differ]
    return np.asarray(np.stack(hits) > SHARE_OF_SEGMENT * seen, bool)


def _is_even(closed: GrayImage) -> npt.NDArray[np.bool_]:
    """Which columns of a segment have one level around them, dark lines aside: paper or lid, not the edge between."""
    level = cv2.reduce(closed, 0, cv2.REDUCE_AVG)
    around = np.ones((1, NEIGHBOURS_PX), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(level, around), cv2.erode(level, around)).ravel() < EDGE_GREY, np.bool_)


def _broad(streaked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The columns of runs that are broader than any streak."""
    row = streaked.astype(np.uint8).reshape(1, -1)
    return np.asarray(cv2.morphologyEx(row, cv2.MORPH_OPEN, np.ones((1, LINE_PX), np.uint8)).ravel() > 0)


def _rows_set(mask: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """How many rows of a segment are set (255) in each column, shape (width,)."""
    return np.asarray(cv2.reduce(np.asarray(mask, np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / 255)
