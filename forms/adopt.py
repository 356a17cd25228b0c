"""Makes a blank of somebody else's letter: form fields and `ruecklauf.json` over its pages as they are."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from pypdf import PdfReader, PdfWriter

from forms import description
from forms.blank import NotABlankError, read_blank
from forms.captions import Task
from forms.description import Description, FieldRole, OptionMeaning
from forms.geometry import POINTS_PER_INCH
from forms.letter_copy import NotAdoptableError, copied, pictured, readable_letter
from forms.model import Meaning, Role, Rule, SlipArea
from forms.overlay import Laid, LaidField, with_laid_fields
from forms.proposal import REPEATABLE, Proposal, Proposed
from forms.shapes import Gray

OPTIONS = {Meaning.YES: "ja", Meaning.NO: "nein"}
"""The on-states of all adopted boxes; a letter's own are often the same for yes and for no."""
CHOICE_NAME = "consent"
GERMAN = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}
TOOLTIPS: dict[Task, str] = {
    Role.CHILD_NAME: "Name des Kindes",
    Role.CHILD_CLASS: "Klasse des Kindes",
    Role.GUARDIAN_NAMES: "Namen der Eltern oder Erziehungsberechtigten",
    Role.PLACE_DATE: "Ort und Datum",
    Role.GUARDIAN_SIGNATURE: "Unterschrift der Erziehungsberechtigten",
    Role.GUARDIAN2_SIGNATURE: "Unterschrift der oder des zweiten Erziehungsberechtigten",
    Role.PUPIL_SIGNATURE: "Unterschrift der Schülerin oder des Schülers",
    Role.DETAIL: "Weitere Angabe",
    Role.OTHER: "Bemerkung",
    Meaning.YES: "Ja",
    Meaning.NO: "Nein",
}
"""What a screen reader says where the letter has no words for it."""
MAX_TOOLTIP = 120

COMPARED_DPI = 100
SAME_GREY, SAME_SHARE = 48, 0.001
"""Pixels of the copy may differ by this much where edges are smoothed, and this share of them by more."""


@dataclass(frozen=True, slots=True)
class NewForm:
    """How the adopted form is called."""

    id: str
    version: int
    title: str
    language: str
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A scan of the letter, straight and clean; lengths in millimetres."""

    gray: Gray
    width: float
    height: float


def id_from(name: str) -> str:
    """A form id from a file's name: small letters, digits and hyphens."""
    german = name.casefold().translate(GERMAN)
    plain = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "formular"


def adopt(letter: bytes | Picture, proposal: Proposal, form: NewForm) -> bytes:
    """The blank: a PDF with the pages as they were, fields over one of them, and their description.

    Raises:
        NotAdoptableError: The pages cannot be copied as they are, or the fields make no form.
    """
    if isinstance(letter, Picture):
        source, writer = None, pictured(letter.gray, letter.width, letter.height)
    else:
        source = readable_letter(letter)
        writer = copied(source)
    blank = _described(writer, source, proposal, form)
    if isinstance(letter, bytes):
        _compare(letter, blank, proposal.page)
    try:
        read_blank(blank)
    except NotABlankError as error:
        raise NotAdoptableError(f"Aus dem Vorschlag wird keine Vorlage. {error}") from error
    return blank


def _described(writer: PdfWriter, source: PdfReader | None, proposal: Proposal, form: NewForm) -> bytes:
    names = dict(zip((field.number for field in proposal.fields), _names(proposal.fields), strict=True))
    laid = [_laid(field, names[field.number]) for field in proposal.fields]
    content = description.encode(
        Description(
            form_id=form.id,
            version=form.version,
            title=form.title,
            language=form.language,
            rule=form.rule,
            slip=SlipArea(proposal.page, proposal.slip),
            cut_mm=proposal.cut,
            fields=tuple(_roles(proposal.fields, names)),
            options=tuple(
                OptionMeaning(OPTIONS[f.task], f.task) for f in proposal.fields if isinstance(f.task, Meaning)
            ),
        )
    )
    return with_laid_fields(
        writer, source, proposal.page, laid, description=content, title=form.title, language=form.language
    )


def _names(fields: Sequence[Proposed]) -> Iterator[str]:
    """The letter's own name of each field; where it has none, the role, with a number from the second on."""
    taken = {field.widget.name for field in fields if field.widget is not None}
    for field in fields:
        if field.widget is not None and field.widget.name.isprintable() and field.widget.name:
            yield field.widget.name
            continue
        base = CHOICE_NAME if isinstance(field.task, Meaning) else field.task.value
        name, number = base, 2
        while name in taken:
            name, number = f"{base}{number}", number + 1
        if not isinstance(field.task, Meaning):
            taken.add(name)
        yield name


def _laid(field: Proposed, name: str) -> LaidField:
    kinds = {"choice": Laid.TICK, "signature": Laid.SIGNATURE, "text": Laid.TEXT}
    option = OPTIONS[field.task] if isinstance(field.task, Meaning) else ""
    before = field.widget.place if field.widget is not None else None
    return LaidField(name, kinds[field.kind], option, field.place, _tooltip(field), before)


def _tooltip(field: Proposed) -> str:
    """What a screen reader says: the letter's own tooltip, words beside a box or remark, else the task."""
    own = field.widget.tooltip if field.widget is not None else ""
    beside = field.caption if field.kind == "choice" or field.task in REPEATABLE else ""
    words = " ".join("".join(c for c in own or beside if c.isprintable()).split()).strip(" :[]()‘’'")
    return words[:MAX_TOOLTIP] or TOOLTIPS[field.task]


def _roles(fields: Sequence[Proposed], names: dict[int, str]) -> Iterator[FieldRole]:
    """Each form field once, the boxes of a choice together."""
    told: set[str] = set()
    for field in fields:
        name = names[field.number]
        if name not in told:
            told.add(name)
            role = Role.CONSENT if isinstance(field.task, Meaning) else field.task
            yield FieldRole(name, role, field.kind)


def _compare(letter: bytes, blank: bytes, page: int) -> None:
    """Every word must stand where it stood: the copy is drawn and compared with the letter.

    Raises:
        NotAdoptableError: They differ.
    """
    before, after = (_drawn(pdf, page) for pdf in (letter, blank))
    if before.shape != after.shape:
        raise NotAdoptableError("Die Seite lässt sich nicht unverändert übernehmen. Bitte drucken Sie sie neu als PDF.")
    differing = np.abs(before.astype(np.int16) - after.astype(np.int16)) > SAME_GREY
    if float(differing.mean()) > SAME_SHARE:
        raise NotAdoptableError("Die Seite sähe als Vorlage anders aus. Bitte drucken Sie sie neu als PDF.")


def _drawn(pdf: bytes, page: int) -> Gray:
    """What is printed on a page, without notes and form fields."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            bitmap = document[page - 1].render(
                scale=COMPARED_DPI / POINTS_PER_INCH, grayscale=True, may_draw_forms=False, draw_annots=False
            )
            return np.asarray(bitmap.to_numpy(), np.uint8).squeeze().copy()
    except pypdfium2.PdfiumError as error:
        raise NotAdoptableError("Die Seite lässt sich nicht darstellen. Bitte drucken Sie sie neu als PDF.") from error
