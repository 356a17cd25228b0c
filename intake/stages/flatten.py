"""Lays a registered slip flat over its blank and finds the ink that was written on it."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from intake.folds import without_folds
from intake.values import (
    FloatImage,
    GrayImage,
    Labels,
    Mask,
    PageImage,
    Registration,
    SlipImage,
    Template,
)

GRID_PX = 16
"""The map is computed on so coarse a grid and interpolated: it bends by far less than a pixel in between."""
PAPER_WINDOW = 25
"""Closing window on the image shrunk by four: 12.7 mm, wider than any pen stroke or filled box."""
SHRINK = 4
DARKEST_PAPER = 40
SHADOW_SHARE = 0.8
"""Paper darker than this share of the usual lies in a shadow, where the camera's grain is not to pass for ink."""
PRINT_INK = 0.12
"""What the blank prints darker than this is print."""
NEAR_PRINT_SCAN_PX, NEAR_PRINT_PHOTO_PX = 5, 9
"""Diameter by which print is widened before ink is looked for: half of it is the registration's tolerance."""
LEAST_INK, MOST_INK, BILEVEL_INK = 0.10, 0.30, 0.5
NOISE_FACTOR = 5.0
SPECK_MM2 = 0.10
HUGGING_SHARE, HUGGING_MM2, HAIR_MM = 0.75, 0.8, 0.3
"""A piece that lies mostly along print, and is small or thinner than any pen, is the print's rim."""
SOFT_SCAN, SOFT_PHOTO = 0.18, 0.13
"""Gradient at the rim over depth: pen and pencil have more, folds and shadows less."""
LID_THICK = 5
"""Diameter on the image shrunk by four: 2.5 mm, more than the thickest pen."""
LID_RIM_PX = 9
OUTSIDE_SHARE = 0.5
"""What is darker than half of the usual paper over 13 mm is no paper: a lid, a desk, a missing corner."""


def lay_flat(page: PageImage, found: Registration, streaks: Mask | None) -> SlipImage:
    """Turn the page into a picture of the slip that fits the blank pixel by pixel.

    Args:
        page: The page as decoded.
        found: Where the slip lies.
        streaks: Pixels of the page that the scanner drew, not a pen; None where there are none.
    """
    template = found.pose.template
    photo = page.dpi is None
    remap = _remap(found, template)
    gray = remap(page.gray)
    beyond = remap(np.full(page.gray.shape, 255, np.uint8)) < 255  # noqa: PLR2004 - touched by the edge
    darkness, outside = _darkness(gray, beyond)
    if streaks is not None:
        drawn = remap((~streaks).astype(np.uint8) * 255) < 200  # noqa: PLR2004 - touched by a streak
        darkness[cv2.dilate(drawn.astype(np.uint8), np.ones((1, 3), np.uint8)) > 0] = 0
    blank_ink = 1 - template.gray.astype(np.float32) / 255
    size = NEAR_PRINT_PHOTO_PX if photo else NEAR_PRINT_SCAN_PX
    near = _widened(blank_ink > PRINT_INK, size)
    darkness = without_folds(darkness, near | outside, template.px_per_mm)
    far = ~_widened(blank_ink > PRINT_INK, NEAR_PRINT_PHOTO_PX) & ~outside
    threshold = _threshold(darkness, far, page.bilevel)
    return SlipImage(
        gray=gray,
        blank=template.gray,
        darkness=darkness,
        ink=_ink(darkness, near | outside, threshold, page.bilevel, photo),
        near_print=near,
        outside=outside,
        origin=template.form.slip.place.corners[0],
        px_per_mm=template.px_per_mm,
        ink_threshold=threshold,
        bilevel=page.bilevel,
        photo=photo,
    )


def _remap(found: Registration, template: Template) -> Callable[[GrayImage], GrayImage]:
    """A function that lays any picture of the page flat."""
    height, width = template.gray.shape
    columns = np.arange(0, width + GRID_PX, GRID_PX, dtype=np.float64)
    rows = np.arange(0, height + GRID_PX, GRID_PX, dtype=np.float64)
    x, y = np.meshgrid(columns, rows)
    area = template.form.slip.place
    mm = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) / template.px_per_mm + (area.x, area.y)
    coarse = found.pixels_of(mm).reshape(*x.shape, 2).astype(np.float32)
    enlarge = np.array([[GRID_PX, 0, 0], [0, GRID_PX, 0]], np.float32)
    map_x, map_y = (
        cv2.warpAffine(np.ascontiguousarray(coarse[..., axis]), enlarge, (width, height), flags=cv2.INTER_LINEAR)
        for axis in (0, 1)
    )

    def remap(picture: GrayImage) -> GrayImage:
        return np.asarray(
            cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0),
            dtype=np.uint8,
        )

    return remap


