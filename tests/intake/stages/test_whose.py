"""Whose slip it is by its codes: one that was made up, never handed out, or unlike its copy names nobody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import PRIMARY, SECONDARY, BundledForm, Personal, codes_of
from forms.code import encode, new_code, on_copy
from intake.stages.whose import read_code
from intake.values import Child, CodeBook, CodeReading, CodeState, Template
from tests.intake.readings import EMRE, LENA
from tests.intake.returned import template_of

KEY, OTHER_KEY = b"key of the school", b"key of somebody else"
LENAS, EMRES, ONE_WHO_LEFT, NEVER = "ABCDEFGH2", "BCDEFGHI3", "CDEFGHIJ4", "DEFGHIJK5"
BOOK = CodeBook("IPRI", 1, KEY, {LENAS: LENA, EMRES: EMRE, ONE_WHO_LEFT: None})
PRIMARY_BLANK = template_of(PRIMARY.id)


def payloads(token: str, key: bytes = KEY, form: BundledForm = PRIMARY) -> tuple[str, str]:
    """What both copies on a child's slip say."""
    first, second = codes_of(form, Personal("Lena", "3a", token, key))
    return encode(first), encode(second)


def read(*seen: str, template: Template = PRIMARY_BLANK, books: tuple[CodeBook, ...] = (BOOK,)) -> CodeReading:
    return read_code(seen, template, books)


def test_no_code_says_nothing() -> None:
    assert read() == CodeReading(CodeState.NONE, "", ())
    assert read("https://example.org", "", "RL1", "X" * 29).state is CodeState.NONE


def test_the_codes_of_the_blank_name_the_form_only() -> None:
    generic = [place.payload for place in PRIMARY_BLANK.codes]
    for seen in (generic, generic[:1], generic[1:]):
        assert read(*seen).state is CodeState.FORM_ONLY
        assert read(*seen).children == ()


@pytest.mark.parametrize("copies", [(0,), (1,), (0, 1), (0, 0)])
def test_a_genuine_code_names_the_child_it_was_handed_out_to(copies: tuple[int, ...]) -> None:
    seen = [payloads(LENAS)[copy] for copy in copies]
    assert read(*seen) == CodeReading(CodeState.CHILD, seen[0], (LENA,))


def test_a_sticker_of_somebody_else_changes_nothing() -> None:
    assert read("https://example.org", payloads(LENAS)[0]).children == (LENA,)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (payloads(LENAS, OTHER_KEY), CodeState.FORGED),
        (payloads(NEVER), CodeState.UNKNOWN),
        (payloads(NEVER, OTHER_KEY), CodeState.FORGED),
        (payloads(ONE_WHO_LEFT), CodeState.UNLISTED),
        (payloads(LENAS, form=SECONDARY), CodeState.FOREIGN),
        ((encode(codes_of(SECONDARY, None)[0]),), CodeState.FOREIGN),
        ((encode(new_code("IPRI", 2, 1, LENAS, KEY)),), CodeState.FOREIGN),
        ((payloads(LENAS)[0], payloads(EMRES)[1]), CodeState.CONTRADICTORY),
        ((payloads(LENAS)[0], PRIMARY_BLANK.codes[1].payload), CodeState.CONTRADICTORY),
        ((payloads(LENAS)[0], payloads(LENAS, OTHER_KEY)[1]), CodeState.FORGED),
        ((payloads(LENAS)[0], payloads(NEVER)[1]), CodeState.UNKNOWN),
        ((payloads(LENAS)[0], payloads(ONE_WHO_LEFT)[1]), CodeState.UNLISTED),
        ((payloads(LENAS)[0], payloads(LENAS, form=SECONDARY)[1]), CodeState.FOREIGN),
    ],
)
def test_what_cannot_be_believed_names_nobody(seen: tuple[str, ...], state: CodeState) -> None:
    for order in (seen, seen[::-1]):
        assert read(*order).state is state


def test_codes_that_differ_tell_both_children_to_the_person() -> None:
    assert set(read(payloads(LENAS)[0], payloads(EMRES)[1]).children) == {LENA, EMRE}


@pytest.mark.parametrize("books", [(), (replace(BOOK, version=2),), (replace(BOOK, form_code="ISEK"),)])
def test_without_the_register_of_its_form_a_childs_code_is_unchecked(books: tuple[CodeBook, ...]) -> None:
    assert read(*payloads(LENAS), books=books) == CodeReading(CodeState.UNCHECKED, payloads(LENAS)[0], ())


def test_the_seal_of_the_first_copy_does_not_fit_the_second() -> None:
    first = new_code("IPRI", 1, 1, LENAS, KEY)
    swapped = replace(on_copy(first, 2, KEY), mac=first.mac)
    assert read(encode(swapped)).state is CodeState.FORGED


CHILD_CODES = st.sampled_from(payloads(LENAS))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@given(code=CHILD_CODES, at=st.integers(0, 28), letter=st.sampled_from(LETTERS + "0189"))
def test_a_code_with_one_character_changed_names_nobody(code: str, at: int, letter: str) -> None:
    forged = code[:at] + letter + code[at + 1 :]
    reading = read(forged)
    assert (reading.state is CodeState.CHILD) is (forged == code)
    assert bool(reading.children) is (forged == code)


@given(
    tokens=st.lists(st.sampled_from([LENAS, EMRES, ONE_WHO_LEFT, NEVER]), min_size=1, max_size=3),
    keys=st.lists(st.sampled_from([KEY, OTHER_KEY]), min_size=3, max_size=3),
    copies=st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_a_child_is_named_only_if_every_code_on_the_slip_is_its_own_and_genuine(
    tokens: list[str], keys: list[bytes], copies: list[int]
) -> None:
    used = list(zip(tokens, keys, copies, strict=False))
    reading = read(*(payloads(token, key)[copy] for token, key, copy in used))
    genuine: dict[str, Child] = {LENAS: LENA, EMRES: EMRE}
    alone = {token for token, _, _ in used}
    expected = genuine.get(tokens[0]) if len(alone) == 1 and all(key == KEY for _, key, _ in used) else None
    assert (reading.children[0] if reading.state is CodeState.CHILD else None) == expected
