"""A line to write on: is there writing, is it struck out, and how it is handed to a text engine."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import TextLine
from intake.values import Evidence, FloatImage, GrayImage, Mask, SlipImage, TextState

REACH_LEFT = 3.0
REACH_RIGHT = 12.0
REACH_UP = 6.0
REACH_DOWN = 6.0
"""How far outside the field, in millimetres, writing is looked for."""

CENTRE_UP = 1.2
CENTRE_DOWN = 1.8
"""A piece of ink belongs to the line whose field, grown by this many millimetres, holds the piece's centre."""

STREAK_SHARE = 0.65
STREAK_LEAN = 0.08
STREAK_HALF_WIDTH = 0.25
"""Ink on this share of the window's rows along one nearly upright way (so far to the side for each millimetre down,
as the page may lie askew) is a scanner's streak or a fold; it is taken away this far to both sides (mm)."""

SPECK_MM2 = 0.5
SPECK_BESIDE = 4.0
SPECK_ABOVE = 1.5
"""A piece smaller than this is a speck of dust, not a dot of the name, if it lies this far beside or above."""

LETTER_GAP = 2.0
"""Letters of one word stand closer than this."""

WORD_GAP = 14.0
FOREIGN_SHARE = 0.25
"""Ink beyond a gap this wide, and less than this share of all, is not part of the name (a stamp's corner)."""

OUTSIDE_SHARE = 0.05
"""A field of which more lies outside the paper was not read."""

LEAST_INK_MM2 = 1.2
LEAST_WIDTH = 2.5
"""Less ink than this (square millimetres), or a narrower piece, is a speck and not a word."""

BRIDGE_MM = 1.1
"""A stroke is followed across print for this far: a printed line with its rim is 0.9 mm high at most."""

RIM_MM = 0.4
"""What is marked as print beside the print itself, seen from the white below it."""

PAD_SHARE = 0.3
"""Margin around the tight box, as a share of its height: exact readings .682 with none, .715 with this."""

STRETCH = 1.5
"""How much wider the second rendering is."""

STRIKE_STEP_MM = 0.38
"""A pen line that crosses a name rises or falls less than one pixel in three."""

STRIKE_LENGTH = 12.0
STRIKE_SHARE = 0.65
STRIKE_BELOW = 0.2
STRIKE_THICK = 0.9
"""A line through the name: so long (mm), over this share of the writing's width, with this share of the other ink
(farther than `STRIKE_THICK` mm from it) below it, else it underlines. Of 13 struck names 12 were found, of 398
others 6 called struck, of 396 lines drawn through names for the test 344 found."""


class Box(NamedTuple):
    """Rows and columns of the tight box around the writing, the ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True, eq=False)
class LineCrops:
    """A line as an engine gets it: no crop where nothing is written, else the likeliest rendering first.

    The crops show dark writing on white, shape (height, width), 0 is black, at the resolution of the slip.
    """

    state: TextState
    crops: tuple[GrayImage, ...]
    evidence: Evidence


def cut_line(slip: SlipImage, line: TextLine) -> LineCrops:
    """Decide whether the line is written on, and cut the writing out for an engine.

    Three renderings are cut: the print taken away and the strokes bridged across it; everything kept, also what
    is too faint to count as ink, half as wide again; and the same as it is. None reads best everywhere: of 304
    lines the first alone named 89.5 %, the first two 93.8 %. Whoever reads them one after the other until the
    child is identified needs 1.12 of them on average.
    """
    window = line.place.grown(REACH_LEFT, REACH_UP, min(REACH_RIGHT, 0.15 * line.place.width), REACH_DOWN)
    rows, columns = slip.slices(window)
    frame = _Frame(line.place, window, slip.px_per_mm)
    ink = slip.ink[rows, columns] > 0
    look = _Look(slip.darkness[rows, columns], ink, slip.near_print[rows, columns])
    if float(slip.outside[slip.slices(line.place)].mean()) > OUTSIDE_SHARE:
        return LineCrops(TextState.UNREAD, (), _evidence(line, {}))
    writing = _writing_of_line(_without_streaks(ink, slip.px_per_mm), frame)
    ink_mm2 = float(np.count_nonzero(writing)) / slip.px_per_mm**2
    width = _extent(writing) / slip.px_per_mm
    if ink_mm2 < LEAST_INK_MM2 or width < LEAST_WIDTH:
        return LineCrops(TextState.EMPTY, (), _evidence(line, {"ink_mm2": ink_mm2, "width": width}))
    bridged = _bridged(writing, look.print_ & (look.darkness > slip.ink_threshold), slip.px_per_mm)
    strike = _longest_stroke(writing, slip.px_per_mm)
    measures = {"ink_mm2": ink_mm2, "width": width} | strike.measures(width)
    state = TextState.STRUCK if strike.crosses_out(width) else TextState.WRITTEN
    return LineCrops(state, _renderings(look, bridged), _evidence(line, measures))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the field lies in the window that was cut around it."""

    place: Rect
    window: Rect
    px_per_mm: float

    def row(self, y: float) -> float:
        """The row of the window at `y` millimetres of the page."""
        return (y - self.window.y) * self.px_per_mm

    def column(self, x: float) -> float:
        """The column of the window at `x` millimetres of the page."""
        return (x - self.window.x) * self.px_per_mm


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """The window around the line: how dark, where the ink, where the blank prints."""

    darkness: FloatImage
    ink: Mask
    print_: Mask


