"""Patches of print are found where they are, to a tenth of a pixel, and nowhere on white paper."""

import numpy as np
import pytest

from intake.patches import Found, PixelsOf, Points, find_patches
from intake.values import GrayImage, Template
from tests.intake.returned import PRIMARY, template_of

SOME = slice(0, 80, 8)


def straight(template: Template, dx: float = 0.0, dy: float = 0.0) -> PixelsOf:
    """The true map of the blank's own picture, off by so many millimetres."""
    area = template.form.slip.place

    def pixels_of(mm: Points) -> Points:
        return np.asarray((mm - (area.x + dx, area.y + dy)) * template.px_per_mm - 0.5, np.float64)

    return pixels_of


def look(page: GrayImage, dx: float = 0.0, dy: float = 0.0, px_per_mm: float = 150 / 25.4) -> list[Found]:
    template = template_of(PRIMARY)
    places = [tile.place for tile in template.tiles[SOME]]
    return find_patches(page, template, places, straight(template, dx, dy), reach_mm=1.6, px_per_mm=px_per_mm)


@pytest.mark.parametrize("dpi", [75, 100, 150, 200])
def test_the_blank_has_its_own_print_where_it_is(dpi: float) -> None:
    for found in look(template_of(PRIMARY).gray, px_per_mm=dpi / 25.4):
        assert found.certain
        assert found.ncc > 0.9
        assert np.hypot(found.dx, found.dy) < 0.06


@pytest.mark.parametrize("shift", [(0.5, 0.0), (0.0, -0.7), (-1.1, 0.9), (0.13, 0.27)])
def test_a_map_that_is_off_is_measured(shift: tuple[float, float]) -> None:
    for found in look(template_of(PRIMARY).gray, *shift):
        assert found.certain
        assert (found.dx, found.dy) == pytest.approx(shift, abs=0.05)


def test_what_lies_beyond_the_reach_is_never_found_for_certain_and_well() -> None:
    found = look(template_of(PRIMARY).gray, 30.0, 7.0)
    assert np.median([one.ncc for one in found]) < 0.6


@pytest.mark.parametrize("gray", [0, 128, 255])
def test_paper_of_one_grey_has_no_print(gray: int) -> None:
    page = np.full(template_of(PRIMARY).gray.shape, gray, np.uint8)
    assert not any(one.certain and one.ncc > 0.3 for one in look(page))


def test_noise_has_no_print() -> None:
    page = np.random.default_rng(1).integers(0, 256, template_of(PRIMARY).gray.shape).astype(np.uint8)
    assert max(one.ncc for one in look(page)) < 0.4


def test_a_page_that_ends_is_paper_beyond_its_end() -> None:
    assert len(look(np.full((30, 30), 250, np.uint8))) == len(template_of(PRIMARY).tiles[SOME])


def test_every_place_has_its_answer_in_order() -> None:
    assert [one.place for one in look(template_of(PRIMARY).gray)] == [
        tile.place for tile in template_of(PRIMARY).tiles[SOME]
    ]
