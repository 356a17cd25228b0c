"""Finds the lines a scanner draws: dirt on the glass of a feeder leaves a streak down the whole page.

A streak is a column (or, on a page turned by a quarter, a row) that is darker or brighter than its neighbours in
nine of ten segments of the page. No pen does that. What is found is taken out of the ink, so it can only remove
doubt that the scanner made; it never adds ink.
"""

import cv2
import numpy as np
import numpy.typing as npt

from intake.values import GrayImage, Mask

ROW_STEP = 6
NEIGHBOURS_PX = 31
STEP_GREY = 8
"""Least difference to the neighbours, of 255: half of the weakest streak of the trial series."""
LIGHTEST_LID = 140
SEGMENTS, SEGMENTS_NEEDED, SHARE_OF_SEGMENT = 10, 9, 0.6
BORDER_PX = 12
MOST_COLUMNS = 60
"""More than this is no streak but a striped page."""


def find_streaks(gray: GrayImage) -> Mask | None:
    """The pixels the scanner drew, shape of the page; None where there are none."""
    columns = _streaked_columns(gray)
    rows = _streaked_columns(np.ascontiguousarray(gray.T))
    if not columns.any() and not rows.any():
        return None
    return np.asarray(columns[None, :] | rows[:, None], dtype=bool)


def _streaked_columns(gray: GrayImage) -> npt.NDArray[np.bool_]:
    sample = gray[::ROW_STEP]
    paper = cv2.blur(sample, (NEIGHBOURS_PX, 1))
    off = sample.astype(np.int16) - paper
    on_paper = paper > LIGHTEST_LID
    hits = np.zeros((2, gray.shape[1]), np.int64)
    for segment in np.array_split(np.arange(len(sample)), SEGMENTS):
        seen = np.maximum(on_paper[segment].sum(axis=0), 8)
        for sign, differs in enumerate((off[segment] < -STEP_GREY, off[segment] > STEP_GREY)):
            hits[sign] += (differs & on_paper[segment]).sum(axis=0) / seen > SHARE_OF_SEGMENT
    streaked = np.asarray((hits >= SEGMENTS_NEEDED).any(axis=0), dtype=bool)
    streaked[:BORDER_PX] = streaked[-BORDER_PX:] = False
    if streaked.sum() > MOST_COLUMNS:
        return np.zeros_like(streaked)
    return np.asarray(cv2.dilate(streaked.astype(np.uint8).reshape(1, -1), np.ones((1, 3), np.uint8)).ravel() > 0)