def _darkness(gray: GrayImage, beyond: Mask) -> tuple[FloatImage, Mask]:
    """How dark each pixel is against the paper around it, and where there is no paper.

    Args:
        gray: The slip laid flat.
        beyond: Where the page does not reach.
    """
    small = np.asarray(cv2.resize(gray, None, fx=1 / SHRINK, fy=1 / SHRINK, interpolation=cv2.INTER_AREA), np.uint8)
    window = np.ones((PAPER_WINDOW, PAPER_WINDOW), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, window, borderType=cv2.BORDER_REPLICATE)
    usual = OUTSIDE_SHARE * float(np.percentile(closed, 75))
    lid = _lid(small, usual) | (closed < usual)
    lid |= cv2.resize(beyond.astype(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    is_paper = (~lid).astype(np.float32)
    weight = cv2.GaussianBlur(is_paper, (0, 0), PAPER_WINDOW / 3)
    paper = cv2.GaussianBlur(closed.astype(np.float32) * is_paper, (0, 0), PAPER_WINDOW / 3) / np.maximum(weight, 1e-3)
    size = (gray.shape[1], gray.shape[0])
    level = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    outside = _widened(
        beyond | (cv2.resize(lid.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0), LID_RIM_PX
    )
    darkness = np.clip(
        (level - gray) / np.maximum(level, max(DARKEST_PAPER, SHADOW_SHARE * float(np.percentile(closed, 75)))), 0, 1
    ).astype(np.float32)
    return darkness, outside


def _lid(small: GrayImage, usual: float) -> Mask:
    """Wedges of a dark lid: dark from the picture's edge inwards, and thicker than any stroke."""
    dark = (small < usual).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (LID_THICK, LID_THICK))
    padded = cv2.copyMakeBorder(dark, LID_THICK, LID_THICK, LID_THICK, LID_THICK, cv2.BORDER_REPLICATE)
    thick = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)[LID_THICK:-LID_THICK, LID_THICK:-LID_THICK]
    _, labels = cv2.connectedComponents(np.ascontiguousarray(thick), connectivity=8)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.asarray(np.isin(labels, np.unique(rim[rim > 0])), dtype=bool)


def _widened(mask: Mask, diameter: int) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0, dtype=bool)


def _threshold(darkness: FloatImage, far: Mask, bilevel: bool) -> float:
    """The least darkness that is ink: above the grain of this paper, as scanned."""
    if bilevel:
        return BILEVEL_INK
    sample = darkness[far][::7]
    if not len(sample):
        return MOST_INK
    quarter, half, three = np.percentile(sample, [25, 50, 75])
    spread = max(1.4826 * float(np.median(np.abs(sample - half))), float(three - quarter) / 1.35)
    return float(np.clip(NOISE_FACTOR * spread, LEAST_INK, MOST_INK))


def _ink(darkness: FloatImage, kept_out: Mask, threshold: float, bilevel: bool, photo: bool) -> Labels:
    """Label the pieces that are ink; specks, rims of print and soft shadows are left out."""
    dark = (darkness > threshold) & ~kept_out
    count, found, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    area = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    area_mm2 = area / (200 / 25.4) ** 2
    at = np.nonzero(dark)
    label = labels[at]
    hugging = np.bincount(label, weights=_widened(kept_out, 5)[at], minlength=count) / np.maximum(area, 1)
    peak = np.zeros(count, np.float32)
    np.maximum.at(peak, label, darkness[at])
    ink = area_mm2 > SPECK_MM2
    length_mm = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / (200 / 25.4)
    hair = area_mm2 < HAIR_MM * length_mm
    ink &= ~((hugging > HUGGING_SHARE) & (hair | (area_mm2 < HUGGING_MM2)))
    ink &= peak > min(1.35 * threshold, BILEVEL_INK)
    if not bilevel:
        depth = np.bincount(label, weights=darkness[at], minlength=count) / np.maximum(area, 1)
        ink &= _steepness(darkness, dark, labels, count) >= (SOFT_PHOTO if photo else SOFT_SCAN) * np.maximum(
            depth, 0.05
        )
    ink[0] = False
    renumbered = np.where(ink, np.cumsum(ink), 0).astype(np.int32)
    return np.asarray(renumbered[labels], dtype=np.int32)


def _steepness(darkness: FloatImage, dark: Mask, labels: Labels, count: int) -> npt.NDArray[np.float64]:
    """Mean gradient at the rim of each piece; over its depth it is low for shadows."""
    gx = cv2.Sobel(darkness, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(darkness, cv2.CV_32F, 0, 1, scale=1 / 8)
    rim = np.nonzero(dark & (cv2.erode(dark.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0))
    label = labels[rim]
    steep = np.bincount(label, weights=np.hypot(gx[rim], gy[rim]), minlength=count)
    return np.asarray(steep / np.maximum(np.bincount(label, minlength=count), 1), dtype=np.float64)
