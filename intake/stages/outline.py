"""Finds slips by the edge of their paper: a bright four-sided piece on a darker desk.

For photos whose print is too blurred to be found by its features. Which form it is, and which way up, only the print
can tell: each is a guess to be tried.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.scales import halvings_to, shrunk
from intake.values import Homography, PageImage, Pose, Template

WORK_PX = 500
"""The shorter side of the working image has so many pixels at least."""
SMALLEST_SHARE = 0.12
"""Less of the picture than this is no paper that somebody photographed."""
CORNERS_SHARE = 0.02
"""How far, as a share of its length, the outline may stray from four straight lines."""
MOST_SKEWED = 1.35
"""The sides' ratio may differ from the paper's by this factor, as perspective makes it."""
A4 = Rect(0.0, 0.0, 210.0, 297.0)

Corners = npt.NDArray[np.float32]
"""Shape (4, 2), clockwise."""


def poses_from_outline(page: PageImage, templates: Sequence[Template]) -> tuple[Pose, ...]:
    """All ways in which the paper on a photo may be one of the forms."""
    if page.dpi is not None:
        return ()
    seen = _paper(page)
    if seen is None:
        return ()
    return tuple(
        Pose(template, homography, "", close=False)
        for template in templates
        for place in dict.fromkeys((template.area, A4))
        for homography in _turned(seen, place)
    )


def _paper(page: PageImage) -> Corners | None:
    """The corners of the largest bright four-sided piece, in pixels of the page."""
    halvings = halvings_to(min(page.gray.shape), WORK_PX)
    small = shrunk(page, halvings)
    bright = cv2.threshold(cv2.GaussianBlur(small, (0, 0), 2), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    corners = cv2.approxPolyDP(hull, CORNERS_SHARE * cv2.arcLength(hull, True), True).reshape(-1, 2)
    if len(corners) != 4 or cv2.contourArea(hull) < SMALLEST_SHARE * small.size:  # noqa: PLR2004 - a sheet has four
        return None
    clockwise = corners if cv2.contourArea(corners, oriented=True) > 0 else corners[::-1]
    return np.asarray((clockwise + 0.5) * 2**halvings - 0.5, np.float32)


def _turned(seen: Corners, place: Rect) -> Iterator[Homography]:
    """The maps that lay the place onto the paper, one for each way up that its sides allow."""
    corners = np.array([(p.x, p.y) for p in place.corners], np.float32)
    for quarter in range(4):
        target = np.roll(seen, quarter, axis=0)
        sides = np.linalg.norm(np.roll(target, -1, axis=0) - target, axis=1)
        ratio = float((sides[0] + sides[2]) / (sides[1] + sides[3])) / (place.width / place.height)
        if 1 / MOST_SKEWED <= ratio <= MOST_SKEWED:
            yield np.asarray(cv2.getPerspectiveTransform(corners, target), np.float64)
