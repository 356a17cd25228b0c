"""The ink of a child's own codes: printed, though the blank prints another code there."""

from collections.abc import Sequence

from forms.geometry import Rect
from intake.pieces import pieces_of
from intake.values import CodePlace, SlipImage

RIM_MM, PHOTO_RIM_MM = 0.6, 1.5
"""A code may be off by so much, on curled paper in a photo by more."""
TEXT_SIDE_MM, TEXT_BELOW_MM = 5.0, 5.0
"""The clear text beneath is 19 to 25 mm wide and ends 4.4 mm below the code."""
TEXT_HEIGHT_MM = 2.0
"""Its letters are 1.2 mm high; writing by hand is taller."""


def ink_of_codes(slip: SlipImage, places: Sequence[CodePlace]) -> set[int]:
    """The labels of the pieces that lie within a code, or are letters of its clear text. Writing reaches beyond."""
    squares = _squares(slip, places)
    texts = _texts_below(squares)
    labels = set()
    for piece in pieces_of(slip):
        inside = any(_holds(square, piece.place) for square in squares)
        letter = piece.place.height <= TEXT_HEIGHT_MM and any(_holds(text, piece.place) for text in texts)
        if inside or letter:
            labels.add(piece.label)
    return labels


def areas_of_codes(slip: SlipImage, places: Sequence[CodePlace]) -> list[Rect]:
    """Where every slip has another print: the codes and their clear text."""
    squares = _squares(slip, places)
    return [*squares, *_texts_below(squares)]


def _squares(slip: SlipImage, places: Sequence[CodePlace]) -> list[Rect]:
    return [_square(place, PHOTO_RIM_MM if slip.photo else RIM_MM) for place in places]


def _texts_below(squares: Sequence[Rect]) -> list[Rect]:
    return [Rect(s.x - TEXT_SIDE_MM, s.bottom, s.width + 2 * TEXT_SIDE_MM, TEXT_BELOW_MM) for s in squares]


def _square(place: CodePlace, rim: float) -> Rect:
    left, top = min(p.x for p in place.corners), min(p.y for p in place.corners)
    right, bottom = max(p.x for p in place.corners), max(p.y for p in place.corners)
    return Rect(left, top, right - left, bottom - top).grown(rim, rim, rim, rim)


def _holds(area: Rect, place: Rect) -> bool:
    return area.contains(place.corners[0]) and area.contains(place.corners[2])
