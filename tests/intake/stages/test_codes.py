"""The printed codes of a slip: found however it lies, believed only where they are ours."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import segno

from forms.geometry import Point
from intake.stages.codes import find_codes, poses_from_codes
from intake.values import Template
from samples.scanner import FLATBED, WHITE_LID, on_glass
from tests.intake.returned import (
    CUT,
    FAMILY,
    PRIMARY,
    code_places,
    cut_slip,
    error_mm,
    page_of,
    painted,
    scan_of,
    sheet_of,
    templates,
    true_place,
    upright,
)


@pytest.mark.parametrize(("dpi", "turns"), [(100, 0), (100, 1), (150, 2), (200, 3), (200, 2)])
def test_both_codes_are_read_however_the_page_lies(dpi: float, turns: int, primary: Template) -> None:
    page = page_of(
        scan_of(sheet_of(PRIMARY, FAMILY, CUT, dpi=dpi), replace(FLATBED, quarter_turns=turns, skew_deg=3.0))
    )
    seen = find_codes(page.gray)
    assert {code.payload for code in seen} == {place.payload for place in primary.codes}


def test_the_two_codes_of_a_slip_give_one_pose(primary: Template) -> None:
    scan = scan_of(cut_slip())
    (pose,) = poses_from_codes(find_codes(page_of(scan).gray), templates())
    assert pose.template is primary
    assert error_mm(replace(true_place(scan, primary), pose=pose), scan) < 1.0


@pytest.mark.parametrize("covered", [0, 1])
@pytest.mark.parametrize("gray", [250, 20])
def test_one_code_is_enough_for_a_pose(covered: int, gray: int, primary: Template) -> None:
    scan = scan_of(painted(cut_slip(), code_places()[covered], gray))
    (pose,) = poses_from_codes(find_codes(page_of(scan).gray), templates())
    assert error_mm(replace(true_place(scan, primary), pose=pose), scan) < 6.0


def test_two_slips_on_one_page_give_two_poses() -> None:
    one, other = cut_slip(), cut_slip(seed=9)
    page = on_glass([one, other], [upright(Point(0, 10)), upright(Point(2, 150), 1.0)], WHITE_LID)
    assert len(poses_from_codes(find_codes(page_of(page).gray), templates())) == 2


def test_a_code_of_somebody_else_gives_no_pose() -> None:
    modules = np.array([list(row) for row in segno.make_qr("https://example.org/elternbrief").matrix_iter(border=4)])
    picture = cv2.resize(np.where(modules, 0, 255).astype(np.uint8), (400, 400), interpolation=cv2.INTER_NEAREST)
    seen = find_codes(np.asarray(picture, np.uint8))
    assert [code.payload for code in seen] == ["https://example.org/elternbrief"]
    assert poses_from_codes(seen, templates()) == ()


def test_a_white_page_has_no_codes() -> None:
    assert find_codes(np.full((800, 600), 255, np.uint8)) == ()


def test_without_a_blank_there_is_no_pose() -> None:
    assert poses_from_codes(find_codes(page_of(cut_slip()).gray), ()) == ()
