"""Reads the boxes of a choice together, by comparison with the blank.

A box is TICKED only if two independent measurements agree: enough ink inside the frame, and a mark of a plausible
shape around it. It is EMPTY only if it is clean inside and around. Whatever lies between, and every mark that is
large, dense or many-stroked enough to be a correction, is doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from forms.geometry import Rect, bounding
from forms.model import ChoiceBox, Meaning, TextLine
from intake.faint import AROUND_MM, PALE, STROKE_SHARE, faint_mm2
from intake.pieces import is_lonely_speck, pieces_of
from intake.values import Evidence, FloatImage, GrayImage, Mark, MarkState, Mask, SlipImage

ALIGN_MM = 1.0
"""The frame is looked for so far from where registration expects it."""
ALIGN_NCC = 0.35
INSET_MM = 0.62
"""The frame's own ink ends this far inside its outline, blur and registration included."""
AROUND_LEFT_MM, AROUND_RIGHT_MM, AROUND_UP_MM, AROUND_DOWN_MM = 6.0, 2.4, 3.0, 3.0
"""The white zone of a box, which the form keeps free of print."""
MARK_MM, REACH_MM = 9.0, 12.0
"""A mark is followed so far beyond its box; and the picture that is looked at goes so far beyond all boxes."""
BRIDGE_PX = 7
"""Strokes broken by the frame, which is taken out with a rim, are joined across so much."""
SPECK_MM2 = 0.03
HOME_SHARE = 0.8
"""Share of a mark nearer to its own box than to the other one: a circle round "no" that clips "yes" has less."""


Places = npt.NDArray[np.float64]
"""Where pixels are along one axis, in millimetres of the page, shape (pixels,)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What was measured at one box; areas in mm², lengths in mm."""

    inner: float
    inner_extent: float
    around: float
    mark: float
    extent: float
    solidity: float
    breadth: float
    tick_shaped: bool
    crossing: float
    over_words: float
    faint: float
    beyond: float
    raw: float
    frame_ncc: float
    blur_mm: float
    dusty: bool
    unread: bool

    @property
    def thicker(self) -> float:
        """How many times as much ink the picture's blur makes of a pen's stroke."""
        return 1 + self.blur_mm / PEN_MM


