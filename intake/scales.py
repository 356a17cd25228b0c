"""A page at half, a quarter, an eighth of its size, each made once: halves cost a fortieth of any other factor."""

from functools import lru_cache

import cv2
import numpy as np

from forms.geometry import MM_PER_INCH
from intake.values import GrayImage, PageImage

PHOTO_SHORT_SIDE_MM = 240.0
"""What the shorter side of a photo shows, about: a page fills 80 to 93 % of it."""


@lru_cache(maxsize=8)
def shrunk(page: PageImage, halvings: int) -> GrayImage:
    """The page, each side halved so many times; the mean of four pixels becomes one."""
    if halvings == 0:
        return page.gray
    larger = shrunk(page, halvings - 1)
    rows, columns = (max(2, side - side % 2) for side in larger.shape)
    return _halved(larger[:rows, :columns])


def quartered(picture: GrayImage) -> GrayImage:
    """A picture with each side divided by four, rounded up: its last rows and columns count as often as is needed."""
    height, width = picture.shape
    if height % 4 or width % 4:
        picture = np.asarray(cv2.copyMakeBorder(picture, 0, -height % 4, 0, -width % 4, cv2.BORDER_REPLICATE), np.uint8)
    return _halved(_halved(picture))


def _halved(even: GrayImage) -> GrayImage:
    return np.asarray(cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def px_per_mm_of(page: PageImage) -> float:
    """The page's resolution; a guess where it is a photo."""
    if page.dpi is not None:
        return page.dpi / MM_PER_INCH
    height, width = page.gray.shape
    return float(min(height, width) / PHOTO_SHORT_SIDE_MM)


def halvings_to(px_per_mm: float, least: float) -> int:
    """How often a picture may be halved before its resolution falls below `least` pixels per millimetre."""
    return max(0, int(np.floor(np.log2(max(px_per_mm / least, 1.0)) + 1e-6)))
