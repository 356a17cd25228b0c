"""Makes of a scan or photo of an empty letter a page that a form can be laid over: flat, straight, on white paper."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import MM_PER_INCH
from intake.values import GrayImage, PageImage

DPI = 200
A4_MM = (210.0, 297.0)
PAPER_TOLERANCE = 0.035
"""A scan that is this near to A4 in width and height is one."""
MOST_SKEW_DEG = 8.0
SKEW_STEPS_DEG = (0.5, 0.1, 0.02)
WORK_PX_PER_MM = 3.0
BACKGROUND_MM = 6.0
WHITE, PAPER_GREY = 226, 246
"""What is paler than the first, once the lighting is evened out, is paper; paper is brought to the second before."""
EDGE_MM = 2.5
"""What hangs together with the edge of a scan this near is shadow or lid."""
DARKEST_SHEET = 90
"""Grey of the paper in a photo that is worth adopting."""
SMALLEST_SHEET = 0.25
"""Share of a photo that a sheet on it takes at least."""


class NoSheetError(ValueError):
    """On a photo no sheet of paper can be told from what it lies on."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page laid straight at `DPI`, as large as paper: lengths in millimetres."""

    gray: GrayImage
    width: float
    height: float


def straightened(page: PageImage) -> Sheet:
    """The page upright as it came, without its skew and its lighting.

    Raises:
        NoSheetError: A photo without a visible sheet.
    """
    flat = _from_photo(page.gray) if page.dpi is None else _from_scan(page.gray, page.dpi)
    even = _evened(flat)
    turned = _turned(even, -_skew_deg(even))
    clean = np.where(turned > WHITE, 255, turned).astype(np.uint8)
    return _as_sheet(_without_edges(clean))


def quarter_turned(sheet: Sheet, quarters: int) -> Sheet:
    """The sheet turned by quarters against the clock."""
    gray = np.ascontiguousarray(np.rot90(sheet.gray, quarters))
    width, height = (sheet.height, sheet.width) if quarters % 2 else (sheet.width, sheet.height)
    return Sheet(gray, width, height)


def _from_scan(gray: GrayImage, dpi: float) -> GrayImage:
    """At the working resolution."""
    scale = DPI / dpi
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def _from_photo(gray: GrayImage) -> GrayImage:
    """The sheet on the photo as if seen from above; it is taken to be A4."""
    scale = 600 / min(gray.shape)
    small = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    bright = cv2.threshold(cv2.GaussianBlur(small, (0, 0), 3), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(max(contours, key=cv2.contourArea)) if contours else None
    corners = None if hull is None else cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True).reshape(-1, 2)
    if hull is None or corners is None or len(corners) != 4 or cv2.contourArea(hull) < SMALLEST_SHEET * small.size:  # noqa: PLR2004 - a sheet has four
        raise NoSheetError
    inside = cv2.fillConvexPoly(np.zeros_like(small), hull, 1).astype(bool)
    if float(np.median(small[inside])) < DARKEST_SHEET:
        raise NoSheetError
    ordered = _clockwise(corners.astype(np.float32) / np.float32(scale))
    lying = np.linalg.norm(ordered[1] - ordered[0]) > np.linalg.norm(ordered[3] - ordered[0])
    width, height = A4_MM[::-1] if lying else A4_MM
    size = round(width * DPI / MM_PER_INCH), round(height * DPI / MM_PER_INCH)
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(ordered, target)
    return np.asarray(cv2.warpPerspective(gray, matrix, size, flags=cv2.INTER_CUBIC, borderValue=255), np.uint8)


def _clockwise(corners: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Four corners from the top-left one on."""
    total, across = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    order = [int(total.argmin()), int(across.argmax()), int(total.argmax()), int(across.argmin())]
    return corners[order]


def _evened(gray: GrayImage) -> GrayImage:
    """The same brightness of paper everywhere."""
    reach = round(BACKGROUND_MM * DPI / MM_PER_INCH)
    small = cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach // 4, reach // 4))), (0, 0), 4)
    full = cv2.resize(np.maximum(paper, 1), (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(gray, full, scale=PAPER_GREY), np.uint8)


def _skew_deg(gray: GrayImage) -> float:
    """How far the rows of print are turned: the angle at which dark and white rows differ most."""
    scale = WORK_PX_PER_MM * MM_PER_INCH / DPI
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = np.where(small < 200, 255 - small, 0).astype(np.uint8)  # noqa: PLR2004 - print
    best, reach = 0.0, MOST_SKEW_DEG
    for step in SKEW_STEPS_DEG:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _contrast(ink, float(angle))))
        reach = step
    return best


def _contrast(ink: GrayImage, degrees: float) -> float:
    rows = _turned(ink, -degrees, 0).astype(np.float32).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _turned(image: GrayImage, degrees: float, border: int = 255) -> GrayImage:
    """The picture turned clockwise about its middle."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=border)
    return np.asarray(turned, np.uint8)


def _without_edges(gray: GrayImage) -> GrayImage:
    """Lids and shadows that touch the edge are taken away."""
    ink = (gray < 200).astype(np.uint8)  # noqa: PLR2004 - print
    rim = round(EDGE_MM * DPI / MM_PER_INCH)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = gray.shape
    right, bottom = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    near = (stats[:, 0] < rim) | (stats[:, 1] < rim) | (right > width - rim) | (bottom > height - rim)
    near[0] = False
    return np.where(near[labels], 255, gray).astype(np.uint8)


def _as_sheet(gray: GrayImage) -> Sheet:
    """On paper of its size; a scan that is nearly A4 gets exactly that, so that its blank prints as the letter did."""
    height, width = (side * MM_PER_INCH / DPI for side in gray.shape)
    for paper in (A4_MM, A4_MM[::-1]):
        if abs(width / paper[0] - 1) < PAPER_TOLERANCE and abs(height / paper[1] - 1) < PAPER_TOLERANCE:
            size = round(paper[0] * DPI / MM_PER_INCH), round(paper[1] * DPI / MM_PER_INCH)
            sheet = np.full((size[1], size[0]), 255, np.uint8)
            rows, columns = min(size[1], gray.shape[0]), min(size[0], gray.shape[1])
            sheet[:rows, :columns] = gray[:rows, :columns]
            return Sheet(sheet, *paper)
    return Sheet(gray, width, height)
