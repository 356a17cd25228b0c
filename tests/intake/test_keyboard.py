import click
import pytest
from click.testing import CliRunner

from forms.captions import Certainty, Task
from forms.geometry import Rect
from forms.model import Meaning, Role
from forms.proposal import Proposed
from intake.keyboard import AtKeyboard, Nobody


def unsure(task: Task) -> Proposed:
    return Proposed(3, task, Certainty.UNSURE, "Ja Nein", Rect(20, 30, 60, 4), 4.0, None)


def answered(task: Task, typed: str) -> str:
    given: list[str] = []

    @click.command()
    def ask() -> None:
        given.append(AtKeyboard().name(unsure(task)))

    CliRunner().invoke(ask, input=typed)
    return given[0] if given else ""


@pytest.mark.parametrize("typed", ["pupil_signature\n", "unterschrift\npupil_signature\n"])
def test_a_slip_of_the_keys_is_asked_again(typed: str) -> None:
    assert answered(Role.OTHER, typed) == "pupil_signature"


def test_a_line_may_stay_as_proposed() -> None:
    assert answered(Role.OTHER, "\n") == "other"


def test_nobody_says_yes_by_pressing_enter() -> None:
    assert not answered(Meaning.YES, "\n")
    assert answered(Meaning.YES, "\nno\n") == "no"


def test_a_field_may_be_left_out() -> None:
    assert answered(Meaning.YES, "-\n") == "-"


def test_nobody_agrees_to_nothing() -> None:
    assert not Nobody().agrees()
    assert not Nobody().name(unsure(Role.OTHER))


@pytest.mark.parametrize(
    ("typed", "agrees"), [("j\n", True), ("Ja\n", True), ("n\n", False), ("\n", False), ("y\n", False)]
)
def test_only_a_german_yes_agrees(typed: str, agrees: bool) -> None:
    given: list[bool] = []

    @click.command()
    def ask() -> None:
        given.append(AtKeyboard().agrees())

    CliRunner().invoke(ask, input=typed)
    assert given == [agrees]
