"""Finds ink that no field explains: a written "nein", a condition, a note, a stamp.

Every piece of ink belongs to a field or is stray. Pieces are given to a field whole, by where they lie; ink
between the fields, above a line of writing, or under a signature is not explained by being near.
"""

import statistics
from collections.abc import Collection, Iterable, Sequence

from forms.geometry import Rect
from forms.model import ChoiceBox, Field, Form, SignatureLine, TextLine
from intake.pieces import Piece, pieces_of
from intake.values import SlipImage, StrayInk, StrayState

EDGE_MM = 5.0
"""Along the paper's edges scanners and scissors leave shadows."""
CUT_EDGE_MM = 1.5
STAPLE_CORNER_MM = (36.0, 22.0)
"""Staples sit in the top left corner of a whole page."""
SPECK_MM2 = 0.4
STREAK_MM = (25.0, 1.5)
"""Taller and thinner than this is what is left of a scanner's streak."""
STRAY_MM2 = 2.0
"""Sum of the stray ink that makes doubt; the shortest note of the trial series has 6 mm²."""
BOX_AROUND_MM = 2.4
LINE_ABOVE_MM, LINE_BELOW_MM, LINE_SIDE_MM = 1.2, 3.2, 3.0
"""Pieces with their middle in a text field, grown by this, may be its writing."""
DOT_MM2 = 1.2
"""Smaller pieces are dots and accents, wherever they stand over the line."""
BASE_ABOVE_MM, BASE_BELOW_MM = 3.2, 3.0
"""The feet of the writing stand so near to the printed line; descenders let a word float by 2.5 mm."""
HIGHER_MM, LOWER_MM = 2.8, 3.5
"""A piece that ends so much higher or lower than the others belongs to another line of writing."""
OTHER_LINE_MM2 = 5.0
"""Less ink than this off the line is broken letters; a note squeezed in between two lines has 12 mm² and more."""


def find_stray_ink(slip: SlipImage, form: Form, explained: Collection[int]) -> StrayInk:
    """Sum up the ink that neither the fields nor the labels in `explained` account for."""
    every = pieces_of(slip)
    known = set(explained)
    for field in form.fields:
        known.update(piece.label for piece in _writing_at(field, every))
    stray = [piece for piece in every if piece.label not in known and _counts(piece, form)]
    total = sum(piece.area_mm2 for piece in stray)
    return StrayInk(
        state=StrayState.FOUND if total > STRAY_MM2 else StrayState.NONE,
        places=tuple(piece.place for piece in stray),
        measures={
            "stray_mm2": round(total, 1),
            "largest_mm2": round(max((p.area_mm2 for p in stray), default=0.0), 1),
        },
    )


def _counts(piece: Piece, form: Form) -> bool:
    """Whether a piece is more than a speck, inside the paper's edges, and no staple."""
    top = CUT_EDGE_MM if form.cut_mm is not None else EDGE_MM
    inside = form.slip.place.grown(-EDGE_MM, -top, -EDGE_MM, -EDGE_MM)
    if piece.area_mm2 < SPECK_MM2 or not inside.contains(piece.centre):
        return False
    tall, thin = STREAK_MM
    if piece.place.height > tall and piece.place.width < thin:
        return False
    wide, high = STAPLE_CORNER_MM
    return form.cut_mm is not None or not (piece.centre.x < wide and piece.centre.y < high)


def _writing_at(field: Field, every: Sequence[Piece]) -> Iterable[Piece]:
    """The pieces that are what the field asks for; a signature's are told by whoever reads it."""
    match field:
        case ChoiceBox():
            around = field.place.grown(BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM)
            return [p for p in every if p.place.overlaps(field.place) or around.contains(p.centre)]
        case TextLine():
            return _one_line_of_writing(field.place, every)
        case SignatureLine():
            return ()


def _one_line_of_writing(place: Rect, every: Sequence[Piece]) -> Sequence[Piece]:
    """The writing that stands on a field's line: one line of it, and not another one squeezed in above."""
    zone = place.grown(LINE_SIDE_MM, LINE_ABOVE_MM, LINE_SIDE_MM, LINE_BELOW_MM)
    here = [piece for piece in every if zone.contains(piece.centre)]
    words = [piece for piece in here if piece.area_mm2 >= DOT_MM2]
    if not words:
        return here
    feet = statistics.median(piece.place.bottom for piece in words)
    if not place.bottom - BASE_ABOVE_MM <= feet <= place.bottom + BASE_BELOW_MM:
        return [piece for piece in here if piece.area_mm2 < DOT_MM2]
    off = [p for p in words if not feet - HIGHER_MM <= p.place.bottom <= feet + LOWER_MM]
    if sum(piece.area_mm2 for piece in off) < OTHER_LINE_MM2:
        return here
    return [piece for piece in here if piece not in off]
