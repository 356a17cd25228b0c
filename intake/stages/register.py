"""Refines a pose on the printed text, and says how well the page agrees with the blank.

Patches of print are looked for where the pose expects them; their shifts correct it: first coarsely (a turn, a
scale and a shift, or a homography for photos), then finely (affine, so that feeder stretch and shrunk prints fit),
at last, where the paper is curled or crumpled, by a smooth bend. After DESIGN and the measurements in the notes on
seeing: 0.04 mm median on scans, 0.1 mm on photos.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.patches import Found, find_patches
from intake.scales import halvings_to, shrunk
from intake.values import Bend, Fit, GrayImage, Homography, PageImage, Pose, Registration, Template

COARSE_PX_PER_MM = 75 / 25.4
COARSE_PATCHES = 40
COARSE_REACH_MM = (6.0, 3.0)
"""A pose from one code may be off by 5 mm at the far end of the page; the second round mends the first."""
CLOSE_FOUND = 0.7
"""A close guess is believed without the coarse look if so much of the print is then where the blank has it."""
FINE_PX_PER_MM = 150 / 25.4
SCAN_PATCHES, PHOTO_PATCHES, BENT_PATCHES = 40, 70, 140
BLURS_MM, BLUR_PATCHES = (0.0, 0.1, 0.17, 0.24, 0.32, 0.4, 0.5, 0.62), 16
"""A photo's blur is found among these, on so many patches; a sharp one has 0.1, in a shaken one print is hardly legible
with 0.5."""
LEAST_VIEW = 0.95
"""The page is halved as long as it keeps this share of the resolution of the comparison."""
SCAN_REACH_MM, CLOSER_REACH_MM, PHOTO_REACH_MM, BENT_REACH_MM = 1.6, 0.9, 3.2, 1.2
"""A curled page in a photo is off its flat map by up to 2.5 mm."""
PATCH_FOUND_NCC = 0.45
"""A patch below this correlation says nothing about its place: foreign print reaches 0.4 by chance."""
SCAN_TOLERANCE_MM, PHOTO_TOLERANCE_MM = 0.5, 1.2
"""How far a patch may lie off the fitted map and still count for it."""
FEWEST_PATCHES = 6
BEND_WORTH_MM = 0.07
"""Below this median distance the flat map is as good as the paper; a bend would only fit noise."""
BEND_OUTLIER_MM = 0.5
ASTRAY_MM, MOST_ASTRAY = 0.3, 0.03
"""Nor is a bend good enough with which more of the patches than this share are off by so much."""
UNLIKE_SHARE = 0.75
"""A patch that is less like the blank than this share of the usual says nothing of the paper: part of a code, say,
which differs from slip to slip."""
COMPANY_MM, COMPANY = 15.0, 2
"""A patch that so many others within so far bear out is no outlier."""
MOST_BENDS, SURELY_NCC = 4, 0.8
"""So many bends are tried; a patch that is less alike is looked for again, farther away."""
FARTHEST_MM = 6.0
CELLS_MM = (8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 16.0, 18.0, 20.0, 23.0, 26.0, 30.0, 35.0, 40.0)
"""Sides of the squares of which one patch each is looked at."""
STIFF, SUPPLE = 0.3, 0.03
"""Smoothing of the spline. Left-out patches of 30 photos were met to 0.074 mm (median) with .02, 0.077 with .05 and
.01, 0.097 with 1."""
UNKNOWN_FIT = Fit(0.0, 0.0, float("inf"), 0.0)
LEAST_SHOWN_MM = 20.0
"""A page on which there is less of a slip than this, either way, does not show it: of 170 pages without a slip one had
such a guess, of features that agreed by chance."""
FOUND_WITHIN_MM = 0.6
"""A patch counts as found where the blank has it if it lies this near after the fit."""


def register(page: PageImage, pose: Pose) -> Registration | None:
    """Fit the blank to the page from a first guess; None where the print does not support it at all."""
    photo = page.dpi is None
    # A few features that agree by chance may say that the page shows a speck of the slip.
    if min(page.gray.shape) < LEAST_SHOWN_MM * _px_per_mm(pose):
        return None
    if pose.close and not photo:
        found = _fine(page, pose, photo)
        if found is not None and found.fit.found_share >= CLOSE_FOUND:
            return found
    coarse = _coarse(page, pose, photo)
    return None if coarse is None else _fine(page, coarse, photo)


def _coarse(page: PageImage, pose: Pose, photo: bool) -> Pose | None:
    """Mend a guess that may be off by millimetres."""
    patches = _spread(pose.template, COARSE_PATCHES)
    view = _view(page, pose, COARSE_PX_PER_MM)
    coarse = _scaled(pose, view.scale)
    for round_, reach in enumerate(COARSE_REACH_MM):
        found = find_patches(
            view.gray, pose.template, patches, _flat(coarse.mm_to_px), reach_mm=reach, px_per_mm=COARSE_PX_PER_MM
        )
        tolerance = reach / 3 if photo else 1.0
        better = _refit(coarse.mm_to_px, found, photo, turn_only=round_ == 0, tolerance_mm=tolerance)
        if better is None:
            return None
        coarse = replace(coarse, mm_to_px=better)
    return _scaled(coarse, 1 / view.scale)


def _fine(page: PageImage, pose: Pose, photo: bool) -> Registration | None:
    """Fit closely; a flat page needs few patches for that, and a bent one many."""
    view = _view(page, pose, FINE_PX_PER_MM)
    work = _scaled(pose, view.scale)
    reach = PHOTO_REACH_MM if photo else SCAN_REACH_MM
    tolerance = PHOTO_TOLERANCE_MM if photo else SCAN_TOLERANCE_MM
    few = _evenly(pose.template, PHOTO_PATCHES) if photo else _spread(pose.template, SCAN_PATCHES)
    found = _look(view.gray, few, Registration(work, None, UNKNOWN_FIT), reach)
    homography = _refit(work.mm_to_px, found, photo, turn_only=False, tolerance_mm=tolerance)
    if homography is None:
        return None
    fitted = Registration(replace(work, mm_to_px=homography), None, UNKNOWN_FIT)
    if photo:
        fitted = replace(fitted, fit=replace(UNKNOWN_FIT, blur_mm=_blur_mm(view.gray, few, fitted)))
    found = _look(view.gray, few, fitted, reach if photo else CLOSER_REACH_MM)
    if not _is_flat(found) or (photo and _lost_share(found) > MOST_ASTRAY):
        fitted, found = _bent(view.gray, fitted, reach, photo=photo)
    return Registration(_scaled(fitted.pose, 1 / view.scale), fitted.bend, _fit(found, fitted.fit.blur_mm))


def _blur_mm(gray: GrayImage, patches: Sequence[Rect], fitted: Registration) -> float:
    """How much the page is blurred: the blur of the blank with which a few patches are most like the page."""
    few = patches[:: max(1, len(patches) // BLUR_PATCHES)]
    alike = []
    for blur in BLURS_MM:
        blurred = replace(fitted, fit=replace(fitted.fit, blur_mm=blur))
        alike.append(float(np.median([one.ncc for one in _look(gray, few, blurred, BENT_REACH_MM)])))
    return BLURS_MM[int(np.argmax(alike))]


def _bent(gray: GrayImage, fitted: Registration, reach_mm: float, *, photo: bool) -> tuple[Registration, list[Found]]:
    """The same fit with the paper's bend, where there is one, and what was found last."""
    patches = (_evenly if photo else _spread)(fitted.pose.template, BENT_PATCHES)
    found = _look_farther(gray, patches, fitted, reach_mm)
    for round_ in range(MOST_BENDS):
        bend = _bend(fitted, found)
        if bend is None:
            break
        fitted = replace(fitted, bend=bend)
        if photo and round_ == 0:
            # What was not where it was looked for was taken for blurred.
            fitted = replace(fitted, fit=replace(fitted.fit, blur_mm=_blur_mm(gray, patches, fitted)))
        found = _look_farther(gray, patches, fitted, BENT_REACH_MM)
    return fitted, found


