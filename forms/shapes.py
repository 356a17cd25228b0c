"""Finds what a printed page offers to write on: tick boxes, typed brackets, frames, and lines of every kind.

Looks at the picture of the empty page alone, so that a letter from a word processor and a scan are treated alike.
Whether a shape is a field, and what for, the words around it have to tell (see `captions`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect, bounding

Gray = npt.NDArray[np.uint8]
"""Shape (height, width), 0 is black, 255 is white."""
Mask = npt.NDArray[np.uint8]
"""Shape (height, width), 1 is ink."""

DARK = 160
"""Thin grey lines, which scans make paler still, count as ink."""
BOX_MM, BOX_RATIO = (1.7, 9.0), (0.72, 1.4)
"""Inside a tick box. The squares of word processors begin at 2.2 mm; a letter's hole is smaller or not square."""
BOX_FILLED = 0.93
"""Share of its bounding rectangle that the white inside a frame takes; in an O it is 0.79, in a D 0.88."""
FRAME_HEIGHT_MM, FRAME_WIDTH_MM = (4.5, 30.0), 12.0
STROKE_MM = 1.2
"""The stroke of a frame is at most this thick."""
BRACKET_HEIGHT_MM, BRACKET_WIDTH_MM, BRACKET_GAP_MM = (2.6, 8.0), (0.3, 2.2), (0.9, 9.0)
LINE_HEIGHT_MM, LINE_MM, SOLID_MM = 1.2, 11.0, 8.0
"""How thick and how long a line is; solid parts of it are found from the last one on."""
DOT_MM, DASH_MM, LEADER_GAP_MM = 0.95, 7.0, 3.4
DOT_FILLED = 0.5
"""Share of its bounding rectangle that a dot or a dash takes; small letters take less."""
FEWEST_DOTS, IRREGULAR = 7, 0.8
"""A dotted line has so many dots; and the spread of the gaps between them is so small a share of their mean."""
UNDERLINED_MM, UNDERLINED_SHARE = 1.3, 0.25
"""Print this near above so much of a line: the line underlines it."""
SAME_ROW_MM = 0.9
FRAME_SIDE_MM = 2.5
"""A line whose ends both run so far up or down is a side of a frame."""


class Stroke(StrEnum):
    """How a line is drawn."""

    SOLID = auto()
    DOTTED = auto()
    DASHED = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `place` is as thick as its stroke, `free` the height of the white above it, at most `CLEAR_MM`."""

    place: Rect
    stroke: Stroke
    free: float


CLEAR_MM = 22.0


@dataclass(frozen=True, slots=True)
class Shapes:
    """All that was found on a page, in reading order. Millimetres.

    `boxes` are squares and pairs of brackets, by their outline; `frames` are empty rectangles, by their inside.
    """

    boxes: tuple[Rect, ...]
    frames: tuple[Rect, ...]
    lines: tuple[Line, ...]


def find_shapes(gray: Gray, px_per_mm: float) -> Shapes:
    """Find the boxes, frames and lines on the picture of an empty page that lies straight."""
    ink = (gray < DARK).astype(np.uint8)
    squares, frames = _holes(ink, px_per_mm)
    boxes = [*squares, *_brackets(ink, px_per_mm)]
    solid = _solid(ink, px_per_mm)
    lines = [*_visible_lines(ink, solid, px_per_mm), *_leaders(ink, px_per_mm)]
    sides = [*frames, *boxes]
    free = [line for line in lines if not any(_is_side(line.place, frame) for frame in sides)]
    return Shapes(
        boxes=tuple(sorted(boxes, key=_reading_order)),
        frames=tuple(sorted(frames, key=_reading_order)),
        lines=tuple(sorted(_joined(free), key=lambda line: _reading_order(line.place))),
    )


def without_shapes(gray: Gray, px_per_mm: float, shapes: Shapes) -> Gray:
    """The same page with its boxes and lines painted white, which trouble whoever reads the words."""
    clean = gray.copy()
    rim = 0.35
    for place in [*shapes.boxes, *(line.place for line in shapes.lines)]:
        grown = place.grown(rim, rim, rim, rim)
        x, y = round(grown.x * px_per_mm), round(grown.y * px_per_mm)
        clean[max(y, 0) : round(grown.bottom * px_per_mm) + 1, max(x, 0) : round(grown.right * px_per_mm) + 1] = 255
    return clean


def _reading_order(place: Rect) -> tuple[float, float]:
    return (round(place.bottom / 3.0), place.x)


# ---------------------------------------------------------------- boxes and frames


def _holes(ink: Mask, px_per_mm: float) -> tuple[list[Rect], list[Rect]]:
    """White rectangles closed in by ink: the outlines of small squares, the insides of larger frames."""
    closed = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    boxes, frames = [], []
    for x, y, width, height, area in stats[1:]:
        if area < BOX_FILLED * width * height:
            continue
        inside = Rect(*(float(v) / px_per_mm for v in (x, y, width, height)))
        sides = BOX_MM[0] <= min(inside.width, inside.height) and max(inside.width, inside.height) <= BOX_MM[1]
        if sides and BOX_RATIO[0] <= inside.width / inside.height <= BOX_RATIO[1]:
            boxes.append(_outline(closed, (x, y, width, height), px_per_mm))
        elif FRAME_HEIGHT_MM[0] <= inside.height <= FRAME_HEIGHT_MM[1] and inside.width >= FRAME_WIDTH_MM:
            frames.append(inside)
    return boxes, frames


def _outline(ink: Mask, hole: tuple[int, int, int, int], px_per_mm: float) -> Rect:
    """The outer edge of a square around its white inside, by the stroke's thickness at the middle of each side."""
    x, y, width, height = hole
    reach = round(STROKE_MM * px_per_mm)
    column, row = x + width // 2, y + height // 2
    left = _run(ink[row, max(x - reach, 0) : x][::-1])
    right = _run(ink[row, x + width : x + width + reach])
    top = _run(ink[max(y - reach, 0) : y, column][::-1])
    bottom = _run(ink[y + height : y + height + reach, column])
    edges = (x - left, y - top, width + left + right, height + top + bottom)
    return Rect(*(float(v) / px_per_mm for v in edges))


