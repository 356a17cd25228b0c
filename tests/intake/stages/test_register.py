"""Where a slip lies on its page, to a fraction of a millimetre, whatever the scanner did."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from intake.stages.codes import find_codes, poses_from_codes
from intake.stages.identify import poses_from_print
from intake.stages.register import register
from intake.values import PageImage, Pose, Registration, Template
from samples.pens import Colour
from samples.scanner import (
    BLACK_LID,
    FLATBED,
    GREY_LID,
    WHITE_LID,
    Mode,
    Picture,
    on_glass,
    photographed,
    sensed,
)
from tests.intake.returned import (
    CUT,
    FAMILY,
    PRIMARY,
    SECONDARY,
    code_places,
    cut_slip,
    error_mm,
    page_from,
    page_of,
    painted,
    scan_of,
    sheet_of,
    template_of,
    templates,
    true_place,
    upright,
)

SCAN_MM, PHOTO_MM = 0.25, 0.6
"""A quarter of a box's rim of white; and what a tick box bears in a photo."""


def registered(page: PageImage) -> list[Registration]:
    """By its codes if there are any, else by its print."""
    poses = poses_from_codes(find_codes(page.gray), templates()) or poses_from_print(page, templates())[:1]
    return [one for one in (register(page, pose) for pose in poses) if one is not None]


def error_of(scan: Picture, page: PageImage) -> float:
    (found,) = registered(page)
    assert found.fit.found_share > 0.75
    assert found.fit.ncc_median > 0.8
    return error_mm(found, scan)


@pytest.mark.parametrize("skew", [-5.0, -2.0, 0.0, 3.5, 5.0])
def test_a_skewed_slip_is_registered(skew: float) -> None:
    scan = scan_of(cut_slip(), replace(FLATBED, skew_deg=skew))
    assert error_of(scan, page_of(scan)) < SCAN_MM


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
def test_a_skewed_page_is_registered(form_id: str) -> None:
    scan = scan_of(sheet_of(form_id), replace(FLATBED, skew_deg=5.0))
    assert error_of(scan, page_of(scan)) < SCAN_MM


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_is_registered(turns: int) -> None:
    scan = scan_of(cut_slip(), replace(FLATBED, quarter_turns=turns))
    assert error_of(scan, page_of(scan)) < SCAN_MM


@pytest.mark.parametrize("scale", [0.94, 0.97])
def test_a_print_fitted_to_the_page_is_registered(scale: float) -> None:
    scan = scan_of(sheet_of(paper=replace(CUT, print_scale=scale)))
    assert error_of(scan, page_of(scan)) < SCAN_MM


@pytest.mark.parametrize("dpi", [150, 300])
def test_the_resolution_does_not_matter(dpi: float) -> None:
    scan = scan_of(sheet_of(paper=CUT, dpi=dpi))
    assert error_of(scan, page_of(scan)) < SCAN_MM


def test_a_page_in_black_and_white_is_registered() -> None:
    scan = scan_of(cut_slip(), replace(FLATBED, mode=Mode.BILEVEL))
    assert error_of(scan, page_of(scan, bilevel=True)) < SCAN_MM


@pytest.mark.parametrize("lid", [WHITE_LID, GREY_LID, BLACK_LID], ids=["white", "grey", "black"])
@pytest.mark.parametrize("turns", [0, 2])
def test_a_slip_cut_off_is_registered_under_any_lid(lid: Colour, turns: int) -> None:
    scan = scan_of(cut_slip(), replace(FLATBED, lid=lid, skew_deg=2.0, quarter_turns=turns))
    assert error_of(scan, page_of(scan)) < SCAN_MM


def test_two_slips_on_a_page_are_both_registered() -> None:
    pieces = [cut_slip(), cut_slip(seed=9)]
    page = sensed(
        on_glass(pieces, [upright(Point(0, 10)), upright(Point(3, 150), 1.5)], WHITE_LID),
        FLATBED,
        np.random.default_rng(1),
    )
    found = registered(page_of(page))
    assert len(found) == 2
    best = [min(error_mm(one, page, number) for one in found) for number in (0, 1)]
    assert max(best) < SCAN_MM


@pytest.mark.parametrize("seed", [0, 1])
def test_a_photo_is_registered(seed: int) -> None:
    photo = photographed(sheet_of(), 2600, np.random.default_rng(seed))
    assert error_of(photo, page_of(photo, photo=True)) < PHOTO_MM


@pytest.mark.parametrize("gray", [250, 20], ids=["white", "scribbled"])
@pytest.mark.parametrize("covered", [(0,), (1,), (0, 1)], ids=["first", "second", "both"])
def test_covered_codes_do_not_matter(covered: tuple[int, ...], gray: int) -> None:
    sheet = cut_slip()
    for number in covered:
        sheet = painted(sheet, code_places()[number], gray)
    scan = scan_of(sheet, replace(FLATBED, skew_deg=2.0))
    assert error_of(scan, page_of(scan)) < SCAN_MM


