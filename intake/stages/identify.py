"""Finds slips by their print where no code was read: ORB features, one pose for each slip on the page.

ORB with a similarity, then a homography, identified 24 of 24 simulated photos and every scan of the trial; it is
ten times as dear as reading the codes, so it is asked only where these give nothing.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from intake.scales import halvings_to, shrunk
from intake.values import Features, Homography, PageImage, Pose, Template

WORK_PX_PER_MM = 100 / 25.4
"""Resolution of the features on the blank."""
PHOTO_SHORT_SIDE_PX = 960
"""A photo's shorter side after scaling; a page fills 80 to 93 % of it, which makes about 100 dpi."""
MOST_WORK_PX = 4000
"""Longer side at most: a strip is not enlarged without bounds."""
FEATURES_OF_BLANK = 3000
FEATURES_OF_PAGE = 4000
RATIO = 0.86
"""Best match over second best, after Lowe; .86 keeps enough on 1-bit scans."""
MOST_SLIPS = 3
"""So many slips of one form are looked for on one page."""
FEWEST_MATCHES = 9
"""Fewer agreeing features than this give no pose at all; the print decides on the rest."""
SCAN_REACH_PX, PHOTO_REACH_PX = 3.0, 12.0


def features_of(gray: npt.NDArray[np.uint8], px_per_mm: float, x_mm: float, y_mm: float) -> Features:
    """The features of a blank's slip area, whose top-left corner lies at (`x_mm`, `y_mm`)."""
    scale = WORK_PX_PER_MM / px_per_mm
    small = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    points, descriptors = _detect(small, FEATURES_OF_BLANK)
    mm = (points + 0.5) / WORK_PX_PER_MM + (x_mm, y_mm)
    return Features(mm.astype(np.float32), descriptors)


def poses_from_print(page: PageImage, templates: Sequence[Template]) -> tuple[Pose, ...]:
    """Poses of the slips whose print is recognised, the best supported first."""
    small, scale = _working_image(page)
    points, descriptors = _detect(small, FEATURES_OF_PAGE)
    points = (points + 0.5) / np.float32(scale) - 0.5
    reach = (PHOTO_REACH_PX if page.dpi is None else SCAN_REACH_PX) / scale
    found: list[tuple[int, Pose]] = []
    for template in templates:
        source, target = _matches(template.features, points, descriptors)
        found += [
            (count, Pose(template, homography, "", close=False))
            for count, homography in _instances(template, source, target, reach, page.dpi is None)
        ]
    found.sort(key=lambda item: -item[0])
    return tuple(pose for _, pose in found)


def _working_image(page: PageImage) -> tuple[npt.NDArray[np.uint8], float]:
    if page.dpi is not None:
        scale = WORK_PX_PER_MM * 25.4 / page.dpi
        return _resized(page, scale), scale
    scale = min(PHOTO_SHORT_SIDE_PX / min(page.gray.shape), MOST_WORK_PX / max(page.gray.shape))
    small = _resized(page, scale)
    paper = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8)), (0, 0), 8)
    return np.asarray(cv2.divide(small, paper, scale=245)), scale


def _resized(page: PageImage, scale: float) -> npt.NDArray[np.uint8]:
    """The page at a share of its size."""
    height, width = page.gray.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    nearest = shrunk(page, halvings_to(1.0, scale))
    return np.asarray(cv2.resize(nearest, size, interpolation=cv2.INTER_AREA), np.uint8)


def _detect(gray: npt.NDArray[np.uint8], most: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    orb = cv2.ORB.create(most, 1.2, 6, 15, fastThreshold=12)
    keypoints, descriptors = orb.detectAndCompute(gray, None)
    if not keypoints:
        return np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)
    return np.array([k.pt for k in keypoints], np.float32), np.asarray(descriptors, np.uint8)


def _matches(
    blank: Features, points: npt.NDArray[np.float32], descriptors: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    if len(descriptors) < FEWEST_MATCHES or len(blank.descriptors) < FEWEST_MATCHES:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, blank.descriptors, 2)
    good = [best for best, *rest in pairs if rest and best.distance < RATIO * rest[0].distance]
    return (
        np.array([blank.points[m.trainIdx] for m in good], np.float32).reshape(-1, 2),
        np.array([points[m.queryIdx] for m in good], np.float32).reshape(-1, 2),
    )


def _instances(
    template: Template,
    source: npt.NDArray[np.float32],
    target: npt.NDArray[np.float32],
    reach: float,
    photo: bool,
) -> list[tuple[int, Homography]]:
    """Poses of one form, each with the number of features that agree with it."""
    found: list[tuple[int, Homography]] = []
    free = np.ones(len(source), bool)
    for _ in range(MOST_SLIPS):
        index = np.flatnonzero(free)
        if len(index) < FEWEST_MATCHES:
            break
        pose = _pose(source[index], target[index], reach, photo)
        if pose is None:
            break
        count, homography, agreeing = pose
        free[index[agreeing]] = False
        outline = _outline(template, homography)
        free &= ~_inside(outline, target)
        if cv2.isContourConvex(outline) and not any(
            _inside(_outline(template, other), outline.mean(axis=0).reshape(1, 2))[0] for _, other in found
        ):
            found.append((count, homography))
    return found


def _pose(
    source: npt.NDArray[np.float32], target: npt.NDArray[np.float32], reach: float, photo: bool
) -> tuple[int, Homography, npt.NDArray[np.bool_]] | None:
    affine, inliers = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=reach, maxIters=4000, confidence=0.999
    )
    if affine is None or int(inliers.sum()) < FEWEST_MATCHES:
        return None
    agreeing = inliers.ravel() > 0
    homography = np.vstack([affine, (0.0, 0.0, 1.0)])
    if photo and int(agreeing.sum()) > FEWEST_MATCHES:
        better, kept = cv2.findHomography(source[agreeing], target[agreeing], cv2.RANSAC, reach / 2)
        if better is not None and int(kept.sum()) >= FEWEST_MATCHES:
            homography = np.asarray(better, np.float64)
    return int(agreeing.sum()), homography, agreeing


def _outline(template: Template, homography: Homography) -> npt.NDArray[np.float32]:
    corners = np.array([[(p.x, p.y)] for p in template.area.corners], np.float64)
    return np.asarray(cv2.perspectiveTransform(corners, homography).reshape(-1, 2), np.float32)


def _inside(outline: npt.NDArray[np.float32], points: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    contour = outline.reshape(-1, 1, 2)
    return np.array([cv2.pointPolygonTest(contour, (float(x), float(y)), False) >= 0 for x, y in points], dtype=bool)
