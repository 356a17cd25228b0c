"""Which form a page is where no code helps: its print tells, and a stranger's print tells nothing."""

from dataclasses import replace

import numpy as np
import pytest

from forms.geometry import Point
from intake.stages.gate import accepted
from intake.stages.identify import FEWEST_MATCHES, features_of, poses_from_print
from intake.stages.register import register
from intake.values import PageImage, Template
from samples.scanner import FLATBED, WHITE_LID, Picture, on_glass, photographed
from tests.intake.returned import (
    PRIMARY,
    SECONDARY,
    code_places,
    cut_slip,
    page_from,
    page_of,
    painted,
    scan_of,
    sheet_of,
    templates,
    upright,
)


def without_codes(sheet: Picture, form_id: str = PRIMARY) -> Picture:
    for place in code_places(form_id):
        sheet = painted(sheet, place)
    return sheet


def found_on(page: PageImage, among: tuple[Template, ...]) -> list[str]:
    """The forms that a page is accepted for, the best supported first."""
    registered = [register(page, pose) for pose in poses_from_print(page, among)]
    return [one.pose.template.form.id for one in registered if one is not None and accepted(one)]


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
@pytest.mark.parametrize("turns", [0, 2])
def test_the_print_alone_tells_the_form(form_id: str, turns: int) -> None:
    sheet = without_codes(cut_slip() if form_id == PRIMARY else sheet_of(SECONDARY), form_id)
    page = page_of(scan_of(sheet, replace(FLATBED, quarter_turns=turns, skew_deg=2.0)))
    assert set(found_on(page, templates())) == {form_id}


def test_a_photo_tells_the_form_by_its_print() -> None:
    photo = photographed(without_codes(sheet_of()), 2400, np.random.default_rng(1))
    assert found_on(page_of(photo, photo=True), templates())[:1] == [PRIMARY]


def test_two_slips_without_codes_are_two_poses() -> None:
    pieces = [without_codes(cut_slip()), without_codes(cut_slip(seed=9))]
    page = on_glass(pieces, [upright(Point(0, 10)), upright(Point(2, 150), 1.0)], WHITE_LID)
    assert found_on(page_of(page), templates()).count(PRIMARY) >= 2


def test_another_form_is_a_stranger(primary: Template, secondary: Template) -> None:
    assert found_on(page_of(sheet_of(SECONDARY)), (primary,)) == []
    assert found_on(page_of(cut_slip()), (secondary,)) == []


@pytest.mark.parametrize("gray", [0, 128, 255])
def test_a_page_of_one_grey_has_no_pose(gray: int) -> None:
    assert poses_from_print(page_from(np.full((1169, 827), gray), 100), templates()) == ()


def test_noise_is_never_accepted() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1169, 827))
    assert found_on(page_from(noise, 100), templates()) == []


def test_features_lie_where_the_print_is(primary: Template) -> None:
    area = primary.form.slip.place
    points = primary.features.points
    assert len(points) == len(primary.features.descriptors) > 30 * FEWEST_MATCHES
    assert (points >= (area.x, area.y)).all()
    assert (points <= (area.right, area.bottom)).all()


def test_white_paper_has_no_features() -> None:
    features = features_of(np.full((400, 400), 255, np.uint8), 200 / 25.4, 0.0, 0.0)
    assert features.points.shape == (0, 2)
    assert features.descriptors.shape == (0, 32)
