"""The tables: results.csv and pages.csv for programs, a workbook for people."""

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import xlsxwriter

from forms.model import Role
from intake.errors import UsageError
from intake.page_reasons import advice
from intake.values import Answer, Child, PageReading, Reason, Roster, Signing, SlipReading, SlipResult, Verdict

SCHEMA = "1"
"""The number of the table layout; columns are only ever added at the end."""

LONGEST_NAME = 60
"""Letters of a field's name that are shown; a file that came back may call its fields what it likes."""

SHEET_NAME_LENGTH = 31
"""Excel's limit."""

FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

WITHOUT_CLASS = "Ohne Klasse"
MISSING = "Fehlende"
UNREAD = "Ohne Abschnitt"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One slip in results.csv; the fields are the columns, in order, and described in docs/results.md."""

    schema: str
    file: str
    page: str
    slip: str
    channel: str
    form: str
    form_version: str
    child_id: str
    child_name: str
    child_class: str
    identified_by: str
    name_read: str
    guardians_read: str
    answer: str
    guardian_signature: str
    pupil_signature: str
    verdict: str
    reasons: str
    duplicate_of: str
    signature_kind: str
    file_details: str


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page in pages.csv; the fields are the columns, in order."""

    file: str
    page: str
    kind: str
    form: str
    slips: str
    reasons: str
    sender: str


@dataclass(frozen=True, slots=True)
class MissingChild:
    """A child of the roster for whom no slip was identified; `perhaps` names slips that may be the child's."""

    child: Child
    perhaps: tuple[str, ...]


# ---------------------------------------------------------------- rows


def result_row(result: SlipResult) -> ResultRow:
    """The slip as the table shows it."""
    slip, child = result.reading, result.reading.identity.child
    return ResultRow(
        schema=SCHEMA,
        file=slip.ref.file,
        page=str(slip.ref.page),
        slip=str(slip.number),
        channel=slip.channel,
        form=slip.form_id,
        form_version=str(slip.form_version),
        child_id=child.id if child else "",
        child_name=child.name if child else "",
        child_class=child.school_class if child else "",
        identified_by=slip.identity.by,
        name_read=_text(slip, Role.CHILD_NAME),
        guardians_read=_text(slip, Role.GUARDIAN_NAMES),
        answer=result.decision.answer,
        guardian_signature=_signature(slip, Role.GUARDIAN_SIGNATURE),
        pupil_signature=_signature(slip, Role.PUPIL_SIGNATURE),
        verdict=result.decision.verdict,
        reasons=" ".join(result.decision.reasons),
        duplicate_of=result.duplicate_of,
        signature_kind=" ".join(_how(signing) for signing in slip.file.signings),
        file_details=" ".join(_one_word(detail) for detail in slip.file.details),
    )


def page_row(page: PageReading, sender: str) -> PageRow:
    """The page as the table shows it."""
    forms = dict.fromkeys(slip.form_id for slip in page.slips)
    return PageRow(
        file=page.ref.file,
        page=str(page.ref.page),
        kind=page.kind,
        form=" ".join(forms),
        slips=str(len(page.slips)),
        reasons=" ".join(page.reasons),
        sender=sender,
    )


def unread_rows(pages: Iterable[PageReading], senders: Mapping[str, str]) -> list[PageRow]:
    """The pages that have a reason: those that a person must look at."""
    return [page_row(page, senders.get(page.ref.file, "")) for page in pages if page.reasons]


def _text(slip: SlipReading, role: Role) -> str:
    """What was read on the line, in one line of text."""
    return " ".join(" ".join(text.text.split()) for text in slip.texts if text.role is role)


def _signature(slip: SlipReading, role: Role) -> str:
    """What the line shows; empty where the form has none."""
    return next((line.state for line in slip.signatures if line.role is role), "")


def _how(signing: Signing) -> str:
    """How one line was signed: `guardian_signature=certificate:changed:child_name`."""
    what = (signing.kind, signing.trust, ",".join(signing.changes))
    return f"{_one_word(signing.field)}=" + ":".join(_one_word(part) for part in what if part)


def _one_word(text: str) -> str:
    """A name from a file, so that spaces keep separating."""
    return "_".join(text.split())[:LONGEST_NAME]


def missing(roster: Roster, results: Sequence[SlipResult]) -> list[MissingChild]:
    """The children of the roster without an identified slip, in the roster's order."""
    returned: set[str] = set()
    perhaps: dict[str, list[str]] = {}
    for result in results:
        slip, child = result.reading, result.reading.identity.child
        if child is not None:
            returned.add(child.id)
            continue
        for candidate in slip.identity.candidates:
            name = f"{slip.ref.file}#{slip.ref.page}#{slip.number}"
            perhaps.setdefault(candidate.child.id, []).append(name)
    return [
        MissingChild(child, tuple(perhaps.get(child.id, ()))) for child in roster.children if child.id not in returned
    ]


