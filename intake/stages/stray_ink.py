"""Finds ink that no field explains: a written "nein", a condition, a note, a stamp.

Every piece of ink belongs to a field or is stray. Pieces are given to a field whole, by where they lie; ink
between the fields, above a line of writing, or under a signature is not explained by being near.
"""

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from forms.geometry import Rect
from forms.model import ChoiceBox, Field, Form, SignatureLine, TextLine
from intake.crumbs import crumbs_of_writing
from intake.frames import Points, covered, stamps_in
from intake.pieces import TAIL_HIGH, TAIL_SLIM, TAIL_WIDE, Piece, ink_pixels, is_lonely_speck, pieces_of, without_ink
from intake.scales import quartered
from intake.values import FloatImage, Labels, LineInk, SlipImage, Stamp, StrayInk, StrayState

SHRINK = 4
"""What `quartered` does."""
EDGE_MM, CUT_EDGE_MM = 1.0, 1.5
"""Nothing is asked of the paper's very edge, nor of what is left of the cut line."""
RIM_MM, RIM_DEPTH_MM = 1.0, 6.0
"""A piece this near to where the paper ends, no farther in than the second, is the paper's edge and its shadow."""
LETTER_MM, LETTER_SLIM_MM, DEEP_MM, DEEP_SHARE = 8.0, 0.8, 1.5, 0.5
"""But not if it is a letter of a note that runs off the paper: no longer and no slimmer than this; nor if so much of it
lies deeper than the third. Of 323 slips three had such pieces, all three with a note there, one of them a condition."""
EDGE_LINE_MM, EDGE_LINE_LEANS, EDGE_LINE_THIN_MM = (15.0, 2.0), 0.03, 0.7
"""So is a piece at the edge that is longer and thinner than this; and if it may have been cut askew, it leans and bends
so much for each millimetre of its length, if its ink is no thicker than the last all along."""
LID_MM, LID_BROAD_MM = 80.0, 2.0
"""And one so long that is so broad on average, no deeper than `RIM_DEPTH_MM`: the scanner's dark lid, where the slip
was cut a little too small. The five seen were 110 to 208 mm long and 2.37 to 4.3 mm broad; a felt tip draws 1.1 mm."""
DASH_MM, DASH_SLIMNESS = 5.0, 6.0
"""And one that is a dash along the edge, so long and so many times longer than high."""
HAIR_MM, CHAIN_GAP_MM, CHAIN_STEP_MM, HAIR_DEPTH_MM = 0.55, 1.0, 0.3, 3.0
"""So are thin dashes along the edge, no thicker than the first, that make a line as long as a dash: from one to the
next no farther than these along and across. Black and white breaks an edge that is a little askew so: three series had
one, in dashes of 0.3 mm, 0.3 mm apart. They lie so near to the edge of the slip (1.4 to 2.3 mm): nothing is printed
there that a line could strike out."""
STAPLE_CORNER_MM = (36.0, 22.0)
"""Staples sit in the top left corner of a whole page."""
SPECK_MM2 = 0.4
STREAK_MM = (25.0, 1.5)
"""Taller and thinner than this is what is left of a scanner's streak."""
STRAY_MM2 = 2.0
"""Sum of the stray ink that makes doubt; the shortest note of the trial series has 6 mm²."""
STAMP_REACH_MM = 25.0
"""So far beyond the stray ink a stamp's frame is looked for, the rest of which lies over a field: 53 of 62 stamps were
known with it, 29 by stray ink alone."""
BOX_AROUND_MM = 2.4
LINE_ABOVE_MM, LINE_BELOW_MM, LINE_SIDE_MM = 1.2, 3.2, 3.0
"""Pieces with their middle in a text field, grown by this, may be its writing."""
DOT_MM2 = 1.2
"""Smaller pieces are dots and accents, wherever they stand over the line."""
PEN_MM = 0.45
ACCENT_MM2, ACCENT_MM, ACCENT_ABOVE_MM, ACCENT_APART_MM, ACCENTS_TOGETHER = 2.5, 2.4, 4.0, 5.0, 2
"""Pieces so small, so near above a word of the line, and not more of them side by side, are its accents; the letters of
a note come in rows."""
BASE_ABOVE_MM, BASE_BELOW_MM = 3.2, 3.0
"""The feet of the writing stand so near to the printed line; descenders let a word float by 2.5 mm."""
LOW_MM, HIGH_MM = 3.0, 3.0
"""A listed name, plainly read, may hang below its line by so much more: of 348 plain slips of four series three did; or
stand so much higher: of 2,200 of 31 series three had stood too high, of which two do."""
FLOATS_MM, FLOATS_ABOVE_MM = 4.5, 2.5
"""Writing that hardly rises above the field may float higher."""
FEET_MM, STEEPEST, NEXT_MM = 1.0, 0.08, 15.0
"""The line begins with the most words, by their width, whose feet lie within the first of one height, and goes on to
all whose feet lie near those of the next word on it. Writing may climb or fall, so steeply (5 degrees) from the middle
of one word to that of the next, but over no more than the last; and not over a word that it stands above. Second words
of plain names stood up to 3.5 mm higher than the first; notes that were missed, 3.3 over a word or 4.6 beside one."""
HIGHER_MM, LOWER_MM = 2.8, 3.5
"""A piece that ends so much higher or lower than the next word belongs to another line of writing. Measured from one
straight line through all words, a note that stood higher farther on had made itself a climbing name."""
SHARED_ROWS = 0.4
"""Unless it shares such a part of the rows with it, as a capital does with letters that reach below the line: one of a
plain name shared half of them, the notes a quarter at the most."""
TALL_SHARE = 0.5
"""In a hand that writes large, so much of the height of its words."""
BESIDE_LINE_MM, BESIDE_LINE_MM2 = 1.0, 2.0
"""So much ink off the line, and beside the words on it, not over or under them, is another word. It made no plain slip
of 584 one for a person."""
OTHER_LINE_MM2 = 5.0
"""Less ink than this off the line is broken letters; a note squeezed in between two lines has 12 mm² and more."""
DOTS_MM2 = 4.0
"""Two dots of a thick pen that have run into one: the two seen had 2.7 and 3.2 mm²."""
FLAT = 8.0
"""What is so many times wider than high is what was left of the printed line (48 mm by 2 where it was seen), and
nothing stands beside it."""
CUT_BY_LINE_MM, CUT_SHARE = 1.0, 0.5
"""A piece that ends so near to the printed line, with others that begin so near below so much of it, is cut there."""


