"""Finds the printed codes on a page and, where two of ours stand in their places, how the page lies.

zxing-cpp read every code of the trial series down to 100 dpi, skewed and upside-down, in 3 to 12 ms a page, and
never a wrong one; OpenCV's own reader took thirty times as long.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from forms.geometry import Point
from intake.scales import halvings_to, px_per_mm_of, shrunk
from intake.values import CodePlace, GrayImage, PageImage, Pose, Registration, SeenCode, Template

HEADER_LENGTH = 10
"""So many characters of a code name form, version, page and copy; the rest names the child's slip."""

GLANCE_PX_PER_MM = 95 / 25.4
"""A module of our codes then has 2.4 pixels."""
FLAT_PX_PER_MM, FLAT_RIM_MM, GRID_PX = 10.0, 3.0, 10
"""A module of our codes is 0.64 mm wide. The map is computed for every so manieth pixel."""
AGREEMENT_MM = 6.0
"""Two codes belong to one slip if the pose of one predicts the other this well: half of the smallest distance
between the lines of two slips, and more than the error of a pose from one code 100 mm away on a flat scan."""


def find_codes(page: GrayImage) -> tuple[SeenCode, ...]:
    """Read all QR codes of a page, wherever and however they lie."""
    return _read(page, 1)


def glance_at_codes(page: PageImage) -> tuple[SeenCode, ...]:
    """Read the codes that can be read at half the page's size, or at a quarter; a third of the time."""
    halvings = halvings_to(px_per_mm_of(page), GLANCE_PX_PER_MM)
    return _read(shrunk(page, halvings), 2**halvings)


def _read(page: GrayImage, times: int) -> tuple[SeenCode, ...]:
    """The codes, their corners in pixels of a page that is so many times as large."""
    found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return tuple(_seen(code, times) for code in found if code.valid)


def _seen(code: zxingcpp.Barcode, times: int) -> SeenCode:
    at = code.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    first, second, third, fourth = (Point((p.x + 0.5) * times - 0.5, (p.y + 0.5) * times - 0.5) for p in corners)
    return SeenCode(code.text, (first, second, third, fourth))


def codes_on_slip(page: PageImage, found: Registration) -> tuple[str, ...]:
    """What the codes of a slip say, each read where it has to be, laid flat by the slip's print: 5 ms for both."""
    read = [found.pose.code]
    for place in found.pose.template.codes:
        read += _at_place(page.gray, found, place)
    return tuple(dict.fromkeys(text for text in read if text))


def _at_place(gray: GrayImage, found: Registration, place: CodePlace) -> list[str]:
    crop = _laid_flat(gray, found, place)
    for picture in _renderings(crop):
        seen = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        if valid := [code.text for code in seen if code.valid]:
            return valid
    return []


def _laid_flat(gray: GrayImage, found: Registration, place: CodePlace) -> GrayImage:
    """The code and the white around it, upright, at `FLAT_PX_PER_MM`."""
    left, top = (min(getattr(p, axis) for p in place.corners) - FLAT_RIM_MM for axis in "xy")
    right, bottom = (max(getattr(p, axis) for p in place.corners) + FLAT_RIM_MM for axis in "xy")
    size = (int((right - left) * FLAT_PX_PER_MM), int((bottom - top) * FLAT_PX_PER_MM))
    step = GRID_PX / FLAT_PX_PER_MM
    x, y = np.meshgrid(np.arange(left, right + step, step), np.arange(top, bottom + step, step))
    at = found.pixels_of(np.column_stack([x.ravel(), y.ravel()])).astype(np.float32).reshape(*x.shape, 2)
    enlarge = np.array([[GRID_PX, 0, 0], [0, GRID_PX, 0]], np.float32)
    across, down = (cv2.warpAffine(np.ascontiguousarray(at[..., axis]), enlarge, size) for axis in (0, 1))
    return np.asarray(cv2.remap(gray, across, down, cv2.INTER_CUBIC, borderValue=255), np.uint8)


def _renderings(crop: GrayImage) -> Iterator[GrayImage]:
    """The crop as it is, and then in ways that bring back what blur or faint toner took.

    With a blur of 0.4 mm (standard deviation) none of 24 codes was read on the page, 15 with the first sharpening and 4
    more with the second; with 0.3 mm 23 were read on the page and all when laid flat, with 0.5 mm none in any way.
    """
    yield crop
    soft = cv2.GaussianBlur(crop, (0, 0), 0.1 * FLAT_PX_PER_MM)
    yield np.asarray(soft, np.uint8)
    for reach in (0.25, 0.5):
        blurred = cv2.GaussianBlur(crop, (0, 0), reach * FLAT_PX_PER_MM)
        yield np.asarray(cv2.addWeighted(crop, 3.0, blurred, -2.0, 0), np.uint8)


def poses_from_codes(seen: Sequence[SeenCode], templates: Sequence[Template]) -> tuple[Pose, ...]:
    """One pose for each slip whose codes were read; two codes that agree give a better one together."""
    singles = [
        (code, place, template)
        for code in seen
        for template in templates
        for place in template.codes
        if code.payload[:HEADER_LENGTH] == place.payload[:HEADER_LENGTH]
    ]
    poses: list[Pose] = []
    left = list(singles)
    while left:
        code, place, template = left.pop(0)
        partner = next((other for other in left if _agree((code, place, template), other)), None)
        pairs = [(code, place)]
        if partner is not None:
            left.remove(partner)
            pairs.append((partner[0], partner[1]))
        poses.append(Pose(template, _similarity(pairs), code.payload, close=len(pairs) > 1))
    return tuple(poses)


_Single = tuple[SeenCode, CodePlace, Template]


def _agree(one: _Single, other: _Single) -> bool:
    if one[2] is not other[2] or one[1] is other[1]:
        return False
    predicted = _apply(_similarity([(one[0], one[1])]), _mm([other[1]]))
    scale = np.hypot(*_similarity([(one[0], one[1])])[:2, 0])
    off = np.linalg.norm(predicted - _px([other[0]]), axis=1).mean() / scale
    distance = np.hypot(one[1].corners[0].x - other[1].corners[0].x, one[1].corners[0].y - other[1].corners[0].y)
    return bool(off < AGREEMENT_MM + 0.1 * distance)


def _similarity(pairs: Sequence[tuple[SeenCode, CodePlace]]) -> npt.NDArray[np.float64]:
    """Turn, scale and shift that bring the printed corners to those seen, by least squares."""
    source, target = _mm([place for _, place in pairs]), _px([code for code, _ in pairs])
    if len(pairs) > 1:
        affine, _ = cv2.estimateAffine2D(source, target, method=cv2.LMEDS)
        if affine is not None:
            return np.vstack([affine, (0.0, 0.0, 1.0)])
    z, w = source @ (1, 1j), target @ (1, 1j)
    zc, wc = z - z.mean(), w - w.mean()
    turn = (np.conj(zc) @ wc) / (np.conj(zc) @ zc)
    shift = w.mean() - turn * z.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1.0]])


def _apply(homography: npt.NDArray[np.float64], mm: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(cv2.perspectiveTransform(mm.reshape(-1, 1, 2), homography).reshape(-1, 2))


def _mm(places: Sequence[CodePlace]) -> npt.NDArray[np.float64]:
    return np.array([(p.x, p.y) for place in places for p in place.corners], dtype=np.float64)


def _px(codes: Sequence[SeenCode]) -> npt.NDArray[np.float64]:
    return np.array([(p.x, p.y) for code in codes for p in code.corners], dtype=np.float64)
