"""Finds the lines a scanner draws: dirt on the glass of a feeder leaves a streak down the whole page.

A streak is a column (or, on a page turned by a quarter, a row) that is darker or brighter than its neighbours in
nine of ten segments of the page. No pen does that. What is found is taken out of the ink, so it can only remove
doubt that the scanner made; it never adds ink.
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
LIGHTEST_LID = 140
SEGMENTS, SEGMENTS_NEEDED, SHARE_OF_SEGMENT = 10, 9, 0.35
FEWEST_ROWS = 8
"""A column of which a segment shows less paper than this says nothing there."""
BORDER_PX = 12
FEWEST_PX = 2
"""A single row of pixels says nothing, and OpenCV takes it for a number: of a segment, too."""
MOST_COLUMNS = 60
"""More than this is no streak but a striped page."""


def find_streaks(gray: GrayImage) -> Mask | None:
    """The pixels the scanner drew, shape of the page; None where there are none."""
    down, across = (min(max(side // ROWS, 1), MOST_STEP) for side in gray.shape)
    columns = _streaked_columns(gray[::down])
    rows = _streaked_columns(np.asarray(cv2.transpose(np.ascontiguousarray(gray[:, ::across])), np.uint8))
    if not columns.any() and not rows.any():
        return None
    return np.asarray(columns[None, :] | rows[:, None], dtype=bool)


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
    """Which columns of a segment are darker than the paper beside them, and which brighter, shape (2, width)."""
    around = np.asarray(cv2.blur(segment, (NEIGHBOURS_PX, 1)), np.uint8)
    paper = above(around, LIGHTEST_LID)
    seen = np.maximum(_rows_set(paper), FEWEST_ROWS)
    # What lies beside a dark streak is no bright one: the paper's level is taken without dark lines there.
    closed = cv2.morphologyEx(segment, cv2.MORPH_CLOSE, np.ones((1, LINE_PX), np.uint8))
    lightest = np.asarray(cv2.blur(closed, (NEIGHBOURS_PX, 1)), np.uint8)
    differ = (cv2.subtract(around, segment), cv2.subtract(segment, lightest))
    hits = [_rows_set(cv2.bitwise_and(above(differs, STEP_GREY), paper)) for differs in differ]
    return np.asarray(np.stack(hits) > SHARE_OF_SEGMENT * seen, bool)


def _broad(streaked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The columns of runs that are broader than any streak."""
    row = streaked.astype(np.uint8).reshape(1, -1)
    return np.asarray(cv2.morphologyEx(row, cv2.MORPH_OPEN, np.ones((1, LINE_PX), np.uint8)).ravel() > 0)


def _rows_set(mask: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    """How many rows of a segment are set (255) in each column, shape (width,)."""
    return np.asarray(cv2.reduce(np.asarray(mask, np.uint8), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / 255)
