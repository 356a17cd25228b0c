"""A photographed sheet is found by the edge of its paper, whichever way up it lies."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from intake.stages.codes import find_codes
from intake.stages.gate import accepted
from intake.stages.outline import poses_from_outline
from intake.stages.register import register
from intake.values import PageKind, Registration
from samples.scanner import Picture, desk, photographed, turned
from samples.slips import FRESH_PAPER, Paper
from tests.intake.returned import (
    CUT,
    FAMILY,
    PRIMARY,
    SECONDARY,
    cut_slip,
    error_mm,
    page_from,
    page_of,
    read,
    scan_of,
    sheet_of,
    templates,
)

PHOTO_MM = 0.6


def photo_of(sheet: Picture, seed: int = 1) -> Picture:
    return photographed(sheet, 2000, np.random.default_rng(seed))


def found_by_outline(photo: Picture) -> list[Registration]:
    page = page_of(photo, photo=True)
    tried = [register(page, pose) for pose in poses_from_outline(page, templates())]
    return [one for one in tried if one is not None and accepted(one)]


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    ("form_id", "paper"),
    [(PRIMARY, CUT), (PRIMARY, FRESH_PAPER), (SECONDARY, FRESH_PAPER)],
    ids=["slip", "slip with letter", "page"],
)
def test_a_sheet_on_a_desk_is_found_by_its_edge(form_id: str, paper: Paper, turns: int) -> None:
    photo = turned(photo_of(sheet_of(form_id, FAMILY, paper)), turns)
    (found,) = found_by_outline(photo)
    assert found.pose.template.form.id == form_id
    assert error_mm(found, photo) < PHOTO_MM


def test_a_scan_has_no_desk_to_look_for() -> None:
    assert poses_from_outline(page_of(scan_of(cut_slip())), templates()) == ()


def test_a_desk_without_paper_gives_nothing() -> None:
    wood = desk(1500, 2000, np.random.default_rng(1))
    assert poses_from_outline(page_from(cv2.cvtColor(wood, cv2.COLOR_RGB2GRAY), None), templates()) == ()


@pytest.mark.parametrize("gray", [0, 130, 255])
def test_a_picture_of_one_grey_shows_no_form(gray: int) -> None:
    page = page_from(np.full((2000, 1500), gray, np.uint8), None)
    tried = [register(page, pose) for pose in poses_from_outline(page, templates())]
    assert not any(one is not None and accepted(one) for one in tried)


def test_a_small_note_on_a_desk_gives_nothing() -> None:
    wood = desk(1500, 2000, np.random.default_rng(1))
    cv2.rectangle(wood, (600, 800), (900, 1224), (250, 250, 250), -1)
    assert poses_from_outline(page_from(cv2.cvtColor(wood, cv2.COLOR_RGB2GRAY), None), templates()) == ()


@pytest.mark.parametrize(
    ("paper", "blur_px"),
    [(CUT, 6), (CUT, 8), (FRESH_PAPER, 6), (FRESH_PAPER, 8)],
    ids=["slip", "slip hardly legible", "letter", "letter not legible"],
)
def test_a_shaken_photo_is_still_a_slip(paper: Paper, blur_px: float) -> None:
    photo = photo_of(sheet_of(PRIMARY, FAMILY, paper))
    shaken = replace(photo, pixels=np.asarray(cv2.GaussianBlur(photo.pixels, (0, 0), blur_px), np.uint8))
    page = page_of(shaken, photo=True)
    assert find_codes(page.gray) == ()
    said = read(page)
    assert said.kind is PageKind.SLIP
    assert [slip.form_id for slip in said.slips] == [PRIMARY]


def test_a_photo_that_shows_nothing_is_neither_blank_nor_foreign() -> None:
    page = read(page_from(np.full((2000, 1500), 180), None))
    assert (page.kind, page.reasons) == (PageKind.UNREADABLE, ("photo_shows_nothing",))