def _run(pixels: npt.NDArray[np.uint8]) -> int:
    """How many pixels from the start are ink."""
    white = np.flatnonzero(pixels == 0)
    return int(white[0]) if len(white) else len(pixels)


def _brackets(ink: Mask, px_per_mm: float) -> list[Rect]:
    """Pairs of typed brackets with nothing in between, as one box each."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    opening, closing = [], []
    for label, (x, y, width, height, _) in enumerate(stats):
        low, high = BRACKET_HEIGHT_MM
        slim = BRACKET_WIDTH_MM[0] <= width / px_per_mm <= BRACKET_WIDTH_MM[1]
        if label and slim and low <= height / px_per_mm <= high and height > 2 * width:
            glyph = labels[y : y + height, x : x + width] == label
            place = Rect(*(float(v) / px_per_mm for v in (x, y, width, height)))
            if _is_bracket(glyph):
                opening.append(place)
            elif _is_bracket(glyph[:, ::-1]):
                closing.append(place)
    return [box for left in opening for right in closing if (box := _pair(ink, left, right, px_per_mm)) is not None]


def _is_bracket(glyph: npt.NDArray[np.bool_]) -> bool:
    """A stem at the left, a foot at either end, nothing between the feet; the edge of a foot may be too pale."""
    height, width = glyph.shape
    foot = max(height // 8, 1)
    stem = glyph[:, : max(width // 2, 1)].any(axis=1).mean()
    right = glyph[:, -max((width - 1) // 2, 1) :]
    feet = right[:foot].any() and right[-foot:].any()
    return bool(stem > 0.95 and feet and not right[2 * foot : height - 2 * foot].any())  # noqa: PLR2004 - a whole stem


def _pair(ink: Mask, left: Rect, right: Rect, px_per_mm: float) -> Rect | None:
    """The box that an opening and a closing bracket make, or nothing."""
    gap = right.x - left.right
    if abs(left.y - right.y) > SAME_ROW_MM or not BRACKET_GAP_MM[0] <= gap <= BRACKET_GAP_MM[1]:
        return None
    rows = slice(round(left.y * px_per_mm), round(left.bottom * px_per_mm))
    columns = slice(round(left.right * px_per_mm) + 1, round(right.x * px_per_mm) - 1)
    return None if ink[rows, columns].any() else bounding((left, right))


def _is_side(line: Rect, frame: Rect) -> bool:
    """Whether a line is the upper or lower side of a frame, or of several side by side."""
    near = min(abs(line.bottom - frame.y), abs(line.y - frame.bottom)) <= STROKE_MM
    return near and line.x < frame.right and frame.x < line.right


# ---------------------------------------------------------------- lines


def _solid(ink: Mask, px_per_mm: float) -> Mask:
    """What of the ink belongs to straight lines across."""
    bridged = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    kernel = np.ones((1, round(SOLID_MM * px_per_mm)), np.uint8)
    return np.asarray(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, kernel), np.uint8)


def _visible_lines(ink: Mask, solid: Mask, px_per_mm: float) -> Iterator[Line]:
    """Solid lines that are neither sides of a frame nor under a word."""
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(FRAME_SIDE_MM * px_per_mm), 1), np.uint8))
    joined = cv2.dilate(solid, np.ones((3, 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for label, (x, y, width, height, _) in enumerate(stats):
        if not label or height > LINE_HEIGHT_MM * px_per_mm or width < LINE_MM * px_per_mm:
            continue
        reach = round(0.5 * px_per_mm)
        ends = upright[max(y - reach, 0) : y + height + reach]
        left, right = ends[:, max(x - reach, 0) : x + reach], ends[:, x + width - reach : x + width + reach]
        if (left.any() and right.any()) or _underlines(ink, labels == label, (x, y, width, height), px_per_mm):
            continue
        place = Rect(x / px_per_mm, (y + 1) / px_per_mm, width / px_per_mm, max(height - 2, 1) / px_per_mm)
        yield Line(place, Stroke.SOLID, _free_above(ink, place, px_per_mm))


def _underlines(ink: Mask, own: npt.NDArray[np.bool_], line: tuple[int, int, int, int], px_per_mm: float) -> bool:
    """Whether words stand directly on the line."""
    x, y, width, _ = line
    top = max(y - round(UNDERLINED_MM * px_per_mm), 0)
    above = ink[top:y, x : x + width].astype(bool) & ~own[top:y, x : x + width]
    return bool(above.any(axis=0).mean() > UNDERLINED_SHARE)


def _leaders(ink: Mask, px_per_mm: float) -> Iterator[Line]:
    """Rows of dots or dashes at regular distances."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    flat = (stats[:, cv2.CC_STAT_HEIGHT] <= DOT_MM * px_per_mm) & (stats[:, cv2.CC_STAT_WIDTH] <= DASH_MM * px_per_mm)
    flat &= stats[:, cv2.CC_STAT_AREA] >= DOT_FILLED * stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    flat[0] = False
    pieces = [Rect(*(float(v) / px_per_mm for v in row[:4])) for row in stats[flat]]
    for row in _rows(pieces):
        for run in _runs(row):
            dots = _regular(run)
            if dots:
                place = bounding(dots)
                wide = float(np.median([dot.width for dot in dots])) > DOT_MM
                yield Line(
                    place, Stroke.DASHED if wide or _sparse(dots) else Stroke.DOTTED, _free_above(ink, place, px_per_mm)
                )


