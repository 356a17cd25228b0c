"""Takes the blur out of a place on a photo: how it was blurred is known from what the blank prints around it.

The point spread function is the small kernel that makes of the blank what the picture shows, by least squares with a
ridge (as with known edges: Joshi, Szeliski and Kriegman 2008); it holds what is left of the registration's error, too.
The picture is then sharpened by constrained least squares (Hunt 1973), Wiener's filter with a Laplacian for the noise.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from intake.values import FloatImage, GrayImage, SlipImage

Kernel = npt.NDArray[np.float64]
"""Shape (n, n), n odd; what becomes of a dark dot in its middle."""

AROUND_MM = (60.0, 25.0)
"""So far beside, and above and below the place, what the blank prints tells the blur."""
REACH_MM = 1.0
"""A dot is spread so far at most, to each side."""
WRITTEN_MM = 0.5
"""So far from handwriting the picture says nothing about print."""
PAPER_MM = 6.0
"""The paper's own brightness is the lightest within this."""
LEAST_PRINT_PX, MOST_PX = 800, 8000
"""Fewer pixels of print tell nothing; of more, so many are enough."""
PRINTED = 0.3
RIDGE = 0.02
KEPT_SHARE = 0.05
"""Of the kernel what is less than this share of its largest entry is noise."""
LEAST_CONTRAST, LEAST_EXPLAINED = 0.2, 0.5
"""How dark the print is at least, and the share of the picture's variance beside it that the kernel explains."""
NOISE, NOISE_EVEN = 0.005, 0.1
"""Of 23 photographed names left unsure 0.001 named 8, 0.002 12, this 11, 0.02 10, 0.05 7, 0.15 4."""
MARGIN_PX = 24


@dataclass(frozen=True, slots=True, eq=False)
class Unblurred:
    """A place without its blur, 0 is paper and 1 what is as dark as print; with what the blank prints, and without."""

    whole: FloatImage
    written: FloatImage


def unblurred(slip: SlipImage, place: Rect) -> Unblurred | None:
    """The place as it would be without blur; None where too little is printed around it to tell."""
    beside, above = AROUND_MM
    around = slip.slices(place.grown(beside, above, beside, above))
    dark = _darkness(slip.gray[around], slip.px_per_mm)
    printed = 1 - slip.blank[around].astype(np.float32) / np.float32(255)
    reach = round(WRITTEN_MM * slip.px_per_mm)
    written = cv2.dilate((slip.ink[around] > 0).astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    kernel = _spread(dark, printed, (written == 0) & ~slip.outside[around], round(REACH_MM * slip.px_per_mm))
    if kernel is None:
        return None
    beyond = dark - cv2.filter2D(printed, -1, kernel[::-1, ::-1].copy(), borderType=cv2.BORDER_REPLICATE)
    rows, columns = slip.slices(place)
    inside = (
        slice(rows.start - around[0].start, rows.stop - around[0].start),
        slice(columns.start - around[1].start, columns.stop - around[1].start),
    )
    contrast = float(kernel.sum())
    whole, alone = (_sharpened(picture[inside] / contrast, kernel / contrast) for picture in (dark, beyond))
    return Unblurred(whole, alone)


def _darkness(gray: GrayImage, px_per_mm: float) -> FloatImage:
    """How much darker than the paper around, 0 to 1."""
    small = cv2.medianBlur(cv2.resize(gray, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), 3)
    side = round(PAPER_MM * px_per_mm / 4) | 1
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), side / 2), gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(1 - gray.astype(np.float32) / np.maximum(paper, 1), np.float32)


def _spread(dark: FloatImage, printed: FloatImage, known: npt.NDArray[np.bool_], reach: int) -> Kernel | None:
    """The kernel that makes the picture of what is printed."""
    side = 2 * reach + 1
    near = cv2.dilate((printed > PRINTED).astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    inner = (slice(reach, -reach), slice(reach, -reach))
    rows, columns = np.nonzero((known & near)[inner])
    if len(rows) < LEAST_PRINT_PX:
        return None
    few = np.linspace(0, len(rows) - 1, min(len(rows), MOST_PX)).astype(np.intp)
    rows, columns = rows[few] + reach, columns[few] + reach
    steps = [(down, right) for down in range(-reach, reach + 1) for right in range(-reach, reach + 1)]
    shifted = np.stack([printed[rows - down, columns - right] for down, right in steps], axis=1).astype(np.float64)
    seen = dark[rows, columns].astype(np.float64)
    normal = shifted.T @ shifted
    normal[np.diag_indices_from(normal)] += RIDGE * np.trace(normal) / side**2
    flat = np.linalg.solve(normal, shifted.T @ seen)
    unexplained = float(np.mean((seen - shifted @ flat) ** 2))
    kernel = _main_part(np.asarray(flat.reshape(side, side), np.float64))
    if kernel.sum() < LEAST_CONTRAST or unexplained > (1 - LEAST_EXPLAINED) * float(seen.var()):
        return None
    return kernel


def _main_part(kernel: Kernel) -> Kernel:
    """The kernel without what lies apart from its peak, or is hardly there."""
    peak = np.unravel_index(int(kernel.argmax()), kernel.shape)
    kept = kernel > KEPT_SHARE * kernel.max()
    _, labels = cv2.connectedComponents(kept.astype(np.uint8), connectivity=8)
    return np.where(labels == labels[peak], kernel, 0.0) if kept.any() else np.zeros_like(kernel)


def _sharpened(picture: FloatImage, kernel: Kernel) -> FloatImage:
    """The picture before the kernel spread it, as far as its noise allows."""
    wide = cv2.copyMakeBorder(
        picture.astype(np.float64), MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX, cv2.BORDER_REFLECT
    )
    spread = _transformed(kernel, wide.shape)
    rough = np.abs(_transformed(np.array([[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]]), wide.shape)) ** 2
    sharp = np.conj(spread) * np.fft.rfft2(wide) / (np.abs(spread) ** 2 + NOISE * (NOISE_EVEN + rough))
    return np.asarray(np.fft.irfft2(sharp, wide.shape)[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX], np.float32)


def _transformed(kernel: Kernel, shape: tuple[int, ...]) -> npt.NDArray[np.complex128]:
    """The Fourier transform of a kernel whose middle lies at the origin."""
    whole = np.zeros(shape)
    whole[: kernel.shape[0], : kernel.shape[1]] = kernel
    return np.fft.rfft2(np.roll(whole, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1)))
