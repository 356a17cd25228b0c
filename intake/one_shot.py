"""`read` without a campaign: blanks and a roster in, tables out, and a tally that closes."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forms.blank import NotABlankError
from intake import batch, evidence, export
from intake.codebook import read_codebooks
from intake.engines import pp_ocr
from intake.errors import BlankError, ExitCode, UnreadablePageError, UsageError
from intake.executors import Executor, LocalPool, Serial
from intake.ledger import Ledger, MemoryLedger
from intake.pades import read_roots
from intake.policy import EVERY_LINE
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
        if self.litter:
            parts.append(f"Übergangen: {_count(self.litter, 'Systemdatei', 'Systemdateien')} (keine Rückläufe).")
        if self.unchecked:
            parts.append(
                f"{_count(self.unchecked, 'Unterschrift', 'Unterschriften')} mit Zertifikat nicht prüfbar; "
                "meist fehlt pyHanko: pip install 'ruecklauf[pades]'."
            )
        return "\n".join(parts)

    @property
    def exit_code(self) -> ExitCode:
        """What the shell is told."""
        if self.unreadable_pages:
            return ExitCode.UNREADABLE_INPUT
        return ExitCode.REVIEW_NEEDED if self.review else ExitCode.SETTLED


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def read(order: Order) -> Tally:
    """Read what came in and write the tables.

    Raises:
        RuecklaufError: A blank or the roster cannot be used, a table not be written, or a part is missing.
    """
    inputs = expand(order.paths)
    templates = [_template(form) for form in order.forms]
    _refuse_two_of_one_form(templates)
    children = read_roster(order.roster) if order.roster else Roster(())
    books = read_codebooks([form.parent for form in order.forms], children.children)
    children = replace(children, codes=books)
    ledger = MemoryLedger()
    roots = read_roots(order.trust) if order.trust else ()
    _run(inputs, templates, children, ledger, order.jobs or os.cpu_count() or 1, roots)
    if order.evidence:
        evidence.write(inputs.sources, ledger.pages(), ledger.results(), order.evidence)
    _write_tables(ledger, children, order.output, order.pages)
    return _tally(ledger, children if order.roster else None, inputs)


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


def _run(  # noqa: PLR0917 - what a run needs
    inputs: Inputs,
    templates: Sequence[Template],
    roster: Roster,
    ledger: Ledger,
    workers: int,
    roots: tuple[bytes, ...],
) -> None:
    """Read everything, with a bar on the screen."""
    pp_ocr.model_path()
    task = batch.PageTask(tuple(templates), roster, pp_ocr.load, read_page, roots)
    executor: Executor = Serial() if workers == 1 else LocalPool(workers)
    with bar("Seiten") as progress:
        batch.run(inputs.sources, task, executor, ledger, policy=EVERY_LINE, progress=progress)


def _write_tables(ledger: Ledger, roster: Roster, output: Path, pages: Path | None) -> None:
    """Both tables and the workbook."""
    results = list(ledger.results())
    _write(output, export.results_csv(results))
    if output != STDOUT:
        workbook = export.results_xlsx(results, export.missing(roster, results))
        export.write_file(output.with_suffix(".xlsx"), workbook)
    if pages:
        _write(pages, export.pages_csv(ledger.pages()))


def _write(path: Path, table: str) -> None:
    if path == STDOUT:
        sys.stdout.buffer.write(table.encode("utf-8"))
    else:
        export.write_file(path, table.encode("utf-8"))


def _tally(ledger: Ledger, roster: Roster | None, inputs: Inputs) -> Tally:
    """Count what the ledger holds."""
    kinds = [page.kind for page in ledger.pages()]
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
    )