WORDS_BEGIN_MM, WORDS_AROUND_MM, WORDS_GAP_MM, WORDS_MOST_MM = 3.2, 0.2, 8.0, 120.0
OVER_WORDS_MM2 = 1.5
"""More ink than this between an option's letters: the words are struck out, circled or written over. Of a line through
the words half is hidden by the print."""
NOTE_OVER_MM, NOTE_OVER_SHARE, NOTE_GOES_ON_MM, NOTE_ASIDE_MM = 8.0, 0.25, 15.0, 3.0
"""Ink over no more than so much of their end, and no more than so great a part of them, with more ink beyond it, is a
note beside them: so near, and so far above or below. That is found with all the ink that nothing explains."""
EMPTY_INNER_MM2, EMPTY_INNER_EXTENT_MM = 0.12, 0.6
"""Less is a grain: the dot of a pen has 0.16 mm² and more."""
DUST_MM2, DUST_EXTENT_MM, DUSTY = 0.5, 0.9, 6
"""On a slip strewn with so many grains one of them may have fallen into a box."""
EMPTY_AROUND_MM2, EMPTY_FAINT_MM2, EMPTY_RAW_MM2 = 1.0, 0.1, 0.4
"""Around the box; inside it of strokes too faint for ink; and of what was taken for a streak or a fold. Of 1,481 boxes
in grey that were called empty one had any faint strokes (0.34 mm²): a cross of a pencil that hardly wrote."""
PALE_TIMES, BEYOND_MM2 = 2.5, 2.5
BEYOND_LEFT_MM, BEYOND_UP_MM, FILLED_SHARE = 7.0, 6.0, 0.5
"""A mark no darker than so many times the least ink may be the darkest bits of a crossing-out, the rest of which is too
faint: more than so much of faint strokes so near to the box is no tick, unless ink fills half of the box. Of 174 such
marks five have more: four crossings-out, with ink on 0.2 to 0.4 of the inside, and a filled box; the next has 2.2."""
TICK_INNER_MM2, TICK_INNER_EXTENT_MM = 1.0, 1.9
LINE_SEEN_MM, LINE_SHARE, LINE_LEANS_MM, LINE_MOST_MM = 2.0, 0.7, 0.35, 1.8
"""A streak or fold is inked on so much of so many millimetres beyond the frame; it may lie so far aside inside of it,
for a page may lie askew by five degrees, and with that on either side is no broader than the last."""
SHADE_AROUND_MM, FEWEST_PAPER, FILL_SHARE = 3.0, 0.1, 0.5
"""What lies so near around a frame tells how dark a shadow is there, if so much of it is paper. A box that is darker by
so much of what makes ink is filled, however pale. Of 240 boxes in shadows with strokes 16 to 98 darker than paper five,
of at most 21, are called empty with this and without; measured by the darkest paper around instead, nine.
"""
ASIDE_INNER_MM2, ASIDE_INNER_EXTENT_MM, ASIDE_MARK_MM2, ASIDE_SOLIDITY = 0.55, 1.1, 2.5, 0.45
"""A tick drawn half beside its box has less inside the frame, but then it has to be one, and no other mark: a stroke
that turns at its lowest place and rises farther to the right than to the left. Of 20 series seven ticks lie so."""
CROSSING_MM = 1.9
"""Or its right arm crosses the frame: from its foot to its tip it runs so far inside. Its own ink there may be hidden
by the frame. Of 645 marks of that shape in doubt 164 cross so beside an empty box: "over", faint, ticks, crosses and
circles, all at the box that was meant; none of the 252 that were drawn off a box, nor of 40 crossings-out."""
CROSSING_STEPS = 101
ARM_BEGINS_MM, LEFT_ARM_MM, RIGHT_ARM_MM, ARMS_SHARE, FOOT_MM = 0.6, 0.6, 3.0, 0.8, 0.4
"""An arm begins so far from the lowest place, and rises by at least so much; the left one by no more than so much of
the right one."""
USUAL_BOX_MM = 5.0
"""The box that all of these were measured on. In smaller ones, which word processors print, a tick has less room: it
needs the same share of it, and as much ink in all. Pens are no smaller, so marks reach as far beyond."""
MARK_BEYOND_MM = 4.75
"""More than the box: plain ticks of the trial series reach 3.5, crossings-out begin at 2.5 and are dense."""
LARGE_BEYOND_MM = 2.25
LARGE_MARK_MM2 = 12.0
"""A mark beyond the box's surroundings with more ink than this is a scribble, not a tick."""
PEN_MM = 0.45
FILLED_SOLIDITY, FILLED_BEYOND_MM, FILLED_AROUND_MM2 = 0.5, 3.75, 15.0
"""A box filled with a thick pen is compact, and the blot stays near: of 306 in 21 series the large ones have half of
their hull, but for seven, and no more ink around the box than this, but for one. Of 447 crossings-out one is as near
and as compact, and hardly one; of 2,400 drawn by us four of a thick pen, with 17 mm² around."""
CLOSE_SOLIDITY, CLOSE_BEYOND_MM = 0.48, 3.25
"""So near a blot may be a little less compact; six of the seven are. No crossing-out is, nor any of those 2,400."""
COVERED_SHARE, COVERED_BEYOND_MM, COVERED_AROUND_MM2, THICK_MM = 0.94, 4.25, 11.0, 1.5
"""A thick pen that leaves no white inside the frame makes a larger blot: of 41 such boxes five reach 8.8 to 9.5 mm,
with 10 to 13 mm² around the box, where they are 1.7 mm broad and more. Of the 15 crossings-out that leave as little
white the smallest reaches 9.8 mm and has 13 mm²; of the 2,400 those of a thin pen are at most 1.4 mm broad, those of a
thick one have 15 mm²."""
AROUND_MOST_MM2 = 7.0


