"""Whose name was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.stages.match import key_of
from intake.typed import identify_typed
from intake.values import Child, IdentifiedBy, IdentityState, Roster


def child(number: int, first: str, last: str, school_class: str = "4b") -> Child:
    return Child(str(number), first, last, school_class, "", ())


GOEKCE, MUELLER, MULLER = (
    child(1, "Gökçe", "Şahin-Łuczak"),
    child(2, "Lena", "Müller"),
    child(3, "Lena", "Muller", "4a"),
)
MIA_3A, MIA_3B = child(4, "Mia", "Groß", "3a"), child(5, "Mia", "Groß", "3b")
LIST = Roster((GOEKCE, MUELLER, MULLER, MIA_3A, MIA_3B, child(6, "Lea", "Mühler"), child(7, "Anna Maria", "Weiß")))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Gökçe Şahin-Łuczak", "1"),
        ("gokce sahin luczak", "1"),
        ("Şahin-Łuczak, Gökçe", "1"),
        ("Lena Müller", "2"),
        ("Lena Mueller", "2"),
        ("Anna Weiß", "7"),
        ("ANNA MARIA WEISS", "7"),
    ],
)
def test_the_whole_name_identifies_however_it_is_spelled(text: str, number: str) -> None:
    identity = identify_typed(text, "", LIST)
    assert identity.child is not None
    assert (identity.state, identity.by, identity.child.id) == (IdentityState.IDENTIFIED, IdentifiedBy.NAME, number)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", IdentityState.NO_NAME),
        ("Lena", IdentityState.UNSURE),
        ("Lena Muller", IdentityState.UNSURE),
        ("Lena Müllers", IdentityState.UNSURE),
        ("Mia Groß", IdentityState.UNSURE),
        ("Bartholomäus Oppenheimer", IdentityState.NOT_LISTED),
    ],
)
def test_anything_less_leaves_it_open(text: str, state: IdentityState) -> None:
    identity = identify_typed(text, "", LIST)
    assert (identity.state, identity.child) == (state, None)


def test_two_children_of_one_name_are_told_apart_by_their_class() -> None:
    assert identify_typed("Mia Groß", "3b", LIST).child == MIA_3B
    assert identify_typed("Mia Groß", "3A", LIST).child == MIA_3A
    assert identify_typed("Mia Groß", "9z", LIST).child is None
    assert identify_typed("Lena Muller", "4a", LIST).child == MULLER


def test_a_list_of_nobody_identifies_nobody() -> None:
    assert identify_typed("Lena Müller", "4b", Roster(())).state is IdentityState.NO_ROSTER


PIECES = ("Lena", "Müller", "Muller", "Gökçe", "Şahin", "-", "Łuczak", "Mia", "Groß", " ", ", ", "und", "nicht")


@given(text=st.lists(st.sampled_from(PIECES), max_size=6).map("".join), school_class=st.sampled_from(["", "3a", "4b"]))
def test_no_text_identifies_a_child_whose_whole_name_it_does_not_hold(text: str, school_class: str) -> None:
    named = identify_typed(text, school_class, LIST).child
    if named is not None:
        assert key_of(text) in {key_of(named.first_name + named.last_name), key_of(named.last_name + named.first_name)}
