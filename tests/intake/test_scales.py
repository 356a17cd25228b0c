"""A page made smaller shows the same things at places that are known exactly."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.limits import MIN_SIDE_PX
from intake.scales import halvings_to, px_per_mm_of, quartered, shrunk
from intake.stages.codes import find_codes, glance_at_codes
from intake.values import GrayImage
from tests.intake.returned import page_from, page_of, seen, sheet_of

SIDES = st.integers(1, 70)


def noise(height: int, width: int, seed: int = 1) -> GrayImage:
    return np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)


@pytest.mark.parametrize(
    ("shape", "half", "quarter"),
    [((8, 12), (4, 6), (2, 3)), ((9, 13), (4, 6), (2, 3)), ((11, 7), (5, 3), (2, 1)), ((5, 4), (2, 2), (1, 1))],
)
def test_a_side_is_halved_and_an_odd_row_left_out(
    shape: tuple[int, int], half: tuple[int, int], quarter: tuple[int, int]
) -> None:
    page = page_from(noise(*shape))
    assert [shrunk(page, n).shape for n in range(3)] == [shape, half, quarter]


def test_a_page_that_is_not_halved_is_the_page_itself() -> None:
    page = page_from(noise(9, 13))
    assert shrunk(page, 0) is page.gray


@settings(deadline=None)
@given(height=SIDES, width=SIDES, seed=st.integers(0, 99))
def test_each_pixel_of_a_halved_page_is_the_mean_of_four(height: int, width: int, seed: int) -> None:
    page = page_from(noise(2 * height, 2 * width, seed))
    means = page.gray.reshape(height, 2, width, 2).mean(axis=(1, 3))
    assert np.abs(shrunk(page, 1) - means).max() <= 0.5


@settings(deadline=None)
@given(height=SIDES, width=SIDES, seed=st.integers(0, 99))
def test_a_quartered_picture_covers_all_of_the_picture(height: int, width: int, seed: int) -> None:
    picture = noise(height, width, seed)
    small = quartered(picture)
    assert small.shape == (-(-height // 4), -(-width // 4))
    padded = np.pad(picture, ((0, -height % 4), (0, -width % 4)), mode="edge")
    means = padded.reshape(small.shape[0], 4, small.shape[1], 4).mean(axis=(1, 3))
    assert np.abs(small - means).max() <= 1.0


@pytest.mark.parametrize("shape", [(MIN_SIDE_PX, MIN_SIDE_PX), (MIN_SIDE_PX, 801), (801, MIN_SIDE_PX + 1)])
@pytest.mark.parametrize("halvings", [1, 3, 6])
def test_the_smallest_page_that_is_read_never_vanishes(shape: tuple[int, int], halvings: int) -> None:
    small = shrunk(page_from(np.full(shape, 90, np.uint8)), halvings)
    assert small.shape == tuple(side // 2**halvings for side in shape)
    assert (small == 90).all()


@settings(deadline=None)
@given(least=st.floats(0.5, 20), px_per_mm=st.floats(0.2, 60))
def test_a_page_is_halved_as_often_as_the_least_resolution_allows(least: float, px_per_mm: float) -> None:
    halvings = halvings_to(px_per_mm, least)
    assert halvings == 0 or px_per_mm / 2**halvings >= least * 0.999
    assert px_per_mm / 2 ** (halvings + 1) < least * 1.001


@pytest.mark.parametrize("times", [1, 2, 4, 8])
def test_an_exact_multiple_is_halved_down_to_the_least(times: int) -> None:
    assert 2 ** halvings_to(times * 75 / 25.4, 75 / 25.4) == times


def test_a_scan_tells_its_resolution_and_a_photo_is_guessed() -> None:
    assert px_per_mm_of(page_from(noise(40, 30), 254)) == pytest.approx(10)
    upright, lying = page_from(noise(400, 240), None), page_from(noise(240, 400), None)
    assert px_per_mm_of(upright) == px_per_mm_of(lying) == pytest.approx(1)


@pytest.mark.parametrize("halvings", [1, 2, 3])
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_a_place_on_a_shrunk_page_leads_back_to_the_same_place(halvings: int, cut: int) -> None:
    """As everywhere in the reader: (x + ½) · 2ⁿ - ½."""
    gray = np.full((320 + cut, 240 + cut), 255, np.uint8)
    cv2.rectangle(gray, (64, 128), (95, 159), 0, -1)
    rows, columns = np.nonzero(shrunk(page_from(gray), halvings) < 128)
    times = 2**halvings
    assert (columns.mean() + 0.5) * times - 0.5 == pytest.approx(79.5)
    assert (rows.mean() + 0.5) * times - 0.5 == pytest.approx(143.5)


def test_codes_seen_at_a_glance_lie_where_a_close_look_finds_them() -> None:
    page = page_of(seen(sheet_of(dpi=400)))
    close = {code.payload: code.corners for code in find_codes(page.gray)}
    glance = {code.payload: code.corners for code in glance_at_codes(page)}
    assert len(glance) == 2
    for payload, corners in glance.items():
        off = [(a.x - b.x, a.y - b.y) for a, b in zip(corners, close[payload], strict=True)]
        assert np.abs(np.mean(off, axis=0)).max() < 4
