"""A blur that is known from the print around a place is taken out of it."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from forms.geometry import Point, Rect
from intake.unblur import unblurred
from intake.values import GrayImage, SlipImage

PX_PER_MM = 200 / 25.4
PLACE = Rect(30.0, 30.0, 80.0, 12.0)
PAGE = (round(70 * PX_PER_MM), round(140 * PX_PER_MM))
NOISE = np.random.default_rng(5).normal(0, 2.5, PAGE)


def px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def blank(rows: int = 4) -> GrayImage:
    """Print above and below the place."""
    page = np.full(PAGE, 255, np.uint8)
    for number in range(rows):
        base = (12.0, 22.0, 52.0, 62.0)[number]
        cv2.putText(page, "Einwilligung zur Aufnahme", (px(20), px(base)), cv2.FONT_HERSHEY_DUPLEX, 0.9, 0, 2)
    return page


def written(page: GrayImage) -> GrayImage:
    page = page.copy()
    cv2.putText(page, "Lena Richter", (px(34), px(39)), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.2, 60, 2, cv2.LINE_AA)
    return page


def moved(page: GrayImage, right_px: int, down_px: int) -> GrayImage:
    """The page as a hand that moves so far while the picture is taken shows it."""
    steps = 24
    seen = np.zeros(page.shape, np.float64)
    for step in np.linspace(-0.5, 0.5, steps):
        shift = np.array([[1.0, 0.0, step * right_px], [0.0, 1.0, step * down_px]])
        seen += cv2.warpAffine(page, shift, page.shape[::-1], borderValue=255)
    return np.asarray(np.clip(seen / steps * 0.8 + NOISE, 0, 255), np.uint8)


def slip_of(page: GrayImage, printed: GrayImage) -> SlipImage:
    near = cv2.dilate((printed < 225).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    paper = np.uint8(np.percentile(page, 90))
    darkness = np.asarray(cv2.subtract(np.full_like(page, paper), page), np.uint8)
    _, ink = cv2.connectedComponents(((darkness > 30) & ~near).astype(np.uint8), connectivity=8)
    return SlipImage(
        gray=page,
        blank=printed,
        darkness=darkness,
        raw=darkness,
        ink=ink.astype(np.int32),
        near_print=near,
        folds=(),
        outside=np.zeros(PAGE, bool),
        origin=Point(0.0, 0.0),
        px_per_mm=PX_PER_MM,
        ink_threshold=30,
        bilevel=False,
        photo=True,
        blur_mm=0.3,
    )


def likeness(picture: npt.NDArray[np.generic], page: GrayImage) -> float:
    """How well a picture of the place correlates with the sharp page's darkness there."""
    rows, columns = slip_of(page, blank()).slices(PLACE)
    sharp = 255.0 - page[rows, columns].astype(np.float64)
    return float(np.corrcoef(sharp.ravel(), np.asarray(picture, np.float64).ravel())[0, 1])


@pytest.mark.parametrize(("right", "down"), [(9, 0), (0, 9), (7, 7), (8, -4)])
def test_a_shaken_name_becomes_sharp(right: int, down: int) -> None:
    page = written(blank())
    slip = slip_of(moved(page, right, down), blank())
    found = unblurred(slip, PLACE)
    assert found is not None
    before = likeness(255.0 - slip.gray[slip.slices(PLACE)], page)
    for picture in (found.whole, found.written):
        assert 1 - likeness(picture, page) < 0.6 * (1 - before)


def test_a_sharp_name_stays_what_it_is() -> None:
    page = written(blank())
    found = unblurred(slip_of(page, blank()), PLACE)
    assert found is not None
    assert likeness(found.whole, page) > 0.95


def test_the_print_of_the_blank_is_left_out_of_what_is_written() -> None:
    printed = blank()
    cv2.line(printed, (px(32), px(40)), (px(108), px(40)), 0, 3)
    slip = slip_of(moved(written(printed), 8, 3), printed)
    found = unblurred(slip, PLACE)
    assert found is not None
    rows = slice(px(40.0 - PLACE.y) - 2, px(40.0 - PLACE.y) + 3)
    beside = slice(px(100.0 - PLACE.x), px(105.0 - PLACE.x))
    assert found.whole[rows, beside].max() > 0.5
    assert found.written[rows, beside].max() < 0.2


def test_without_print_nothing_is_said() -> None:
    empty = np.full(PAGE, 255, np.uint8)
    assert unblurred(slip_of(moved(written(empty), 8, 0), empty), PLACE) is None


def test_where_the_picture_shows_other_print_nothing_is_said() -> None:
    other = np.ascontiguousarray(blank()[:, ::-1])
    assert unblurred(slip_of(moved(written(other), 8, 0), blank()), PLACE) is None
