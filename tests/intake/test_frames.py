"""The frames of stamps: straight lines at right angles, with nothing outside."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from intake.frames import covered, is_framed, stamps_in

Points = npt.NDArray[np.float64]
STEP_MM = 0.1


def stroke(*corners: tuple[float, float]) -> Points:
    """Ink along straight lines, 0.4 mm broad."""
    parts = []
    for (x, y), (to_x, to_y) in pairwise(corners):
        steps = np.linspace(0, 1, max(2, int(np.hypot(to_x - x, to_y - y) / STEP_MM)))
        middle = np.stack([x + (to_x - x) * steps, y + (to_y - y) * steps], axis=1)
        aside = np.array([-(to_y - y), to_x - x]) / np.hypot(to_x - x, to_y - y)
        parts += [middle + off * aside for off in (-0.2, -0.1, 0.0, 0.1, 0.2)]
    return np.concatenate(parts)


def frame(width: float, height: float) -> Points:
    return stroke((0, 0), (width, 0), (width, height), (0, height), (0, 0))


def turned(points: Points, degrees: float) -> Points:
    angle = np.radians(degrees)
    return np.asarray(points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]), np.float64)


LETTERS = np.concatenate([stroke((x, 8), (x + 1, 4), (x + 2, 8)) for x in range(6, 36, 3)])
STAMP = np.concatenate([frame(46, 20), LETTERS])


def holds_a_stamp(points: Points, stray: Points | None = None) -> bool:
    """Whether a stamp's frame is in the ink that holds all of it, or all of what is stray."""
    return any(covered(stamp, points if stray is None else stray).all() for stamp in stamps_in(points))


@pytest.mark.parametrize("degrees", [0, 3, -12, 18])
def test_a_frame_with_letters_is_one_stamp_however_it_is_turned(degrees: float) -> None:
    assert holds_a_stamp(turned(STAMP, degrees))
    assert is_framed(turned(STAMP, degrees))


def test_a_frame_of_which_one_side_is_lost_holds_a_stamp() -> None:
    assert holds_a_stamp(np.concatenate([stroke((46, 0), (0, 0), (0, 20), (46, 20)), LETTERS]))


@pytest.mark.parametrize("degrees", [0, 7])
@pytest.mark.parametrize(
    "note",
    [
        stroke((48, 8), (50, 12), (52, 8)),
        stroke((-6, 8), (-4, 12), (-2, 8)),
        stroke((20, 22), (22, 26), (24, 22)),
        stroke((20, -5), (22, -2), (24, -5)),
    ],
    ids=["right", "left", "below", "above"],
)
@pytest.mark.parametrize("open_side", [False, True])
def test_ink_outside_the_frame_is_more_than_a_stamp(note: Points, degrees: float, open_side: bool) -> None:
    around = stroke((46, 0), (0, 0), (0, 20), (46, 20)) if open_side else frame(46, 20)
    assert not holds_a_stamp(turned(np.concatenate([around, LETTERS, note]), degrees))


def test_what_is_larger_than_stamps_is_none() -> None:
    assert not holds_a_stamp(frame(80, 20))
    assert not holds_a_stamp(frame(46, 40))


@pytest.mark.parametrize("points", [stroke((0, 0), (46, 0)), stroke((0, 0), (46, 20)), LETTERS, STAMP[:2]])
def test_lines_and_letters_alone_are_no_stamp(points: Points) -> None:
    assert not holds_a_stamp(points)


def test_a_frame_that_wavers_is_drawn_by_hand() -> None:
    wave = np.column_stack([0.25 * np.sin(STAMP[:, 1]), 0.25 * np.sin(STAMP[:, 0])])
    assert not holds_a_stamp(STAMP + wave)


@pytest.mark.parametrize("degrees", [0, 7])
def test_a_stamp_is_known_beside_and_under_other_ink(degrees: float) -> None:
    signature = stroke((-30, 12), (-10, 2), (-2, 14), (8, 6))
    everything = turned(np.concatenate([STAMP, signature]), degrees)
    assert holds_a_stamp(everything, stray=turned(STAMP, degrees))
    assert not holds_a_stamp(everything)


@pytest.mark.parametrize(
    "around",
    [
        stroke((-30, 0), (76, 0)),
        stroke((0, -30), (0, 50)),
    ],
    ids=["level", "upright"],
)
def test_lines_that_go_on_beyond_the_corners_are_no_frame(around: Points) -> None:
    (x, y), (to_x, to_y) = around[0], around[-1]
    level = abs(to_x - x) > abs(to_y - y)
    other = around + ((0.0, 20.0) if level else (46.0, 0.0))
    ends = stroke((0, 0), (0, 20)) if level else stroke((0, 0), (46, 0))
    assert not holds_a_stamp(np.concatenate([around, other, ends]), stray=ends)


def test_there_is_no_stamp_where_no_ink_is() -> None:
    assert not list(stamps_in(np.zeros((0, 2))))
