"""`form build` with a class list: everything that a school hands out, and what it needs to know it again."""

from pathlib import Path

import pytest

from forms.check import printed_codes
from forms.code import parse
from forms.register import KEY_FILE, REGISTER_FILE, read_register
from intake.cli import call
from intake.errors import ExitCode

FORM = "iserv-primar"


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    return written(tmp_path, "1;Zoë;Wójcik;1a", "2;Leo;Öztürk;1b")


def written(folder: Path, *children: str) -> Path:
    path = folder / "klasse.csv"
    path.write_text("\n".join(["Nr;Vorname;Nachname;Klasse", *children, ""]), encoding="utf-8")
    return path


def build(roster: Path, out: Path) -> int:
    return call(["form", "build", FORM, "--roster", str(roster), "-o", str(out)])


def tokens_in(path: Path) -> set[str]:
    return {parse(code.text).token for code in printed_codes(path.read_bytes(), 1)}


def test_all_that_is_handed_out_lies_in_one_folder(
    class_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "aus"
    assert build(class_list, out) == ExitCode.SETTLED
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        REGISTER_FILE,
        f"{FORM}-druck.pdf",
        f"{FORM}.pdf",
        f"{FORM}/1a/Wójcik_Zoë.pdf",
        f"{FORM}/1b/Öztürk_Leo.pdf",
        KEY_FILE,
    ]
    said = capsys.readouterr()
    assert "Für 2 Kinder" in said.err
    assert "Bitte sichern" in said.err
    assert said.out == ""


def test_the_blank_stays_generic_and_each_child_has_its_own_token(class_list: Path, tmp_path: Path) -> None:
    build(class_list, tmp_path)
    zoe, leo = read_register(tmp_path)
    assert tokens_in(tmp_path / f"{FORM}.pdf") == {"0" * 9}
    assert tokens_in(tmp_path / FORM / "1a" / "Wójcik_Zoë.pdf") == {zoe.token}
    assert tokens_in(tmp_path / FORM / "1b" / "Öztürk_Leo.pdf") == {leo.token}


def test_building_again_keeps_the_tokens_and_a_new_child_gets_one(class_list: Path, tmp_path: Path) -> None:
    build(class_list, tmp_path)
    before, key = read_register(tmp_path), (tmp_path / KEY_FILE).read_bytes()
    build(written(tmp_path, "2;Leo;Öztürk;1b", "3;Ada;Abt;1b"), tmp_path)
    after = read_register(tmp_path)
    assert after[:2] == before
    assert [entry.child.first_name for entry in after[2:]] == ["Ada"]
    assert (tmp_path / KEY_FILE).read_bytes() == key


def test_without_the_key_nothing_is_printed_for_a_child(
    class_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(class_list, tmp_path)
    (tmp_path / f"{FORM}-druck.pdf").unlink()
    (tmp_path / KEY_FILE).unlink()
    assert build(class_list, tmp_path) == ExitCode.USAGE
    assert KEY_FILE in capsys.readouterr().err
    assert not (tmp_path / f"{FORM}-druck.pdf").exists()


def test_reading_without_the_key_says_what_to_do(
    class_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(class_list, tmp_path)
    (tmp_path / KEY_FILE).unlink()
    blank = str(tmp_path / f"{FORM}.pdf")
    assert call(["read", blank, "--form", blank, "--roster", str(class_list)]) == ExitCode.USAGE
    assert "Sicherung" in capsys.readouterr().err


def test_a_list_that_is_none_makes_nothing(tmp_path: Path) -> None:
    assert build(written(tmp_path), tmp_path / "aus") == ExitCode.USAGE
    assert not (tmp_path / "aus").exists()


def test_a_handed_out_slip_is_known_again_by_its_code(class_list: Path, tmp_path: Path) -> None:
    build(class_list, tmp_path)
    table = tmp_path / "results.csv"
    arguments = ["--form", str(tmp_path / f"{FORM}.pdf"), "--roster", str(class_list), "-o", str(table), "-j", "1"]
    assert call(["read", str(tmp_path / f"{FORM}-druck.pdf"), *arguments]) == ExitCode.REVIEW_NEEDED
    rows = [row.split(",") for row in table.read_text(encoding="utf-8").splitlines()[1:]]
    assert [(row[7], row[10]) for row in rows] == [("1", "code"), ("2", "code")]
    assert all("box_none" in row[17] for row in rows)


def test_a_name_that_cannot_be_printed_is_told_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(written(tmp_path, "1;Мария;Weiß;1a"), tmp_path / "aus") == ExitCode.USAGE
    assert "Мария" in capsys.readouterr().err
    assert not (tmp_path / "aus").exists()
