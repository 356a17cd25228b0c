"""A line to write on: is there writing, is it struck out, and how it is handed to a text engine."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect
from forms.model import Role, TextLine
from intake.faint import faint_strokes
from intake.pieces import TAIL_HIGH, TAIL_SLIM, TAIL_WIDE, pieces_of
from intake.unblur import unblurred
from intake.values import Evidence, FloatImage, GrayImage, Mask, SlipImage, TextState

REACH_LEFT = 3.0
REACH_RIGHT = 12.0
REACH_UP = 6.0
REACH_DOWN = 6.0
"""How far outside the field, in millimetres, writing is looked for."""

CENTRE_UP = 1.2
CENTRE_DOWN = 1.8
"""A piece of ink belongs to the line whose field, grown by this many millimetres, holds the piece's centre."""

TAIL_CUT, TAIL_GAP, TAIL_ASIDE, TAILS_TOGETHER = 1.0, 1.6, 0.5, 2
"""The printed line cuts off the tails of g, j and ß. A small piece that begins so near to the line (mm), below a
stroke that ends so near above it, no farther aside, is one: not more of them side by side, for a note comes in rows
of letters, and with nothing else beside it. Those seen began 0.6 mm below the line, strokes ended 0.8 mm above.
Without this the g of Kröger sent 4 of 312 slips of generated hands to a person.
"""

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

NEXT_WORD, NEXT_SHARED, LEAST_WORD_MM2 = 6.0, 0.5, 1.2
"""So near beside a word of the line, sharing so much of the rows with it, and with so much ink, another word is of the
same line, wherever its centre lies."""

WORD_GAP = 14.0
FOREIGN_SHARE = 0.25
"""Ink beyond a gap this wide, and less than this share of all, is not part of the name (a stamp's corner)."""

OUTSIDE_SHARE = 0.05
"""A field of which more lies outside the paper was not read."""

LEAST_INK_MM2 = 1.2
LEAST_WIDTH, LEAST_CLASS_WIDTH = 2.5, 1.0
"""Less ink than this (square millimetres), or a narrower piece, is a speck and not a word; the sign of a class, as 1c,
may be narrower: two of 917 plain slips had one of 2.4 mm."""

SHOWN_SHARE = 0.5
"""A piece of which the writing has this share is shown in it. Of 1,832 pieces 1,829 had 0.9 and more."""

FAINT_WIDTH = 8.0
FAINT_BEYOND = 2.0
LEAST_FULL, LEAST_WORD_FULL = 0.02, 0.1
"""Faint strokes are a name if they are so wide (mm), and are read for themselves where they go on so far beyond the
ink. What is less dark than the last is never shown as black."""

BRIDGE_MM = 1.1
"""A stroke is followed across print for this far: a printed line with its rim is 0.9 mm high at most."""

RIM_MM = 0.4
"""What is marked as print beside the print itself, seen from the white below it."""

PAD_SHARE = 0.3
"""Margin around the tight box, as a share of its height: exact readings .682 with none, .715 with this."""

STRETCH = 1.5
"""How much wider the second rendering is, and the last."""

LEAN = 0.25
"""How far, as a share of their height, letters are made to lean to the right in the fourth rendering and to the left in
the fifth. Of 16 children (of 305) whom the first three did not identify, these two identified 3."""

STRIKE_STEP = 1.25
STRIKE_LEAN = 0.2
STRIKE_BEND_COST = 0.5
STRIKE_GAP_COST = 16.0
"""A line through a name is followed in straight steps of `STRIKE_STEP` mm that rise or fall at most by
`STRIKE_LEAN` of their length (11 degrees) and by one pixel more or less than the step before: it waves more gently
than letters do. A turn costs so many steps, a gap so many times its length. With gaps at 4 instead of 12 to 20 two
thirds instead of nine tenths of the lines through a single word were found, at equal false alarms."""

STRIKE_FULL = 0.35
"""Ink with this share of the writing's darkness is a stroke; what is paler is the blur between letters. Of lines
through a whole name with 0.45 of its darkness 7 % were found with 0.5 here, 61 % with 0.4, 93 % with this, 96 % with
0.3, which calls twice as many plain names struck."""

SURE_STROKE = 0.6
"""From here on a pixel of `_strokes` is taken for a stroke, where a yes or no is needed."""

STRIKE_RIM = 0.25
"""Ink this near above or below print (mm) may be the printed line itself, where the paper is curled: no strike.
With 0.5 here every sixth line through the middle of a low name was lost."""

STRIKE_BAR = 1.9
STRIKE_NARROW = 35.0
"""A line strikes out if it is longer than this many times the root of the pen's width times the writing's (which
counts as `STRIKE_NARROW` at least; all mm): thick pens and long names have longer straight ways through their
letters. The 20 struck names of the corpus have 3.8 and more; of the 529 plain lines of
names that it was chosen on, 4 lie above 1.75."""

