"""`form adopt`: reads somebody else's letter, shows what was found, and writes the blank that a person agrees to."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from forms.acroform import written
from forms.adopt import NewForm, Picture, adopt, id_from
from forms.captions import Certainty, Task, Word
from forms.check import Finding, check_blank
from forms.fields import UnreadablePdfError, widgets_of
from forms.geometry import MM_PER_INCH, Rect
from forms.letter_copy import NotAdoptableError, copied, readable_letter
from forms.model import Rule
from forms.proposal import (
    Added,
    CorrectionError,
    LetterPage,
    Proposal,
    Proposed,
    corrected,
    problems,
    propose,
    task_named,
)
from forms.shapes import Shapes, find_shapes, without_shapes
from forms.words import words_of
from intake import export, pages, pdf
from intake.engines import tesseract
from intake.errors import UnreadablePageError, UsageError
from intake.kinds import SNIFFED_BYTES
from intake.limits import MAX_IMAGE_BYTES
from intake.sources import Source
from intake.straighten import DPI, NoSheetError, Sheet, quarter_turned, straightened
from intake.values import GrayImage

FEWEST_WORDS = 12
"""A page with fewer has no text of its own, but perhaps a picture of some."""
PRINTED_SCORE, UPRIGHT_WORDS, UPRIGHT_SCORE = 0.3, 12, 0.7
"""Words below the first are noise; so many words of so high a mean score say that a page stands upright."""
LONG_WORD, LETTERS_SHARE = 6, 0.8
"""A dot of a line beside it makes the engine doubt a word that it reads well."""
PX_PER_MM = DPI / MM_PER_INCH


@dataclass(frozen=True, slots=True)
class Order:
    """What the office asked for. Empty texts and None mean that the program is to choose."""

    letter: Path
    output: Path | None
    page: int | None
    roles: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    cut: float | None
    whole: bool
    rule: Rule | None
    form_id: str
    version: int
    title: str
    accepted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """A letter that was read: what the blank is made of, its page, and how that page looks."""

    source: bytes | Picture
    page: LetterPage
    gray: GrayImage


class Person(Protocol):
    """Whoever sits at the keyboard, or nobody."""

    def show(self, proposal: Proposal, rule: Rule, preview: Path) -> None:
        """Show the proposal as it stands."""

    def name(self, field: Proposed) -> str:
        """Ask what a field is for: a task, "-" to leave the field out, nothing to leave it as it is."""

    def agrees(self) -> bool:
        """Ask whether the proposal is right."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the blank, or what has to be answered before there can be one."""

    blank: Path | None
    open_questions: tuple[str, ...]
    findings: tuple[Finding, ...]


def run(order: Order, person: Person) -> Outcome:
    """Read, propose, correct, ask where unsure, and write; without agreement only the picture of the proposal.

    Raises:
        UsageError: The letter cannot be read or adopted, or a correction does not fit.
    """
    try:
        letter = read_letter(order.letter, order.page, order.cut, order.whole)
        proposal = _corrected(propose(letter.page, order.cut, order.whole), order)
        return agreed(letter, proposal, order, person)
    except (NotAdoptableError, CorrectionError, UnreadablePdfError) as error:
        raise UsageError(f"{order.letter}: {error}") from error
    except NoSheetError as error:
        raise UsageError(
            f"{order.letter}: Auf dem Foto ist kein Blatt zu erkennen. Bitte scannen Sie den Brief, oder "
            f"fotografieren Sie "
            "ihn ganz auf einem dunklen Tisch."
        ) from error
    except UnreadablePageError as error:
        raise UsageError(
            f"{order.letter} ist nicht lesbar ({error.reason}). Bitte scannen Sie den Brief neu."
        ) from error


def agreed(letter: Letter, proposal: Proposal, order: Order, person: Person) -> Outcome:
    """Show the proposal, ask, and write what a person agrees to."""
    output = order.output or order.letter.with_name(f"{order.letter.stem}-vorlage.pdf")
    preview = output.with_name(f"{output.stem}-vorschlag.png")
    export.write_file(preview, _png(pictured(letter.gray, proposal)))
    person.show(proposal, order.rule or proposal.rule, preview)
    answered = _asked(proposal, person)
    if answered != proposal:
        export.write_file(preview, _png(pictured(letter.gray, answered)))
    rule = order.rule or answered.rule
    questions = (*problems(answered, rule), *_unsure(answered))
    if questions or not (order.accepted or person.agrees()):
        return Outcome(None, questions, ())
    title = order.title or order.letter.stem.replace("_", " ")
    form = NewForm(order.form_id or id_from(order.letter.stem), order.version, title, "de", rule)
    blank = adopt(letter.source, answered, form)
    export.write_file(output, blank)
    return Outcome(output, (), check_blank(blank))


