"""Masks and the pixels that are set in them, by the quickest ways that OpenCV and NumPy have."""

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
    at = np.flatnonzero(np.asarray(mask) != 0).astype(np.int32)
    rows, columns = np.divmod(at, np.int32(max(mask.shape[1], 1)))
    return rows, columns