def _look_farther(gray: GrayImage, patches: Sequence[Rect], fitted: Registration, reach_mm: float) -> list[Found]:
    """Look near by, and farther for what is not there: where paper curls up it may be off by more."""
    near = _look(gray, patches, fitted, reach_mm)
    lost = [index for index, one in enumerate(near) if not one.certain or one.ncc < SURELY_NCC]
    farther = _look(gray, [patches[index] for index in lost], fitted, FARTHEST_MM)
    again = {index: one for index, one in zip(lost, farther, strict=True) if one.certain and one.ncc > near[index].ncc}
    return [again.get(index, one) for index, one in enumerate(near)]


def _look(gray: GrayImage, patches: Sequence[Rect], fitted: Registration, reach_mm: float) -> list[Found]:
    return find_patches(
        gray,
        fitted.pose.template,
        patches,
        fitted.pixels_of,
        reach_mm=reach_mm,
        px_per_mm=FINE_PX_PER_MM,
        blur_mm=fitted.fit.blur_mm,
    )


def _spread(template: Template, most: int) -> list[Rect]:
    """Patches over the whole slip, not the densest text alone."""
    tiles = [tile.place for tile in template.tiles]
    if len(tiles) <= most:
        return tiles
    step = len(tiles) / most
    return [tiles[int(index * step)] for index in range(most)]


