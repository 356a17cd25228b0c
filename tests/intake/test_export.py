import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from intake import export
from intake.batch import settled
from intake.errors import UsageError
from intake.export import PageRow, ResultRow, missing, pages_csv, results_csv, results_xlsx
from intake.page_reasons import PAGE_REASONS
from intake.policy import EVERY_LINE
from intake.values import (
    Answer,
    Candidate,
    Channel,
    Child,
    IdentifiedBy,
    Identity,
    IdentityState,
    MarkState,
    PageKind,
    PageReading,
    PageRef,
    Reason,
    Roster,
    SignatureState,
    SlipReading,
    Verdict,
)

SlipMaker = Callable[..., SlipReading]
DOCS = Path(__file__).parents[2] / "docs"


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table, newline="")))


# ---------------------------------------------------------------- CSV


def test_a_granted_slip_is_one_row_with_every_column(make_slip: SlipMaker, leo: Child) -> None:
    (row,) = rows(results_csv(settled([make_slip(leo, name_read="Leo Öztürk")], EVERY_LINE)))
    assert row == {
        "schema": "1",
        "file": "stapel.pdf",
        "page": "1",
        "slip": "1",
        "channel": "scan",
        "form": "iserv-primar",
        "form_version": "1",
        "child_id": "401",
        "child_name": "Leo Öztürk",
        "child_class": "4b",
        "identified_by": "name",
        "name_read": "Leo Öztürk",
        "guardians_read": "",
        "answer": "yes",
        "guardian_signature": "signed",
        "pupil_signature": "",
        "verdict": "given",
        "reasons": "",
        "duplicate_of": "",
        "signature_kind": "",
        "file_details": "",
    }


def test_all_reasons_stand_in_the_row(make_slip: SlipMaker) -> None:
    slip = make_slip(None, yes=MarkState.CORRECTED, signed=SignatureState.EMPTY)
    (row,) = rows(results_csv(settled([slip], EVERY_LINE)))
    assert row["verdict"] == "review"
    assert set(row["reasons"].split(" ")) >= {"box_corrected", "signature_missing", "child_unsure"}
    assert (row["child_id"], row["identified_by"]) == ("", "")


def test_what_a_parent_wrote_survives_the_table(make_slip: SlipMaker, leo: Child) -> None:
    written = 'Ş"ilan, "ğ";=1+1'
    (row,) = rows(results_csv(settled([make_slip(leo, name_read=written)], EVERY_LINE)))
    assert row["name_read"] == written


def test_a_line_break_in_a_name_does_not_break_the_row(make_slip: SlipMaker, leo: Child) -> None:
    table = results_csv(settled([make_slip(leo, name_read="Leo\r\nÖztürk\n")], EVERY_LINE))
    assert table.count("\n") == 2
    assert "\r" not in table


def test_a_run_without_slips_is_a_table_with_a_heading() -> None:
    assert results_csv([]) == ",".join(column.name for column in fields(ResultRow)) + "\n"


def test_every_page_has_its_row(make_slip: SlipMaker, leo: Child) -> None:
    pages = [
        PageReading(PageRef("a.pdf", 1), PageKind.SLIP, (make_slip(leo), make_slip(None, number=2)), ()),
        PageReading(PageRef("a.pdf", 2), PageKind.BLANK, (), ()),
        PageReading(PageRef("b.txt", 1), PageKind.UNREADABLE, (), ("unknown_kind",)),
    ]
    assert pages_csv(pages, {"a.pdf": "mutter@familie.example"}) == (
        "file,page,kind,form,slips,reasons,sender\n"
        "a.pdf,1,slip,iserv-primar,2,,mutter@familie.example\n"
        "a.pdf,2,blank,,0,,mutter@familie.example\n"
        "b.txt,1,unreadable,,0,unknown_kind,\n"
    )


@pytest.mark.parametrize(("name", "kind"), [("results", ResultRow), ("pages", PageRow)])
def test_the_documented_columns_are_the_columns(name: str, kind: type[ResultRow] | type[PageRow]) -> None:
    package = json.loads((DOCS / "results.schema.json").read_text(encoding="utf-8"))
    (table,) = [resource for resource in package["resources"] if resource["name"] == name]
    documented = [field["name"] for field in table["schema"]["fields"]]
    assert documented == [column.name for column in fields(kind)]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("channel", Channel),
        ("answer", Answer),
        ("verdict", Verdict),
        ("identified_by", IdentifiedBy),
        ("guardian_signature", SignatureState),
        ("pupil_signature", SignatureState),
    ],
)
def test_the_documented_words_are_the_words(column: str, words: type[Answer]) -> None:
    package = json.loads((DOCS / "results.schema.json").read_text(encoding="utf-8"))
    (field,) = [f for f in package["resources"][0]["schema"]["fields"] if f["name"] == column]
    assert set(field["constraints"]["enum"]) == {str(word) for word in words if str(word)}