def find_stray_ink(  # noqa: PLR0917 - a slip and what is known of it
    slip: SlipImage,
    form: Form,
    explained: Collection[int],
    shown: LineInk,
    codes: Sequence[Rect] = (),
    named: Collection[str] = (),
) -> StrayInk:
    """Sum up the ink that neither the fields nor the labels in `explained` account for.

    Writing on a line that is not among the `shown` is not explained, wherever it stands. What is read on the lines in
    `named` is a listed name and nothing else; it may stand lower. The print at `codes` differs from slip to slip.
    """
    every = pieces_of(slip)
    known = set(explained)
    thicker = 1 + slip.blur_mm / PEN_MM
    for field in form.fields:
        known.update(piece.label for piece in _writing_at(field, every, thicker, shown, named))
    known.update(_edge_dashes([piece for piece in every if piece.label not in known], form))
    left = [piece for piece in every if piece.label not in known and _counts(piece, form)]
    if left:
        rim = _rim(slip, left)
        left = [piece for piece in left if piece.label not in rim]
    stray = [piece for piece in left if not is_lonely_speck(piece, left)]
    total = sum(piece.area_mm2 for piece in stray)
    crumbs = crumbs_of_writing(slip, form, known, codes)
    state = StrayState.FOUND if crumbs or total > STRAY_MM2 else StrayState.NONE
    stamp = _stamp_of(slip, stray) if state is StrayState.FOUND and crumbs is None else None
    return StrayInk(
        state=state if stamp is None else StrayState.STAMP,
        places=(*(piece.place for piece in stray), *([crumbs] if crumbs else [])),
        measures={
            "stray_mm2": round(total, 1),
            "largest_mm2": round(max((p.area_mm2 for p in stray), default=0.0), 1),
        },
        stamp=stamp,
    )