def read_choice(slip: SlipImage, boxes: Sequence[ChoiceBox], lines: Sequence[TextLine]) -> tuple[Mark, ...]:
    """Read all boxes of one choice jointly.

    What is written on one of the `lines` says nothing about a box, even where it reaches into the words of one.
    """
    if not boxes:
        return ()
    whole = slip
    slip = whole.part(bounding(box.place for box in boxes).grown(REACH_MM, REACH_MM, REACH_MM, REACH_MM))
    ink = (slip.ink > 0) & ~slip.near_print
    frames = [_aligned(slip, box.place) for box in boxes]
    drawn = [_mark(slip, ink, frame.place) for frame in frames]
    dusty = _is_dusty(whole)
    seen: list[_Seen] = []
    for index in range(len(boxes)):
        others = [
            mark & ~drawn[index] if _lies_with(slip, mark, frame.place, boxes[index].place) else np.zeros_like(mark)
            for other, (mark, frame) in enumerate(zip(drawn, frames, strict=True))
            if other != index
        ]
        elsewhere = np.logical_or.reduce(others) if others else np.zeros_like(ink)
        over_words = _ink_over_words(whole, frames[index].place, lines)
        seen.append(_measure(slip, ink & ~elsewhere, frames[index], drawn[index], over_words, dusty=dusty))
    states = [_state(one, box.place) for one, box in zip(seen, boxes, strict=True)]
    return tuple(
        Mark(box.key, box.meaning, _beside_others(one, box, state, states), _evidence(box.place, one))
        for one, box, state in zip(seen, boxes, states, strict=True)
    )


def _beside_others(seen: _Seen, box: ChoiceBox, state: MarkState, states: Sequence[MarkState]) -> MarkState:
    """What a box shows beside the others: a "no" filled with a near blot was not corrected to a "yes" that is empty.

    Of ten seeds three boxes were held that were filled so; of 233 slips corrected to "yes" none is read so.
    """
    alone = state is MarkState.CORRECTED and 0 < len(states) - 1 == states.count(MarkState.EMPTY)
    near = seen.extent <= box.place.width + FILLED_BEYOND_MM and seen.over_words <= OVER_WORDS_MM2
    return MarkState.TICKED if alone and near and box.meaning is Meaning.NO else state


def _lies_with(slip: SlipImage, mark: Mask, home: Rect, other: Rect) -> bool:
    """Whether a mark lies so much nearer to its own box that it says nothing at the other one."""
    rows, columns = np.nonzero(mark)
    if not len(rows):
        return True
    y, x = rows / slip.px_per_mm + slip.origin.y, columns / slip.px_per_mm + slip.origin.x
    near = np.hypot(x - home.centre.x, y - home.centre.y) < np.hypot(x - other.centre.x, y - other.centre.y)
    return bool(near.mean() >= HOME_SHARE)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the frame of a box is on the slip, and how well it matches the blank's."""

    place: Rect
    ncc: float