def test_every_reason_is_documented_and_has_german_words() -> None:
    text = (DOCS / "results.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"`{reason}`" not in text] == []
    assert [reason for reason in Reason if reason not in export.REASONS] == []


def test_every_way_a_page_can_be_unreadable_is_documented() -> None:
    text = (DOCS / "results.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "intake").glob("*.py"))
    said = set(re.findall(r'UnreadablePageError\("(\w+)"\)', code)) | {"worker_failed", "worker_died", "encrypted"}
    assert [reason for reason in sorted(said) if f"`{reason}`" not in text] == []


def test_every_reason_of_a_page_has_german_words_and_is_documented() -> None:
    text = (DOCS / "results.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "intake").glob("*.py"))
    said = set(re.findall(r'UnreadablePageError\("(\w+)"\)', code)) | set(
        re.findall(r'return "(\w+_\w+)"$', code, re.M)
    )
    assert [reason for reason in sorted(said) if reason not in PAGE_REASONS] == []
    assert [reason for reason in PAGE_REASONS if f"`{reason}`" not in text] == []


def test_pages_that_a_person_must_look_at_have_a_sheet_with_advice() -> None:
    ref = PageRef("a.eml", 1)
    pages = [
        PageReading(ref, PageKind.UNREADABLE, (), ("mail_without_attachment",)),
        PageReading(PageRef("b.pdf", 1), PageKind.FOREIGN, (), ()),
        PageReading(PageRef("c.pdf", 1), PageKind.UNREADABLE, (), ("worker_failed", "KeyError:x.py:1")),
    ]
    unread = export.unread_rows(pages, {"a.eml": "=cmd@x.example"})
    with zipfile.ZipFile(io.BytesIO(results_xlsx([], [], unread))) as book:
        assert sheet_names(book) == ["Fehlende", "Ohne Abschnitt"]
        assert cell_kinds(book) == {"s"}
        strings = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert all(word in strings for word in ("Mail ohne Anhang", "=cmd@x.example", "von Hand ansehen"))
    assert "b.pdf" not in strings


# ---------------------------------------------------------------- the missing


def test_children_without_a_slip_are_missing(make_slip: SlipMaker, leo: Child, roster: Roster) -> None:
    absent = missing(roster, settled([make_slip(leo)], EVERY_LINE))
    assert [one.child.name for one in absent] == ["Mia Groß", "Zoë Wójcik"]


def test_a_missing_child_may_be_on_a_slip_that_nobody_could_name(
    make_slip: SlipMaker, mia: Child, roster: Roster
) -> None:
    candidate = Candidate(child=mia, score=0.6, likeness=0.6, log_ratio=-1.0)
    unsure = Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, (candidate,))
    absent = missing(roster, settled([make_slip(None, identity=unsure)], EVERY_LINE))
    assert [one.perhaps for one in absent] == [(), ("stapel.pdf#1#1",), ()]


# ---------------------------------------------------------------- the workbook


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_names(book: zipfile.ZipFile) -> list[str]:
    root = ET.fromstring(book.read("xl/workbook.xml"))  # noqa: S314 - our own file, made a moment ago
    return [sheet.attrib["name"] for sheet in root.iter(f"{SHEET}sheet")]


def cell_kinds(book: zipfile.ZipFile) -> set[str]:
    kinds = set()
    for name in book.namelist():
        if name.startswith("xl/worksheets/sheet"):
            root = ET.fromstring(book.read(name))  # noqa: S314 - our own file, made a moment ago
            assert list(root.iter(f"{SHEET}f")) == []
            assert list(root.iter(f"{SHEET}hyperlink")) == []
            kinds |= {cell.attrib.get("t", "n") for cell in root.iter(f"{SHEET}c")}
    return kinds


def test_each_class_has_its_sheet_and_so_have_the_missing(make_slip: SlipMaker, leo: Child, roster: Roster) -> None:
    results = settled([make_slip(leo), make_slip(None, page=2)], EVERY_LINE)
    with zipfile.ZipFile(io.BytesIO(results_xlsx(results, missing(roster, results)))) as book:
        assert sheet_names(book) == ["4b", "Ohne Klasse", "Fehlende"]
        strings = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert all(word in strings for word in ("Leo Öztürk", "erteilt", "Mia Groß", "Wójcik"))


@pytest.mark.parametrize(
    "written", ["=1+1", "+49", "@SUM(A1)", "http://x.example", "007", "{=1}", "mailto:a@b.example"]
)
def test_what_a_parent_wrote_never_comes_alive(make_slip: SlipMaker, leo: Child, written: str) -> None:
    results = settled([make_slip(leo, name_read=written)], EVERY_LINE)
    with zipfile.ZipFile(io.BytesIO(results_xlsx(results, []))) as book:
        assert cell_kinds(book) == {"s"}
        assert written in book.read("xl/sharedStrings.xml").decode("utf-8")


def test_classes_that_excel_cannot_name_get_a_sheet_all_the_same(make_slip: SlipMaker) -> None:
    names = ["1/2: a", "1_2_ a", "x" * 40, "X" * 40, "Fehlende", "'", "History"]
    children = [Child(str(n), "A", "B", name, "", ()) for n, name in enumerate(names)]
    results = settled([make_slip(child, page=n) for n, child in enumerate(children, start=1)], EVERY_LINE)
    with zipfile.ZipFile(io.BytesIO(results_xlsx(results, []))) as book:
        sheets = sheet_names(book)
    assert len(sheets) == len(names) + 1
    assert len({sheet.casefold() for sheet in sheets}) == len(sheets)
    assert all(len(sheet) <= 31 for sheet in sheets)


# ---------------------------------------------------------------- writing


def test_a_table_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "neu" / "results.csv"
    export.write_file(path, b"one")
    export.write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["results.csv"]  # noqa: PTH208 - names are what is asked


def test_a_table_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(UsageError, match="geöffnet"):
        export.write_file(tmp_path / "results.csv", b"one")
    assert os.listdir(tmp_path) == ["results.csv"]  # noqa: PTH208 - names are what is asked