def _evenly(template: Template, most: int) -> list[Rect]:
    """Patches from everywhere, one of each place: a line that stands alone tells how the paper lies there."""
    tiles = [tile.place for tile in template.tiles]
    if len(tiles) <= most:
        return tiles
    cells: dict[tuple[int, int], Rect] = {}
    for side in CELLS_MM:
        cells = {}
        for tile in tiles:
            cells.setdefault((int(tile.centre.x / side), int(tile.centre.y / side)), tile)
        if len(cells) <= most:
            break
    return list(cells.values())


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The page at about the resolution of a comparison, and its size as a share of the page's."""

    gray: GrayImage
    scale: float


def _view(page: PageImage, pose: Pose, px_per_mm: float) -> _View:
    """The smallest halving of the page that is not much coarser than the comparison; never enlarged."""
    halvings = halvings_to(_px_per_mm(pose), px_per_mm * LEAST_VIEW)
    return _View(shrunk(page, halvings), 0.5**halvings)


def _px_per_mm(pose: Pose) -> float:
    """How large the slip is on the page, around its middle."""
    return float(np.sqrt(abs(np.linalg.det(_local(pose)))))


def _local(pose: Pose) -> npt.NDArray[np.float64]:
    """How millimetres become pixels around the middle of the slip, shape (2, 2)."""
    centre = pose.template.area.centre
    x, y = centre.x, centre.y
    ends = np.array([(x, y), (x + 1, y), (x, y + 1)], np.float64)
    seen = _flat(pose.mm_to_px)(ends)
    return np.stack([seen[1] - seen[0], seen[2] - seen[0]], axis=1)


def _scaled(pose: Pose, scale: float) -> Pose:
    """The same pose on a page resized by `scale`; pixel centres are whole numbers."""
    half = 0.5 * scale - 0.5
    resize = np.array([[scale, 0, half], [0, scale, half], [0, 0, 1.0]])
    return replace(pose, mm_to_px=resize @ pose.mm_to_px)