def _aligned(slip: SlipImage, place: Rect) -> _Frame:
    """Where the frame of a box really is, and how well it matches."""
    margin = 1.5
    rows, columns = slip.slices(place.grown(margin, margin, margin, margin))
    frame = slip.blank[rows, columns]
    reach = round(ALIGN_MM * slip.px_per_mm)
    height, width = slip.gray.shape
    if rows.start < reach or columns.start < reach or rows.stop + reach > height or columns.stop + reach > width:
        return _Frame(place, 0.0)
    window = slip.gray[rows.start - reach : rows.stop + reach, columns.start - reach : columns.stop + reach]
    scores = cv2.matchTemplate(window, frame, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    if not best >= ALIGN_NCC:
        return _Frame(place, float(np.nan_to_num(best)))
    dx, dy = (x - reach) / slip.px_per_mm, (y - reach) / slip.px_per_mm
    return _Frame(Rect(place.x + dx, place.y + dy, place.width, place.height), float(best))


def _is_dusty(slip: SlipImage) -> bool:
    """Whether grains lie on the slip, far from all writing."""
    written = pieces_of(slip)
    return sum(is_lonely_speck(piece, written) for piece in written) >= DUSTY


def _measure(slip: SlipImage, ink: Mask, frame: _Frame, mark: Mask, over_words: float, *, dusty: bool) -> _Seen:
    place = frame.place
    inner = slip.slices(place.grown(-INSET_MM, -INSET_MM, -INSET_MM, -INSET_MM))
    shaded = _shaded(slip, place)
    dark = (slip.darkness[inner] > slip.ink_threshold) & ~shaded
    area, extent = _inside(dark, slip.px_per_mm)
    before = _taken_for_line(slip, place)
    zone = np.zeros(slip.gray.shape, bool)
    zone[slip.slices(place.grown(AROUND_LEFT_MM, AROUND_UP_MM, AROUND_RIGHT_MM, AROUND_DOWN_MM))] = True
    zone[slip.slices(place)] = False
    rows, columns = np.nonzero(mark)
    x, y = columns / slip.px_per_mm + slip.origin.x, rows / slip.px_per_mm + slip.origin.y
    return _Seen(
        inner=area,
        inner_extent=extent,
        around=_area(ink & zone, slip.px_per_mm),
        mark=_area(mark, slip.px_per_mm),
        extent=max(np.ptp(rows), np.ptp(columns)) / slip.px_per_mm if len(rows) else 0.0,
        solidity=_solidity(mark),
        breadth=_breadth(slip, mark, place),
        tick_shaped=_is_tick_shaped(x, y),
        crossing=_crossing(x, y, place),
        over_words=over_words,
        raw=_inside(before & ~(shaded & (slip.raw[inner] == slip.darkness[inner])), slip.px_per_mm)[0],
        faint=faint_mm2(slip, place.grown(-INSET_MM, -INSET_MM, -INSET_MM, -INSET_MM)),
        beyond=_faint_beyond(slip, place, mark),
        frame_ncc=frame.ncc,
        blur_mm=slip.blur_mm,
        dusty=dusty,
        unread=bool(slip.outside[inner].any()) or dark.size == 0,
    )


def _faint_beyond(slip: SlipImage, place: Rect, mark: Mask) -> float:
    """How much there is of strokes too faint for ink around a mark that is pale itself, in mm²."""
    if slip.bilevel or not mark.any() or np.median(slip.darkness[mark]) > PALE_TIMES * slip.ink_threshold:
        return 0.0
    return faint_mm2(slip, place.grown(BEYOND_LEFT_MM, BEYOND_UP_MM, BEYOND_LEFT_MM, BEYOND_UP_MM))


def _shaded(slip: SlipImage, place: Rect) -> Mask:
    """Where the inside of a frame is hardly darker than the paper around the frame lets expect, nor than the paper
    beside a stroke would be: a shadow or a stain lies over it.
    """
    inner = slip.slices(place.grown(-INSET_MM, -INSET_MM, -INSET_MM, -INSET_MM))
    around = slip.slices(place.grown(SHADE_AROUND_MM, SHADE_AROUND_MM, SHADE_AROUND_MM, SHADE_AROUND_MM))
    here, darkness = slip.darkness[inner], slip.darkness[around]
    paper = ~(slip.near_print[around] | (slip.ink[around] > 0) | slip.outside[around])
    if slip.bilevel or not here.size or np.count_nonzero(paper) < FEWEST_PAPER * paper.size:
        return np.zeros(here.shape, bool)
    side = round(AROUND_MM * slip.px_per_mm)
    top, left = inner[0].start - around[0].start, inner[1].start - around[1].start
    window = slice(top, top + here.shape[0]), slice(left, left + here.shape[1])
    over = cv2.subtract(here, cv2.morphologyEx(darkness, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))[window])
    filled = here - _expected(darkness, paper)[window] > FILL_SHARE * slip.ink_threshold
    return np.asarray((here <= PALE) & ~filled & (over <= STROKE_SHARE * slip.ink_threshold), bool)


def _expected(darkness: GrayImage, paper: Mask) -> FloatImage:
    """How dark a picture would be everywhere, by what is paper there: a surface of the second degree through it."""
    height, width = darkness.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    some = terms[paper]
    # The normal equations: six unknowns, well-conditioned as the places run from -1 to 1, and a tenth of the time.
    surface = np.linalg.lstsq(some.T @ some, some.T @ darkness[paper].astype(np.float64), rcond=None)[0]
    return np.asarray(terms @ surface, np.float32)


