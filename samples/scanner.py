"""What happens to a sheet between the family's table and the file in the office.

Every step takes a `Picture` and gives a new one; steps that move paper keep the maps from the blank's
millimetres to pixels true, so that the place of every field on the finished page is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import MM_PER_INCH, Point, Rect
from samples.pens import Colour, RgbImage

Homography = npt.NDArray[np.float64]
"""Shape (3, 3)."""

WHITE_LID = Colour(247, 247, 246)
GREY_LID = Colour(136, 137, 138)
BLACK_LID = Colour(22, 22, 24)

A4_WIDTH = 210.0
A4_HEIGHT = 297.0

HOLE_RADIUS = 2.75
"""Half of the hole of ISO 838, which are 80 mm apart and 12 mm from the edge."""
HOLE_DISTANCE = 80.0
HOLE_INSET = 12.0

GAP_TO_THE_STOP = 5.0
"""How far from the end of the glass people lay a short slip, so that nothing of it is lost."""

BILEVEL_THRESHOLD = 150
"""Where an office scanner's default for text cuts: pencil mostly survives, faint pencil does not."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A sheet or a scanned page; `maps` leads from each slip's blank in millimetres to pixels here."""

    pixels: RgbImage
    dpi: float
    maps: tuple[Homography, ...]

    @property
    def px_per_mm(self) -> float:
        """Pixels in a millimetre."""
        return self.dpi / MM_PER_INCH

    def corners_of(self, place: Rect, slip: int = 0) -> npt.NDArray[np.float64]:
        """Where the corners of a place on the blank lie, pixels, shape (4, 2), in the order of `Rect.corners`."""
        corners = np.array([[p.x, p.y, 1.0] for p in place.corners]) @ self.maps[slip].T
        return np.asarray(corners[:, :2] / corners[:, 2:], np.float64)


class Mode(StrEnum):
    """What the scanner delivers."""

    COLOUR = "colour"
    GREY = "grey"
    BILEVEL = "bilevel"


@dataclass(frozen=True, slots=True)
class Pose:
    """How a piece of paper lies on the glass: its top-left corner in millimetres, turned clockwise about it."""

    at: Point
    turn_deg: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The settings of a scan.

    `skew_deg` turns the sheet on the glass, `quarter_turns` the finished page (clockwise). `blur_mm` and
    `noise` (standard deviation in grey values) belong to the sensor, `streaks` are dirt on its glass.
    """

    skew_deg: float
    quarter_turns: int
    lid: Colour
    blur_mm: float
    noise: float
    streaks: int
    mode: Mode


FLATBED = Scan(0.3, 0, WHITE_LID, 0.05, 1.2, 0, Mode.GREY)


def around(place: Point, turn_deg: float) -> Homography:
    """Turn clockwise about the origin, then move to `place`."""
    angle = np.radians(turn_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, place.x], [sin, cos, place.y], [0.0, 0.0, 1.0]])


def scaled(factor: float) -> Homography:
    """Enlarge about the origin."""
    return np.diag([factor, factor, 1.0])


def outline(picture: Picture) -> npt.NDArray[np.float64]:
    """The corners of the whole picture, shape (4, 2), pixels."""
    height, width = picture.pixels.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def through(points: npt.NDArray[np.float64], matrix: Homography) -> npt.NDArray[np.float64]:
    """Points, shape (n, 2), after a map."""
    return np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], np.float64)