def _unsure(proposal: Proposal) -> list[str]:
    """What nobody may take over without having looked."""
    told = [
        f"Feld {field.number} ist unsicher: bitte mit --role {field.number}=AUFGABE bestimmen oder mit --drop "
        f"{field.number} "
        "weglassen."
        for field in proposal.fields
        if field.certainty is Certainty.UNSURE
    ]
    if proposal.cut is not None and proposal.cut_certainty is Certainty.UNSURE:
        told.append(
            f"Die Schnittlinie bei {proposal.cut:.0f} mm ist unsicher: bitte mit --cut MM oder --whole bestimmen."
        )
    return told


# ---------------------------------------------------------------- what a person says


def _corrected(proposal: Proposal, order: Order) -> Proposal:
    return corrected(
        proposal,
        roles=[_role(text) for text in order.roles],
        dropped=order.dropped,
        added=[_added(text) for text in order.added],
    )


def _role(text: str) -> tuple[str, Task]:
    """`FIELD=ROLE`; the field's own name may hold a "="."""
    name, equals, task = text.rpartition("=")
    if not equals:
        raise CorrectionError(f"--role {text!r}: erwartet wird FELD=AUFGABE, etwa 3=guardian_signature.")
    return name, task_named(task.strip())


def _added(text: str) -> Added:
    """`X,Y,WIDTH,HEIGHT=ROLE` in millimetres from the top-left corner."""
    numbers, equals, task = text.rpartition("=")
    try:
        x, y, width, height = (float(number) for number in numbers.split(","))
        place = Rect(x, y, width, height)
    except ValueError as error:
        raise CorrectionError(f"--add {text!r}: erwartet wird X,Y,BREITE,HÖHE=AUFGABE in Millimetern.") from error
    if not equals:
        raise CorrectionError(f"--add {text!r}: es fehlt die Aufgabe.")
    return Added(place, task_named(task.strip()))


def _asked(proposal: Proposal, person: Person) -> Proposal:
    """Ask about each field that is unsure."""
    roles: list[tuple[str, Task]] = []
    dropped: list[str] = []
    for field in proposal.fields:
        if field.certainty is Certainty.UNSURE and (answer := person.name(field).strip()):
            if answer == "-":
                dropped.append(str(field.number))
            else:
                roles.append((str(field.number), task_named(answer)))
    return corrected(proposal, roles=roles, dropped=dropped, added=())


# ---------------------------------------------------------------- reading the letter


def read_letter(path: Path, page: int | None, cut: float | None, whole: bool) -> Letter:
    """The page that comes back: the one asked for, else the one that offers most to fill in.

    Raises:
        NotAdoptableError: The PDF cannot be copied.
        UnreadablePageError: The picture cannot be decoded.
        NoSheetError: A photo shows no sheet.
    """
    content = _bytes(path)
    if b"%PDF-" not in content[:SNIFFED_BYTES]:
        return _of_scan(straightened(pages.read_page(Source(path.name, path), page or 1)))
    reader = readable_letter(content)
    count = len(reader.pages)
    if page is not None and not 1 <= page <= count:
        raise NotAdoptableError(f"Die Datei hat {count} Seiten, keine Seite {page}.")
    candidates = [page] if page is not None else list(range(1, count + 1))
    letters = [_of_pdf(path, content, number) for number in candidates]
    return max(letters, key=lambda letter: (_offers(letter, cut, whole), letter.page.number))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_IMAGE_BYTES:
            raise NotAdoptableError(f"Die Datei ist größer als {MAX_IMAGE_BYTES // 1024**2} MB.")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} lässt sich nicht öffnen ({error.strerror}).") from error


def _offers(letter: Letter, cut: float | None, whole: bool) -> int:
    """How many fields of the page are sure."""
    return sum(field.certainty is not Certainty.UNSURE for field in propose(letter.page, cut, whole).fields)


