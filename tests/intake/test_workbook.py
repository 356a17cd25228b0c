"""Class lists in workbooks, as offices make them and as somebody who means harm would."""

import contextlib
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import workbook
from intake.errors import RosterError
from intake.roster import examine, parse_roster, read_roster
from intake.values import Child

HEAD = ("ID", "Vorname", "Nachname", "Klasse", "Geburtsdatum", "Telefon")


def book_of(sheets: Mapping[str, Sequence[tuple[object, ...]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts made other."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(RosterError) as caught:
        parse_roster(content, "klasse.xlsx")
    return str(caught.value)


def test_a_list_from_excel_keeps_numbers_dates_and_letters() -> None:
    born = datetime(2014, 2, 1, 0, 0)  # noqa: DTZ001 - Excel has no time zones
    content = book_of(
        {
            "Tabelle1": [
                HEAD,
                (17, "Gökçe", "Yıldız", "3a", born, "0170"),
                (18, "Ngọc", "Nguyễn", "3a", date(2014, 3, 2), None),
            ]
        }
    )
    examined = examine(content, "klasse.xlsx")
    assert examined.roster.children == (
        Child("17", "Gökçe", "Yıldız", "3a", "2014-02-01", ()),
        Child("18", "Ngọc", "Nguyễn", "3a", "2014-03-02", ()),
    )
    assert examined.unused == ("Telefon",)


def test_a_sheet_for_each_class_names_the_class() -> None:
    content = book_of(
        {
            "Klasse 3a": [("Vorname", "Nachname"), ("Mia", "Beck")],
            "3b": [("Klassenliste",), (), ("Nachname, Vorname",), ("Kurz, Ole",)],
        }
    )
    children = parse_roster(content, "klasse.xlsx").children
    assert [(child.id, child.name, child.school_class) for child in children] == [
        ("3a-01", "Mia Beck", "3a"),
        ("3b-01", "Ole Kurz", "3b"),
    ]


def test_a_column_for_the_class_wins_over_the_name_of_the_sheet() -> None:
    content = book_of({"Schüler": [("Vorname", "Nachname", "Klasse"), ("Mia", "Beck", "3a")]})
    assert parse_roster(content, "x.xlsx").children[0].school_class == "3a"


@pytest.mark.parametrize("name", ["Tabelle1", "Sheet2", "Blatt 3"])
def test_a_name_that_excel_gave_is_no_class(name: str) -> None:
    content = book_of({name: [("Vorname", "Nachname"), ("Mia", "Beck")]})
    assert parse_roster(content, "x.xlsx").children[0].school_class == ""


def test_of_a_formula_its_saved_value_is_taken() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("3a")
        sheet.write_row(0, 0, ["Vorname", "Nachname"])
        sheet.write_formula(1, 0, '="Mi"&"a"', None, "Mia")
        sheet.write_string(1, 1, "Beck")
    assert parse_roster(file.getvalue(), "x.xlsx").children[0].name == "Mia Beck"


def test_a_formula_without_a_saved_value_is_a_missing_name() -> None:
    told = refused(book_of({"3a": [("Vorname", "Nachname"), ('="Mi"&"a"', "Beck")]}))
    assert "Blatt „3a“, Zeile 2" in told
    assert "fehlt" in told


def test_an_error_of_excel_is_no_name() -> None:
    assert "kein Name" in refused(book_of({"3a": [("Vorname", "Nachname"), ("#N/A", "Beck")]}))


def test_a_hidden_sheet_is_left_alone_and_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "3a"
    for row in (("Vorname", "Nachname"), ("Mia", "Beck")):
        book.active.append(row)
    book.create_sheet("Altes").append(("Vorname", "Nachname"))
    book["Altes"].sheet_state = "hidden"
    examined = examine(saved(book), "x.xlsx")
    assert [child.name for child in examined.roster.children] == ["Mia Beck"]
    assert examined.unused == ("Blatt „Altes“ (ausgeblendet)",)


def test_a_sheet_that_is_no_list_is_not_passed_over() -> None:
    told = refused(book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")], "3b": [("VN", "NN"), ("Ole", "Kurz")]}))
    assert "Blatt „3b“" in told


def test_a_workbook_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    content = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")]})
    for name, data in (("list.csv", content), ("list.xlsx", b"Vorname;Nachname;Klasse\nMia;Beck;3a\n")):
        (tmp_path / name).write_bytes(data)
        assert read_roster(tmp_path / name).children[0].name == "Mia Beck"


def test_an_old_workbook_or_one_with_a_password_is_refused_with_the_way_out() -> None:
    assert "Kennwort" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_a_workbook_that_would_fill_the_memory_is_not_unpacked() -> None:
    content = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")]})
    bomb = changed(content, "xl/worksheets/sheet1.xml", lambda old: old + b" " * (workbook.MOST_UNPACKED + 1))
    assert len(bomb) < 100_000
    assert "zu groß" in refused(bomb)


def test_a_workbook_that_lies_about_its_size_is_not_unpacked() -> None:
    content = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")]})
    bomb = bytearray(changed(content, "xl/worksheets/sheet1.xml", lambda old: old + b" " * 50_000_000))
    entry = bomb.index(b"xl/worksheets/sheet1.xml", bomb.index(b"PK\x01\x02")) - 46
    bomb[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert "beschädigt" in refused(bytes(bomb))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{codec}"?><!DOCTYPE x [<!ENTITY a "Mia">]><sst><si><t>&a;</t></si></sst>'
    content = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")]})
    assert "Anweisungen" in refused(changed(content, "xl/styles.xml", lambda _: text.encode(codec)))


def test_rows_without_end_are_refused() -> None:
    content = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck")]})
    far = b'<row r="9999999"><c r="A9999999" t="n"><v>1</v></c></row></sheetData>'
    bomb = changed(content, "xl/worksheets/sheet1.xml", lambda old: old.replace(b"</sheetData>", far))
    assert "Zeilen" in refused(bomb)


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hallo.txt", "hallo")
    assert "keine Excel-Datei" in refused(file.getvalue())


GOOD = book_of({"3a": [("Vorname", "Nachname"), ("Mia", "Beck"), ("Ole", "Kurz")]})


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=20))
def test_a_damaged_workbook_is_read_or_refused(at: int, damage: bytes) -> None:
    content = GOOD[:at] + damage + GOOD[at + len(damage) :]
    with contextlib.suppress(RosterError):
        parse_roster(content, "x.xlsx")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"]))
def test_a_workbook_with_any_part_damaged_is_read_or_refused(damage: bytes, part: str) -> None:
    for content in (
        changed(GOOD, part, lambda _: damage),
        changed(GOOD, part, lambda old: old[:200] + damage + old[200:]),
    ):
        with contextlib.suppress(RosterError):
            parse_roster(content, "x.xlsx")