def _sparse(dots: Sequence[Rect]) -> bool:
    """Whether the pieces are flat strokes: hyphens, not dots."""
    return float(np.median([dot.width / dot.height for dot in dots])) > 1.8  # noqa: PLR2004 - a dot is round


def _rows(pieces: Sequence[Rect]) -> Iterator[list[Rect]]:
    """The pieces sorted into rows by their middle."""
    row: list[Rect] = []
    for piece in sorted(pieces, key=lambda p: p.centre.y):
        if row and piece.centre.y - row[0].centre.y > SAME_ROW_MM / 2:
            yield sorted(row, key=lambda p: p.x)
            row = []
        row.append(piece)
    yield sorted(row, key=lambda p: p.x)


def _runs(row: Sequence[Rect]) -> Iterator[list[Rect]]:
    """A row cut where the gap is too wide for one line."""
    run = list(row[:1])
    for before, piece in pairwise(row):
        if piece.x - before.right > LEADER_GAP_MM:
            yield run
            run = []
        run.append(piece)
    yield run


def _regular(run: Sequence[Rect]) -> list[Rect]:
    """The pieces of a run if it is a dotted or dashed line: many, alike, at like distances; else none."""
    if len(run) < FEWEST_DOTS:
        return []
    size = np.array([(piece.width, piece.height) for piece in run])
    middle = np.median(size, axis=0)
    kept = [piece for piece, (w, h) in zip(run, size, strict=True) if w <= 2.5 * middle[0] and h <= 2 * middle[1]]
    gaps = np.array([after.x - before.right for before, after in pairwise(kept)])
    long_enough = len(kept) >= FEWEST_DOTS and bounding(kept).width >= LINE_MM
    if not long_enough or gaps.std() > IRREGULAR * max(gaps.mean() + float(middle[0]), 0.1):
        return []
    return kept


def _free_above(ink: Mask, line: Rect, px_per_mm: float) -> float:
    """How much white there is above a line, to the next print, at most `CLEAR_MM`."""
    bottom = round((line.y - 0.6) * px_per_mm)
    top = max(bottom - round(CLEAR_MM * px_per_mm), 0)
    columns = slice(round((line.x + 0.5) * px_per_mm), round((line.right - 0.5) * px_per_mm))
    printed = np.flatnonzero(ink[top:bottom, columns].any(axis=1))
    return (bottom - (top + int(printed[-1]) if len(printed) else top)) / px_per_mm + 0.6


def _joined(lines: Sequence[Line]) -> list[Line]:
    """Lines that overlap on one row count once: what is left of dots beside what they run together to."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda one: -one.place.width):
        if not any(_on_one_row(line.place, other.place) for other in kept):
            kept.append(line)
    return kept


def _on_one_row(line: Rect, other: Rect) -> bool:
    return abs(line.centre.y - other.centre.y) < SAME_ROW_MM and line.x < other.right and other.x < line.right
