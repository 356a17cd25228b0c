"""The committed sample stacks, read as `samples/demo` reads them, against their truth."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from forms.catalogue import build_blank
from forms.school import School
from intake.cli import call

STACKS = Path(__file__).parents[2] / "samples" / "stacks"
INPUTS = ("gemischt.pdf", "stapel.tif", "fotos", "post.mbox")

Row = dict[str, str]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], list[Row]]:
    """results.csv and pages.csv of the sample stacks."""
    out = tmp_path_factory.mktemp("samples")
    forms: list[str] = []
    for form in ("iserv-sekundar", "iserv-primar"):
        path = out / f"{form}.pdf"
        path.write_bytes(build_blank(form, School()))
        forms += ["--form", str(path)]
    inputs = [str(STACKS / name) for name in INPUTS]
    tables = [str(out / "results.csv"), str(out / "pages.csv")]
    roster = str(STACKS / "klassenliste.csv")
    call(["read", *inputs, *forms, "--roster", roster, "-o", tables[0], "--pages", tables[1], "-j", "1"])
    return _rows(Path(tables[0])), _rows(Path(tables[1]))


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _key(row: Row) -> tuple[str, str]:
    """The file's own name, which is unique in the sample stacks, and the page."""
    return Path(row["file"]).name, row["page"]


TRUTH = _rows(STACKS / "truth.csv")
SLIPS = [row for row in TRUTH if row["kind"] == "slip"]


def test_every_page_is_accounted_for_and_called_what_it_is(tables: tuple[list[Row], list[Row]]) -> None:
    _, pages = tables
    assert {_key(row): row["kind"] for row in pages} == {_key(row): row["kind"] for row in TRUTH}
    assert len(pages) == len({_key(row) for row in TRUTH})


def test_every_slip_has_one_row(tables: tuple[list[Row], list[Row]]) -> None:
    results, _ = tables
    assert Counter(_key(row) for row in results) == Counter(_key(row) for row in SLIPS)


def test_no_verdict_says_more_than_its_slip(tables: tuple[list[Row], list[Row]]) -> None:
    results, _ = tables
    allowed = {row["child_id"]: set(row["verdicts"].split()) | {"review"} for row in SLIPS}
    named = [row for row in results if row["child_id"]]
    assert [row for row in named if row["verdict"] not in allowed[row["child_id"]]] == []
    assert [row for row in results if not row["child_id"] and row["verdict"] != "review"] == []


def test_no_slip_is_given_to_another_child(tables: tuple[list[Row], list[Row]]) -> None:
    results, _ = tables
    children: dict[tuple[str, str], set[str]] = {}
    for row in SLIPS:
        children.setdefault(_key(row), set()).add(row["child_id"])
    assert [row for row in results if row["child_id"] and row["child_id"] not in children[_key(row)]] == []


def test_nine_in_ten_plain_slips_need_nobody(tables: tuple[list[Row], list[Row]]) -> None:
    results, _ = tables
    plain = {row["child_id"] for row in SLIPS if row["verdicts"] in {"given", "refused"}}
    settled = {row["child_id"] for row in results if row["verdict"] != "review"}
    assert len(plain) >= 10
    assert len(plain & settled) >= 0.9 * len(plain)
