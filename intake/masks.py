"""Masks and the pixels that are set in them, by the quickest ways that OpenCV has."""

import cv2
import numpy as np
import numpy.typing as npt

from intake.values import GrayImage

Places = npt.NDArray[np.int32]
"""Rows or columns, shape (n,)."""


def above(picture: npt.NDArray[np.generic], level: float) -> GrayImage:
    """255 where the picture is brighter than a level, 0 elsewhere."""
    return np.asarray(cv2.threshold(np.asarray(picture), level, 255, cv2.THRESH_BINARY)[1], np.uint8)


def set_pixels(mask: npt.NDArray[np.generic]) -> tuple[Places, Places]:
    """The rows and the columns of the pixels that are not 0, row after row."""
    found = cv2.findNonZero(np.asarray(mask)) if mask.size else None
    if found is None:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    at = np.asarray(found, np.int32)
    return at[:, 1], at[:, 0]