STRIKE_THIN, THIN_PENS, LETTERS_RUN_MM = 0.65, 1.6, 1.2
STRIKE_BAR_THICK, STRIKE_WHOLE = 3.0, 0.9
"""A line that strikes out is no thicker than so many pens on this share of its way (the struck names of the corpus:
0.55 and more). A way that is not has found letters that run into each other, as bold ones do at 150 dpi (0.26 to 0.55)
or any in a blurred photo, where a stroke is wider than `LETTERS_RUN_MM`; it needs the higher bar (plain names reach
2.74), unless it goes through nearly all of the writing: a name scribbled over."""

UNDERLINE_BELOW = 0.03
UNDERLINE_TOUCH = 0.2
UNDERLINE_REACH = 0.9
UNDERLINE_GAPS = (0.6, 0.75)
"""A line underlines if less than the first share of the ink lies below it (farther than `UNDERLINE_REACH`), and on
less than the second share of its way there is ink just above it (at one of the `UNDERLINE_GAPS`, mm). Sets five
in six free underlines aside, and one in fourteen lines through the feet of the letters."""

FEET_STROKE, FEET_MM, FEET_STRAIGHT_MM = 0.3, 0.2, 0.12
"""A line that touches the feet of the letters underlines, too, if it is no thicker than their strokes, nowhere farther
than the last from straight, and nothing (from the first share of a stroke on) comes out below by more than the second.
So are all five words that the real hands of ten seeds underlined, and none of the 257 struck lines of 28. Of straight
lines drawn through 200 names, in their ink, all that were found before at 0.45, 0.3 and 0.2 of the height of their
letters still are (178, 173 and 172), and 154 of 158 at 0.1; of lines that wave by 0.15 mm 644 of 648."""

ROW_UP, ROW_DOWN, ROW_INSIDE = (3.5, 2.0), (0.8, 4.0), 0.3
"""The row of a line begins where there is least ink, so far above its field to so far inside, and ends likewise; rows
of pixels are taken together over the last (mm)."""
ROW_SHARE, ROW_HEIGHTS = 0.5, 1.5
"""A piece of which less lies in the row, or that is so many times as high, is not a letter of it: the frame of a stamp,
a word of the line above."""
EVEN_GAP, EVEN_LEAST, EVEN_MOST, EVEN_SPACE = 1.8, 0.8, 4, 0.45
"""Words stand so far apart (mm), are at least so high, and so many are set side by side, as many times their height
apart. Of 110 names that the other renderings left unsure these two named 13."""

SHARP_PALE = 0.12
"""What is paler than this share of the writing is no stroke but the rest of the blur, once that is taken out."""

UNDERLINES = 2
"""So many underlines are set aside before what is left is looked at for a strike: an underline hides none."""