def _inside(dark: Mask, px_per_mm: float) -> tuple[float, float]:
    """Area and greatest extent of the ink inside the frame, specks left out."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    kept = [stats[n] for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > SPECK_MM2 * px_per_mm**2]
    area = sum(int(s[cv2.CC_STAT_AREA]) for s in kept) / px_per_mm**2
    extents = [max(s[cv2.CC_STAT_WIDTH], s[cv2.CC_STAT_HEIGHT]) / px_per_mm for s in kept]
    return area, max(extents, default=0.0)


def _taken_for_line(slip: SlipImage, place: Rect) -> Mask:
    """The ink inside the frame before streaks and folds were taken out, less a line that goes on beyond the frame.

    It goes on if it is seen on both sides, above and below or left and right. Ink hidden under a line no broader than
    a pen reaches out of it; a broader one hides what it may.
    """
    inner = place.grown(-INSET_MM, -INSET_MM, -INSET_MM, -INSET_MM)
    dark = slip.raw[slip.slices(inner)] > slip.ink_threshold
    if not dark.any():
        return np.asarray(dark, bool)
    rim, beyond = INSET_MM, INSET_MM + LINE_SEEN_MM
    above, below = (
        slip.slices(Rect(inner.x, y, inner.width, LINE_SEEN_MM)) for y in (place.y - beyond, place.bottom + rim)
    )
    left, right = (
        slip.slices(Rect(x, inner.y, LINE_SEEN_MM, inner.height)) for x in (place.x - beyond, place.right + rim)
    )
    columns = _goes_on(slip, above, below, axis=0)
    rows = _goes_on(slip, left, right, axis=1)
    return np.asarray(dark & ~columns[None, :] & ~rows[:, None], bool)


def _goes_on(
    slip: SlipImage, one: tuple[slice, slice], other: tuple[slice, slice], *, axis: int
) -> npt.NDArray[np.bool_]:
    """In which columns (`axis` 0) or rows (1) of the frame's inside a line lies that both sides of the frame show."""
    reach = 2 * round(LINE_LEANS_MM * slip.px_per_mm) + 1
    seen = []
    for side in (one, other):
        inked = (slip.raw[side] > slip.ink_threshold).mean(axis=axis) >= LINE_SHARE
        seen.append(cv2.dilate(inked.astype(np.uint8).reshape(1, -1), np.ones((1, reach), np.uint8)).ravel() > 0)
    on_both = seen[0] & seen[1]
    return np.asarray(on_both if on_both.sum() <= LINE_MOST_MM * slip.px_per_mm else np.zeros_like(on_both), bool)


def _mark(slip: SlipImage, ink: Mask, place: Rect) -> Mask:
    """The pixels of the mark at a box: what is inside the frame and all that hangs together with it."""
    reach = place.grown(MARK_MM, MARK_MM, MARK_MM, MARK_MM)
    window = slip.slices(reach)
    here = ink[window].copy()
    frame = slip.slices(place.grown(1.0, 1.0, 1.0, 1.0))
    rows = slice(frame[0].start - window[0].start, frame[0].stop - window[0].start)
    columns = slice(frame[1].start - window[1].start, frame[1].stop - window[1].start)
    joined = cv2.dilate(here.astype(np.uint8), np.ones((BRIDGE_PX, BRIDGE_PX), np.uint8))
    _, labels = cv2.connectedComponents(joined, connectivity=8)
    touching = np.unique(labels[rows, columns][here[rows, columns]])
    mask = np.zeros(slip.gray.shape, bool)
    mask[window] = np.isin(labels, touching[touching > 0]) & here
    inner = slip.slices(place.grown(-INSET_MM, -INSET_MM, -INSET_MM, -INSET_MM))
    mask[inner] |= slip.darkness[inner] > slip.ink_threshold
    return mask


def _ink_over_words(slip: SlipImage, place: Rect, lines: Sequence[TextLine]) -> float:
    """How much ink lies between the letters of an option's words, in mm²; none if it is a note that begins beside
    their end, of which the first letters may reach over the last ones.
    """
    words = _words_of(slip, place)
    at = slip.slices(words)
    here = slip.ink[at]
    elsewhere = [p.label for p in pieces_of(slip) if any(line.place.contains(p.centre) for line in lines)]
    over = (here > 0) & ~np.isin(here, elsewhere) & ~slip.near_print[at]
    area = _area(over, slip.px_per_mm)
    beside = Rect(words.right, words.y - NOTE_ASIDE_MM, NOTE_GOES_ON_MM, words.height + 2 * NOTE_ASIDE_MM)
    further = slip.ink[slip.slices(beside)]
    goes_on = _area((further > 0) & ~np.isin(further, elsewhere), slip.px_per_mm) > area
    first = int(over.any(axis=0).argmax()) / slip.px_per_mm
    at_end = words.width - first <= min(NOTE_OVER_MM, NOTE_OVER_SHARE * words.width)
    return 0.0 if goes_on and at_end else area


