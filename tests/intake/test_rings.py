"""What a cup left is no writing; a circle that somebody drew, and what is written on a stain, is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from intake.stages.signatures import read_signature
from intake.stages.stray_ink import find_stray_ink
from intake.values import StrayInk, StrayState
from samples.scanner import Picture
from tests.intake.returned import (
    PRIMARY,
    cut_slip,
    laid_flat,
    lines_shown,
    oval,
    template_of,
    with_ink,
    with_words,
)

MIDDLE, RADIUS_MM = Point(150, 245), 36.0


def cup(sheet: Picture, middle: Point = MIDDLE, radius_mm: float = RADIUS_MM, depth: float = 70.0) -> Picture:
    """A pale ring, soft at its rim and stronger on one side, as the corpus has it."""
    pixels = sheet.pixels.astype(np.float32)
    height, width = pixels.shape[:2]
    (x, y) = (np.array([[middle.x, middle.y, 1.0]]) @ sheet.maps[0].T)[0, :2]
    down, right = np.mgrid[0:height, 0:width]
    far = np.hypot(right - x, down - y) / sheet.px_per_mm - radius_mm
    side = 0.55 + 0.45 * np.sin(np.arctan2(down - y, right - x) * 2)
    pixels -= (depth * np.exp(-((far / 1.2) ** 2)) * side)[..., None]
    return replace(sheet, pixels=np.clip(pixels, 0, 255).astype(np.uint8))


def stray_on(sheet: Picture) -> StrayInk:
    slip, form = laid_flat(sheet), template_of(PRIMARY).form
    explained = {label for one in form.signatures for label in read_signature(slip, one)[1]}
    return find_stray_ink(slip, form, explained, lines_shown(slip, form))


@pytest.mark.parametrize("depth", [40.0, 70.0])
@pytest.mark.parametrize("middle", [MIDDLE, Point(60, 235), Point(105, 262)])
def test_the_ring_of_a_cup_is_no_writing(middle: Point, depth: float) -> None:
    assert stray_on(cup(cut_slip(), middle, depth=depth)).state is StrayState.NONE


@pytest.mark.parametrize("at", [Point(128, 213), Point(168, 216), Point(150, 240)])
@pytest.mark.parametrize("words", ["nein", "nur ohne Kamera"])
def test_a_note_on_a_stain_is_found(words: str, at: Point) -> None:
    assert stray_on(cup(with_words(cut_slip(), words, at))).state is StrayState.FOUND


@pytest.mark.parametrize("radius_mm", [8.0, 27.0, 40.0])
def test_a_circle_drawn_with_a_pen_is_found(radius_mm: float) -> None:
    """Even one that no hand draws so round."""
    ring = Rect(MIDDLE.x - radius_mm, MIDDLE.y - radius_mm, 2 * radius_mm, 2 * radius_mm)
    assert stray_on(with_ink(cut_slip(), [oval(ring)])).state is StrayState.FOUND


def test_a_ring_hides_no_words_beside_it() -> None:
    stray = stray_on(cup(with_words(cut_slip(), "nein", Point(100, 245))))
    assert stray.state is StrayState.FOUND
    assert cv2.norm(np.array([stray.places[0].centre.x - 104, stray.places[0].centre.y - 243])) < 12
