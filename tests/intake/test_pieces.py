"""Pieces of ink: each with its own place, in millimetres of the blank."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Rect
from intake.pieces import cut_out, pieces_of, stroke_width_mm
from intake.values import SlipImage
from samples.pens import BLUE, Pen
from tests.intake.returned import FELT, blank_sheet, laid_flat, line, with_ink

STROKES = [line((140, 249), (160, 249)), line((185, 226), (185, 242))]


@pytest.fixture(scope="module")
def slip() -> SlipImage:
    return laid_flat(with_ink(blank_sheet(), STROKES))


def test_each_stroke_is_a_piece_where_it_was_drawn(slip: SlipImage) -> None:
    upright, level = sorted(pieces_of(slip), key=lambda piece: piece.centre.y)
    assert (level.centre.x, level.centre.y) == pytest.approx((150, 249), abs=0.3)
    assert (level.place.width, level.place.height) == pytest.approx((20.4, 0.5), abs=0.4)
    assert (upright.centre.x, upright.centre.y) == pytest.approx((185, 234), abs=0.3)
    assert (upright.place.width, upright.place.height) == pytest.approx((0.5, 16.4), abs=0.4)


def test_the_areas_add_up_to_all_ink(slip: SlipImage) -> None:
    total = (slip.ink > 0).sum() / slip.px_per_mm**2
    assert sum(piece.area_mm2 for piece in pieces_of(slip)) == pytest.approx(total)


def test_a_label_that_was_taken_out_is_no_piece(slip: SlipImage) -> None:
    first, second = pieces_of(slip)
    ink = np.where(slip.ink == first.label, 0, slip.ink).astype(np.int32)
    assert [piece.label for piece in pieces_of(replace(slip, ink=ink))] == [second.label]


def test_a_slip_without_ink_has_no_pieces() -> None:
    assert pieces_of(laid_flat(blank_sheet())) == ()


def test_a_cutout_holds_its_pieces_and_nothing_else(slip: SlipImage) -> None:
    for piece in pieces_of(slip):
        cutout = cut_out(slip, (piece,))
        assert cutout.mask.sum() == (slip.ink == piece.label).sum()
        rows, columns = np.nonzero(slip.ink == piece.label)
        inner = np.nonzero(cutout.mask)
        assert (inner[0][0] + cutout.row, inner[1][0] + cutout.column) == (rows[0], columns[0])


def test_a_cutout_of_nothing_is_empty(slip: SlipImage) -> None:
    assert cut_out(slip, ()).mask.size == 0


@pytest.mark.parametrize("pen", [BLUE, FELT], ids=lambda pen: pen.name)
def test_the_width_of_a_stroke_is_that_of_the_pen(pen: Pen) -> None:
    drawn = laid_flat(with_ink(blank_sheet(), STROKES, pen))
    mask = cut_out(drawn, pieces_of(drawn)).mask
    assert stroke_width_mm(mask, drawn.px_per_mm) == pytest.approx(pen.width, abs=0.3)


def test_no_stroke_has_no_width() -> None:
    assert stroke_width_mm(np.zeros((4, 4), bool), 8.0) == 0.0


def test_places_of_pieces_lie_on_the_slip(slip: SlipImage) -> None:
    assert all(Rect(0, 193, 210, 104).contains(piece.centre) for piece in pieces_of(slip))
