from datetime import date
from pathlib import Path

import pytest

from forms.school import School, SchoolError, read_school


def written(folder: Path, content: str) -> Path:
    path = folder / "school.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_school_is_read_and_the_rest_stays_as_in_the_example(tmp_path: Path) -> None:
    school = read_school(written(tmp_path, 'name = "Grundschule Süd"\ndeadline = 2026-01-12\n'))
    assert school == School(name="Grundschule Süd", deadline=date(2026, 1, 12))


def test_the_return_sentence_names_day_and_address() -> None:
    school = School(deadline=date(2026, 3, 2), return_email="a@b.example")
    assert school.return_sentence == (
        "Rückgabe bitte bis zum 2.\u00a0März\u00a02026 an die Klassenleitung oder an a@b.example."
    )


def test_without_day_and_address_the_slip_goes_to_the_teacher() -> None:
    assert School(return_email="").return_sentence == "Rückgabe bitte an die Klassenleitung."


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nmae = 'X'", "unbekannt: nmae"),
        ("name = 3", "name muss"),
        ('name = "a\\nb"', "name muss"),
        ('deadline = "morgen"', "deadline muss"),
        ("deadline = 2026-01-12T08:00:00", "deadline muss"),
        ("name =", "keine gültige TOML-Datei"),
        ("#" + "x" * 70000, "zu groß"),
    ],
)
def test_a_wrong_entry_is_told_not_printed(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(SchoolError, match=complaint):
        read_school(written(tmp_path, content))


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "school.toml"
    path.write_bytes('name = "Süd"'.encode("latin-1"))
    with pytest.raises(SchoolError, match="UTF-8"):
        read_school(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SchoolError, match="lässt sich nicht lesen"):
        read_school(tmp_path / "nicht-da.toml")
