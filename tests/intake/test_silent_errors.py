"""The table of silent errors: slips on which other readers went wrong without a word.

Each row is a consent slip, or what lay in the stack instead of one, and what may be recorded about it unseen. A
person may always be asked; a wrong record must not happen. Each page carries grey noise of six levels.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from forms.geometry import Rect
from forms.model import Meaning
from intake import batch
from intake.executors import Serial
from intake.ledger import MemoryLedger
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.sources import expand
from intake.values import Answer, PageImage, PageKind, SlipResult, Verdict
from samples.marks import MarkStyle, mark, scribbled_out
from samples.pens import BLUE, Pen
from samples.scanner import FLATBED, Picture, Scan, turned
from samples.slips import Answers, Signing
from tests.intake.returned import (
    FAINT_PENCIL,
    FAMILY,
    FELT,
    PRIMARY,
    PUPIL,
    ROSTER,
    SECONDARY,
    UNMARKED,
    Says,
    blank_sheet,
    box,
    cut_slip,
    decisions,
    page_from,
    page_of,
    read,
    scan_of,
    seen,
    sheet_of,
    template_of,
    templates,
    with_strokes,
)

NOISY = replace(FLATBED, noise=6.0)
YES_BOX, NO_BOX = box(Meaning.YES).place, box(Meaning.NO).place
UNSIGNED_YES = replace(FAMILY, guardian=Signing.EMPTY)

Drawing = Callable[[Picture], Picture]


def drawn(place: Rect, style: MarkStyle, pen: Pen = BLUE) -> Drawing:
    return lambda sheet: with_strokes(sheet, mark(style, place, np.random.default_rng(3)), pen)


def scribbled(place: Rect) -> Drawing:
    return lambda sheet: with_strokes(sheet, scribbled_out(place, np.random.default_rng(3)))


@dataclass(frozen=True, slots=True)
class Row:
    """How a slip was filled in and scanned, and what may be recorded about it without asking anybody.

    `answers` are what the boxes may be said to show, `settled` is the only verdict besides REVIEW that is not wrong;
    `must` says that asking a person would be a needless burden.
    """

    filled_as: str
    drawings: tuple[Drawing, ...]
    answers: tuple[Answer, ...]
    settled: Verdict
    must: bool
    family: Answers = UNMARKED
    scan: Scan = NOISY


CROSS, FILL = MarkStyle.CROSS, MarkStyle.FILL
YES, NO = (Answer.YES,), (Answer.NO,)
DOUBT = (Answer.BOTH, Answer.CORRECTED, Answer.UNCLEAR)
GIVEN, REFUSED, REVIEW = Verdict.GIVEN, Verdict.REFUSED, Verdict.REVIEW

TABLE = (
    Row("nothing ticked", (), (Answer.NONE,), REVIEW, True),
    Row("yes", (drawn(YES_BOX, CROSS),), YES, GIVEN, True),
    Row("no", (drawn(NO_BOX, CROSS),), NO, REFUSED, True),
    Row("faint pencil, yes", (drawn(YES_BOX, CROSS, FAINT_PENCIL),), (*YES, Answer.UNCLEAR), GIVEN, False),
    Row("faint pencil, no", (drawn(NO_BOX, CROSS, FAINT_PENCIL),), (*NO, Answer.UNCLEAR), REFUSED, False),
    Row("both crossed", (drawn(YES_BOX, CROSS), drawn(NO_BOX, CROSS)), DOUBT, REVIEW, True),
    Row("yes filled in, then no crossed", (drawn(YES_BOX, FILL), drawn(NO_BOX, CROSS)), DOUBT, REVIEW, True),
    Row("no filled in, then yes crossed", (drawn(NO_BOX, FILL), drawn(YES_BOX, CROSS)), DOUBT, REVIEW, True),
    Row(
        "yes scribbled out, then no crossed",
        (drawn(YES_BOX, CROSS), scribbled(YES_BOX), drawn(NO_BOX, CROSS)),
        DOUBT,
        REVIEW,
        True,
    ),
    Row("yes scribbled out", (drawn(YES_BOX, CROSS), scribbled(YES_BOX)), DOUBT, REVIEW, True),
    Row("thick pen, yes", (drawn(YES_BOX, CROSS, FELT),), YES, GIVEN, True),
    Row("thick pen, no", (drawn(NO_BOX, CROSS, FELT),), NO, REFUSED, True),
    Row("yes beyond the box", (drawn(YES_BOX, MarkStyle.OVERSHOOTING),), (*YES, *DOUBT), GIVEN, False),
    Row("no beyond the box", (drawn(NO_BOX, MarkStyle.OVERSHOOTING),), (*NO, *DOUBT), REFUSED, False),
    Row("yes, 2° skew", (drawn(YES_BOX, CROSS),), YES, GIVEN, True, scan=replace(NOISY, skew_deg=2.0)),
    Row("no, 2° skew", (drawn(NO_BOX, CROSS),), NO, REFUSED, True, scan=replace(NOISY, skew_deg=2.0)),
    Row("yes, upside down", (drawn(YES_BOX, CROSS),), YES, GIVEN, True, scan=replace(NOISY, quarter_turns=2)),
    Row("no, upside down", (drawn(NO_BOX, CROSS),), NO, REFUSED, True, scan=replace(NOISY, quarter_turns=2)),
    Row("yes, not signed", (), YES, REVIEW, True, family=UNSIGNED_YES),
    Row(
        "nothing ticked, not signed",
        (),
        (Answer.NONE,),
        REVIEW,
        True,
        family=replace(UNMARKED, guardian=Signing.EMPTY),
    ),
)


def page_with(row: Row) -> PageImage:
    sheet = cut_slip(row.family)
    for drawing in row.drawings:
        sheet = drawing(sheet)
    if row.scan.skew_deg == NOISY.skew_deg:
        return page_of(turned(seen(sheet, row.scan), row.scan.quarter_turns))
    return page_of(scan_of(sheet, row.scan))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.filled_as)
def test_what_a_family_says_is_right_or_asked_about(row: Row) -> None:
    (decision,) = decisions(page_with(row))
    assert decision.answer in row.answers
    assert decision.verdict in (row.settled, REVIEW)
    if row.must:
        assert decision.verdict is row.settled


def test_a_blank_form_is_nobodys_answer() -> None:
    (decision,) = decisions(page_of(seen(blank_sheet(), NOISY)), name="")
    assert (decision.verdict, decision.answer) == (REVIEW, Answer.NONE)


# ---------------------------------------------------------------- pages that do not belong, and broken files


def test_noise_on_an_empty_white_back_is_neither_writing_nor_a_slip() -> None:
    noise = np.clip(np.random.default_rng(3).normal(248, 6, (2339, 1654)), 0, 255)
    page = read(page_from(noise.astype(np.uint8)))
    assert (page.kind, page.slips) == (PageKind.BLANK, ())


@pytest.mark.parametrize("own, other", [(PRIMARY, SECONDARY), (SECONDARY, PRIMARY)])
def test_a_foreign_page_is_no_slip(own: str, other: str) -> None:
    sheet = cut_slip() if other == PRIMARY else sheet_of(SECONDARY)
    page = read_page(page_of(seen(sheet, NOISY)), (template_of(own),), ROSTER, Says(PUPIL.name))
    assert (page.kind, page.slips) == (PageKind.FOREIGN, ())


def test_an_exam_sheet_with_boxes_is_no_slip() -> None:
    sheet = np.full((2339, 1654), 250, np.uint8)
    for row in range(30):
        cv2.putText(sheet, f"Frage {row + 1}: Was ist richtig?", (120, 200 + 65 * row), 0, 1.0, 30, 2)
        for column in range(4):
            left = 900 + 150 * column
            cv2.rectangle(sheet, (left, 170 + 65 * row), (left + 39, 209 + 65 * row), 30, 2)
    page = read(page_from(sheet))
    assert (page.kind, page.slips) == (PageKind.FOREIGN, ())


def run(folder: Path) -> MemoryLedger:
    ledger = MemoryLedger()
    task = batch.PageTask(templates(), ROSTER, lambda: Says(PUPIL.name), read_page)
    batch.run(expand([folder]).sources, task, Serial(), ledger, policy=EVERY_LINE, progress=lambda done, total: None)
    return ledger


def test_broken_files_are_said_to_be_unreadable_and_stop_nobody(tmp_path: Path) -> None:
    good = Image.fromarray(page_with(TABLE[1]).gray)
    good.save(tmp_path / "gut.jpg", quality=90, dpi=(200, 200))
    whole = (tmp_path / "gut.jpg").read_bytes()
    (tmp_path / "abgeschnitten.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "kurz.jpg").write_bytes(whole[:40])
    (tmp_path / "text.jpg").write_text("Ja, mein Kind darf.", encoding="utf-8")
    (tmp_path / "leer.jpg").write_bytes(b"")
    ledger = run(tmp_path)
    kinds = {page.ref.file: page.kind for page in ledger.pages()}
    assert kinds == {
        "gut.jpg": PageKind.SLIP,
        "abgeschnitten.jpg": PageKind.UNREADABLE,
        "kurz.jpg": PageKind.UNREADABLE,
        "text.jpg": PageKind.UNREADABLE,
        "leer.jpg": PageKind.UNREADABLE,
    }
    results: list[SlipResult] = list(ledger.results())
    assert [(one.reading.ref.file, one.decision.verdict) for one in results] == [("gut.jpg", GIVEN)]