class Box(NamedTuple):
    """Rows and columns of the tight box around the writing, the ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


class Rendering(NamedTuple):
    """A crop, and whether it shows all that is written on the line."""

    crop: GrayImage
    whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class LineCrops:
    """A line as an engine gets it: no crop where nothing is written, else the likeliest rendering first.

    The crops show dark writing on white, shape (height, width), 0 is black, at the resolution of the slip. `labels`
    are those of the slip's ink of which most is shown, or that are tails of what is. `harder` makes more crops,
    which may leave out words; that takes longer than reading one, so it is for lines that the others leave in
    doubt.
    """

    state: TextState
    crops: tuple[GrayImage, ...]
    evidence: Evidence
    labels: frozenset[int]
    harder: Callable[[], tuple[Rendering, ...]] = tuple


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
    darkness = slip.darkness[rows, columns].astype(np.float32) / np.float32(255)
    look = _Look(darkness, ink, slip.near_print[rows, columns])
    if float(slip.outside[slip.slices(line.place)].mean()) > OUTSIDE_SHARE:
        return LineCrops(TextState.UNREAD, (), _evidence(line, {}), frozenset())
    ink = _without_streaks(ink, slip.px_per_mm)
    writing = _writing_of_line(ink, frame)
    ink_mm2 = float(np.count_nonzero(writing)) / slip.px_per_mm**2
    width = _extent(writing) / slip.px_per_mm
    faint = _faint_writing(slip, ink, frame) if line.role is Role.CHILD_NAME else None
    least_width = LEAST_CLASS_WIDTH if line.role is Role.CHILD_CLASS else LEAST_WIDTH
    if ink_mm2 < LEAST_INK_MM2 or width < least_width:
        crops = () if faint is None else _faint_renderings(faint, slip.px_per_mm)
        return LineCrops(TextState.EMPTY, crops, _evidence(line, {"ink_mm2": ink_mm2, "width": width}), frozenset())
    bridged = _bridged(writing, look.print_ & (slip.darkness[rows, columns] > slip.ink_threshold), slip.px_per_mm)
    strike = _find_strike(look, writing, slip.px_per_mm)
    measures = {
        "ink_mm2": ink_mm2,
        "width": width,
        "stroke_length": strike.length,
        "stroke_ratio": strike.ratio,
        "stroke_thin": strike.thin,
    }
    state = TextState.STRUCK if _strikes(strike, width) else TextState.WRITTEN
    crops = _renderings(look, bridged)
    if faint is not None and _reaches_beyond(faint.strokes, writing, slip.px_per_mm):
        crops = (*crops[:1], *_faint_renderings(faint, slip.px_per_mm), *crops[1:])
    harder = partial(_harder_renderings, slip, look, bridged, frame)
    shown = _shown(slip, window, writing | _tails(ink, writing, frame))
    return LineCrops(state, crops, _evidence(line, measures), shown, harder)


def _shown(slip: SlipImage, window: Rect, writing: Mask) -> frozenset[int]:
    """The labels of the ink of which most is in the writing."""
    sizes = np.bincount(slip.ink[slip.slices(window)][writing])
    every = {piece.label: piece.area_mm2 * slip.px_per_mm**2 for piece in pieces_of(slip)}
    return frozenset(
        label for label in np.flatnonzero(sizes).tolist() if sizes[label] >= SHOWN_SHARE * every.get(label, np.inf)
    )


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


@dataclass(frozen=True, slots=True, eq=False)
class _Faint:
    """Writing down to strokes too faint for ink, how dark the line is without grain (0 to 1), and what it prints."""

    strokes: Mask
    over: FloatImage
    print_: Mask


def _faint_writing(slip: SlipImage, ink: Mask, frame: "_Frame") -> _Faint | None:
    """The writing on the line with all that is faint; None where even then nothing is written."""
    strokes, over = faint_strokes(slip, frame.window)
    writing = _writing_of_line(_without_streaks(ink | strokes, frame.px_per_mm), frame)
    area, width = np.count_nonzero(writing) / frame.px_per_mm**2, _extent(writing) / frame.px_per_mm
    print_ = slip.near_print[slip.slices(frame.window)]
    return _Faint(writing, over, print_) if area >= LEAST_INK_MM2 and width >= FAINT_WIDTH else None


def _reaches_beyond(strokes: Mask, writing: Mask, px_per_mm: float) -> bool:
    """Whether the faint strokes go on where the ink ends: a letter or more of the name is not in it."""
    wide, inked = np.flatnonzero(strokes.any(axis=0)), np.flatnonzero(writing.any(axis=0))
    return bool(max(inked[0] - wide[0], wide[-1] - inked[-1]) > FAINT_BEYOND * px_per_mm)


def _faint_renderings(faint: _Faint, px_per_mm: float) -> tuple[GrayImage, ...]:
    """The crops of a line that is faint, or partly so: with the printed line, and without it."""
    full = max(float(np.percentile(faint.over[faint.strokes], 80)), LEAST_FULL)
    box = _tight_box(faint.strokes)
    wide = _with_sides(box, faint.strokes.shape[1])
    bridged = _bridged(faint.strokes, faint.print_ & (faint.over > 0.5 * full), px_per_mm)
    bare = np.where(bridged | ~faint.print_, faint.over, 0)
    return (half_as_wide_again(_crop(faint.over, wide, full)), _crop(bare, wide, full))


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
    words = _words_of(pieces, frame.px_per_mm)
    down = _word_centres(pieces, words)
    chosen = (down >= top) & (down <= bottom) & (pieces.across >= frame.column(frame.place.x - 1))
    chosen[0] = False
    chosen |= _next_words(pieces, words, chosen, frame.px_per_mm)
    chosen &= ~_far_specks(pieces, words, chosen, frame.px_per_mm)
    chosen &= _main_group(pieces, chosen, frame.px_per_mm)
    writing: Mask = chosen[pieces.labels]
    writing[: max(0, round(frame.row(frame.place.y - 3.5)))] = False
    return writing


def _words_of(pieces: _Pieces, px_per_mm: float) -> npt.NDArray[np.bool_]:
    """Which pieces are of one word.

    Two pieces are if they lie side by side, closer than `LETTER_GAP`, and share half of the rows of the lower one. A
    letter that dangles from the line above so goes with its word and not with the line below.
    """
    gap = LETTER_GAP * px_per_mm
    apart = np.maximum(pieces.left[:, None], pieces.left) - np.minimum(pieces.right[:, None], pieces.right)
    shared = np.minimum(pieces.bottom[:, None], pieces.bottom) - np.maximum(pieces.top[:, None], pieces.top)
    heights = pieces.bottom - pieces.top
    joined = (apart < gap) & (shared >= 0.5 * np.minimum(heights[:, None], heights))
    joined[0, 1:] = joined[1:, 0] = False
    return _reachable(joined)


def _word_centres(pieces: _Pieces, words: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The row of the centre of the word that each piece belongs to."""
    weights = words * pieces.area
    return np.asarray((weights @ pieces.down) / weights.sum(axis=1))


