"""Variations of a line show the same writing, a little otherwise."""

import cv2
import numpy as np
import pytest

from intake.stages.variations import VARIED, variations_of
from intake.values import GrayImage


def crop(width: int = 200) -> GrayImage:
    picture = np.full((48, width), 255, np.uint8)
    cv2.line(picture, (20, 40), (width - 20, 8), 0, 3)
    return picture


def test_each_of_the_first_crops_is_varied_alike_and_no_other() -> None:
    crops = [crop(width) for width in (120, 160, 200, 240, 280)]
    varied = list(variations_of(crops))
    assert len(varied) == 6 * VARIED
    assert [len(list(variations_of(crops[:n]))) for n in (0, 1, 2)] == [0, 6, 12]


@pytest.mark.parametrize("width", [60, 200, 1400])
def test_a_variation_is_writing_on_white_still(width: int) -> None:
    one = crop(width)
    for varied in variations_of([one]):
        assert varied.dtype == np.uint8
        assert varied.shape[0] >= one.shape[0]
        assert varied.max() == 255
        assert varied.min() < 160
        assert not np.array_equal(varied, one)


def test_a_crop_of_a_single_column_is_still_one() -> None:
    assert all(min(varied.shape) >= 1 for varied in variations_of([np.full((48, 1), 255, np.uint8)]))