def _stamp_of(slip: SlipImage, stray: Sequence[Piece]) -> Stamp | None:
    """The stamp that explains all of the stray ink, but for what would be no doubt by itself.

    Its frame may lie over a field, which then has a part of it; so it is looked for in all ink around.
    """
    points, label = _ink_points(slip)
    here = points[np.isin(label, [piece.label for piece in stray])]
    around, most = _around(points, here), STRAY_MM2 * slip.px_per_mm**2
    return _fullest([s for s in stamps_in(around) if np.count_nonzero(~covered(s, here)) <= most], around)


def stamp_at(slip: SlipImage, place: Rect) -> Stamp | None:
    """A stamp that reaches into a place."""
    points, _ = _ink_points(slip)
    low, high = np.array([place.x, place.y]), np.array([place.right, place.bottom])
    here = points[((points >= low) & (points <= high)).all(axis=1)]
    if not len(here):
        return None
    around = _around(points, here)
    return _fullest([s for s in stamps_in(around) if covered(s, here).any()], around)


def _fullest(stamps: Sequence[Stamp], points: Points) -> Stamp | None:
    """The one of several that holds most of the ink: lines of print inside a frame may seem to be sides."""
    return max(stamps, key=lambda stamp: np.count_nonzero(covered(stamp, points)), default=None)


def _ink_points(slip: SlipImage) -> tuple[Points, Labels]:
    """All written ink, in millimetres of the page, and of which piece it is."""
    rows, columns = ink_pixels(slip)
    points = np.stack([columns, rows], axis=1) / slip.px_per_mm + (slip.origin.x, slip.origin.y)
    return points, slip.ink[rows, columns]


def _around(points: Points, here: Points) -> Points:
    """The points where the rest of a stamp may be, of which some are here."""
    low, high = here.min(axis=0) - STAMP_REACH_MM, here.max(axis=0) + STAMP_REACH_MM
    return np.asarray(points[((points >= low) & (points <= high)).all(axis=1)])


def without_stamp(slip: SlipImage, stamp: Stamp) -> SlipImage:
    """The slip with nothing where the stamp is: neither what it covers nor its own ink."""
    return without_ink(slip, covered(stamp, _ink_points(slip)[0]))


def _counts(piece: Piece, form: Form) -> bool:
    """Whether a piece is more than a speck, inside the slip, and neither edge nor staple."""
    top = CUT_EDGE_MM if form.cut_mm is not None else EDGE_MM
    inside = form.slip.place.grown(-EDGE_MM, -top, -EDGE_MM, -EDGE_MM)
    if piece.area_mm2 < SPECK_MM2 or not inside.contains(piece.centre):
        return False
    if _at_edge(piece, form) and max(piece.place.width, piece.place.height) > EDGE_LINE_MM[0]:
        return not (_is_edge_line(piece) or _is_lid(piece))
    tall, thin = STREAK_MM
    if piece.place.height > tall and piece.place.width < thin:
        return False
    wide, high = STAPLE_CORNER_MM
    return form.cut_mm is not None or not (piece.centre.x < wide and piece.centre.y < high)


def _is_edge_line(piece: Piece) -> bool:
    length, width = max(piece.place.width, piece.place.height), min(piece.place.width, piece.place.height)
    askew = piece.area_mm2 <= EDGE_LINE_THIN_MM * length
    return width <= EDGE_LINE_MM[1] + (EDGE_LINE_LEANS * length if askew else 0.0)


def _is_lid(piece: Piece) -> bool:
    """Whether a piece at the edge is too broad and too long for any writing."""
    length, width = max(piece.place.width, piece.place.height), min(piece.place.width, piece.place.height)
    return length >= LID_MM and width <= RIM_DEPTH_MM and piece.area_mm2 >= LID_BROAD_MM * length


def _at_edge(piece: Piece, form: Form) -> bool:
    depth = RIM_DEPTH_MM
    return not form.slip.place.grown(-depth, -depth, -depth, -depth).contains(piece.centre)


@dataclass(frozen=True, slots=True)
class _Dash:
    """A thin piece along an edge: where it starts and stops, and how far across it lies, in millimetres."""

    start: float
    stop: float
    across: float
    label: int

    def goes_on_as(self, other: "_Dash") -> bool:
        """Whether another is the next bit of the same line."""
        return other.start - self.stop <= CHAIN_GAP_MM and abs(other.across - self.across) <= CHAIN_STEP_MM