def pasted(canvas: RgbImage, piece: Picture, matrix: Homography) -> None:
    """Lay a piece of paper onto a canvas, in place, with the soft dark line of its edge."""
    corners = through(outline(piece), matrix)
    size = (canvas.shape[1], canvas.shape[0])
    moved = cv2.warpPerspective(piece.pixels, matrix, size, flags=cv2.INTER_AREA, borderMode=1)
    cover = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillConvexPoly(cover, np.round(corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    shade = cv2.GaussianBlur(cover, (0, 0), 2.0).astype(np.float32)[..., None] / 255
    share = cover.astype(np.float32)[..., None] / 255
    canvas[:] = canvas * (1 - 0.12 * shade) * (1 - share) + moved * share


def on_glass(pieces: Sequence[Picture], poses: Sequence[Pose], lid: Colour) -> Picture:
    """Lay pieces of paper on a glass of A4 under a lid of some colour."""
    dpi = pieces[0].dpi
    k = pieces[0].px_per_mm
    canvas = np.empty((round(A4_HEIGHT * k), round(A4_WIDTH * k), 3), np.uint8)
    canvas[:] = lid.as_array().astype(np.uint8)
    maps: list[Homography] = []
    for piece, pose in zip(pieces, poses, strict=True):
        matrix = around(Point(pose.at.x * k, pose.at.y * k), pose.turn_deg)
        pasted(canvas, piece, matrix)
        maps += [matrix @ old for old in piece.maps]
    return Picture(canvas, dpi, tuple(maps))


def skewed(sheet: Picture, skew_deg: float, lid: Colour) -> Picture:
    """Lay one sheet on the glass, turned about its middle."""
    k = sheet.px_per_mm
    height, width = (extent / k for extent in sheet.pixels.shape[:2])
    turn = around(Point(0, 0), skew_deg)[:2, :2]
    gap = min(GAP_TO_THE_STOP, A4_HEIGHT - height)
    at = np.array([A4_WIDTH / 2, height / 2 + gap]) - turn @ np.array([width / 2, height / 2])
    return on_glass([sheet], [Pose(Point(float(at[0]), float(at[1])), skew_deg)], lid)


def cut_off(sheet: Picture, cut_mm: float) -> Picture:
    """Keep what lies below a cut across the sheet; `cut_mm` on this sheet of paper."""
    row = round(cut_mm * sheet.px_per_mm)
    shift = around(Point(0, -row), 0)
    return Picture(sheet.pixels[row:].copy(), sheet.dpi, tuple(shift @ old for old in sheet.maps))


def turned(picture: Picture, quarter_turns: int) -> Picture:
    """Turn the page clockwise by quarter turns."""
    for _ in range(quarter_turns % 4):
        height = picture.pixels.shape[0]
        turn = around(Point(height, 0), 90)
        maps = tuple(turn @ old for old in picture.maps)
        picture = Picture(np.ascontiguousarray(np.rot90(picture.pixels, -1)), picture.dpi, maps)
    return picture


def folded(sheet: Picture, at_share: float, rng: np.random.Generator) -> Picture:
    """Fold the sheet once across at a share of its height: a soft shadow and a bright ridge."""
    rows = np.arange(sheet.pixels.shape[0], dtype=np.float32)[:, None] / sheet.px_per_mm
    columns = np.linspace(-1, 1, sheet.pixels.shape[1], dtype=np.float32)[None, :]
    crease = rows[-1, 0] * at_share + columns * float(rng.normal(0, 0.6))
    distance = rows - crease
    shade = -float(rng.uniform(14, 26)) * np.exp(-((distance / 0.9) ** 2))
    shade += 6 * np.exp(-(((distance - 2.0) / 1.5) ** 2))
    pixels = np.clip(sheet.pixels + shade[..., None], 0, 255).astype(np.uint8)
    return replace(sheet, pixels=pixels)


def punched(sheet: Picture, lid: Colour) -> Picture:
    """Punch two holes at the left edge, through which the lid shows."""
    pixels = sheet.pixels.copy()
    k = sheet.px_per_mm
    middle = pixels.shape[0] / 2
    for offset in (-HOLE_DISTANCE / 2, HOLE_DISTANCE / 2):
        centre = (round(HOLE_INSET * k), round(middle + offset * k))
        cv2.circle(pixels, centre, round(HOLE_RADIUS * k), (lid.red, lid.green, lid.blue), -1, cv2.LINE_AA)
    return replace(sheet, pixels=pixels)


def back_of(sheet: Picture, strength: float, paper: Colour) -> Picture:
    """The empty back of a sheet, with its front showing through by `strength` (0 to 1)."""
    front = cv2.GaussianBlur(sheet.pixels, (0, 0), 0.25 * sheet.px_per_mm)[:, ::-1].astype(np.float32)
    pixels = paper.as_array() - strength * (255 - front)
    return Picture(np.clip(pixels, 0, 255).astype(np.uint8), sheet.dpi, ())


def streaked(picture: Picture, streaks: int, rng: np.random.Generator) -> Picture:
    """Dirt on the glass of a feeder: thin lines over the whole length of the page."""
    pixels = picture.pixels.copy()
    for _ in range(streaks):
        column = int(rng.integers(pixels.shape[1] // 20, pixels.shape[1] * 19 // 20))
        width = int(rng.integers(1, 3))
        strip = pixels[:, column : column + width].astype(np.float32)
        pixels[:, column : column + width] = strip * rng.uniform(0.35, 0.55)
    return replace(picture, pixels=pixels)


def sensed(picture: Picture, scan: Scan, rng: np.random.Generator) -> Picture:
    """What the sensor makes of it: blur, noise, and the chosen mode."""
    pixels = picture.pixels
    if scan.blur_mm > 0:
        pixels = cv2.GaussianBlur(pixels, (0, 0), scan.blur_mm * picture.px_per_mm).astype(np.uint8)
    if scan.mode is not Mode.COLOUR:
        pixels = np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)
    if scan.noise > 0:
        noise = rng.standard_normal(pixels.shape[:2], np.float32)[..., None] * scan.noise
        pixels = np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)
    if scan.mode is Mode.BILEVEL:
        pixels = np.where(pixels < BILEVEL_THRESHOLD, 0, 255).astype(np.uint8)
    return replace(picture, pixels=pixels)


def scanned(page: Picture, scan: Scan, rng: np.random.Generator) -> Picture:
    """Scan what lies on the glass."""
    return turned(sensed(streaked(page, scan.streaks, rng), scan, rng), scan.quarter_turns)


def desk(width: int, height: int, rng: np.random.Generator) -> RgbImage:
    """A wooden table as a phone sees it."""
    fibres = cv2.resize(
        rng.standard_normal((height // 4, 6), np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    broad = cv2.resize(rng.standard_normal((5, 4), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    tone = np.clip(1 + 0.05 * fibres + 0.08 * broad, 0.5, 1.5)
    return np.asarray(np.clip(tone[..., None] * np.array([134, 98, 66]), 0, 255), np.uint8)


def uneven_light(width: int, height: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Light from one side and a darker rim, shape (height, width, 1), around 0.7 to 1."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.90 + 0.09 * (x * np.cos(angle) + y * np.sin(angle)) - 0.06 * (x**2 + y**2)
    return np.asarray(light[..., None], np.float32)


def photographed(sheet: Picture, long_side: int, rng: np.random.Generator) -> Picture:
    """A picture of the sheet on a table, by a phone held not quite level; `long_side` in pixels."""
    rows, columns = sheet.pixels.shape[:2]
    upright = rows > columns
    width, height = (round(long_side * 3 / 4), long_side) if upright else (long_side, round(long_side * 3 / 4))
    fit = min(width / columns, height / rows) * 0.88
    half = np.array([columns, rows]) * fit / 2
    frame = np.array([width, height]) / 2 + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    target = frame + rng.normal(0, 0.018 * long_side, (4, 2))
    matrix = cv2.getPerspectiveTransform(outline(sheet).astype(np.float32), target.astype(np.float32))
    canvas = desk(width, height, rng)
    pasted(canvas, sheet, np.asarray(matrix, np.float64))
    lit = canvas * uneven_light(width, height, rng) * np.array([1.0, 0.97, 0.92])
    noisy = cv2.GaussianBlur(lit, (0, 0), 0.7) + rng.normal(0, 2.0, lit.shape)
    pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    maps = tuple(matrix @ old for old in sheet.maps)
    return Picture(pixels, sheet.dpi * fit, maps)
