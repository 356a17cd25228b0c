"""Lays a registered slip flat over its blank and finds the ink that was written on it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from intake.faint import PALE, STROKE_SHARE
from intake.folds import without_folds
from intake.masks import Places, above, set_pixels
from intake.scales import quartered
from intake.values import (
    FlatImage,
    FloatImage,
    GrayImage,
    Labels,
    Mask,
    PageImage,
    Registration,
    SlipImage,
    Template,
)

STREAK_TOUCHED = 200
"""Below this, of 255, a pixel of the flat picture was touched by a streak of the page."""
GRID_PX = 16
"""The map is computed on so coarse a grid and interpolated: it bends by far less than a pixel in between."""
PAPER_WINDOW = 19
"""Closing window on the image shrunk by four: 12.9 mm, wider than any pen stroke or filled box."""
SHRINK = 4
"""What `quartered` does."""
SMOOTH = PAPER_WINDOW / 3 / SHRINK
"""The paper's level is smoothed on the image shrunk by sixteen; so wide a bell is."""
EVEN = 3
"""Paper that varies no more, of 255, is taken to be of one grey."""
DARKEST_PAPER = 40
SOLID_GRAY, SPILL_PERCENTILE = 100, 60
"""The print of a photo is as strong as this percentile of its strokes, which fade unevenly."""
SHADOW_SHARE = 0.8
"""Paper darker than this share of the usual lies in a shadow, where the camera's grain is not to pass for ink."""
PRINT_INK = 0.12
"""What the blank prints darker than this is print."""
NEAR_PRINT_SCAN_PX, NEAR_PRINT_PHOTO_PX = 5, 7
"""Diameter by which print is widened before ink is looked for: half of it is the registration's tolerance."""
PHOTO_RIM_MM = 2.5
"""A curled slip's edge lies so far from where a photo's map has it; the desk begins there."""
LEAST_INK, MOST_INK, BILEVEL_INK = 26, 77, 128
"""Darkness that counts as ink at least and at most, and on black and white pages."""
NOISE_FACTOR = 5.0
GRAIN_SAMPLES = 15_000
"""So many pixels tell how much the paper's grey varies."""
SPECK_MM2 = 0.10
HUGGING_PX, HUGGING_SHARE, HUGGING_MM2, HAIR_MM = 3, 0.75, 0.8, 0.3
"""A piece that lies mostly along print, and is small or thinner than any pen, is the print's rim."""
SOFT_SCAN, SOFT_PHOTO = 0.18, 0.13
"""Gradient at the rim over depth: pen and pencil have more, folds and shadows less."""
SHARP_PX = 0.8
"""How soft the edge of a stroke is in a sharp picture."""
SHALLOWEST = 13
STROKE_WINDOW = 5
"""What lies beside a pale stroke (`intake.faint.PALE`), on the image shrunk by four: 3.4 mm."""
SURELY_DARK = 1.35
"""Times the threshold: what a piece of ink reaches somewhere."""
LID_THICK = 5
"""Diameter on the image shrunk by four: 3.4 mm, more than the thickest pen."""
LID_RIM = 3
"""What lies so near to the lid, on the image shrunk by four, is its shadow."""
OUTSIDE_SHARE = 0.5
"""What is darker than half of the usual paper over 13 mm is no paper: a lid, a desk, a missing corner."""

Remap = Callable[[GrayImage], GrayImage]
"""Lays a picture of the page flat."""


@dataclass(frozen=True, slots=True, eq=False)
class _Print:
    """What the blank prints: with the rim in which no ink is seen, with a wider one, and some places far from it.

    `grain` are flat positions of pixels.
    """

    near: GrayImage
    hugging: GrayImage
    grain: npt.NDArray[np.intp]


