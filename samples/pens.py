"""Pens and their ink: strokes in millimetres become patches of ink on paper."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Alpha = npt.NDArray[np.float32]
"""Shape (height, width), 0 is bare paper, 1 is covered by ink."""

Path = npt.NDArray[np.float64]
"""Shape (n, 2), millimetres, x to the right and y down."""

RgbImage = npt.NDArray[np.uint8]
"""Shape (height, width, 3), red first."""

SUPERSAMPLING = 4
"""Strokes are drawn this much larger and averaged down: at 200 dpi a 0.4 mm line is then 13 pixels wide, so
that its edge is as soft as the paper's."""

STEP_MM = 0.06
"""Distance of the discs that make up a stroke: below a sixth of the thinnest pen, so no beads show."""

MARGIN_MM = 1.0
"""White kept around the strokes of a patch: more than half of the widest pen."""


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue; 0 to 255 each."""

    red: int
    green: int
    blue: int

    def as_array(self) -> npt.NDArray[np.float32]:
        """Shape (3,)."""
        return np.array([self.red, self.green, self.blue], np.float32)


@dataclass(frozen=True, slots=True)
class Pen:
    """What somebody writes with.

    `width` is millimetres; `density` is how much of the paper's light the ink takes (0 to 1); `grain` is how
    much the paper's roughness shows in a line (0 to 1, high for pencil).
    """

    name: str
    colour: Colour
    width: float
    density: float
    grain: float


BLUE = Pen("blue", Colour(30, 52, 148), 0.40, 0.94, 0.12)
BLACK = Pen("black", Colour(30, 30, 36), 0.40, 0.95, 0.10)
PENCIL = Pen("pencil", Colour(70, 70, 74), 0.45, 0.76, 0.45)
PENS = (BLUE, BLACK, PENCIL)


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One movement of the pen; `pressure` (0 to 1) has one number for each point of `path`."""

    path: Path
    pressure: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """A patch of ink; `x` and `y` are the millimetres of its top-left corner."""

    alpha: Alpha
    x: float
    y: float
    px_per_mm: float

    def moved(self, dx: float, dy: float) -> "Ink":
        """The same ink elsewhere."""
        return Ink(self.alpha, self.x + dx, self.y + dy, self.px_per_mm)


def smooth_curve(knots: Path, per_knot: int = 12) -> Path:
    """A Catmull-Rom curve through the knots: what a hand draws that has these turns in mind."""
    padded = np.vstack([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, per_knot, endpoint=False)[None, :, None]
    before, start, end, after = (padded[i : len(padded) - 3 + i, None, :] for i in range(4))
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.vstack([curve.reshape(-1, 2), knots[-1:]])


def pressed(path: Path, rng: np.random.Generator, lightest: float = 0.72) -> Stroke:
    """Give a path the uneven pressure of a hand: it wanders, and eases off where the pen lifts."""
    n = len(path)
    wander = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, 7), rng.uniform(lightest, 1.0, 7))
    lift = np.clip(np.minimum(np.arange(n) + 1, np.arange(n)[::-1] + 1) / max(1, n * 0.06), 0.55, 1.0)
    return Stroke(path, wander * lift)


def resampled(stroke: Stroke) -> Stroke:
    """The same stroke with points every `STEP_MM`."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke.path, axis=0).T))])
    at = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / STEP_MM)))
    path = np.column_stack([np.interp(at, lengths, stroke.path[:, axis]) for axis in (0, 1)])
    return Stroke(path, np.interp(at, lengths, stroke.pressure))


def drawn(strokes: Sequence[Stroke], width: float, px_per_mm: float) -> Ink:
    """Draw strokes with a pen of `width` millimetres."""
    fine = [resampled(stroke) for stroke in strokes]
    points = np.vstack([stroke.path for stroke in fine])
    corner = points.min(axis=0) - MARGIN_MM
    size = np.ceil((points.max(axis=0) + MARGIN_MM - corner) * px_per_mm).astype(int)
    canvas = np.zeros((size[1] * SUPERSAMPLING, size[0] * SUPERSAMPLING), np.uint8)
    scale = px_per_mm * SUPERSAMPLING
    for stroke in fine:
        for (x, y), pressure in zip((stroke.path - corner) * scale, stroke.pressure, strict=True):
            radius = max(1, round(width * pressure * scale / 2))
            cv2.circle(canvas, (round(x), round(y)), radius, 255, -1)
    small = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return Ink(np.asarray(small, np.float32) / np.float32(255), float(corner[0]), float(corner[1]), px_per_mm)


def grainy(alpha: Alpha, pen: Pen, rng: np.random.Generator) -> Alpha:
    """Ink as the rough paper takes it, in units of light taken away."""
    rough = cv2.GaussianBlur(rng.random(alpha.shape, dtype=np.float32), (0, 0), 0.8)
    rough = (rough - rough.min()) / (np.ptp(rough) + 1e-6)
    return np.asarray(alpha * pen.density * (1 - pen.grain * rough), np.float32)


def inked(paper: RgbImage, ink: Ink, pen: Pen, rng: np.random.Generator) -> None:
    """Lay ink onto paper, in place; what falls beside the sheet is lost, as on a table."""
    height, width = paper.shape[:2]
    left, top = round(ink.x * ink.px_per_mm), round(ink.y * ink.px_per_mm)
    rows, columns = ink.alpha.shape
    x0, x1 = max(0, left), min(width, left + columns)
    y0, y1 = max(0, top), min(height, top + rows)
    if x0 >= x1 or y0 >= y1:
        return
    taken = grainy(ink.alpha, pen, rng)[y0 - top : y1 - top, x0 - left : x1 - left, None]
    below = paper[y0:y1, x0:x1].astype(np.float32)
    paper[y0:y1, x0:x1] = below * (1 - taken * (1 - pen.colour.as_array() / 255))
