from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.code import (
    CODE_LENGTH,
    GENERIC_TOKEN,
    NotOurCodeError,
    SlipCode,
    drawn,
    encode,
    new_code,
    on_copy,
    parse,
    verify,
)

KEY = b"the school's secret"
TOKEN = "ABCDEFGHI"  # noqa: S105  # names no secret
form_codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=4)
tokens = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=9, max_size=9)
child_codes = st.builds(new_code, form_codes, st.integers(0, 99), st.integers(1, 9), tokens, st.just(KEY))


def test_a_generic_code_is_spelled_as_documented() -> None:
    code = new_code("IPRI", 1, page=1)
    assert encode(code) == "RL1IPRI011000000000X53DDRSMJS"
    assert encode(on_copy(code, 2)) == "RL1IPRI01A000000000UZAC2OIHM2"


@given(child_codes)
def test_what_is_printed_can_be_read_again(code: SlipCode) -> None:
    for copy in (1, 2):
        printed = on_copy(code, copy, KEY)
        assert parse(encode(printed)) == printed
        assert len(encode(printed)) == CODE_LENGTH
        assert "".join(printed.lines).replace(" ", "") == encode(printed)


@given(child_codes)
def test_a_childs_code_is_genuine_only_with_its_key(code: SlipCode) -> None:
    assert verify(code, KEY)
    assert not verify(code, b"another key")
    assert not verify(code, None)
    assert not verify(code, b"")


@given(child_codes, tokens)
def test_another_childs_token_breaks_the_seal(code: SlipCode, token: str) -> None:
    assert verify(replace(code, token=token), KEY) == (token == code.token)


def test_the_seal_of_one_copy_does_not_fit_the_other() -> None:
    code = new_code("ISEK", 1, page=1, token=TOKEN, key=KEY)
    assert not verify(replace(code, copy=2), KEY)
    assert verify(on_copy(code, 2, KEY), KEY)


def test_a_generic_code_needs_no_key_and_a_wrong_letter_shows() -> None:
    code = new_code("ISEK", 1, page=1)
    assert code.is_generic
    assert verify(code, None)
    assert verify(code, KEY)
    assert not verify(replace(code, version=2), None)


def test_a_childs_code_is_not_made_without_a_key() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        new_code("ISEK", 1, page=1, token=TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org",
        "RL1ISEK011000000000IDEPMGMAW",
        "RL1ISEK011000000000IDEPMGMAWSX",
        "RL2ISEK011000000000IDEPMGMAWS",
        "rl1isek011000000000idepmgmaws",
        "RL1ISEK010000000000IDEPMGMAWS",
        "RL1ISEK01J000000000IDEPMGMAWS",
        "RL1ISEK01100000000AIDEPMGMAWS",
        "RL1ISEK011000000000IDEPMGMAWS\n",
    ],
)
def test_any_other_code_is_not_ours(text: str) -> None:
    with pytest.raises(NotOurCodeError):
        parse(text)


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(NotOurCodeError):
        assert encode(parse(text)) == text


@pytest.mark.parametrize(
    "parts",
    [
        {"form_code": "ISE"},
        {"form_code": "ISEKU"},
        {"form_code": "isek"},
        {"version": 100},
        {"version": -1},
        {"page": 0},
        {"page": 10},
        {"copy": 3},
        {"copy": 0},
        {"token": "00000000A"},
    ],
)
def test_parts_that_do_not_fit_are_refused(parts: dict[str, str | int]) -> None:
    fitting: dict[str, str | int] = {
        "form_code": "ISEK",
        "version": 1,
        "page": 1,
        "copy": 1,
        "token": GENERIC_TOKEN,
        "mac": "A" * 10,
    }
    with pytest.raises(ValueError, match="no such code"):
        SlipCode(**{**fitting, **parts})  # type: ignore[arg-type]  # wrong values are the point of the test


def test_the_symbol_is_version_2() -> None:
    assert 'viewBox="0 0 25 25"' in drawn(new_code("ISEK", 1, page=1))