def _evidence(line: TextLine, measures: dict[str, float]) -> Evidence:
    return Evidence(line.place, measures)


def _extent(ink: Mask) -> int:
    """From the first column with ink to the last, 0 if there is none."""
    columns = np.nonzero(ink)[1]
    return int(np.ptp(columns)) + 1 if columns.size else 0


def _without_streaks(ink: Mask, px_per_mm: float) -> Mask:
    """Take away what runs straight from the top of the window to its bottom, except where a stroke crosses it."""
    height, width = ink.shape
    rows, columns = np.nonzero(ink)
    streaks = np.zeros(ink.shape, np.uint8)
    most = round(STREAK_LEAN * height)
    for lean in range(-most, most + 1, 2):
        feet = columns - (rows * lean) // height + most
        hits = np.bincount(feet, minlength=width + 2 * most)
        for foot in np.flatnonzero(hits >= STREAK_SHARE * height) - most:
            cv2.line(
                streaks, (int(foot), 0), (int(foot) + lean, height), 1, 1 + 2 * round(STREAK_HALF_WIDTH * px_per_mm)
            )
    if not streaks.any():
        return ink
    return ink & ~((streaks > 0) & ~_crossing(ink, round(2 * STREAK_HALF_WIDTH * px_per_mm) + 1))