def _words_of(slip: SlipImage, place: Rect) -> Rect:
    """Where the blank prints the words of an option: beside its box, up to the first wide gap."""
    beyond = place.right + WORDS_BEGIN_MM
    row = Rect(beyond, place.y - WORDS_AROUND_MM, WORDS_MOST_MM, place.height + 2 * WORDS_AROUND_MM)
    printed = (slip.blank[slip.slices(row)] < 128).any(axis=0)  # noqa: PLR2004 - the middle grey
    columns = np.flatnonzero(printed)
    gaps = np.flatnonzero(np.diff(columns) > WORDS_GAP_MM * slip.px_per_mm)
    last = columns[gaps[0]] if len(gaps) else columns[-1] if len(columns) else 0
    return Rect(beyond, row.y, max(float(last) / slip.px_per_mm, 1.0), row.height)


def _solidity(mark: Mask) -> float:
    """Share of the mark's convex hull that is inked; 0 where there is no mark."""
    points = cv2.findNonZero(mark.astype(np.uint8))
    hull = cv2.contourArea(cv2.convexHull(points)) if points is not None else 0.0
    return float(mark.sum() / hull) if hull else 0.0


def _breadth(slip: SlipImage, mark: Mask, place: Rect) -> float:
    """How broad a mark is at its broadest place beyond the frame, in millimetres: the diameter of the largest disc."""
    beyond = mark.astype(np.uint8)
    beyond[slip.slices(place)] = 0
    return 2 * float(cv2.distanceTransform(beyond, cv2.DIST_L2, 5).max()) / slip.px_per_mm


def _is_tick_shaped(x: Places, y: Places) -> bool:
    """Whether a mark goes down to the right, turns, and goes up farther; where its pixels are, in millimetres."""
    if not len(x):
        return False
    up, foot = y.max() - y, _foot(x, y)
    left, right = (up[side] for side in (x < foot - ARM_BEGINS_MM, x > foot + ARM_BEGINS_MM))
    if not (len(left) and len(right) and right.max() >= RIGHT_ARM_MM):
        return False
    return bool(LEFT_ARM_MM <= left.max() <= ARMS_SHARE * right.max())


def _foot(x: Places, y: Places) -> float:
    """How far to the right the lowest place of a mark is."""
    return float(x[y >= y.max() - FOOT_MM].mean())


def _crossing(x: Places, y: Places, place: Rect) -> float:
    """How far the straight way from the foot of a mark to its highest place right of it runs inside the frame."""
    foot = _foot(x, y) if len(x) else 0.0
    right = np.flatnonzero(x > foot + ARM_BEGINS_MM)
    if not len(right):
        return 0.0
    tip = right[y[right].argmin()]
    along = np.linspace(0, 1, CROSSING_STEPS)
    over, down = foot + (x[tip] - foot) * along, y.max() + (y[tip] - y.max()) * along
    inside = (over > place.x) & (over < place.right) & (down > place.y) & (down < place.bottom)
    return float(inside.mean() * np.hypot(x[tip] - foot, y[tip] - y.max()))


def _area(mask: Mask, px_per_mm: float) -> float:
    return float(mask.sum() / px_per_mm**2)


def _state(seen: _Seen, box: Rect) -> MarkState:
    alone = _alone(seen, box)
    said = alone in {MarkState.EMPTY, MarkState.TICKED}
    filled = seen.inner >= FILLED_SHARE * _inside_mm2(box)
    more = alone is MarkState.TICKED and seen.beyond > BEYOND_MM2 and not filled
    return MarkState.UNCLEAR if said and (more or seen.over_words > OVER_WORDS_MM2) else alone