def _edge_dashes(pieces: Sequence[Piece], form: Form) -> set[int]:
    """The labels of thin dashes that together make a line along the edge of the paper, or of the slip."""
    inside = form.slip.place.grown(*[-HAIR_DEPTH_MM] * 4)
    places = [(piece.place, piece.label) for piece in pieces if not inside.contains(piece.centre)]
    level = [_Dash(at.x, at.right, at.centre.y, label) for at, label in places if at.height <= HAIR_MM]
    upright = [_Dash(at.y, at.bottom, at.centre.x, label) for at, label in places if at.width <= HAIR_MM]
    return {
        dash.label
        for chain in (*_chains(level), *_chains(upright))
        if chain[-1].stop - chain[0].start >= DASH_MM
        for dash in chain
    }


def _chains(dashes: Sequence[_Dash]) -> Sequence[Sequence[_Dash]]:
    chains: list[list[_Dash]] = []
    for dash in sorted(dashes, key=lambda dash: dash.start):
        chain = next((chain for chain in chains if chain[-1].goes_on_as(dash)), None)
        if chain is None:
            chains.append([dash])
        else:
            chain.append(dash)
    return chains


def _rim(slip: SlipImage, pieces: Sequence[Piece]) -> set[int]:
    """The labels of the pieces that cling to the edge of the paper, or of the slip, and are no writing there."""
    at = ink_pixels(slip)
    label, depth = slip.ink[at], _inwards_mm(slip)[at[0] // SHRINK, at[1] // SHRINK]
    clings, reaches_in = np.unique(label[depth <= RIM_MM]), np.unique(label[depth > RIM_DEPTH_MM])
    rim = set(clings.tolist()) - set(reaches_in.tolist())
    sizes, deep = np.bincount(label), np.bincount(label[depth > DEEP_MM], minlength=int(label.max(initial=0)) + 1)
    letters = {p.label for p in pieces if _is_letter(p) or deep[p.label] >= DEEP_SHARE * sizes[p.label]}
    return rim - (letters - {p.label for p in pieces if _is_dash(p)})


def _is_letter(piece: Piece) -> bool:
    """Whether a piece has the size of a letter, and not of an edge's shadow."""
    sides = piece.place.width, piece.place.height
    return min(sides) >= LETTER_SLIM_MM and max(sides) <= LETTER_MM


def _is_dash(piece: Piece) -> bool:
    """Whether a piece is a thin level stroke, as the edge of paper cut askew is where it enters the picture."""
    wide, high = piece.place.width, piece.place.height
    return high < LETTER_SLIM_MM and wide >= max(DASH_MM, DASH_SLIMNESS * high)


def _inwards_mm(slip: SlipImage) -> FloatImage:
    """How far inside the paper each place lies, on the picture divided by `SHRINK`."""
    paper = quartered((~slip.outside).view(np.uint8) * np.uint8(255)) == 255  # noqa: PLR2004 - nothing but paper
    padded = np.pad(paper.view(np.uint8), 1)
    steps = cv2.distanceTransform(padded, cv2.DIST_C, 3)[1:-1, 1:-1]
    return np.asarray((steps - 0.5) * SHRINK / slip.px_per_mm, np.float32)


def _writing_at(
    field: Field, every: Sequence[Piece], thicker: float, shown: LineInk, named: Collection[str]
) -> Iterable[Piece]:
    """The pieces that are what the field asks for; a signature's are told by whoever reads it."""
    match field:
        case ChoiceBox():
            around = field.place.grown(BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM)
            return [p for p in every if p.place.overlaps(field.place) or around.contains(p.centre)]
        case TextLine():
            on_line = _one_line_of_writing(field.place, every, 0.0, 0.0)
            for higher, lower in ((0.0, LOW_MM), (HIGH_MM, 0.0)) if field.name in named else ():
                if all(p.area_mm2 < DOT_MM2 for p in on_line):
                    on_line = _one_line_of_writing(field.place, every, higher, lower)
            writing = [p for p in on_line if p.label in shown[field.name] or p.area_mm2 < DOT_MM2]
            return [*writing, *_accents_over(writing, every, thicker)]
        case SignatureLine():
            return ()


def _one_line_of_writing(place: Rect, every: Sequence[Piece], higher_mm: float, lower_mm: float) -> Sequence[Piece]:
    """The writing that stands on a field's line, or so much higher or lower: one line of it, and not another one
    squeezed in above.
    """
    zone = place.grown(LINE_SIDE_MM, LINE_ABOVE_MM + higher_mm, LINE_SIDE_MM, LINE_BELOW_MM + lower_mm)
    here = [piece for piece in every if zone.contains(piece.centre)]
    words = [piece for piece in here if piece.area_mm2 >= DOT_MM2]
    if not words:
        return here
    feet = {piece: _foot(piece, here, place.bottom) for piece in words}
    tall = TALL_SHARE * statistics.median(piece.place.height for piece in words)
    plain = [piece for piece in words if not _is_no_word(piece.place, zone)] or words
    on = _grown_line(feet, plain, [p for p in plain if not _hangs(p, plain)], tall)
    inside = statistics.median(piece.place.y for piece in words) >= place.y - FLOATS_ABOVE_MM
    above = FLOATS_MM if inside else BASE_ABOVE_MM
    if (
        not place.bottom - above - higher_mm
        <= statistics.median(feet[piece] for piece in on)
        <= place.bottom + BASE_BELOW_MM + lower_mm
    ):
        return [piece for piece in here if piece.area_mm2 < DOT_MM2]
    off = _without_dots([piece for piece in words if piece not in on], on)
    off = [piece for piece in off if not _is_tail(piece, here, place.bottom)]
    beside = [p.place.grown(BESIDE_LINE_MM, 0.0, BESIDE_LINE_MM, 0.0) for p in on]
    aside = [p for p in off if not any(p.place.x < at.right and p.place.right > at.x for at in beside)]
    if sum(p.area_mm2 for p in off) < OTHER_LINE_MM2 and sum(p.area_mm2 for p in aside) < BESIDE_LINE_MM2:
        return here
    return [piece for piece in here if piece not in off]


def _is_no_word(at: Rect, zone: Rect) -> bool:
    """Whether a piece is too large for the line, as the shadow around a slip is, or is left of the printed line."""
    return at.width > zone.width or at.height > zone.height or at.width > FLAT * at.height


def _without_dots(off: Sequence[Piece], on: Collection[Piece]) -> Sequence[Piece]:
    """The pieces off the line but for dots of its words, two of which may have run into one."""
    low = [p for p in off if p.place.height <= ACCENT_MM and p.area_mm2 <= DOTS_MM2]
    over = [p for p in low if any(_is_over(p, word) for word in on)]
    dots = [p for p in over if sum(_is_beside(p, other) for other in low) <= ACCENTS_TOGETHER]
    return [piece for piece in off if piece not in dots]


def _is_tail(piece: Piece, here: Sequence[Piece], line: float) -> bool:
    """Whether a piece is the tail of a letter, which the printed line cuts off; the letters of a note come in rows."""
    at = piece.place
    if abs(at.y - line) > CUT_BY_LINE_MM or not TAIL_SLIM * at.width <= at.height <= TAIL_HIGH or at.width > TAIL_WIDE:
        return False
    above = [p for p in here if abs(p.place.bottom - line) <= CUT_BY_LINE_MM and p.area_mm2 >= piece.area_mm2]
    below = [p for p in here if p.place.y >= line - CUT_BY_LINE_MM and p.area_mm2 >= SPECK_MM2]
    together = sum(_is_beside(piece, other) for other in below)
    return any(p.place.x < at.right and p.place.right > at.x for p in above) and together <= ACCENTS_TOGETHER


def _foot(piece: Piece, here: Sequence[Piece], line: float) -> float:
    """Where a word stands, in millimetres of the page; `line` is where the printed line lies, which may cut words."""
    at = piece.place
    if abs(at.bottom - line) > CUT_BY_LINE_MM:
        return at.bottom
    begun = [
        p.place
        for p in here
        if p is not piece and abs(p.place.y - line) <= CUT_BY_LINE_MM and p.place.width <= FLAT * p.place.height
    ]
    below = [p for p in begun if p.x < at.right and p.right > at.x]
    covered = sum(min(p.right, at.right) - max(p.x, at.x) for p in below)
    return max(p.bottom for p in below) if covered >= CUT_SHARE * at.width else at.bottom


def _grown_line(
    feet: Mapping[Piece, float], plain: Sequence[Piece], standing: Sequence[Piece], tall: float
) -> set[Piece]:
    """The pieces of one line of writing: it begins with standing ones, and goes on beside plain ones.

    `tall` is how much a large hand may go up and down.
    """
    level = [[piece for piece in standing if 0.0 <= feet[piece] - feet[low] <= FEET_MM] for low in standing]
    on = set(max(level, key=lambda some: sum(piece.place.width for piece in some)))
    left = [piece for piece in feet if piece not in on]
    while True:
        more = [piece for piece in left if _goes_on(piece, _next_on(piece, on.intersection(plain)), feet, tall)]
        if not more:
            return on
        nearest = min(more, key=lambda piece: min(_gap(piece, other) for other in on))
        on.add(nearest)
        left.remove(nearest)


def _next_on(piece: Piece, on: Collection[Piece]) -> Piece:
    """The next word to a piece, or dot if there are only such."""
    words = [other for other in on if other.area_mm2 > ACCENT_MM2]
    return min(words or on, key=partial(_gap, piece))


def _goes_on(piece: Piece, other: Piece, feet: Mapping[Piece, float], tall: float) -> bool:
    """Whether a piece stands on the line that the next word stands on."""
    at, beside = piece.place, other.place
    shared = min(at.bottom, beside.bottom) - max(at.y, beside.y)
    if shared >= SHARED_ROWS * max(at.height, beside.height):
        return True
    apart = abs(piece.centre.x - other.centre.x) if _gap(piece, other) > 0 else 0.0
    climb = STEEPEST * min(apart, NEXT_MM)
    return any(
        -max(HIGHER_MM, tall) - climb <= foot - feet_of_next <= max(LOWER_MM, tall) + climb
        for foot, feet_of_next in ((feet[piece], feet[other]), (at.bottom, beside.bottom))
    )


def _gap(one: Piece, other: Piece) -> float:
    """How far apart two pieces lie across the page, in millimetres; negative where they overlap."""
    return max(one.place.x, other.place.x) - min(one.place.right, other.place.right)


def _hangs(piece: Piece, words: Sequence[Piece]) -> bool:
    """Whether a piece is a dot or the upper bit of a letter: where it ends says nothing about the line's feet."""
    return piece.area_mm2 <= ACCENT_MM2 and any(
        piece.area_mm2 < word.area_mm2 and piece.place.bottom < word.place.bottom and _is_over(piece, word)
        for word in words
    )


def _accents_over(writing: Sequence[Piece], every: Sequence[Piece], thicker: float) -> Sequence[Piece]:
    """The dots of a large hand, which stand higher over the line than others' letters.

    `thicker` is how many times as much ink the picture's blur makes of a pen's stroke.
    """
    known = {piece.label for piece in writing}
    small = [p for p in every if p.label not in known and p.area_mm2 <= ACCENT_MM2 * thicker]
    over = [
        p
        for p in small
        if max(p.place.width, p.place.height) <= ACCENT_MM + (thicker - 1) * PEN_MM
        and any(_is_over(p, w) for w in writing)
    ]
    return [p for p in over if sum(_is_beside(p, other) for other in over) <= ACCENTS_TOGETHER]


def _is_over(accent: Piece, word: Piece) -> bool:
    """Whether a piece hangs closely above a word, or between letters of it that rise higher."""
    place, gap = word.place, word.place.y - accent.place.bottom
    between = place.y <= accent.place.y and accent.place.bottom <= word.centre.y
    at = -accent.place.height <= gap <= ACCENT_ABOVE_MM or between
    return place.x <= accent.centre.x <= place.right and at


def _is_beside(one: Piece, other: Piece) -> bool:
    """Whether two pieces stand as near as letters do; a piece does so to itself."""
    return (
        abs(one.centre.x - other.centre.x) <= ACCENT_APART_MM and abs(one.centre.y - other.centre.y) <= ACCENT_APART_MM
    )