def test_a_whole_page_without_codes_is_registered_by_its_print() -> None:
    sheet = sheet_of()
    for place in code_places():
        sheet = painted(sheet, place)
    page = scan_of(sheet, replace(FLATBED, skew_deg=5.0, quarter_turns=2))
    assert error_of(page, page_of(page)) < SCAN_MM


def test_a_pose_five_millimetres_off_is_mended(primary: Template) -> None:
    scan = scan_of(cut_slip(FAMILY))
    true = true_place(scan, primary).pose
    shift = np.array([[1, 0.004, 3.0], [-0.004, 1, -3.5], [0, 0, 1.0]])
    found = register(page_of(scan), Pose(primary, true.mm_to_px @ shift, "", close=False))
    assert found is not None
    assert error_mm(found, scan) < SCAN_MM


def test_a_pose_on_white_paper_is_no_registration(primary: Template) -> None:
    white = page_from(np.full((2339, 1654), 250))
    pose = Pose(primary, np.diag([200 / 25.4, 200 / 25.4, 1.0]), "", close=False)
    assert register(white, pose) is None


def test_a_bad_pose_far_beside_the_page_is_no_registration(primary: Template) -> None:
    away = np.array([[7.9, 0, 90000.0], [0, 7.9, -90000.0], [0, 0, 1.0]])
    assert register(page_of(cut_slip()), Pose(primary, away, "", close=False)) is None


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
def test_the_blur_of_a_photo_is_measured(form_id: str) -> None:
    photo = photographed(sheet_of(form_id), 2600, np.random.default_rng(1))
    true = true_place(photo, template_of(form_id)).pose
    blurs = []
    for blur_px in (0.0, 2.0, 4.0):
        pixels = np.asarray(cv2.GaussianBlur(photo.pixels, (0, 0), blur_px), np.uint8) if blur_px else photo.pixels
        found = register(page_of(replace(photo, pixels=pixels), photo=True), true)
        assert found is not None
        assert error_mm(found, photo) < PHOTO_MM
        blurs.append(found.fit.blur_mm)
    assert blurs[0] < blurs[1] < blurs[2]


def test_a_scan_is_not_blurred(primary: Template) -> None:
    scan = scan_of(cut_slip())
    found = register(page_of(scan), true_place(scan, primary).pose)
    assert found is not None
    assert found.fit.blur_mm == 0


@pytest.mark.parametrize("form_id", [PRIMARY, SECONDARY])
@pytest.mark.parametrize("curl_mm", [-4.5, 4.5])
def test_the_foot_of_a_curled_page_is_met(form_id: str, curl_mm: float) -> None:
    """The last sixth of the page curls up, by more than any patch is looked for at first."""
    flat = sensed(sheet_of(form_id), FLATBED, np.random.default_rng(3))
    height, width = flat.pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    depth = np.clip((y / height - 5 / 6) * 6, 0, 1)
    curl = np.float32(curl_mm * flat.px_per_mm) * depth * depth * (0.6 + 0.4 * x / width)
    curled = replace(flat, pixels=np.asarray(cv2.remap(flat.pixels, x + curl, y, cv2.INTER_LINEAR), np.uint8))
    (found,) = registered(page_of(curled, photo=True))
    lowest = max(tile.place.centre.y for tile in template_of(form_id).tiles)
    foot = np.array([(x, lowest) for x in (30.0, 60.0, 100.0, 130.0)])
    seen = found.pixels_of(foot)
    back = seen[:, 0] + curl[seen[:, 1].astype(int), seen[:, 0].astype(int)]
    true = true_place(flat, template_of(form_id)).pixels_of(foot)
    assert np.abs(back - true[:, 0]).max() / flat.px_per_mm < PHOTO_MM


def test_a_code_of_its_own_does_not_bend_a_photo() -> None:
    """The patches of a code that differs from the blank's lie anywhere; all are a little like it."""
    slip = sheet_of(SECONDARY)
    place = code_places(SECONDARY)[1]
    sheet = painted(slip, place)
    dots = [
        Rect(place.x + 2.2 * column, place.y + 2.2 * row, 1.1, 1.1)
        for row in range(round(place.height / 2.2))
        for column in range(round(place.width / 2.2))
        if (3 * row + 5 * column) % 7 < 4
    ]
    for dot in dots:
        sheet = painted(sheet, dot, gray=15)
    photo = photographed(sheet, 2600, np.random.default_rng(5))
    assert error_of(photo, page_of(photo, photo=True)) < PHOTO_MM


@pytest.mark.parametrize("px_per_mm", [100.0, 1e6, 0.0])
def test_features_that_agree_by_chance_on_a_speck_of_the_slip_are_no_slip(px_per_mm: float) -> None:
    page = page_of(scan_of(cut_slip()))
    guess = np.diag([px_per_mm, px_per_mm, 1.0])
    assert register(page, Pose(template_of(PRIMARY), guess, "", close=False)) is None