def _crossing(ink: Mask, reach: int) -> Mask:
    """Where there is ink `reach` pixels to the left and to the right."""
    hit = np.zeros(ink.shape, bool)
    hit[:, reach:-reach] = ink[:, : -2 * reach] & ink[:, 2 * reach :]
    return hit


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Connected pieces of ink: `labels` as an image, and for each label the numbers; label 0 is the background.

    `left`, `right`, `top`, `bottom` are pixels, the latter of each pair excluded; `across` and `down` the centre.
    """

    labels: npt.NDArray[np.int32]
    area: npt.NDArray[np.int32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    top: npt.NDArray[np.int32]
    bottom: npt.NDArray[np.int32]
    across: npt.NDArray[np.float64]
    down: npt.NDArray[np.float64]


def _pieces_of(ink: Mask) -> _Pieces:
    """Take the ink apart."""
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    numbers = np.asarray(stats, np.int32)
    left, top = numbers[:, cv2.CC_STAT_LEFT], numbers[:, cv2.CC_STAT_TOP]
    return _Pieces(
        labels=np.asarray(labels, np.int32),
        area=numbers[:, cv2.CC_STAT_AREA],
        left=left,
        right=left + numbers[:, cv2.CC_STAT_WIDTH],
        top=top,
        bottom=top + numbers[:, cv2.CC_STAT_HEIGHT],
        across=np.asarray(centres[:, 0], np.float64),
        down=np.asarray(centres[:, 1], np.float64),
    )


def _writing_of_line(ink: Mask, frame: _Frame) -> Mask:
    """The words whose centre lies on the line; neighbours that hang in, and specks, are left out."""
    pieces = _pieces_of(ink)
    top, bottom = frame.row(frame.place.y - CENTRE_UP), frame.row(frame.place.bottom + CENTRE_DOWN)
    down = _word_centres(pieces, frame.px_per_mm)
    chosen = (down >= top) & (down <= bottom) & (pieces.across >= frame.column(frame.place.x - 1))
    chosen[0] = False
    chosen &= ~_far_specks(pieces, chosen, frame.px_per_mm)
    chosen &= _main_group(pieces, chosen, frame.px_per_mm)
    writing: Mask = chosen[pieces.labels]
    writing[: max(0, round(frame.row(frame.place.y - 3.5)))] = False
    return writing


def _word_centres(pieces: _Pieces, px_per_mm: float) -> npt.NDArray[np.float64]:
    """The row of the centre of the word that each piece belongs to.

    Two pieces are of one word if they lie side by side, closer than `LETTER_GAP`, and share half of the rows of
    the lower one. A letter that dangles from the line above so goes with its word and not with the line below.
    """
    gap = LETTER_GAP * px_per_mm
    apart = np.maximum(pieces.left[:, None], pieces.left) - np.minimum(pieces.right[:, None], pieces.right)
    shared = np.minimum(pieces.bottom[:, None], pieces.bottom) - np.maximum(pieces.top[:, None], pieces.top)
    heights = pieces.bottom - pieces.top
    joined = (apart < gap) & (shared >= 0.5 * np.minimum(heights[:, None], heights))
    joined[0, 1:] = joined[1:, 0] = False
    words = _reachable(joined)
    weights = words * pieces.area
    return np.asarray((weights @ pieces.down) / weights.sum(axis=1))


def _reachable(joined: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """From "is joined to" to "is joined to over others", by squaring until nothing changes."""
    while True:
        further = (joined.astype(np.float32) @ joined.astype(np.float32)) > 0
        if np.array_equal(further, joined):
            return joined
        joined = further


def _far_specks(pieces: _Pieces, chosen: Mask, px_per_mm: float) -> Mask:
    """Small pieces away from the body of the writing."""
    small = pieces.area < SPECK_MM2 * px_per_mm**2
    body = chosen & ~small
    if not body.any():
        return np.zeros(chosen.shape, bool)
    across, down = pieces.across, pieces.down
    rows = np.flatnonzero(np.isin(pieces.labels, np.flatnonzero(body)).any(axis=1))
    beside, above = SPECK_BESIDE * px_per_mm, SPECK_ABOVE * px_per_mm
    near = (across > pieces.left[body].min() - beside) & (across < pieces.right[body].max() + beside)
    near &= (down > rows[0] - above) & (down < rows[-1] + above)
    far: Mask = small & ~near
    return far


def _main_group(pieces: _Pieces, chosen: Mask, px_per_mm: float) -> Mask:
    """All pieces but a small group far to the side."""
    order = np.flatnonzero(chosen)[np.argsort(pieces.left[chosen], kind="stable")]
    if not order.size:
        return chosen
    ends = np.maximum.accumulate(pieces.right[order])
    group = np.concatenate(([0], np.cumsum(pieces.left[order][1:] - ends[:-1] > WORD_GAP * px_per_mm)))
    ink = np.bincount(group, weights=pieces.area[order])
    kept = np.zeros(chosen.shape, bool)
    kept[order[(ink >= FOREIGN_SHARE * ink.sum())[group]]] = True
    return kept


def _bridged(writing: Mask, dark_print: Mask, px_per_mm: float) -> Mask:
    """The writing, and the dark print below a stroke, or in the rim just above where one comes out again."""
    reach = round(BRIDGE_MM * px_per_mm)
    ink, run = writing.astype(np.uint8), np.ones((reach, 1), np.uint8)
    entered = cv2.dilate(ink, run, anchor=(0, reach - 1))
    left = cv2.dilate(ink, np.ones((round(RIM_MM * px_per_mm) + 1, 1), np.uint8), anchor=(0, 0))
    return writing | (dark_print & ((entered > 0) | (left > 0)))


def _renderings(look: "_Look", bridged: Mask) -> tuple[GrayImage, ...]:
    """The crops for an engine, the likeliest to be read first."""
    box = _tight_box(bridged)
    soft = cv2.dilate(bridged.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    full = max(float(np.percentile(look.darkness[bridged], 70)), 0.15)
    clean = _crop(np.where(soft & (bridged | ~look.print_), look.darkness, 0), box, full)
    foreign = cv2.dilate((look.ink & ~bridged).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    beside = round(0.4 * (box.bottom - box.top))
    wide = box._replace(left=max(box.left - beside, 0), right=min(box.right + beside, bridged.shape[1]))
    kept = _crop(np.where(foreign & ~soft, 0, look.darkness), wide, full)
    return (clean, _stretched(kept), kept)


def _stretched(crop: GrayImage) -> GrayImage:
    """The crop half as wide again: the recogniser squeezes narrow hands to one frame for a letter."""
    return np.asarray(cv2.resize(crop, None, fx=STRETCH, fy=1.0, interpolation=cv2.INTER_LINEAR), np.uint8)


def _tight_box(writing: Mask) -> Box:
    """Around all but three in a thousand of the pixels, so that a speck does not stretch it."""
    rows, columns = np.nonzero(writing)
    top, bottom = np.percentile(rows, (0.3, 99.7))
    left, right = np.percentile(columns, (0.2, 99.8))
    height, width = writing.shape
    return Box(int(top), min(int(bottom) + 4, height), max(int(left) - 2, 0), min(int(right) + 4, width))


def _crop(darkness: npt.NDArray[np.float32], box: Box, full: float) -> GrayImage:
    """Dark on white with a margin; `full` is the darkness that becomes black."""
    part = darkness[box.top : box.bottom, box.left : box.right]
    gray = (255.0 - 255.0 * np.clip(part / full, 0.0, 1.0)).astype(np.uint8)
    pad = round(PAD_SHARE * (box.bottom - box.top))
    return np.pad(gray, pad, constant_values=255)


# ---------------------------------------------------------------- a name struck out


@dataclass(frozen=True, slots=True)
class _Stroke:
    """The longest way through the ink that goes from left to right without climbing."""

    length: float
    below_share: float

    def crosses_out(self, width: float) -> bool:
        """Whether it is a line through the name; `width` is the width of the writing in millimetres."""
        long = self.length >= max(STRIKE_LENGTH, STRIKE_SHARE * width)
        return long and self.below_share >= STRIKE_BELOW

    def measures(self, width: float) -> dict[str, float]:
        """The numbers for a person."""
        return {
            "stroke_length": self.length,
            "stroke_share": self.length / width,
            "stroke_below_share": self.below_share,
        }


def _longest_stroke(ink: Mask, px_per_mm: float) -> _Stroke:
    """Follow the ink rightwards, at most one row up or down for each `STRIKE_STEP_MM`, across gaps of one step."""
    step = max(1, round(STRIKE_STEP_MM * px_per_mm))
    thin = _stepped(ink, step)
    height, steps = thin.shape
    reach = np.zeros((steps + 2, height + 4), np.int32)
    for at in range(steps):
        near, far = reach[at + 1], reach[at]
        best = np.maximum(np.maximum(near[1:-3], near[2:-2]), near[3:-1])
        over = np.maximum(np.maximum(far[1:-3], far[2:-2]), far[3:-1])
        reach[at + 2, 2:-2] = np.where(thin[:, at], np.maximum(best + 1, np.where(over > 0, over + 2, 0)), 0)
    rows = _traced(reach)
    middle = int(np.median(rows)) if rows.size else 0
    margin = round(STRIKE_THICK * px_per_mm)
    above = int(np.count_nonzero(ink[: max(middle - margin, 0)]))
    below = int(np.count_nonzero(ink[middle + margin :]))
    return _Stroke(rows.size * step / px_per_mm, below / max(above + below, 1))


def _stepped(ink: Mask, step: int) -> Mask:
    """The ink with `step` columns taken together; a column counts where any of its pixels is ink."""
    height, width = ink.shape
    even = np.zeros((height, -(-width // step) * step), bool)
    even[:, :width] = ink
    return np.asarray(even.reshape(height, -1, step).max(axis=2), bool)


def _traced(reach: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The rows of the longest way, from its end to its start."""
    at, row = (int(i) for i in np.unravel_index(int(reach.argmax()), reach.shape))
    rows: list[int] = []
    while reach[at, row] > 0:
        rows.append(row - 2)
        for back in (1, 2):
            options = reach[at - back, row - 1 : row + 2]
            if at - back >= 0 and options.max() > 0:
                row += int(options.argmax()) - 1
                at -= back
                break
        else:
            break
    return np.array(rows, np.int64)
