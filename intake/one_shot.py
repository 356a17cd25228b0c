"""`read` without a campaign: blanks and a roster in, tables out, and a tally that closes."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forms.blank import NotABlankError
from intake import batch, evidence, export, unpack
from intake.batch import Delivery
from intake.codebook import read_codebooks
from intake.engines import pp_ocr
from intake.errors import BlankError, ExitCode, UnreadablePageError, UsageError
from intake.executors import Executor, LocalPool, Serial
from intake.ledger import Ledger, MemoryLedger
from intake.pades import read_roots
from intake.policy import EVERY_LINE
from intake.private import private_folder
from intake.progress import bar
from intake.read_slip import read_page
from intake.roster import read_roster
from intake.sources import Inputs, expand
from intake.templates import prepare
from intake.values import PageKind, Roster, Template, Trust, Verdict

STDOUT = Path("-")
"""The file name that stands for the standard output."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the office asked for; `pages` and `evidence` are written only if asked for.

    `trust` holds the certificates whose holders may vouch for signatures.
    """

    paths: tuple[Path, ...]
    forms: tuple[Path, ...]
    roster: Path | None
    output: Path
    pages: Path | None
    evidence: Path | None
    jobs: int | None
    trust: Path | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The sum that must close: pages in = slip + blank + foreign + unreadable pages."""

    pages: int
    slip_pages: int
    blank_pages: int
    foreign_pages: int
    unreadable_pages: int
    slips: int
    given: int
    refused: int
    review: int
    missing: int | None
    litter: int
    unchecked: int
    mails: int
    mails_without_slip: int
    small_pictures: int
    program_parts: int
    archive_litter: int

    @property
    def sentences(self) -> str:
        """The tally for people."""
        parts = [
            f"{_count(self.pages, 'Seite', 'Seiten')} gelesen = {self.slip_pages} mit Abschnitt + "
            f"{self.blank_pages} leer + {self.foreign_pages} fremd + {self.unreadable_pages} unlesbar.",
            f"{_count(self.slips, 'Abschnitt', 'Abschnitte')}: {self.given} erteilt, {self.refused} abgelehnt, "
            f"{self.review} zu prüfen.",
        ]
        if self.missing is not None:
            verb = "fehlt" if self.missing == 1 else "fehlen"
            parts.append(f"Aus der Klassenliste {verb} {_count(self.missing, 'Kind', 'Kinder')}.")
        if self.mails:
            parts.append(f"{_count(self.mails, 'Mail', 'Mails')} geöffnet.")
        if self.mails_without_slip:
            verb = "enthält" if self.mails_without_slip == 1 else "enthalten"
            parts.append(
                f"Nur andere Seiten, keinen Abschnitt {verb} {_count(self.mails_without_slip, 'Mail', 'Mails')}; "
                "vielleicht wurde der Brief statt des Abschnitts geschickt."
            )
        if skipped := self._skipped:
            parts.append(f"Übergangen: {', '.join(skipped)} (keine Rückläufe).")
        if self.unchecked:
            parts.append(
                f"{_count(self.unchecked, 'Unterschrift', 'Unterschriften')} mit Zertifikat nicht prüfbar; "
                "meist fehlt pyHanko: pip install 'ruecklauf[pades]'."
            )
        return "\n".join(parts)

    @property
    def _skipped(self) -> list[str]:
        """What was no return, in words."""
        counts = (
            (self.small_pictures, "kleines Bild im Text einer Mail", "kleine Bilder im Text von Mails"),
            (self.program_parts, "Zugabe eines Mailprogramms", "Zugaben von Mailprogrammen"),
            (self.archive_litter, "Systemdatei in einem Archiv", "Systemdateien in Archiven"),
            (self.litter, "Systemdatei", "Systemdateien"),
        )
        return [_count(number, one, many) for number, one, many in counts if number]

    @property
    def exit_code(self) -> ExitCode:
        """What the shell is told."""
        if self.unreadable_pages:
            return ExitCode.UNREADABLE_INPUT
        return ExitCode.REVIEW_NEEDED if self.review or self.mails_without_slip else ExitCode.SETTLED


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def read(order: Order) -> Tally:
    """Read what came in and write the tables.

    Raises:
        RuecklaufError: A blank or the roster cannot be used, a table not be written, or a part is missing.
    """
    with private_folder() as folder:
        return _read(order, folder)