@lru_cache(maxsize=8)
def _print_of(template: Template, photo: bool) -> _Print:
    """The print of a blank, for scans or for photos."""
    printed = (template.gray < 255 * (1 - PRINT_INK)).astype(np.uint8)
    near = _widened(printed, NEAR_PRINT_PHOTO_PX if photo else NEAR_PRINT_SCAN_PX)
    if photo:
        rim = round(PHOTO_RIM_MM * template.px_per_mm)
        near[:rim] = near[-rim:] = 1
        near[:, :rim] = near[:, -rim:] = 1
    far = np.flatnonzero(_widened(printed, NEAR_PRINT_PHOTO_PX) == 0)
    return _Print(near, _widened(near, HUGGING_PX), far[:: max(1, len(far) // GRAIN_SAMPLES)])


def lay_flat(page: PageImage, found: Registration, streaks: Mask | None) -> SlipImage:
    """Turn the page into a picture of the slip that fits the blank pixel by pixel.

    Args:
        page: The page as decoded.
        found: Where the slip lies.
        streaks: Pixels of the page that the scanner drew, not a pen; None where there are none.
    """
    return find_ink(lay_print_flat(page, found, streaks), found.pose.template)


def lay_print_flat(page: PageImage, found: Registration, streaks: Mask | None) -> FlatImage:
    """The same without asking what was written, for a part of the page on which only the print is compared."""
    template = found.pose.template
    remap = _remap(found, template)
    gray = remap(page.gray)
    level = _paper_level(gray, _beyond(page.gray, found, template))
    darkness = _darkness(gray, level)
    if page.dpi is None:
        darkness = _without_spill(darkness, template, found.fit.blur_mm)
    raw = darkness
    if streaks is not None:
        drawn = above(255 - remap(np.where(streaks, np.uint8(0), np.uint8(255))), 255 - STREAK_TOUCHED)
        darkness = np.asarray(cv2.subtract(darkness, cv2.dilate(drawn, np.ones((1, 3), np.uint8))), np.uint8)
    return FlatImage(
        gray=gray,
        blank=template.gray,
        darkness=darkness,
        raw=raw,
        outside=_outside(level, gray.shape),
        origin=template.area.corners[0],
        px_per_mm=template.px_per_mm,
        bilevel=page.bilevel,
        photo=page.dpi is None,
        blur_mm=found.fit.blur_mm,
    )


def find_ink(flat: FlatImage, template: Template) -> SlipImage:
    """Find what was written where the blank prints nothing."""
    printed = _print_of(template, flat.photo)
    kept_out = printed.near.view(bool) | flat.outside
    darkness, folds = without_folds(flat.darkness, kept_out, flat.px_per_mm, flat.origin)
    threshold = BILEVEL_INK if flat.bilevel else _threshold(darkness, flat.outside, printed.grain)
    return SlipImage(
        gray=flat.gray,
        blank=flat.blank,
        darkness=darkness,
        raw=flat.raw,
        outside=flat.outside,
        origin=flat.origin,
        px_per_mm=flat.px_per_mm,
        bilevel=flat.bilevel,
        photo=flat.photo,
        blur_mm=flat.blur_mm,
        ink=_ink(darkness, kept_out, printed.hugging, threshold, flat),
        near_print=printed.near.view(bool),
        folds=folds,
        ink_threshold=threshold,
    )


# ---------------------------------------------------------------- from the page to the blank


def _remap(found: Registration, template: Template) -> Remap:
    """A function that lays any picture of the page flat."""
    height, width = template.gray.shape
    if found.bend is None:
        homography = found.pose.mm_to_px @ _mm_of_pixel(template)
        return lambda picture: _straightened(picture, homography, (width, height))
    coarse = _grid(found, template, GRID_PX)
    enlarge = np.array([[GRID_PX, 0, 0], [0, GRID_PX, 0]], np.float32)
    map_x, map_y = (
        cv2.warpAffine(np.ascontiguousarray(coarse[..., axis]), enlarge, (width, height), flags=cv2.INTER_LINEAR)
        for axis in (0, 1)
    )
    return lambda picture: np.asarray(
        cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0), np.uint8
    )


def _mm_of_pixel(template: Template) -> npt.NDArray[np.float64]:
    """From pixels of the flat picture to millimetres of the blank, shape (3, 3)."""
    step, area = 1 / template.px_per_mm, template.area
    return np.array([[step, 0, step / 2 + area.x], [0, step, step / 2 + area.y], [0, 0, 1.0]])


def _straightened(picture: GrayImage, homography: npt.NDArray[np.float64], size: tuple[int, int]) -> GrayImage:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if np.abs(homography[2, :2]).max() < 1e-12:  # noqa: PLR2004 - no perspective at all
        return np.asarray(cv2.warpAffine(picture, homography[:2] / homography[2, 2], size, flags=flags), np.uint8)
    return np.asarray(cv2.warpPerspective(picture, homography, size, flags=flags), np.uint8)


def _grid(found: Registration, template: Template, step: int) -> npt.NDArray[np.float32]:
    """Where every so manieth pixel of the flat picture lies on the page, shape (rows, columns, 2)."""
    height, width = template.gray.shape
    x, y = np.meshgrid(np.arange(0, width + step, step), np.arange(0, height + step, step))
    pixels = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    mm = (_mm_of_pixel(template) @ pixels)[:2].T
    return found.pixels_of(mm).reshape(*x.shape, 2).astype(np.float32)


def _beyond(page: GrayImage, found: Registration, template: Template) -> Mask:
    """Where the page does not reach, on the picture shrunk by four."""
    height, width = template.gray.shape
    place = _grid(found, template, GRID_PX)
    rows, columns = page.shape
    inside = (place[..., 0] >= 0) & (place[..., 0] <= columns - 1) & (place[..., 1] >= 0) & (place[..., 1] <= rows - 1)
    if inside.all():
        return np.zeros((_small(height), _small(width)), bool)
    enlarge = np.array([[GRID_PX / SHRINK, 0, 0], [0, GRID_PX / SHRINK, 0]], np.float32)
    x, y = (
        cv2.warpAffine(np.ascontiguousarray(place[..., axis]), enlarge, (_small(width), _small(height)))
        for axis in (0, 1)
    )
    return np.asarray((x < 0) | (x > columns - 1) | (y < 0) | (y > rows - 1), bool)


def _small(side: int) -> int:
    """The length of a side after shrinking."""
    return -(-side // SHRINK)


# ---------------------------------------------------------------- paper


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """The grey of the paper, shrunk by sixteen, and where there is none, shrunk by four; `usual` is its usual grey."""

    paper: GrayImage
    lid: Mask
    usual: float


def _paper_level(gray: GrayImage, beyond: Mask) -> _Level:
    """How light the paper is around each place, whatever is printed or written there."""
    small = quartered(gray)
    window = np.ones((PAPER_WINDOW, PAPER_WINDOW), np.uint8)
    closed = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, window, borderType=cv2.BORDER_REPLICATE), np.uint8)
    usual = float(np.percentile(closed[::3, ::3], 75))
    lid = _lid(small, OUTSIDE_SHARE * usual) | (closed < OUTSIDE_SHARE * usual) | beyond
    if not lid.any():
        return _Level(np.asarray(cv2.GaussianBlur(quartered(closed), (0, 0), SMOOTH), np.uint8), lid, usual)
    is_paper = quartered((~lid).view(np.uint8) * np.uint8(255)).astype(np.float32)
    light = quartered(np.where(lid, np.uint8(0), closed)).astype(np.float32) * 255
    weight = np.maximum(cv2.GaussianBlur(is_paper, (0, 0), SMOOTH), 1e-3)
    return _Level(np.clip(cv2.GaussianBlur(light, (0, 0), SMOOTH) / weight, 0, 255).astype(np.uint8), lid, usual)


def _darkness(gray: GrayImage, level: _Level) -> GrayImage:
    """How dark each pixel is against the paper around it."""
    if np.ptp(level.paper) <= EVEN:
        light = float(np.median(level.paper))
        table = np.clip((light - np.arange(256)) * (255 / max(light, DARKEST_PAPER)), 0, 255)
        return np.asarray(cv2.LUT(gray, np.rint(table).astype(np.uint8)), np.uint8)
    paper = _enlarged(level.paper, gray.shape)
    full = np.maximum(paper, np.uint8(max(DARKEST_PAPER, SHADOW_SHARE * level.usual)))
    return np.asarray(cv2.divide(cv2.subtract(paper, gray), full, scale=255), np.uint8)


def _without_spill(darkness: GrayImage, template: Template, blur_mm: float) -> GrayImage:
    """The darkness less what blur spreads of the print over the paper beside it; on the print itself it stays."""
    spill = _spill_of(template, blur_mm)
    print_ = _strokes_of(template)
    dark, full = darkness.ravel()[print_], spill.blurred.ravel()[print_].astype(np.float32)
    strength = float(np.percentile(dark / np.maximum(full, 1), SPILL_PERCENTILE))
    return np.asarray(cv2.subtract(darkness, cv2.convertScaleAbs(spill.beside, alpha=min(strength, 1.0))), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Spill:
    """The blank's print blurred as a photo is: all of it, and what lies beside the print."""

    blurred: GrayImage
    beside: GrayImage


@lru_cache(maxsize=16)
def _spill_of(template: Template, blur_mm: float) -> _Spill:
    dark = 255 - template.gray
    blurred = cv2.GaussianBlur(dark, (0, 0), blur_mm * template.px_per_mm) if blur_mm > 0 else dark
    beside = np.where(template.gray < 255 * (1 - PRINT_INK), np.uint8(0), blurred)
    return _Spill(np.asarray(blurred, np.uint8), np.asarray(beside, np.uint8))


@lru_cache(maxsize=8)
def _strokes_of(template: Template) -> npt.NDArray[np.intp]:
    """Flat positions of some pixels in the middle of printed strokes."""
    solid = np.flatnonzero(template.gray < SOLID_GRAY)
    return solid[:: max(1, len(solid) // GRAIN_SAMPLES)]


def _outside(level: _Level, shape: tuple[int, ...]) -> Mask:
    """Where there is no paper, with a rim."""
    if not level.lid.any():
        return np.zeros(shape, bool)
    height, width = shape
    wider = cv2.dilate(level.lid.astype(np.uint8), np.ones((LID_RIM, LID_RIM), np.uint8))
    large = cv2.resize(wider, None, fx=SHRINK, fy=SHRINK, interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(large[:height, :width], np.uint8).view(bool)


def _enlarged(level: GrayImage, shape: tuple[int, ...]) -> GrayImage:
    """The level of the paper at full size."""
    height, width = shape
    large = cv2.resize(level, None, fx=SHRINK**2, fy=SHRINK**2, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[:height, :width], np.uint8)


def _lid(small: GrayImage, usual: float) -> Mask:
    """Wedges of a dark lid: dark from the picture's edge inwards, and thicker than any stroke."""
    dark = (small < usual).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (LID_THICK, LID_THICK))
    padded = cv2.copyMakeBorder(dark, LID_THICK, LID_THICK, LID_THICK, LID_THICK, cv2.BORDER_REPLICATE)
    thick = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)[LID_THICK:-LID_THICK, LID_THICK:-LID_THICK]
    if not thick.any():
        return np.zeros(small.shape, bool)
    _, labels = cv2.connectedComponents(np.ascontiguousarray(thick), connectivity=8)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.asarray(np.isin(labels, np.unique(rim[rim > 0])), dtype=bool)


def _widened(mask: GrayImage, diameter: int) -> GrayImage:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    return np.asarray(cv2.dilate(mask, disc), np.uint8)


# ---------------------------------------------------------------- ink


def _threshold(darkness: GrayImage, outside: Mask, grain: npt.NDArray[np.intp]) -> int:
    """The least darkness that is ink: above the grain of this paper, as scanned."""
    sample = darkness.ravel()[grain][~outside.ravel()[grain]].astype(np.float32)
    if not len(sample):
        return MOST_INK
    quarter, half, three = np.percentile(sample, [25, 50, 75])
    spread = max(1.4826 * float(np.median(np.abs(sample - half))), float(three - quarter) / 1.35)
    return int(np.clip(round(NOISE_FACTOR * spread), LEAST_INK, MOST_INK))


@dataclass(frozen=True, slots=True, eq=False)
class _Dark:
    """The dark pixels where no print is, piece after piece: their rows and columns, and how dark they are.

    `starts` and `sizes` tell the pieces apart.
    """

    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    value: GrayImage
    starts: npt.NDArray[np.intp]
    sizes: npt.NDArray[np.intp]

    def mean(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """The mean over the pixels of each piece."""
        return np.asarray(np.add.reduceat(values, self.starts, dtype=np.float64) / self.sizes, np.float64)

    def extent(self, places: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """How many rows, or columns, each piece covers."""
        return np.asarray(np.maximum.reduceat(places, self.starts) - np.minimum.reduceat(places, self.starts) + 1)


def _ink(darkness: GrayImage, kept_out: Mask, hugging: GrayImage, threshold: int, flat: FlatImage) -> Labels:
    """Label the pieces that are ink; specks, rims of print and soft shadows are left out."""
    mask = cv2.subtract(above(darkness, threshold), np.multiply(kept_out.view(np.uint8), np.uint8(255)))
    rows, columns = set_pixels(mask)
    if threshold < PALE:
        shade = _is_shade(rows, columns, darkness, threshold)
        mask[rows[shade], columns[shade]] = 0
        rows, columns = rows[~shade], columns[~shade]
    _, labels = cv2.connectedComponents(mask, connectivity=8)
    if not len(rows):
        return np.asarray(labels, np.int32)
    label = labels[rows, columns]
    order = np.argsort(label, kind="stable")
    sizes = np.bincount(label)[1:]
    rows, columns = rows[order], columns[order]
    dark = _Dark(rows, columns, darkness[rows, columns], np.cumsum(sizes) - sizes, sizes)
    ink = _is_ink(dark, hugging, threshold, flat)
    if not flat.bilevel:
        ink &= _is_steep(dark, darkness, cv2.erode(mask, np.ones((3, 3), np.uint8))[rows, columns] == 0, _softest(flat))
    labels[rows, columns] = np.repeat(np.where(ink, np.cumsum(ink), 0).astype(np.int32), sizes)
    return np.asarray(labels, np.int32)


def _is_shade(rows: Places, columns: Places, darkness: GrayImage, threshold: int) -> Mask:
    """Which of the pixels are pale and hardly darker than their surroundings."""
    window = np.ones((STROKE_WINDOW, STROKE_WINDOW), np.uint8)
    lightest = cv2.morphologyEx(quartered(darkness), cv2.MORPH_OPEN, window, borderType=cv2.BORDER_REPLICATE)
    dark = darkness[rows, columns].astype(np.int16)
    over = dark - lightest[rows // SHRINK, columns // SHRINK]
    return np.asarray((dark <= PALE) & (over <= STROKE_SHARE * threshold), bool)


def _is_ink(dark: _Dark, hugging: GrayImage, threshold: int, flat: FlatImage) -> Mask:
    """For each piece whether it is ink by its size, its darkness and what lies beside it."""
    area_mm2 = dark.sizes / flat.px_per_mm**2
    length_mm = np.maximum(dark.extent(dark.columns), dark.extent(dark.rows)) / flat.px_per_mm
    near = hugging[dark.rows, dark.columns].view(bool) | _at_outside(dark, flat.outside)
    hair = area_mm2 < HAIR_MM * length_mm
    deep = np.maximum.reduceat(dark.value, dark.starts) > min(SURELY_DARK * threshold, BILEVEL_INK)
    rim = (dark.mean(near) > HUGGING_SHARE) & (hair | (area_mm2 < HUGGING_MM2))
    return np.asarray((area_mm2 > SPECK_MM2) & deep & ~rim, bool)


def _at_outside(dark: _Dark, outside: Mask) -> Mask:
    """Which pixels lie at the edge of the paper, as nearly as at print."""
    if not outside.any():
        return np.zeros(len(dark.rows), bool)
    return _widened(outside.view(np.uint8), HUGGING_PX).view(bool)[dark.rows, dark.columns]


def _softest(flat: FlatImage) -> float:
    """The least gradient at the rim of ink, over its depth: half of what the picture's blur leaves of a sharp edge."""
    if not flat.photo:
        return SOFT_SCAN
    sigma_px = np.hypot(flat.blur_mm * flat.px_per_mm, SHARP_PX)
    return min(SOFT_PHOTO, float(0.5 / (np.sqrt(2 * np.pi) * sigma_px)))


def _is_steep(dark: _Dark, darkness: GrayImage, rim: Mask, softest: float) -> Mask:
    """For each piece whether its rim is sharp for its depth: shadows of folds are soft.

    `rim` tells of each pixel whether it lies at the rim of its piece, where the gradient (Sobel) is measured.
    """
    height, width = darkness.shape
    rim = rim & (dark.rows > 0) & (dark.rows < height - 1) & (dark.columns > 0) & (dark.columns < width - 1)
    at = dark.rows[rim].astype(np.intp) * width + dark.columns[rim]
    values = darkness.ravel()

    def beside(down: int, right: int) -> FloatImage:
        return np.asarray(values[at + down * width + right], np.float32)

    across, along = np.zeros(len(at), np.float32), np.zeros(len(at), np.float32)
    for step, weight in ((-1, 1), (0, 2), (1, 1)):
        across += weight * (beside(step, 1) - beside(step, -1))
        along += weight * (beside(1, step) - beside(-1, step))
    steep = np.zeros(len(rim))
    steep[rim] = np.hypot(across, along) / 8
    steep = dark.mean(steep) / np.maximum(dark.mean(rim), 1e-6)
    return np.asarray(steep >= softest * np.maximum(dark.mean(dark.value), SHALLOWEST))