def _of_pdf(path: Path, content: bytes, number: int) -> Letter:
    """A page with text of its own as it is, any other as a scan."""
    reader = readable_letter(content)
    widgets = tuple(widget for widget in widgets_of(reader) if widget.page == number)
    turned = bool(reader.pages[number - 1].rotation % 360)
    if turned and widgets:
        raise NotAdoptableError("Die Seite ist gedreht gespeichert. Bitte drucken Sie sie neu als PDF.")
    plain = content if widgets else written(copied(reader))
    words = words_of(plain, number)
    if len(words) < FEWEST_WORDS and not widgets:
        return _of_scan(straightened(pages.read_page(Source(path.name, path), number)))
    gray = pdf.render_blank(plain, number, DPI)
    shapes = find_shapes(gray, PX_PER_MM)
    height, width = (side / PX_PER_MM for side in gray.shape)
    return Letter(content, LetterPage(number, width, height, shapes, words, widgets), gray)


def _of_scan(sheet: Sheet) -> Letter:
    """A scan, turned until its words can be read."""
    shapes, words = _seen(sheet)
    if not _reads(words):
        tried = [(sheet, shapes, words)] + [(one, *_seen(one)) for one in (quarter_turned(sheet, n) for n in (2, 1, 3))]
        sheet, shapes, words = max(tried, key=lambda one: sum(word.score for word in one[2]))
    page = LetterPage(1, sheet.width, sheet.height, shapes, tuple(_word(word) for word in words), ())
    return Letter(Picture(sheet.gray, sheet.width, sheet.height), page, sheet.gray)


def _seen(sheet: Sheet) -> tuple[Shapes, list[tesseract.PrintedWord]]:
    """The shapes on a scan, and the words that are read once these are out of the way."""
    shapes = find_shapes(sheet.gray, PX_PER_MM)
    words = tesseract.load().read_words(without_shapes(sheet.gray, PX_PER_MM, shapes), DPI)
    return shapes, [word for word in words if _is_printed(word)]


def _is_printed(word: tesseract.PrintedWord) -> bool:
    """Whether a reading is a word: what the engine believes, or long and of letters, as noise is not."""
    letters = sum(c.isalpha() for c in word.text)
    believed = word.score >= PRINTED_SCORE and any(c.isalnum() for c in word.text)
    return believed or (letters >= LONG_WORD and letters >= LETTERS_SHARE * len(word.text))


def _reads(words: Sequence[tesseract.PrintedWord]) -> bool:
    """Whether a page stands the right way up: upside down there are few words, and none is sure."""
    return len(words) >= UPRIGHT_WORDS and sum(word.score for word in words) >= UPRIGHT_SCORE * len(words)


def _word(word: tesseract.PrintedWord) -> Word:
    left, top, width, height = (edge / PX_PER_MM for edge in word.place)
    return Word(word.text, Rect(left, top, width, height))


# ---------------------------------------------------------------- showing it

COLOURS = {"choice": (0, 120, 0), "signature": (190, 0, 0), "text": (0, 60, 200)}
CUT_COLOUR = (200, 0, 200)


def pictured(gray: GrayImage, proposal: Proposal) -> npt.NDArray[np.uint8]:
    """The page with every field drawn and numbered, RGB."""
    canvas = np.repeat(gray[..., None], 3, axis=2)
    for field in proposal.fields:
        colour = COLOURS[field.kind]
        place = field.place
        corner = (round(place.x * PX_PER_MM), round(place.y * PX_PER_MM))
        other = (round(place.right * PX_PER_MM), round(place.bottom * PX_PER_MM))
        shaded = canvas[corner[1] : other[1], corner[0] : other[0]]
        shaded[:] = (shaded * 0.8 + np.array(colour) * 0.2).astype(np.uint8)
        cv2.rectangle(canvas, corner, other, colour, 3)
        name = f"{field.number} {field.task.value}" + ("?" if field.certainty is Certainty.UNSURE else "")
        below = field.kind == "choice"
        at = (max(corner[0] - (6 if below else 0), 0), other[1] + 26 if below else corner[1] + 24)
        cv2.putText(canvas, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour, 2, cv2.LINE_AA)
    if proposal.cut is not None:
        y = round(proposal.cut * PX_PER_MM)
        cv2.line(canvas, (0, y), (canvas.shape[1], y), CUT_COLOUR, 4)
    return canvas


def _png(pixels: npt.NDArray[np.uint8]) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()