class _flat:  # noqa: N801 - a function with a remembered map
    """Maps millimetres of the blank to pixels through a homography."""

    def __init__(self, homography: Homography) -> None:
        self._homography = homography

    def __call__(self, mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        seen = np.concatenate([mm, np.ones((len(mm), 1))], axis=1) @ self._homography.T
        return np.asarray(seen[:, :2] / seen[:, 2:], dtype=np.float64)


def _refit(
    mm_to_px: Homography, found: Sequence[Found], photo: bool, turn_only: bool, tolerance_mm: float
) -> Homography | None:
    """Correct a map by the shifts of the patches; robust against the third of them that is wrong."""
    sure = _sure(found)
    if len(sure) < FEWEST_PATCHES:
        return None
    source = np.array([(f.place.centre.x, f.place.centre.y) for f in sure], np.float64)
    target = source + np.array([(f.dx, f.dy) for f in sure], np.float64)
    if photo and not turn_only:
        found_map, kept = cv2.findHomography(source, target, cv2.RANSAC, tolerance_mm)
        correction = None if found_map is None else np.asarray(found_map, np.float64)
    else:
        estimate = cv2.estimateAffinePartial2D if turn_only else cv2.estimateAffine2D
        affine, kept = estimate(source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance_mm)
        correction = None if affine is None else np.vstack([affine, (0.0, 0.0, 1.0)]).astype(np.float64)
    if correction is None or int(kept.sum()) < FEWEST_PATCHES:
        return None
    return np.asarray(mm_to_px @ correction, np.float64)


def _sure(found: Sequence[Found]) -> list[Found]:
    return [f for f in found if f.certain and f.ncc >= PATCH_FOUND_NCC]


def _is_flat(found: Sequence[Found]) -> bool:
    """Whether the patches lie so near to the fitted map that nothing is to be gained."""
    off = np.array([np.hypot(f.dx, f.dy) for f in _sure(found)])
    return bool(len(off)) and float(np.median(off)) < BEND_WORTH_MM and (off > ASTRAY_MM).mean() <= MOST_ASTRAY


def _lost_share(found: Sequence[Found]) -> float:
    """How many of the patches were not found at all: what curls up is farther off than anything is looked for."""
    return 1 - len(_sure(found)) / max(len(found), 1)


def _bend(fitted: Registration, found: Sequence[Found]) -> Bend | None:
    """The smooth deformation left after the fit so far, or None where the paper is flat enough.

    A thin-plate spline through the patches' shifts, smoothed by what a patch's place is worth; patches that
    disagree with a first spline, which is smoother still, and with their neighbours are left out.
    """
    if _is_flat(found):
        return None
    sure = _sure(found)
    usual = float(np.median([one.ncc for one in sure])) if sure else 0.0
    sure = [one for one in sure if one.ncc >= UNLIKE_SHARE * usual]
    if len(sure) < 3 * FEWEST_PATCHES:
        return None
    off = np.array([(f.dx, f.dy) for f in sure], np.float64)
    at = np.array([(f.place.centre.x, f.place.centre.y) for f in sure], np.float64)
    shift = off if fitted.bend is None else off + fitted.bend.shift(at)
    first = _spline(at, shift, STIFF)
    agree = np.linalg.norm(first.shift(at) - shift, axis=1) < BEND_OUTLIER_MM
    agree |= _in_company(at, shift) & np.array([f.ncc >= SURELY_NCC for f in sure])
    if agree.sum() < 3 * FEWEST_PATCHES:
        return None
    return _spline(at[agree], shift[agree], SUPPLE)


def _in_company(at: npt.NDArray[np.float64], shift: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which patches are shifted as some of their neighbours are: paper that curls up takes a whole line with it."""
    near = np.linalg.norm(at[:, None] - at[None, :], axis=2) <= COMPANY_MM
    alike = np.linalg.norm(shift[:, None] - shift[None, :], axis=2) <= BEND_OUTLIER_MM
    return np.asarray((near & alike).sum(axis=1) > COMPANY, bool)


def _spline(at: npt.NDArray[np.float64], shift: npt.NDArray[np.float64], stiffness: float) -> Bend:
    """The smoothing thin-plate spline (Wahba 1990): a linear system with the plane as its free part."""
    count = len(at)
    plane = np.concatenate([np.ones((count, 1)), at], axis=1)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = Bend.kernel(at, at) + stiffness * np.eye(count)
    system[:count, count:] = plane
    system[count:, :count] = plane.T
    target = np.concatenate([shift, np.zeros((3, 2))])
    solution = np.linalg.solve(system, target)
    return Bend(at, solution[:count], solution[count:])


def _fit(found: Sequence[Found], blur_mm: float) -> Fit:
    if not found:
        return replace(UNKNOWN_FIT, blur_mm=blur_mm)
    off = [float(np.hypot(f.dx, f.dy)) for f in found if f.certain and f.ncc >= PATCH_FOUND_NCC]
    near = sum(1 for distance in off if distance <= FOUND_WITHIN_MM)
    return Fit(
        ncc_median=float(np.median([f.ncc for f in found])),
        found_share=near / len(found),
        residual_mm=float(np.median(off)) if off else float("inf"),
        blur_mm=blur_mm,
    )
