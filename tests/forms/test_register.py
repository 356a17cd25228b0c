"""Which token stands for which child: never forgotten, never given twice, never taken from a damaged file."""

import json
import os
import stat
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.register import (
    KEY_BYTES,
    KEY_FILE,
    REGISTER_FILE,
    Entry,
    Person,
    RegisterError,
    entered,
    namesakes_of,
    read_key,
    read_register,
    same_child,
    write_register,
)

MIA = Person("401", "Mia", "Schneider", "4b", "2015-03-14")
EMIR = Person("402", "Emir", "Öztürk", "4b", "2014-09-02")
TOKEN = "ABCDEFGH2"  # noqa: S105 - stands for a made-up child

NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
PERSONS = st.builds(Person, NAMES, NAMES, NAMES, NAMES, NAMES)
TOKENS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=9, max_size=9)


# ---------------------------------------------------------------- tokens


def test_each_child_gets_a_token_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first, key = entered(tmp_path, "IPRI", 1, [MIA, EMIR])
    again, same_key = entered(tmp_path, "IPRI", 1, [EMIR, MIA])
    assert len(set(first.values())) == 2
    assert (again, same_key) == (first, key)
    assert len(read_register(tmp_path)) == 2


def test_a_new_child_gets_a_new_token_and_one_who_left_keeps_the_old_one(tmp_path: Path) -> None:
    mias = entered(tmp_path, "IPRI", 1, [MIA])[0]["401"]
    emirs = entered(tmp_path, "IPRI", 1, [EMIR])[0]["402"]
    assert {entry.token: entry.child for entry in read_register(tmp_path)} == {mias: MIA, emirs: EMIR}


@pytest.mark.parametrize(("form", "version"), [("ISEK", 1), ("IPRI", 2)])
def test_another_form_or_version_has_other_tokens(form: str, version: int, tmp_path: Path) -> None:
    one, _ = entered(tmp_path, "IPRI", 1, [MIA])
    other, _ = entered(tmp_path, form, version, [MIA])
    assert one["401"] != other["401"]
    assert len(read_register(tmp_path)) == 2


def test_two_runs_at_once_lose_no_child(tmp_path: Path) -> None:
    children = [replace(MIA, id=str(number), last_name=f"Schneider {number}") for number in range(12)]
    entered(tmp_path, "IPRI", 1, [EMIR])
    runs = [threading.Thread(target=entered, args=(tmp_path, "IPRI", 1, [child])) for child in children]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert {entry.child for entry in read_register(tmp_path)} == {EMIR, *children}


# ---------------------------------------------------------------- who is who


@pytest.mark.parametrize(
    "now",
    [
        MIA,
        replace(MIA, school_class="5a"),
        replace(MIA, id="17"),
        replace(MIA, id="17", school_class="5a"),
        replace(MIA, birth_date=""),
        replace(MIA, id="17", birth_date=""),
    ],
)
def test_a_child_is_the_same_whatever_the_list_counts(now: Person) -> None:
    assert same_child(MIA, namesakes_of([EMIR, now])) == now


@pytest.mark.parametrize(
    "now",
    [
        replace(EMIR, id="401"),
        replace(MIA, first_name="Lea"),
        replace(MIA, last_name="Schulz"),
        replace(MIA, birth_date="2015-03-15"),
        replace(MIA, id="17", birth_date="", school_class="5a"),
    ],
)
def test_nobody_else_is_taken_for_a_child(now: Person) -> None:
    assert same_child(MIA, namesakes_of([now])) is None


def test_of_two_namesakes_neither_is_taken() -> None:
    known = replace(MIA, id="1", birth_date="")
    twins = [replace(known, id="17"), replace(known, id="18")]
    assert same_child(known, namesakes_of(twins)) is None
    assert same_child(replace(known, id="18"), namesakes_of(twins)) == twins[1]


# ---------------------------------------------------------------- the key


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights there")
def test_the_key_is_random_and_its_owners_alone(tmp_path: Path) -> None:
    keys = [entered(tmp_path / name, "IPRI", 1, [MIA])[1] for name in ("a", "b")]
    assert [len(key) for key in keys] == [KEY_BYTES] * 2
    assert keys[0] != keys[1]
    assert stat.S_IMODE((tmp_path / "a" / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_is_never_made_anew_for_slips_that_are_out(tmp_path: Path) -> None:
    entered(tmp_path, "IPRI", 1, [MIA])
    before = (tmp_path / REGISTER_FILE).read_bytes()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(RegisterError, match="aus der Sicherung"):
        entered(tmp_path, "IPRI", 1, [MIA, EMIR])
    assert not (tmp_path / KEY_FILE).exists()
    assert (tmp_path / REGISTER_FILE).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"x" * (KEY_BYTES - 1), b"x" * (KEY_BYTES + 1)])
def test_what_is_no_key_is_refused_and_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(RegisterError, match="kein Schlüssel"):
        entered(tmp_path, "IPRI", 1, [MIA])
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_key_without_a_register_is_used(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"k" * KEY_BYTES)
    assert entered(tmp_path, "IPRI", 1, [MIA])[1] == b"k" * KEY_BYTES


# ---------------------------------------------------------------- the file


@given(entries=st.lists(st.builds(Entry, TOKENS, NAMES, st.integers(0, 99), PERSONS), unique_by=lambda e: e.token))
def test_what_is_written_is_read(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("register")
    write_register(folder, entries)
    assert read_register(folder) == tuple(entries)


def test_no_draft_is_left_behind(tmp_path: Path) -> None:
    entered(tmp_path, "IPRI", 1, [MIA])
    assert sorted(path.name for path in tmp_path.iterdir()) == [REGISTER_FILE, KEY_FILE]


def test_without_a_register_nobody_is_known(tmp_path: Path) -> None:
    assert read_register(tmp_path) == ()


def entry(**changed: object) -> dict[str, object]:
    child = {"id": "1", "first_name": "Mia", "last_name": "S", "school_class": "4b", "birth_date": ""}
    return {"token": TOKEN, "form": "IPRI", "version": 1, "child": child, **changed}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        json.dumps({"schema": 2, "entries": []}).encode(),
        json.dumps({"schema": 1}).encode(),
        json.dumps({"schema": 1, "entries": [1]}).encode(),
        json.dumps({"schema": 1, "entries": {}}).encode(),
        json.dumps({"schema": 1, "entries": [entry(token="000000000")]}).encode(),  # noqa: S106 - the generic token
        json.dumps({"schema": 1, "entries": [entry(token="short")]}).encode(),  # noqa: S106 - not a token
        json.dumps({"schema": 1, "entries": [entry(version="1")]}).encode(),
        json.dumps({"schema": 1, "entries": [entry(version=True)]}).encode(),
        json.dumps({"schema": 1, "entries": [entry(child={"id": "1"})]}).encode(),
        json.dumps({"schema": 1, "entries": [entry(more=1)]}).encode(),
        json.dumps({"schema": 1, "entries": [entry(), entry()]}).encode(),
    ],
)
def test_a_damaged_register_is_refused_and_never_written_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"k" * KEY_BYTES)
    (tmp_path / REGISTER_FILE).write_bytes(content)
    with pytest.raises(RegisterError, match="beschädigt"):
        read_register(tmp_path)
    with pytest.raises(RegisterError):
        entered(tmp_path, "IPRI", 1, [MIA])
    assert (tmp_path / REGISTER_FILE).read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RegisterError, match="anlegen"):
        entered(tmp_path, "IPRI", 1, [MIA])


def test_a_folder_in_the_keys_place_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(RegisterError):
        read_key(tmp_path)