def _alone(seen: _Seen, box: Rect) -> MarkState:
    """What the box shows, if nobody wrote over its words."""
    room = _room(box)
    if seen.unread or (seen.frame_ncc < ALIGN_NCC and seen.inner < TICK_INNER_MM2):
        return MarkState.UNREAD
    if _is_tick_aside(seen, room) and _shape(seen, box) is MarkState.TICKED:
        return MarkState.TICKED
    speck = seen.inner < EMPTY_INNER_MM2 and seen.inner_extent < EMPTY_INNER_EXTENT_MM
    if speck or (seen.dusty and seen.inner < DUST_MM2 and seen.inner_extent < DUST_EXTENT_MM):
        clean = seen.around < EMPTY_AROUND_MM2 and seen.faint < EMPTY_FAINT_MM2
        clean &= seen.raw - seen.inner < EMPTY_RAW_MM2
        return MarkState.EMPTY if clean else MarkState.UNCLEAR
    if seen.inner < TICK_INNER_MM2 * room**2 or seen.inner_extent < TICK_INNER_EXTENT_MM * room:
        return MarkState.UNCLEAR
    return _shape(seen, box) if seen.mark >= TICK_INNER_MM2 else MarkState.UNCLEAR


def _is_tick_aside(seen: _Seen, room: float) -> bool:
    """Whether a mark with little ink inside the frame is a tick all the same, that lies beside it or is under it."""
    inside = seen.inner >= ASIDE_INNER_MM2 * room**2 and seen.inner_extent >= ASIDE_INNER_EXTENT_MM * room
    tick = seen.tick_shaped and seen.mark >= ASIDE_MARK_MM2 and seen.solidity <= ASIDE_SOLIDITY
    return tick and (inside or seen.crossing >= CROSSING_MM)


def _room(box: Rect) -> float:
    """How much room a tick has inside the frame, in parts of the usual box's; 1 at most."""
    return min(1.0, (min(box.width, box.height) - 2 * INSET_MM) / (USUAL_BOX_MM - 2 * INSET_MM))


def _shape(seen: _Seen, box: Rect) -> MarkState:
    """What a mark with enough ink inside the frame is, by what it does outside of it."""
    large = seen.extent > box.width + LARGE_BEYOND_MM and seen.mark > LARGE_MARK_MM2 * seen.thicker
    beyond = COVERED_BEYOND_MM if _is_covered(seen, box) else FILLED_BEYOND_MM
    filled = seen.solidity >= FILLED_SOLIDITY and seen.extent <= box.width + beyond
    filled &= seen.around <= FILLED_AROUND_MM2 * seen.thicker
    filled |= seen.solidity >= CLOSE_SOLIDITY and seen.extent <= box.width + CLOSE_BEYOND_MM
    if large:
        return MarkState.TICKED if filled else MarkState.CORRECTED
    if seen.extent > box.width + MARK_BEYOND_MM or seen.around > AROUND_MOST_MM2 * seen.thicker:
        return MarkState.UNCLEAR
    return MarkState.TICKED


def _inside_mm2(box: Rect) -> float:
    return (box.width - 2 * INSET_MM) * (box.height - 2 * INSET_MM)


def _is_covered(seen: _Seen, box: Rect) -> bool:
    """Whether a thick pen has left no white inside the frame, and not much ink around it."""
    inside = _inside_mm2(box)
    near = seen.around <= COVERED_AROUND_MM2 * seen.thicker
    return near and seen.inner >= COVERED_SHARE * inside and seen.breadth >= THICK_MM


def _evidence(place: Rect, seen: _Seen) -> Evidence:
    return Evidence(
        place,
        {
            "inner_mm2": round(seen.inner, 2),
            "inner_extent_mm": round(seen.inner_extent, 2),
            "around_mm2": round(seen.around, 2),
            "mark_mm2": round(seen.mark, 2),
            "extent_mm": round(seen.extent, 2),
            "solidity": round(seen.solidity, 2),
            "breadth_mm": round(seen.breadth, 2),
            "tick_shaped": float(seen.tick_shaped),
            "crossing_mm": round(seen.crossing, 2),
            "over_words_mm2": round(seen.over_words, 2),
            "faint_mm2": round(seen.faint, 2),
            "faint_beyond_mm2": round(seen.beyond, 2),
            "raw_mm2": round(seen.raw, 2),
            "frame_ncc": round(seen.frame_ncc, 2),
        },
    )
