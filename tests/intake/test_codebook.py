"""The registers beside the blanks, as the reader takes them."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from forms.register import KEY_FILE, REGISTER_FILE, entered
from intake.codebook import person_of, read_codebooks
from intake.errors import UsageError
from intake.values import Child, Roster

LENA = Child("3a-01", "Lena", "Groß-Müller", "3a", "2015-01-30", ("Petra Groß",))
EMRE = Child("3a-02", "Emre", "Yılmaz", "3a", "", ())


def hand_out(folder: Path, *children: Child, form: str = "IPRI") -> dict[str, str]:
    return entered(folder, form, 1, [person_of(child) for child in children])[0]


def test_each_token_stands_for_its_child_of_the_list(tmp_path: Path) -> None:
    tokens = hand_out(tmp_path, LENA, EMRE)
    (book,) = read_codebooks([tmp_path], [EMRE, LENA])
    assert (book.form_code, book.version) == ("IPRI", 1)
    assert book.children == {tokens[LENA.id]: LENA, tokens[EMRE.id]: EMRE}


def test_each_form_has_a_book_and_a_folder_is_asked_once(tmp_path: Path) -> None:
    hand_out(tmp_path, LENA)
    hand_out(tmp_path, LENA, form="ISEK")
    assert [book.form_code for book in read_codebooks([tmp_path, tmp_path], [LENA])] == ["IPRI", "ISEK"]


def test_a_child_who_left_is_known_to_be_gone(tmp_path: Path) -> None:
    tokens = hand_out(tmp_path, LENA, EMRE)
    (book,) = read_codebooks([tmp_path], [EMRE])
    assert book.children == {tokens[LENA.id]: None, tokens[EMRE.id]: EMRE}


def test_a_list_whose_lines_count_otherwise_names_nobody_else(tmp_path: Path) -> None:
    tokens = hand_out(tmp_path, LENA, EMRE)
    new = Child("3a-01", "Ada", "Abt", "3a", "", ())
    moved = [new, replace(LENA, id="3a-02"), replace(EMRE, id="3a-03")]
    (book,) = read_codebooks([tmp_path], moved)
    assert book.children == {tokens[LENA.id]: moved[1], tokens[EMRE.id]: moved[2]}


def test_without_a_register_there_is_no_book(tmp_path: Path) -> None:
    assert read_codebooks([tmp_path], [LENA]) == ()


def test_a_register_without_its_key_is_told_with_what_to_do(tmp_path: Path) -> None:
    hand_out(tmp_path, LENA)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(UsageError, match="aus der Sicherung"):
        read_codebooks([tmp_path], [LENA])


def test_a_damaged_register_is_told(tmp_path: Path) -> None:
    hand_out(tmp_path, LENA)
    (tmp_path / REGISTER_FILE).write_bytes(b"{")
    with pytest.raises(UsageError, match="beschädigt"):
        read_codebooks([tmp_path], [LENA])


def test_two_registers_of_one_form_are_refused(tmp_path: Path) -> None:
    hand_out(tmp_path / "a", LENA)
    hand_out(tmp_path / "b", LENA)
    with pytest.raises(UsageError, match="zweite Codeliste"):
        read_codebooks([tmp_path / "a", tmp_path / "b"], [LENA])


def test_key_and_names_are_not_shown_by_accident_and_travel_to_a_worker(tmp_path: Path) -> None:
    hand_out(tmp_path, LENA)
    (book,) = read_codebooks([tmp_path], [LENA])
    assert "Lena" not in repr(book)
    assert repr(book.key) not in repr(book)
    there = pickle.loads(pickle.dumps(Roster((LENA,), (book,))))  # noqa: S301 - what was just written
    assert there.codes[0].children == book.children
