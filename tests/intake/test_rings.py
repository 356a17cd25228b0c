"""What a cup left is no writing; a circle that somebody drew, and what is written on a stain, is."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.geometry import Point, Rect
from forms.model import Meaning, Role
from intake.rings import ring_on, without_ring
from intake.stages.signatures import read_signature
from intake.stages.stray_ink import find_stray_ink
from intake.values import StrayInk, StrayState
from samples.pens import PENCIL
from samples.scanner import Picture
from tests.intake.returned import (
    PRIMARY,
    cut_slip,
    laid_flat,
    line,
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
    ring = ring_on(slip)
    slip = slip if ring is None else without_ring(slip, ring)
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


@pytest.mark.parametrize("depth", [50.0, 70.0])
def test_without_the_ring_a_name_is_what_it_was(depth: float) -> None:
    place = next(line.place for line in template_of(PRIMARY).form.texts if line.role is Role.CHILD_NAME)
    sheet, middle = cut_slip(), Point(place.x + 12, place.bottom + 30)
    plain, slip = laid_flat(sheet), laid_flat(cup(sheet, middle, depth=depth))
    ring = ring_on(slip)
    assert ring is not None
    mended = without_ring(slip, ring)
    window = slip.slices(place)
    with_ring, without, never = ((one.ink[window] > 0) for one in (slip, mended, plain))
    assert np.count_nonzero(without ^ never) < 0.1 * np.count_nonzero(never)
    assert np.count_nonzero(without ^ never) < np.count_nonzero(with_ring ^ never)
    assert not (without & ~with_ring).any()


def test_a_circle_no_darker_than_those_between_lines_of_print_is_left_as_it_is() -> None:
    place = next(line.place for line in template_of(PRIMARY).form.texts if line.role is Role.CHILD_NAME)
    assert ring_on(laid_flat(cup(cut_slip(), Point(place.x + 12, place.bottom + 30), depth=40.0))) is None


def test_a_trace_of_pencil_on_a_ring_keeps_its_darkness() -> None:
    slip = laid_flat(cup(cut_slip()))
    ring = ring_on(slip)
    assert ring is not None
    right = round(ring.x + ring.radius)
    trace = slice(round(ring.y) - 20, round(ring.y) + 20), slice(right - 1, right + 2)
    drawn = replace(slip, darkness=slip.darkness.copy())
    drawn.darkness[trace] += 15
    with_it, without = (without_ring(one, ring).darkness[trace].astype(int) for one in (drawn, slip))
    assert np.median(with_it - without) >= 10


def test_a_filled_box_on_a_ring_stays_filled() -> None:
    box = next(box for box in template_of(PRIMARY).form.boxes if box.meaning is Meaning.NO).place
    strokes = [line((box.x + 0.4, box.y + at), (box.right - 0.4, box.y + at)) for at in np.arange(0.4, 4.8, 0.3)]
    sheet = with_ink(cut_slip(), strokes, PENCIL)
    middle = Point(box.centre.x + RADIUS_MM, box.centre.y)
    slip = laid_flat(cup(sheet, middle))
    ring = ring_on(slip)
    mended = slip if ring is None else without_ring(slip, ring)
    inside = slip.slices(box.grown(-1, -1, -1, -1))
    assert (mended.darkness[inside] > slip.ink_threshold).mean() > 0.8
