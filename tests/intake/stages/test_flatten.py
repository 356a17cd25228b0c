"""A slip laid flat: its ink is what was written, whatever light, fold, lid or print lies around it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Rect
from forms.model import Meaning
from intake.stages.flatten import lay_flat
from intake.stages.marks import read_choice
from intake.stages.register import register
from intake.stages.signatures import read_signature
from intake.values import MarkState, SignatureState, SlipImage, Template
from samples.pens import PENCIL, Colour, Pen
from samples.scanner import BLACK_LID, FLATBED, GREY_LID, Picture, Scan, photographed
from samples.slips import FRESH_PAPER, RECYCLED_PAPER, Paper
from tests.intake.returned import (
    CUT,
    FAINT_PENCIL,
    FAMILY,
    PRIMARY,
    SECONDARY,
    UNSIGNED,
    blank_sheet,
    box,
    cut_slip,
    field,
    laid_flat,
    line,
    page_of,
    scan_of,
    sheet_of,
    template_of,
    true_place,
    with_ink,
)


def ink_mm2(slip: SlipImage, place: Rect) -> float:
    return float((slip.ink[slip.slices(place)] > 0).sum() / slip.px_per_mm**2)


def scanned_flat(sheet: Picture, scan: Scan) -> SlipImage:
    seen = scan_of(sheet, scan)
    return lay_flat(page_of(seen), true_place(seen, template_of(PRIMARY)), None)


def test_a_blank_has_no_ink() -> None:
    slip = laid_flat(blank_sheet())
    assert not slip.ink.any()
    rim = round(2 * slip.px_per_mm)
    assert not slip.outside[rim:-rim, rim:-rim].any()


def test_all_pictures_of_a_slip_have_the_blanks_shape(primary: Template) -> None:
    slip = laid_flat(cut_slip())
    pictures = (slip.gray, slip.blank, slip.darkness, slip.ink, slip.near_print, slip.outside)
    assert {picture.shape for picture in pictures} == {primary.gray.shape}
    assert slip.origin == primary.form.slip.place.corners[0]
    assert not slip.photo


def test_the_picture_fits_the_blank_where_nobody_wrote() -> None:
    slip = laid_flat(blank_sheet())
    apart = np.abs(slip.gray.astype(int) - slip.blank.astype(int))
    assert np.percentile(apart, 95) < 30


@pytest.mark.parametrize("pen", [PENCIL, FAINT_PENCIL], ids=lambda pen: pen.name)
def test_pencil_is_ink(pen: Pen) -> None:
    place = field("place_date").place
    words = line((place.x + 55, place.y), (place.x + 60, place.y + 6), (place.x + 57, place.y - 4))
    slip = laid_flat(with_ink(blank_sheet(), [words], pen))
    assert ink_mm2(slip, Rect(place.x + 52, place.y - 6, 12, 16)) > 1.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fold_leaves_nearly_no_ink(seed: int) -> None:
    folded = sheet_of(PRIMARY, UNSIGNED, replace(CUT, folded=True), seed)
    assert ink_mm2(laid_flat(folded), field("guardian_signature").place) < 1.0


def test_recycled_paper_is_paper() -> None:
    slip = laid_flat(sheet_of(PRIMARY, UNSIGNED, replace(CUT, colour=RECYCLED_PAPER)))
    assert ink_mm2(slip, field("guardian_signature").place) == 0


@pytest.mark.parametrize("lid", [GREY_LID, BLACK_LID], ids=["grey", "black"])
def test_a_lid_at_the_edge_is_no_ink(lid: Colour) -> None:
    slip = scanned_flat(cut_slip(UNSIGNED), replace(FLATBED, lid=lid, skew_deg=2.0))
    for name in ("guardian_signature", "guardian_names"):
        assert not slip.outside[slip.slices(field(name).place)].any()
    assert ink_mm2(slip, field("guardian_signature").place) == 0


def test_what_the_page_does_not_show_is_outside(primary: Template) -> None:
    seen = cut_slip()
    page = page_of(seen)
    half = replace(page, gray=np.ascontiguousarray(page.gray[: page.gray.shape[0] // 2]))
    slip = lay_flat(half, true_place(seen, primary), None)
    assert slip.outside[slip.slices(field("guardian_signature").place)].all()
    assert not slip.outside[slip.slices(box(Meaning.YES).place)].any()


def test_a_black_corner_is_outside() -> None:
    seen = cut_slip(UNSIGNED)
    pixels = seen.pixels.copy()
    height, width = pixels.shape[:2]
    corner = np.array([[width, height // 2], [width, height], [width // 2, height]], np.int32)
    cv2.fillConvexPoly(pixels, corner, (10, 10, 10))
    slip = laid_flat(replace(seen, pixels=pixels))
    assert slip.outside[slip.slices(field("guardian_signature").place)].mean() > 0.1


def test_darkening_the_scan_does_not_change_the_ink() -> None:
    seen = cut_slip(FAMILY)
    dimmed = replace(seen, pixels=(seen.pixels * 0.75).astype(np.uint8))
    place = field("guardian_signature").place
    assert ink_mm2(laid_flat(dimmed), place) == pytest.approx(ink_mm2(laid_flat(seen), place), rel=0.1)


def test_a_photo_shows_the_same_ink(primary: Template) -> None:
    sheet = sheet_of()
    photo = photographed(sheet, 2600, np.random.default_rng(1))
    page = page_of(photo, photo=True)
    found = register(page, true_place(photo, primary).pose)
    assert found is not None
    slip = lay_flat(page, found, None)
    place = field("guardian_signature").place
    assert slip.photo
    assert ink_mm2(slip, place) == pytest.approx(ink_mm2(laid_flat(sheet), place), rel=0.35)


def test_a_streak_that_is_known_is_no_ink(primary: Template) -> None:
    seen = cut_slip(UNSIGNED)
    drawn = np.zeros(seen.pixels.shape[:2], bool)
    drawn[:, 1100:1102] = True
    pixels = seen.pixels.copy()
    pixels[drawn] = 60
    page = page_of(replace(seen, pixels=pixels))
    place = field("guardian_signature").place
    assert ink_mm2(lay_flat(page, true_place(seen, primary), None), place) > 1.0
    assert ink_mm2(lay_flat(page, true_place(seen, primary), drawn), place) == 0


def test_pieces_of_ink_are_numbered_without_gaps() -> None:
    labels = np.unique(laid_flat(cut_slip()).ink)
    assert labels.tolist() == list(range(len(labels)))
    assert len(labels) > 10


def blurred_photo(blur_px: float, paper: Paper = CUT) -> SlipImage:
    """A shaken photo of a filled slip, as registration has it."""
    photo = photographed(sheet_of(PRIMARY, FAMILY, paper), 2600, np.random.default_rng(1))
    shaken = replace(photo, pixels=np.asarray(cv2.GaussianBlur(photo.pixels, (0, 0), blur_px), np.uint8))
    page = page_of(shaken, photo=True)
    found = register(page, true_place(photo, template_of(PRIMARY)).pose)
    assert found is not None
    return lay_flat(page, found, None)


@pytest.mark.parametrize("blur_px", [1.5, 3.0])
@pytest.mark.parametrize("paper", [CUT, FRESH_PAPER], ids=["slip", "page"])
def test_boxes_and_signature_of_a_blurred_photo_are_read_right(blur_px: float, paper: Paper) -> None:
    slip, form = blurred_photo(blur_px, paper), template_of(PRIMARY).form
    yes, no = read_choice(slip, form.boxes, form.texts)
    assert (yes.state, no.state) == (MarkState.TICKED, MarkState.EMPTY)
    assert read_signature(slip, form.signatures[0])[0].state is SignatureState.SIGNED


SHADED = Rect(115, 225, 15, 15)


def shaded(sheet: Picture, place: Rect, depth: float = 45.0) -> Picture:
    """The soft shadow of a crumple."""
    height, width = sheet.pixels.shape[:2]
    corners = sheet.corners_of(place)
    (x, y), reach = corners.mean(axis=0), np.linalg.norm(corners[1] - corners[0]) / 2
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    shade = depth * np.exp(-2 * ((columns - x) ** 2 + (rows - y) ** 2) / reach**2)
    return replace(sheet, pixels=np.clip(sheet.pixels - shade[..., None], 0, 255).astype(np.uint8))


@pytest.mark.parametrize("depth", [30.0, 45.0, 60.0])
@pytest.mark.parametrize("at", [(0, 0), (40, 20), (20, 40)])
def test_the_shadow_of_a_crumple_is_no_ink(depth: float, at: tuple[float, float]) -> None:
    place = Rect(SHADED.x + at[0], SHADED.y + at[1], SHADED.width, SHADED.height)
    assert ink_mm2(laid_flat(shaded(blank_sheet(), place, depth)), place) == 0


@pytest.mark.parametrize("pen", [PENCIL, FAINT_PENCIL], ids=lambda pen: pen.name)
def test_a_pencil_stroke_across_a_shadow_is_ink(pen: Pen) -> None:
    across = line((SHADED.x + 2, SHADED.y + 12), (SHADED.right - 2, SHADED.y + 4))
    slip = laid_flat(shaded(with_ink(blank_sheet(), [across], pen), SHADED))
    assert ink_mm2(slip, SHADED) > 2.0


@pytest.mark.parametrize("pen", [FAINT_PENCIL, PENCIL], ids=["faint", "usual"])
@pytest.mark.parametrize(("start", "end"), [((20, 117), (192, 117.5)), ((20, 101), (192, 101.5))])
def test_a_pencil_line_through_a_clause_is_no_fold(
    pen: Pen, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """Dark on most of the way through the page, but not in its margins."""
    slip = laid_flat(with_ink(sheet_of(SECONDARY), [line(start, end)], pen), SECONDARY)
    assert not slip.folds
    assert ink_mm2(slip, Rect(15, start[1] - 2, 185, 4)) > 40