def _read(order: Order, folder: Path) -> Tally:
    """Read with a folder for what comes in mails."""
    inputs = expand(order.paths)
    templates = [_template(form) for form in order.forms]
    _refuse_two_of_one_form(templates)
    children = read_roster(order.roster) if order.roster else Roster(())
    books = read_codebooks([form.parent for form in order.forms], children.children)
    children = replace(children, codes=books)
    roots = read_roots(order.trust) if order.trust else ()
    ledger = MemoryLedger()
    workers = order.jobs or os.cpu_count() or 1
    executor: Executor = Serial() if workers == 1 else LocalPool(workers)
    delivery = batch.open_mail(inputs.sources, folder, executor)
    task = batch.PageTask(tuple(templates), children, pp_ocr.load, read_page, roots)
    _run(delivery, task, ledger, executor)
    if order.evidence:
        evidence.write(delivery.sources, ledger.pages(), ledger.results(), order.evidence)
    _write_tables(ledger, children, delivery, order)
    return _tally(ledger, children if order.roster else None, inputs, delivery)


def _template(path: Path) -> Template:
    """The blank, ready for comparison."""
    try:
        return prepare(_bytes(path))
    except NotABlankError as error:
        raise BlankError(f"{path} ist keine Vorlage von Rücklauf. {error}") from error
    except UnreadablePageError as error:
        raise BlankError(
            f"{path} lässt sich nicht darstellen ({error.reason}); bitte die Vorlage neu erzeugen."
        ) from error


def _refuse_two_of_one_form(templates: Sequence[Template]) -> None:
    """The same form twice would make every slip a toss-up between the two."""
    known: set[tuple[str, int]] = set()
    for template in templates:
        name = (template.form.id, template.form.version)
        if name in known:
            raise UsageError(
                f"Die Vorlage {name[0]} (Fassung {name[1]}) ist zweimal angegeben; bitte nur einmal nennen."
            )
        known.add(name)


def _bytes(path: Path) -> bytes:
    """A small file, whole."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} lässt sich nicht öffnen ({error.strerror}).") from error


def _run(delivery: Delivery, task: batch.PageTask, ledger: Ledger, executor: Executor) -> None:
    """Read everything, with a bar on the screen."""
    pp_ocr.model_path()
    with bar("Seiten") as progress:
        batch.run(
            delivery.sources,
            task,
            executor,
            ledger,
            policy=EVERY_LINE,
            progress=progress,
            unread=delivery.unread,
        )


def _write_tables(ledger: Ledger, roster: Roster, delivery: Delivery, order: Order) -> None:
    """Both tables and the workbook."""
    results = list(ledger.results())
    senders = {file: cover.sender for file, cover in delivery.covers.items()}
    _write(order.output, export.results_csv(results))
    if order.output != STDOUT:
        unread = export.unread_rows(ledger.pages(), senders)
        workbook = export.results_xlsx(results, export.missing(roster, results), unread)
        export.write_file(order.output.with_suffix(".xlsx"), workbook)
    if order.pages:
        _write(order.pages, export.pages_csv(ledger.pages(), senders))


def _write(path: Path, table: str) -> None:
    if path == STDOUT:
        sys.stdout.buffer.write(table.encode("utf-8"))
    else:
        export.write_file(path, table.encode("utf-8"))


def _tally(ledger: Ledger, roster: Roster | None, inputs: Inputs, delivery: Delivery) -> Tally:
    """Count what the ledger holds."""
    kinds = [page.kind for page in ledger.pages()]
    strays = {page.ref.file for page in ledger.pages() if batch.MAIL_WITHOUT_SLIP in page.reasons}
    results = list(ledger.results())
    verdicts = [result.decision.verdict for result in results]
    refused, review = verdicts.count(Verdict.REFUSED), verdicts.count(Verdict.REVIEW)
    return Tally(
        pages=len(kinds),
        slip_pages=kinds.count(PageKind.SLIP),
        blank_pages=kinds.count(PageKind.BLANK),
        foreign_pages=kinds.count(PageKind.FOREIGN),
        unreadable_pages=kinds.count(PageKind.UNREADABLE),
        slips=len(results),
        given=len(results) - refused - review,
        refused=refused,
        review=review,
        missing=None if roster is None else len(export.missing(roster, results)),
        litter=len(inputs.litter),
        unchecked=sum(one.trust is Trust.UNCHECKED for result in results for one in result.reading.file.signings),
        mails=delivery.mails,
        mails_without_slip=len({delivery.covers[file].file for file in strays}),
        small_pictures=delivery.passed_over.get(unpack.SMALL_PICTURE, 0),
        program_parts=delivery.passed_over.get(unpack.OF_PROGRAMS, 0),
        archive_litter=delivery.passed_over.get(unpack.OF_SYSTEMS, 0),
    )
