"""The gate: a registration is believed only with enough print where the blank has it."""

from dataclasses import replace

import numpy as np
import pytest

from intake.stages.gate import accepted, distinct, form_state, outline_of
from intake.values import Fit, FormState, Pose, Registration, Template


def registration(template: Template, fit: Fit, x: float = 0.0, y: float = 0.0) -> Registration:
    return Registration(Pose(template, np.array([[8.0, 0, x], [0, 8.0, y], [0, 0, 1]]), "", close=False), None, fit)


GOOD, WEAK = Fit(0.95, 1.0, 0.05, 0.0), Fit(0.7, 0.7, 0.2, 0.0)


@pytest.mark.parametrize(
    ("share", "ncc", "state"),
    [
        (1.0, 0.95, FormState.RECOGNISED),
        (0.60, 0.60, FormState.RECOGNISED),
        (0.59, 0.95, FormState.DOUBTFUL),
        (0.95, 0.59, FormState.DOUBTFUL),
        (0.0, 0.0, FormState.DOUBTFUL),
    ],
)
def test_a_form_is_certain_only_if_much_of_its_print_is_there_and_alike(
    share: float, ncc: float, state: FormState
) -> None:
    assert form_state(Fit(ncc, share, 0.1, 0.0)) is state


@pytest.mark.parametrize(
    ("share", "ncc", "residual", "taken"),
    [
        (0.93, 0.66, 0.3, True),
        (0.35, 0.45, 0.3, True),
        (0.34, 0.45, 0.3, False),
        (0.35, 0.44, 0.3, False),
        (0.37, 0.22, 0.05, True),
        (0.25, 0.22, 0.15, True),
        (0.24, 0.22, 0.05, False),
        (0.3, 0.22, 0.16, False),
    ],
)
def test_faded_print_in_its_place_is_not_lost_and_other_print_not_taken(
    share: float, ncc: float, residual: float, taken: bool, primary: Template
) -> None:
    assert accepted(registration(primary, Fit(ncc, share, residual, 0.0))) is taken


def test_a_slip_whose_code_was_read_is_kept_for_a_person(primary: Template) -> None:
    faded = registration(primary, Fit(0.2, 0.15, 0.4, 0.0))
    assert not accepted(faded)
    assert accepted(replace(faded, pose=replace(faded.pose, code="RL1IPRI011")))


def test_a_certain_registration_wins_over_a_doubtful_one_with_a_code(primary: Template) -> None:
    good, faded = registration(primary, GOOD), registration(primary, Fit(0.2, 0.15, 0.4, 0.0))
    coded = replace(faded, pose=replace(faded.pose, code="RL1IPRI011"))
    assert distinct([coded, good]) == (good,)


def test_of_two_registrations_of_one_slip_the_better_is_kept(primary: Template) -> None:
    good, weak = registration(primary, GOOD), registration(primary, WEAK, 20, 20)
    assert distinct([weak, good]) == (good,)


def test_of_two_forms_at_one_place_the_better_is_kept(primary: Template, secondary: Template) -> None:
    good, weak = registration(primary, GOOD), registration(secondary, WEAK)
    assert distinct([weak, good]) == (good,)


def test_two_slips_are_kept_in_reading_order(primary: Template) -> None:
    upper, lower = registration(primary, WEAK), registration(primary, GOOD, y=900)
    assert distinct([lower, upper]) == (upper, lower)


def test_nothing_found_is_nothing_kept() -> None:
    assert distinct([]) == ()


def test_the_outline_has_the_corners_of_the_slip(primary: Template) -> None:
    area = primary.form.slip.place
    corners = outline_of(registration(primary, GOOD, x=5))
    assert [(p.x, p.y) for p in corners] == [pytest.approx((8 * corner.x + 5, 8 * corner.y)) for corner in area.corners]