def _next_words(pieces: _Pieces, words: npt.NDArray[np.bool_], chosen: Mask, px_per_mm: float) -> Mask:
    """The words in one row with chosen ones, beside them: a line written aslant ends above or below its place."""
    far = np.iinfo(np.int32).max
    left, right = (np.where(words, side, rest) for side, rest in ((pieces.left, far), (pieces.right, -far)))
    top, bottom = (np.where(words, side, rest) for side, rest in ((pieces.top, far), (pieces.bottom, -far)))
    left, right, top, bottom = left.min(axis=1), right.max(axis=1), top.min(axis=1), bottom.max(axis=1)
    apart = np.maximum(left[:, None], left) - np.minimum(right[:, None], right)
    shared = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    lower = np.minimum(bottom[:, None] - top[:, None], bottom - top)
    large = (words * pieces.area).sum(axis=1) >= LEAST_WORD_MM2 * px_per_mm**2
    beside = (apart > 0) & (apart < NEXT_WORD * px_per_mm) & (shared >= NEXT_SHARED * lower)
    beside[0] = beside[:, 0] = False
    return np.asarray((beside & large[:, None] & large)[:, chosen].any(axis=1))


def _tails(ink: Mask, writing: Mask, frame: _Frame) -> Mask:
    """What hangs from the writing below the printed line, which cuts it off.

    The crops do without it: with the tails of some letters all others become smaller there.
    """
    pieces = _pieces_of(ink & ~writing)
    millimetre, line = frame.px_per_mm, frame.row(frame.place.bottom)
    cut, least = TAIL_CUT * millimetre, SPECK_MM2 * millimetre**2
    wide, high = pieces.right - pieces.left, pieces.bottom - pieces.top
    small = (wide <= TAIL_WIDE * millimetre) & (high <= TAIL_HIGH * millimetre) & (high >= TAIL_SLIM * wide)
    maybe = small & (np.abs(pieces.top - line) <= cut) & (pieces.area >= least)
    if not maybe.any():
        return np.zeros_like(writing)
    first, last = max(round(line - cut), 0), max(round(line + cut), 0)
    reach, aside = round(TAIL_GAP * millimetre) + 1, round(TAIL_ASIDE * millimetre)
    ends = np.ascontiguousarray(writing[first:last], np.uint8)
    below = cv2.dilate(ends, np.ones((reach, 2 * aside + 1), np.uint8), anchor=(aside, reach - 1))
    hanging = maybe & np.isin(np.arange(maybe.size), pieces.labels[first:last][below > 0])
    apart = np.maximum(pieces.left[:, None], pieces.left) - np.minimum(pieces.right[:, None], pieces.right)
    shared = np.minimum(pieces.bottom[:, None], pieces.bottom) - np.maximum(pieces.top[:, None], pieces.top)
    beside = (apart < LETTER_GAP * millimetre) & (shared > 0)
    beside[:, 0] = False
    others = beside & ~hanging & (pieces.area >= least)
    rows = _reachable(beside & hanging & hanging[:, None])
    tails = hanging & ~others.any(axis=1) & (rows.sum(axis=1) <= TAILS_TOGETHER)
    return np.asarray(tails[pieces.labels], bool)


