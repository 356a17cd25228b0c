import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import BUNDLED, PRIMARY, BundledForm, describe
from forms.description import NotADescriptionError, decode, encode


@pytest.mark.parametrize("form", BUNDLED, ids=lambda form: str(form.id))
def test_a_description_says_the_same_after_writing_and_reading(form: BundledForm) -> None:
    assert decode(encode(describe(form))) == describe(form)


def test_the_primary_description_is_spelled_as_documented() -> None:
    members = json.loads(encode(describe(PRIMARY)))
    assert members["schema"] == 1
    assert members["rule"] == "tick"
    assert members["slip"] == {"page": 1, "rect_mm": [0.0, 193.0, 210.0, 104.0]}
    assert members["fields"]["consent"] == {"role": "consent", "kind": "choice"}
    assert members["options"] == {"ja": "yes", "nein": "no"}
    assert members["cut_mm"] == 193.0


WRONG: dict[str, Any] = {
    "schema": 2,
    "form": "",
    "version": True,
    "title": 7,
    "rule": "coin",
    "slip": {"page": 0, "rect_mm": [0, 0, 1, 1]},
    "fields": {"a": {"role": "child_name"}},
    "options": {"ja": "maybe"},
    "cut_mm": "193",
}


@pytest.mark.parametrize("member", WRONG)
def test_a_wrong_member_is_refused(member: str) -> None:
    members = json.loads(encode(describe(PRIMARY)))
    members[member] = WRONG[member]
    with pytest.raises(NotADescriptionError):
        decode(json.dumps(members).encode())


@pytest.mark.parametrize("rect", [[0, 0, 0, 5], [0, 0, 5], [0, 0, 1, float("nan")], [0, 0, 1, True], "0 0 1 1"])
def test_a_slip_that_is_no_rectangle_is_refused(rect: object) -> None:
    members = json.loads(encode(describe(PRIMARY)))
    members["slip"]["rect_mm"] = rect
    with pytest.raises(NotADescriptionError):
        decode(json.dumps(members).encode())


def test_a_missing_and_an_extra_member_are_refused() -> None:
    members = json.loads(encode(describe(PRIMARY)))
    for wrong in ({**members, "extra": 1}, {k: v for k, v in members.items() if k != "rule"}):
        with pytest.raises(NotADescriptionError, match="members differ"):
            decode(json.dumps(wrong).encode())


def test_a_meaning_given_twice_is_refused() -> None:
    text = encode(describe(PRIMARY)).decode().replace('"nein": "no"', '"ja": "no"')
    with pytest.raises(NotADescriptionError, match="twice"):
        decode(text.encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(content: bytes) -> None:
    with pytest.raises(NotADescriptionError):
        decode(content)


def test_a_bottomless_or_huge_description_is_refused() -> None:
    for content in (b"[" * 100_000, b" " * 300_000):
        with pytest.raises(NotADescriptionError):
            decode(content)
