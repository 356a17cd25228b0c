"""The stacks that lie in the tree, and the program that made them."""

import csv
import re
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageSequence

from samples import generate
from samples.families import SCHOOL, Pupil
from samples.generate import STACKS, TRUTH_COLUMNS, TRUTH_FILE, write_stacks
from samples.signatures import manner_of

COMMITTED = Path(generate.__file__).parent / "stacks"
MAX_BYTES = 4 * 1024 * 1024
OLD_FORM = 0.15
"""Print that moved by 0.13 mm makes 0.25, by half a millimetre 0.66; the same forms again make 0."""


def rows(folder: Path) -> list[dict[str, str]]:
    """The truth of a folder."""
    with (folder / TRUTH_FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page_count(picture: Image.Image) -> int:
    """How many pages a TIFF has."""
    return sum(1 for _ in ImageSequence.Iterator(picture))


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    """The share of black pixels of two pages that are black on one only, after a blur of the paper's grain."""
    dark = [cv2.blur(np.asarray(page.convert("L")), (5, 5)) < 128 for page in (one, other)]
    return float((dark[0] ^ dark[1]).sum() / max(1, (dark[0] | dark[1]).sum()))


def test_a_stack_made_again_has_the_truth_that_lies_in_the_tree(tmp_path: Path) -> None:
    stack = next(s for s in STACKS if s.name == "stapel")
    write_stacks(tmp_path, generate.SEED, [stack])
    committed = [row for row in rows(COMMITTED) if row["file"] == "stapel.tif"]
    assert rows(tmp_path) == committed
    with Image.open(tmp_path / "stapel.tif") as made, Image.open(COMMITTED / "stapel.tif") as kept:
        assert page_count(made) == page_count(kept)
        for fresh, old in zip(ImageSequence.Iterator(made), ImageSequence.Iterator(kept), strict=True):
            assert share_that_differs(fresh, old) < OLD_FORM, "the forms changed: make samples/stacks again"


def test_a_mailbox_made_again_is_the_one_that_lies_in_the_tree(tmp_path: Path) -> None:
    stack = next(s for s in STACKS if s.name == "post")
    write_stacks(tmp_path, generate.SEED, [stack])
    assert rows(tmp_path) == [row for row in rows(COMMITTED) if row["file"].startswith("post.mbox")]
    made, kept = ((folder / "post.mbox").read_bytes() for folder in (tmp_path, COMMITTED))
    assert made.count(b"\nFrom: ") == kept.count(b"\nFrom: ") == 2
    assert _without_files(made) == _without_files(kept)


def _without_files(box: bytes) -> bytes:
    """What a mailbox holds besides pictures, which depend on the versions of libraries."""
    return re.sub(rb"^[A-Za-z0-9+/=]+\n", b"", box, flags=re.MULTILINE)


def test_the_truth_knows_every_page_of_every_file() -> None:
    pages = {(row["file"], int(row["page"])) for row in rows(COMMITTED)}
    with pypdfium2.PdfDocument(COMMITTED / "gemischt.pdf") as pdf:
        expected = {("gemischt.pdf", n) for n in range(1, len(pdf) + 1)}
    with Image.open(COMMITTED / "stapel.tif") as tiff:
        expected |= {("stapel.tif", n) for n in range(1, page_count(tiff) + 1)}
        assert tiff.info["compression"] == "group4"
    expected |= {(f"fotos/{path.name}", 1) for path in (COMMITTED / "fotos").iterdir()}
    expected |= {("post.mbox/1/Abschnitt.pdf", 1), ("post.mbox/2", 1)}
    assert pages == expected


def test_the_truth_has_its_columns_and_a_verdict_for_every_slip() -> None:
    for row in rows(COMMITTED):
        assert tuple(row) == TRUTH_COLUMNS
        is_slip = row["kind"] == "slip"
        assert bool(row["slip"]) == bool(row["form"]) == bool(row["verdicts"]) == is_slip
        assert set(row["verdicts"].split()) <= {"given", "refused", "review"}


def test_no_child_returns_a_slip_twice_and_some_return_none() -> None:
    returned = [row["child_id"] for row in rows(COMMITTED) if row["child_id"]]
    assert len(set(returned)) == len(returned)
    assert set(returned) < {child.id for child in SCHOOL}


def test_the_stacks_show_every_case_of_the_tray() -> None:
    found = rows(COMMITTED)
    assert {row["kind"] for row in found} == {"slip", "blank", "foreign", "unreadable"}
    assert {row["form"] for row in found} == {"", "iserv-primar", "iserv-sekundar"}
    assert {row["answer"] for row in found} == {"", "yes", "no", "none", "both", "corrected"}
    assert {row["guardian_signature"] for row in found} == {"", "signed", "empty"}
    assert max(int(row["slip"] or 0) for row in found) == 2


def test_the_class_list_names_every_child_of_the_truth() -> None:
    with (COMMITTED / "klassenliste.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {line["Nr"]: f"{line['Vorname']} {line['Nachname']}" for line in csv.DictReader(file, delimiter=";")}
    assert len(names) == len(SCHOOL)
    assert all(names[row["child_id"]] == row["child_name"] for row in rows(COMMITTED) if row["child_id"])


def test_the_stacks_stay_small() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*") if path.is_file()) <= MAX_BYTES


@pytest.mark.parametrize("child", SCHOOL, ids=lambda c: c.id)
def test_the_signing_guardian_has_a_first_and_a_last_name(child: Pupil) -> None:
    assert len(child.signing_guardian.split()) >= 2
    assert manner_of(child.signing_guardian).waves > 0
