"""Finds ink that no field explains: a written "nein", a condition, a note, a stamp.

Every piece of ink belongs to a field or is stray. Pieces are given to a field whole, by where they lie; ink
between the fields, above a line of writing, or under a signature is not explained by being near.
"""

from collections.abc import Collection, Iterable

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
TEXT_ABOVE_MM, TEXT_BELOW_MM, TEXT_SIDE_MM = 1.2, 3.2, 3.0
BOX_AROUND_MM = 2.4


def find_stray_ink(slip: SlipImage, form: Form, explained: Collection[int]) -> StrayInk:
    """Sum up the ink that neither the fields nor the labels in `explained` account for."""
    known = set(explained)
    stray = [
        piece
        for piece in pieces_of(slip)
        if piece.label not in known and _counts(piece, form) and not _belongs(piece, form.fields)
    ]
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
    area = form.slip.place
    top = CUT_EDGE_MM if form.cut_mm is not None else EDGE_MM
    inside = Rect(area.x, area.y, area.width, area.height).grown(-EDGE_MM, -top, -EDGE_MM, -EDGE_MM)
    if piece.area_mm2 < SPECK_MM2 or not inside.contains(piece.centre):
        return False
    tall, thin = STREAK_MM
    if piece.place.height > tall and piece.place.width < thin:
        return False
    wide, high = STAPLE_CORNER_MM
    return form.cut_mm is not None or not (piece.centre.x < wide and piece.centre.y < high)


def _belongs(piece: Piece, fields: Iterable[Field]) -> bool:
    return any(_explains(field, piece) for field in fields)


def _explains(field: Field, piece: Piece) -> bool:
    """Whether a piece may be what the field asks for."""
    match field:
        case ChoiceBox():
            around = field.place.grown(BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM, BOX_AROUND_MM)
            return piece.place.overlaps(field.place) or around.contains(piece.centre)
        case TextLine():
            zone = field.place.grown(TEXT_SIDE_MM, TEXT_ABOVE_MM, TEXT_SIDE_MM, TEXT_BELOW_MM)
            return zone.contains(piece.centre)
        case SignatureLine():
            return False