def _reachable(joined: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """From "is joined to" to "is joined to over others", by squaring until nothing changes."""
    while True:
        further = (joined.astype(np.float32) @ joined.astype(np.float32)) > 0
        if np.array_equal(further, joined):
            return joined
        joined = further


def _far_specks(pieces: _Pieces, words: Mask, chosen: Mask, px_per_mm: float) -> Mask:
    """Small pieces away from the body of the writing, but the bits that black and white left of a word."""
    broken = (words * pieces.area).sum(axis=1) >= LEAST_WORD_MM2 * px_per_mm**2
    small = (pieces.area < SPECK_MM2 * px_per_mm**2) & ~broken
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
    """The crops for an engine, the likeliest to be read first. What is printed beside the writing is in none: "Wir" and
    "willige" had been read as part of the guardians' names. Of 140 notes drawn behind these as many are seen as before.
    """
    box = _tight_box(bridged)
    soft = cv2.dilate(bridged.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    full = max(float(np.percentile(look.darkness[bridged], 70)), 0.15)
    clean = _crop(np.where(soft & (bridged | ~look.print_), look.darkness, 0), box, full)
    foreign = cv2.dilate((look.ink & ~bridged).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    wide = _with_sides(box, bridged.shape[1])
    beside = look.print_.copy()
    beside[:, box.left : box.right] = False
    kept = _crop(np.where((foreign & ~soft) | beside, 0, look.darkness), wide, full)
    return (clean, half_as_wide_again(kept), kept, _leaning(kept, LEAN), half_as_wide_again(_leaning(kept, -LEAN)))


def _harder_renderings(slip: SlipImage, look: "_Look", bridged: Mask, frame: _Frame) -> tuple[Rendering, ...]:
    """The line without the blur of a photo; and the words of its own row side by side, each as high as the highest: all
    of them, and the first two.

    What is small beside a large word, or stands beside a stamp, is too low for the recogniser in any other rendering.
    """
    sharp = _sharp_renderings(slip, look, bridged, frame)
    words = _words_across(_own_row(bridged, frame), frame.px_per_mm)[:EVEN_MOST]
    some = [words, words[:2]] if len(words) > 2 else [words]  # noqa: PLR2004 - a first and a last name
    even = [
        Rendering(half_as_wide_again(_side_by_side(look, chosen)), _is_all(look.ink & bridged, chosen, frame.px_per_mm))
        for chosen in some
        if len(chosen) > 1
    ]
    return (*sharp, *even)


def _is_all(writing: Mask, words: list[Mask], px_per_mm: float) -> bool:
    """Whether no more than a speck of the writing is in none of the words."""
    left_out = np.count_nonzero(writing & ~np.logical_or.reduce(words))
    return bool(left_out < SPECK_MM2 * px_per_mm**2)


def _sharp_renderings(slip: SlipImage, look: "_Look", bridged: Mask, frame: _Frame) -> tuple[Rendering, ...]:
    """The line without the picture's blur, with what the blank prints and without; pale pieces may be lost in it."""
    sharp = None if slip.bilevel else unblurred(slip, frame.window)
    if sharp is None:
        return ()
    box = _with_sides(_tight_box(bridged), bridged.shape[1])
    near = cv2.dilate(bridged.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    foreign = (cv2.dilate((look.ink & ~bridged).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~near
    pieces = _pieces_of(look.ink & bridged)
    crops = []
    for picture in (sharp.whole, sharp.written):
        full = max(float(np.percentile(picture[bridged], 80)), LEAST_WORD_FULL)
        shown = np.where(foreign, 0, picture - np.float32(SHARP_PALE * full))
        lost = np.setdiff1d(np.arange(1, pieces.area.size), pieces.labels[shown > 0])
        whole = bool(pieces.area[lost].sum() < SPECK_MM2 * frame.px_per_mm**2)
        crops.append(Rendering(_crop(shown, box, full), whole))
    return tuple(crops)


def _with_sides(box: Box, width: int) -> Box:
    """The box with some of what lies beside it."""
    beside = round(0.4 * (box.bottom - box.top))
    return box._replace(left=max(box.left - beside, 0), right=min(box.right + beside, width))


def _own_row(writing: Mask, frame: _Frame) -> Mask:
    """The writing in the row of the line, without pieces that hang into it."""
    millimetre = frame.px_per_mm
    run = max(1, round(ROW_INSIDE * millimetre))
    inked = np.convolve(writing.sum(axis=1, dtype=np.float64), np.ones(run) / run, "same")
    above, below = frame.row(frame.place.y), frame.row(frame.place.bottom)
    top = _least(inked, above - ROW_UP[0] * millimetre, above + ROW_UP[1] * millimetre, above - millimetre)
    bottom = _least(inked, below - ROW_DOWN[0] * millimetre, below + ROW_DOWN[1] * millimetre, below + millimetre)
    pieces = _pieces_of(writing)
    inside = np.bincount(pieces.labels[top : bottom + 1].ravel(), minlength=pieces.area.size)
    foreign = inside < ROW_SHARE * pieces.area
    foreign |= pieces.bottom - pieces.top > ROW_HEIGHTS * (bottom + 1 - top)
    row = writing & ~foreign[pieces.labels]
    row[:top] = row[bottom + 1 :] = False
    return row


def _least(inked: npt.NDArray[np.float64], first: float, last: float, best: float) -> int:
    """The row with the least ink from the first to the last; of several, the one nearest to the best."""
    begin = min(max(int(first), 0), inked.size - 1)
    part = inked[begin : max(int(last), begin + 1)]
    rows = np.flatnonzero(part <= part.min()) + begin
    return int(rows[np.abs(rows - best).argmin()])


def _words_across(row: Mask, px_per_mm: float) -> list[Mask]:
    """The words of a row from left to right, each alone; what is too low for a word is left out."""
    columns = np.flatnonzero(row.any(axis=0))
    words = []
    for run in np.split(columns, np.flatnonzero(np.diff(columns) > EVEN_GAP * px_per_mm) + 1):
        word = np.zeros_like(row)
        if run.size:
            word[:, run[0] : run[-1] + 1] = row[:, run[0] : run[-1] + 1]
        rows = np.flatnonzero(word.any(axis=1))
        if rows.size and np.ptp(rows) >= EVEN_LEAST * px_per_mm:
            words.append(word)
    return words


def _side_by_side(look: "_Look", words: list[Mask]) -> GrayImage:
    """The words, each as high as the highest, with a space between them and a margin around them."""
    boxes = [cv2.boundingRect(word.astype(np.uint8)) for word in words]
    high = max(box[3] for box in boxes)
    space = np.full((high, round(EVEN_SPACE * high)), 255, np.uint8)
    parts = list[GrayImage]()
    for word, (left, top, width, height) in zip(words, boxes, strict=True):
        soft = cv2.dilate(word.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        foreign = cv2.dilate((look.ink & ~word).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        cut = slice(max(top - 1, 0), top + height + 2), slice(max(left - 2, 0), left + width + 2)
        full = max(float(np.percentile(look.darkness[word], 70)), LEAST_WORD_FULL)
        shown = np.where(foreign & ~soft, 0, look.darkness)[cut] / full
        gray = (255.0 - 255.0 * np.clip(shown, 0.0, 1.0)).astype(np.uint8)
        size = (max(1, round(gray.shape[1] * high / height)), high)
        parts += [np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_LINEAR), np.uint8), space]
    return np.pad(np.hstack(parts[:-1]), round(PAD_SHARE * high), constant_values=255)


def half_as_wide_again(crop: GrayImage) -> GrayImage:
    """The crop half as wide again: the recogniser squeezes narrow hands to one frame for a letter."""
    return np.asarray(cv2.resize(crop, None, fx=STRETCH, fy=1.0, interpolation=cv2.INTER_LINEAR), np.uint8)


def _leaning(crop: GrayImage, lean: float) -> GrayImage:
    """The crop with its letters leaning to the right by `lean` of their height, to the left where it is negative."""
    height, width = crop.shape
    shear = np.array([[1.0, -lean, max(lean, 0.0) * height], [0.0, 1.0, 0.0]])
    size = (width + int(abs(lean) * height) + 1, height)
    return np.asarray(cv2.warpAffine(crop, shear, size, flags=cv2.INTER_LINEAR, borderValue=255), np.uint8)


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
class _Strike:
    """The longest straight way through the writing that does not underline it.

    `length` is in millimetres, less what its gaps and turns cost; `ratio` is what `STRIKE_BAR` is about. `thin` is the
    share of the way on which the ink is no thicker than a stroke, 0 with a pen so thick that letters run into one.
    """

    length: float
    ratio: float
    thin: float


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A way through the ink from left to right: the row of each column from `left` on, and its length in steps."""

    rows: npt.NDArray[np.int64]
    left: int
    steps: float

    @property
    def columns(self) -> npt.NDArray[np.int64]:
        """The columns it goes through."""
        return np.arange(self.left, self.left + self.rows.size)


def _find_strike(look: _Look, writing: Mask, px_per_mm: float) -> _Strike:
    """Follow the straightest long line through the writing; underlines are set aside one after the other."""
    left, top, width, height = cv2.boundingRect(writing.astype(np.uint8))
    tight = slice(top, top + height), slice(left, left + width)
    strokes = _strokes(look.darkness[tight], writing[tight])
    root = float(np.sqrt(_pen_px(strokes) * max(width, STRIKE_NARROW * px_per_mm)))
    followed = np.where(_near_print(look.print_, px_per_mm)[tight], np.float32(0.0), strokes)
    way = _straightest_way(followed, px_per_mm)
    for _ in range(UNDERLINES):
        if not _underlines(way, strokes, px_per_mm):
            break
        _cut_below(followed, way, px_per_mm)
        way = _straightest_way(followed, px_per_mm)
    length_px = way.steps * _step_px(px_per_mm)
    pen = _pen_px(strokes)
    thin = _thin_share(way, strokes, pen) if pen <= LETTERS_RUN_MM * px_per_mm else 0.0
    return _Strike(length_px / px_per_mm, length_px / root, thin)


def _strikes(strike: _Strike, width: float) -> bool:
    """Whether a way strikes out what it goes through, which is so wide."""
    plain = strike.thin >= STRIKE_THIN or strike.length >= STRIKE_WHOLE * width
    return strike.ratio >= (STRIKE_BAR if plain else STRIKE_BAR_THICK)


def _thin_share(way: "_Way", strokes: FloatImage, pen_px: float) -> float:
    """On which share of its columns the way runs through ink that is no thicker, from top to bottom, than a stroke."""
    ink = (strokes > SURE_STROKE).astype(np.uint8)
    thickness = np.zeros(ink.shape, np.int32)
    for rows, last in ((range(1, len(ink)), -1), (range(len(ink) - 2, -1, -1), 1)):
        run = ink.astype(np.int32)
        for row in rows:
            run[row] += run[row + last] * ink[row]
        thickness += run
    here = thickness[np.minimum(way.rows, len(ink) - 1), np.minimum(way.columns, ink.shape[1] - 1)]
    inked = here[here > 0] - 1
    return float((inked <= THIN_PENS * pen_px).mean()) if inked.size else 0.0


def _strokes(darkness: FloatImage, writing: Mask) -> FloatImage:
    """How surely each pixel is a stroke and not the blur beside one, 0 to 1."""
    full = STRIKE_FULL * max(float(np.percentile(darkness[writing], 70)), 1e-3)
    return np.asarray(np.clip(darkness / full, 0.0, 1.0) * writing, np.float32)


def _pen_px(strokes: FloatImage) -> float:
    """The width of the pen in pixels: twice the median depth of the middle of the strokes."""
    depth = cv2.distanceTransform((strokes > SURE_STROKE).astype(np.uint8), cv2.DIST_L2, 5)
    ridge = depth[(depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))]
    return 2.0 * float(np.median(ridge)) if ridge.size else 1.0


def _near_print(print_: Mask, px_per_mm: float) -> Mask:
    """What the blank prints, and `STRIKE_RIM` above and below it."""
    run = np.ones((2 * round(STRIKE_RIM * px_per_mm) + 1, 1), np.uint8)
    return np.asarray(cv2.dilate(print_.astype(np.uint8), run) > 0)


def _step_px(px_per_mm: float) -> int:
    """The pixels of one straight step."""
    return max(2, round(STRIKE_STEP * px_per_mm))


def _straightest_way(strokes: FloatImage, px_per_mm: float) -> _Way:
    """The way of the highest gain: steps on ink, less what its gaps and turns cost (dynamic programming).

    `total` and `before` hold, for each step, slope and row where the step begins, the gain so far and the slope of
    the step before it (-1 where the way begins).
    """
    step = _step_px(px_per_mm)
    slopes = np.arange(-round(STRIKE_LEAN * step), round(STRIKE_LEAN * step) + 1)
    gain = 1.0 - STRIKE_GAP_COST * (1.0 - _cover(strokes, step, slopes))
    total, before = np.zeros_like(gain), np.full(gain.shape, -1, np.int8)
    arrived = np.zeros(gain.shape[1:], np.float32)
    for at in range(gain.shape[0]):
        best, came = _turned(arrived)
        total[at], before[at] = best + gain[at], came
        arrived = _moved(np.maximum(total[at], 0.0), slopes)
    rows, first = _traced(total, before, slopes, step)
    rows = rows[: strokes.shape[1] - first * step] - slopes[-1]
    return _Way(np.clip(rows, 0, strokes.shape[0] - 1), first * step, max(float(total.max()), 0.0))


def _cover(strokes: FloatImage, step: int, slopes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The share of ink under each straight step, shape (steps, slopes, rows); rows padded by the steepest slope."""
    pad = int(slopes[-1])
    height, steps = strokes.shape[0] + 2 * pad, -(-strokes.shape[1] // step)
    # as much again above and below, so that every step stays inside
    even = np.zeros((height + 2 * pad, steps * step), np.float32)
    even[2 * pad : 2 * pad + strokes.shape[0], : strokes.shape[1]] = strokes
    by_step = even.reshape(height + 2 * pad, steps, step)
    cover = np.zeros((steps, slopes.size, height), np.float32)
    for index, rises in enumerate(_rises(slopes, step)):
        for column, rise in enumerate(rises):
            cover[:, index] += by_step[pad + rise : pad + rise + height, :, column].T
    return np.asarray(cover / step, np.float32)


def _rises(slopes: npt.NDArray[np.int64], step: int) -> npt.NDArray[np.int64]:
    """How far each column of a step lies below its first row, shape (slopes, step)."""
    return np.asarray(np.round(np.outer(slopes, (np.arange(step) + 0.5) / step)), np.int64)


def _turned(arrived: FloatImage) -> tuple[FloatImage, npt.NDArray[np.int8]]:
    """For each slope and row the best gain of a way that goes on there, and the slope that it came by."""
    best = arrived.copy()
    slopes = np.repeat(np.arange(len(arrived), dtype=np.int8)[:, None], arrived.shape[1], axis=1)
    came = slopes.copy()
    first, last = slice(None, -1), slice(1, None)
    for to, by in ((last, first), (first, last)):
        gains = arrived[by] - STRIKE_BEND_COST
        better = gains > best[to]
        np.copyto(best[to], gains, where=better)
        np.copyto(came[to], slopes[by], where=better)
    came[best <= 0] = -1
    return best, came


def _moved(gains: FloatImage, slopes: npt.NDArray[np.int64]) -> FloatImage:
    """The gains at the rows where the steps end."""
    ends = np.zeros_like(gains)
    height = gains.shape[1]
    for index, slope in enumerate(slopes):
        low, high = max(0, -int(slope)), min(height, height - int(slope))
        ends[index, low + slope : high + slope] = gains[index, low:high]
    return ends


def _traced(
    total: npt.NDArray[np.float32], before: npt.NDArray[np.int8], slopes: npt.NDArray[np.int64], step: int
) -> tuple[npt.NDArray[np.int64], int]:
    """The rows (of the padded image) of the best way, column by column, and the step that it begins with."""
    at, slope, row = (int(i) for i in np.unravel_index(int(total.argmax()), total.shape))
    rises = _rises(slopes, step)
    pieces = [row + rises[slope]]
    while at > 0 and before[at, slope, row] >= 0:
        came = int(before[at, slope, row])
        row, at, slope = row - int(slopes[came]), at - 1, came
        pieces.append(row + rises[slope])
    return np.concatenate(pieces[::-1]), at


def _underlines(way: _Way, strokes: FloatImage, px_per_mm: float) -> bool:
    """Whether the way lies below the letters: free of them, or straight along their feet."""
    return _lies_free(way, strokes, px_per_mm) or _lies_along_feet(way, strokes, px_per_mm)


def _lies_free(way: _Way, strokes: FloatImage, px_per_mm: float) -> bool:
    """Whether there is hardly any ink just above the way, nor below it."""
    ink = strokes > SURE_STROKE
    reach, middle = round(UNDERLINE_REACH * px_per_mm), int(np.median(way.rows))
    above = int(np.count_nonzero(ink[: max(middle - reach, 0)]))
    below = int(np.count_nonzero(ink[middle + reach :]))
    touched = np.zeros(way.rows.size, bool)
    for gap in UNDERLINE_GAPS:
        rows = way.rows - round(gap * px_per_mm)
        touched |= ink[np.maximum(rows, 0), way.columns] & (rows >= 0)
    return below < UNDERLINE_BELOW * max(above + below, 1) and float(touched.mean()) < UNDERLINE_TOUCH


def _lies_along_feet(way: _Way, strokes: FloatImage, px_per_mm: float) -> bool:
    """Whether the way is a thin straight line below which nothing of the letters comes out."""
    columns = np.arange(way.rows.size)
    if columns.size < 3:  # noqa: PLR2004 - two points are always straight
        return False
    straight = np.polyval(np.polyfit(columns, way.rows, 1), columns)
    if float(np.abs(way.rows - straight).max()) > FEET_STRAIGHT_MM * px_per_mm:
        return False
    tops, bottoms, below = _run_through(strokes > FEET_STROKE, way)
    if not tops.size or below.any() or (bottoms > np.median(bottoms) + FEET_MM * px_per_mm).any():
        return False
    tops, bottoms, _ = _run_through(strokes > SURE_STROKE, way)
    letters = strokes.copy()
    _cut_below(letters, way, px_per_mm)
    return bool(tops.size) and float(np.median(bottoms - tops)) + 1 <= _pen_px(letters)


def _run_through(ink: Mask, way: _Way) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The run of ink on which the way lies in each column that has one.

    Returns its first and its last row, off the way's, and whether there is more ink below the run.
    """
    runs = []
    for row, column in zip(way.rows.tolist(), way.columns.tolist(), strict=True):
        filled = ink[:, column]
        on = next((r for r in (row, row + 1, row - 1, row + 2, row - 2) if 0 <= r < filled.size and filled[r]), None)
        if on is None:
            continue
        paper = np.flatnonzero(~filled)
        at = int(np.searchsorted(paper, on))
        top = int(paper[at - 1]) + 1 if at > 0 else 0
        bottom = int(paper[at]) - 1 if at < paper.size else filled.size - 1
        runs.append((top - row, bottom - row, bool(filled[bottom + 1 :].any())))
    tops, bottoms, below = zip(*runs, strict=True) if runs else ((), (), ())
    return np.array(tops, np.int64), np.array(bottoms, np.int64), np.array(below, bool)


def _cut_below(strokes: FloatImage, way: _Way, px_per_mm: float) -> None:
    """Take the way out, and all below it."""
    gap = round(UNDERLINE_GAPS[0] * px_per_mm)
    for row, column in zip(way.rows, way.columns, strict=True):
        strokes[max(row - gap, 0) :, column] = 0.0