# ---------------------------------------------------------------- CSV


def results_csv(results: Iterable[SlipResult]) -> str:
    """The table of slips: comma, LF, quotes only where needed, UTF-8 when written."""
    return _csv(ResultRow, (result_row(result) for result in results))


def pages_csv(pages: Iterable[PageReading], senders: Mapping[str, str]) -> str:
    """The table of pages, in the same dialect; `senders` by file, for what came in mails."""
    return _csv(PageRow, (page_row(page, senders.get(page.ref.file, "")) for page in pages))


def _csv(kind: type[ResultRow] | type[PageRow], rows: Iterable[ResultRow | PageRow]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([column.name for column in fields(kind)])
    table.writerows(astuple(row) for row in rows)
    return text.getvalue()


def write_file(path: Path, content: bytes) -> None:
    """Put a whole file in place, or leave what was there: never half a table.

    Raises:
        UsageError: It cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise UsageError(
            f"{path} lässt sich nicht schreiben ({error.strerror}). Ist die Datei noch in einem anderen Programm "
            "geöffnet, oder fehlt das Recht, in diesem Ordner zu schreiben?"
        ) from error


# ---------------------------------------------------------------- the workbook


VERDICTS = {Verdict.GIVEN: "erteilt", Verdict.REFUSED: "abgelehnt", Verdict.REVIEW: "prüfen"}

ANSWERS = {
    Answer.YES: "ja",
    Answer.NO: "nein",
    Answer.NONE: "nichts angekreuzt",
    Answer.BOTH: "beides angekreuzt",
    Answer.CORRECTED: "verbessert",
    Answer.UNCLEAR: "unklar",
    Answer.NOT_ASKED: "",
}

SIGNATURES = {
    "signed": "ja",
    "empty": "fehlt",
    "unclear": "unklar",
    "unread": "nicht gelesen",
    "typed": "getippt",
    "unverified": "nicht bestätigt",
    "changed": "danach geändert",
    "": "",
}

REASONS = {
    Reason.FORM_DOUBTFUL: "Formular nicht sicher erkannt",
    Reason.WORDS_OBJECT: "andere Wörter, wo ein Name oder Datum stehen soll",
    Reason.REMARK_WRITTEN: "etwas auf der Zeile für Bemerkungen",
    Reason.PRINT_ALTERED: "gedruckter Text verändert",
    Reason.PRINT_DAMAGED: "Abschnitt beschädigt",
    Reason.PRINT_UNREAD: "gedruckter Text nicht prüfbar",
    Reason.BOX_NONE: "nichts angekreuzt",
    Reason.BOX_BOTH: "beides angekreuzt",
    Reason.BOX_CORRECTED: "Kreuz verbessert",
    Reason.BOX_UNCLEAR: "Kreuz unklar",
    Reason.BOX_UNREAD: "Kästchen nicht lesbar",
    Reason.SIGNATURE_MISSING: "Unterschrift fehlt",
    Reason.SIGNATURE_UNCLEAR: "Unterschrift unklar",
    Reason.SIGNATURE_UNREAD: "Unterschrift nicht lesbar",
    Reason.INK_UNEXPLAINED: "etwas dazugeschrieben",
    Reason.INK_UNREAD: "Zusätze nicht prüfbar",
    Reason.LINE_UNREAD: "eine Zeile nicht lesbar",
    Reason.CODE_FOREIGN: "fremder Code",
    Reason.CODE_FORGED: "Code nicht echt",
    Reason.CODE_UNKNOWN: "Code nie ausgegeben",
    Reason.CODE_UNLISTED: "Kind des Codes nicht in der Klassenliste",
    Reason.CODE_UNCHECKED: "Code nicht prüfbar: Codeliste fehlt",
    Reason.CODES_CONTRADICT: "zwei verschiedene Codes",
    Reason.CHILD_UNSURE: "Kind nicht sicher erkannt",
    Reason.CHILD_BY_GUARDIANS: "Kind nur mit Hilfe der Elternzeile erkannt",
    Reason.CHILD_NOT_LISTED: "Kind nicht in der Klassenliste",
    Reason.CHILD_NO_NAME: "Name des Kindes fehlt",
    Reason.CHILD_NO_ROSTER: "keine Klassenliste angegeben",
    Reason.NAME_STRUCK: "Name durchgestrichen",
    Reason.NAME_CONTRADICTS_CODE: "Name passt nicht zum Code",
    Reason.CONTRADICTING_RETURNS: "widersprüchliche Rückläufe",
    Reason.MAIL_OBJECTS: "Mail dazu lesen",
    Reason.WORKER_FAILED: "beim Lesen abgebrochen",
    Reason.FIELD_DISAGREES: "Formularfeld und Bild der Seite widersprechen sich",
    Reason.CONTENT_HIDDEN: "die Datei enthält etwas, das man auf der Seite nicht sieht",
    Reason.FILE_UNREAD: "Formularfelder und Anmerkungen nicht lesbar",
    Reason.CHANGED_AFTER_SIGNING: "nach der Unterschrift geändert",
    Reason.SIGNATURE_TYPED: "Unterschrift nur getippt",
    Reason.SIGNATURE_UNVERIFIED: "Zertifikat der Unterschrift nicht bestätigt",
}

HEADINGS = ("Kind", "Formular", "Antwort", "Unterschrift Eltern", "Unterschrift Kind", "Ergebnis", "Gründe")
PLACES = ("Gelesener Name", "Datei", "Seite", "Abschnitt", "Doppel von")
WIDTHS = (28, 18, 18, 19, 17, 12, 44, 28, 30, 7, 10, 24)


def results_xlsx(
    results: Sequence[SlipResult], absent: Sequence[MissingChild], unread: Sequence[PageRow] = ()
) -> bytes:
    """A workbook for people: a sheet for each class, one of the missing, and one of pages that a person must look at.

    Every cell is a string: what a parent wrote never becomes a formula, a link or a date.
    """
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    names = _SheetNames()
    with xlsxwriter.Workbook(file, options) as book:
        for school_class, slips in _by_class(results):
            rows = [_line(result) for result in slips]
            _sheet(book, names.free(school_class or WITHOUT_CLASS), (*HEADINGS, *PLACES), WIDTHS, rows)
        _sheet(
            book,
            MISSING,
            ("Klasse", "Kind", "Vielleicht auf"),
            (10, 28, 60),
            [(one.child.school_class, one.child.name, ", ".join(one.perhaps)) for one in absent],
        )
        if unread:
            rows = [_unread_line(row) for row in unread]
            _sheet(
                book, UNREAD, ("Datei", "Seite", "Was", "Was tun", "Absender", "Code"), (44, 7, 44, 60, 30, 24), rows
            )
    return file.getvalue()


def _unread_line(row: PageRow) -> tuple[str, ...]:
    told = advice(row.reasons)
    return row.file, row.page, told.what, told.then, row.sender, row.reasons


class _SheetNames:
    """Names that Excel takes, each used once whatever its case; the sheets that are no class keep their own."""

    def __init__(self) -> None:
        self._used = {MISSING.casefold(), UNREAD.casefold(), "history"}

    def free(self, wanted: str) -> str:
        """The wanted name, or something like it."""
        plain = FORBIDDEN_IN_SHEET_NAME.sub("_", wanted).strip("' ")[:SHEET_NAME_LENGTH] or WITHOUT_CLASS
        name, number = plain, 2
        while name.casefold() in self._used:
            suffix = f" ({number})"
            name, number = plain[: SHEET_NAME_LENGTH - len(suffix)] + suffix, number + 1
        self._used.add(name.casefold())
        return name


def _by_class(results: Iterable[SlipResult]) -> Iterator[tuple[str, list[SlipResult]]]:
    """Classes in order, the slips without one last; within a class by name."""
    classes: dict[str, list[SlipResult]] = {}
    for result in results:
        child = result.reading.identity.child
        classes.setdefault(child.school_class if child else "", []).append(result)
    for school_class in sorted(classes, key=lambda name: (not name, name)):
        yield school_class, sorted(classes[school_class], key=_sort_name)


def _sort_name(result: SlipResult) -> tuple[str, str]:
    child = result.reading.identity.child
    return (child.last_name.casefold(), child.first_name.casefold()) if child else ("", "")


def _line(result: SlipResult) -> tuple[str, ...]:
    row, decision = result_row(result), result.decision
    return (
        row.child_name,
        row.form,
        ANSWERS[decision.answer],
        SIGNATURES[row.guardian_signature],
        SIGNATURES[row.pupil_signature],
        VERDICTS[decision.verdict],
        ", ".join(REASONS[reason] for reason in decision.reasons),
        row.name_read,
        row.file,
        row.page,
        row.slip,
        row.duplicate_of,
    )


def _sheet(book: Any, name: str, headings: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
    """One sheet with a frozen, filtered heading."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(headings) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
