"""Whether a side carries anything at all."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point
from intake.stages.blank import dark_pieces, outside_of
from intake.values import GrayImage
from samples.pens import PENCIL, Colour
from samples.scanner import back_of
from samples.slips import RECYCLED_PAPER, WHITE_PAPER
from tests.intake.returned import cut_slip, line, page_from, page_of, sheet_of, with_ink


def white_sheet() -> GrayImage:
    grain = np.random.default_rng(1).normal(250, 2.0, (1169, 827))
    return np.asarray(np.clip(grain, 0, 255), np.uint8)


def test_a_white_side_is_blank() -> None:
    assert len(dark_pieces(page_from(white_sheet(), 100))) == 0


@pytest.mark.parametrize("paper", [WHITE_PAPER, RECYCLED_PAPER])
def test_a_back_through_which_the_front_shows_is_blank(paper: Colour) -> None:
    back = back_of(sheet_of(), 0.25, paper)
    assert len(dark_pieces(page_of(back))) == 0


def test_a_single_pencil_tick_on_a_back_is_not_blank() -> None:
    back = replace(back_of(cut_slip(), 0.0, WHITE_PAPER), maps=cut_slip().maps)
    ticked = with_ink(back, [line((60, 230), (62, 233), (66, 226))], PENCIL)
    assert len(dark_pieces(page_of(ticked))) > 0


def test_a_page_of_grey_without_edges_is_blank() -> None:
    assert len(dark_pieces(page_from(np.full((1169, 827), 128), 100))) == 0


def test_a_printed_page_is_far_from_blank() -> None:
    assert len(dark_pieces(page_of(sheet_of()))) > 500


def test_what_lies_on_a_slip_that_was_found_does_not_count() -> None:
    page = page_of(sheet_of())
    height, width = page.gray.shape
    everything = (Point(0, 0), Point(width, 0), Point(width, height), Point(0, height))
    assert outside_of(dark_pieces(page), [everything]) == 0
