"""The near-duplicates are what they are said to be, and their pages are told apart rightly."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forms.blank import read_blank
from forms.catalogue import PRIMARY_CUT_MM
from forms.geometry import MM_PER_INCH
from samples.slips import rendered
from tests.accuracy.corpus import true_blank
from tests.accuracy.near_duplicates import LETTER_ONES, SETS, SLIP_ONES, Fate, NearDuplicate, fate_of, pages_of, report
from tests.accuracy.near_duplicates import reworded_blank as blank_of
from tests.intake.returned import SECONDARY, Rewording

DPI = 100
PARAGRAPH_MM = 22.0
"""The tallest of our paragraphs."""

ALL = [form for forms in SETS for form in forms]
SEKUNDAR, PRIMAR = SETS[0]


def band_of_change(form: NearDuplicate) -> tuple[float, float]:
    """Where the print differs from that of the true blank: from and to, in millimetres from the top."""
    true = rendered(true_blank(form.change.form_id), 1, DPI).astype(int)
    rows = np.nonzero(np.abs(true - rendered(blank_of(form.change), 1, DPI)).max(axis=(1, 2)) > 40)[0]
    return float(rows.min() * MM_PER_INCH / DPI), float(rows.max() * MM_PER_INCH / DPI)


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.name)
def test_only_one_paragraph_differs_and_it_lies_where_it_is_said_to(form: NearDuplicate) -> None:
    top, bottom = band_of_change(form)
    assert bottom - top < PARAGRAPH_MM
    if form in LETTER_ONES:
        assert bottom < PRIMARY_CUT_MM
    if form in SLIP_ONES:
        assert top > PRIMARY_CUT_MM


@pytest.mark.parametrize("form", [SEKUNDAR, PRIMAR], ids=lambda form: form.name)
def test_a_near_duplicate_has_the_fields_of_the_true_blank(form: NearDuplicate) -> None:
    assert read_blank(blank_of(form.change)).form == read_blank(true_blank(form.change.form_id)).form


def test_words_that_move_a_field_make_no_near_duplicate() -> None:
    longer = Rewording(SECONDARY, "unsere Tochter #text", "unsere liebe, gute, kleine Tochter #text")
    with pytest.raises(ValueError, match="moves a field"):
        blank_of(longer)


@pytest.mark.parametrize(
    ("verdicts", "fate"),
    [
        ([("review", "print_altered")], Fate.NOTICED),
        ([("review", "box_none form_doubtful")], Fate.NOTICED),
        ([("review", "box_none")], Fate.OVERLOOKED),
        ([("review", "print_unread")], Fate.OVERLOOKED),
        ([("review", "print_altered"), ("review", "box_none")], Fate.OVERLOOKED),
        ([("given", "")], Fate.KNOWN),
        ([("review", "print_altered"), ("refused", "")], Fate.KNOWN),
    ],
)
def test_what_became_of_a_page_with_slips(verdicts: list[tuple[str, str]], fate: Fate) -> None:
    assert fate_of("slip", [{"verdict": verdict, "reasons": reasons} for verdict, reasons in verdicts]) is fate


@pytest.mark.parametrize("kind", ["foreign", "unreadable", "blank"])
def test_a_page_without_slips_is_what_the_reader_calls_it(kind: str) -> None:
    assert fate_of(kind, []) == kind


def test_a_cut_slip_does_not_count_where_the_letter_was_reworded(tmp_path: Path) -> None:
    truth, results, pages = tmp_path / "set1" / "seed" / "truth.jsonl", tmp_path / "r.csv", tmp_path / "p.csv"
    truth.parent.mkdir(parents=True)
    shown = [photo(1, "prim", "cut"), photo(2, "prim"), photo(3, "sek")]
    truth.write_text("".join(json.dumps(one) + "\n" for one in shown), encoding="utf-8")
    write(pages, [{"file": one["file"], "page": "1", "kind": "slip"} for one in shown])
    write(results, [{"file": one["file"], "page": "1", "verdict": "given", "reasons": ""} for one in shown])
    found = list(pages_of(truth, results, pages, SETS[0]))
    assert [one.form for one in found] == [PRIMAR.name, SEKUNDAR.name]
    assert report(found).splitlines()[-2:] == [
        f"READ AS KNOWN: {one.form}, set1/S08/IMG_{number}.jpg page 1: given (no reason)"
        for one, number in zip(found, (2, 3), strict=True)
    ]


def photo(number: int, form: str, *paper: str) -> dict[str, Any]:
    """A page of the truth."""
    slip = {"form": form, "paper_ev": paper}
    return {"file": f"S08/IMG_{number}.jpg", "page": number, "stack": "S08", "slips": [slip]}


def write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """A table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
