"""Reads a blank: any fillable PDF with an embedded `ruecklauf.json` is a form. The PDF is the single template."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfReader

from forms.description import FILE_NAME, Description, FieldRole, NotADescriptionError, decode
from forms.fields import MALFORMED, UnreadablePdfError, Widget, WidgetKind, opened, widgets_of
from forms.geometry import MM_PER_POINT, Rect
from forms.model import ChoiceBox, Field, Form, Meaning, Role, SignatureLine, SlipArea, TextLine

PAPER_TOLERANCE_MM = 0.5
"""The slip may overlap the page by this much: page sizes in whole points are up to 0.35 mm off."""

MIN_PAPER_MM, MAX_PAPER_MM = 50.0, 600.0
"""Slips are A6 to A3; a page of many metres would be a bitmap of gigabytes when rendered."""

KIND_OF_WIDGET = {
    WidgetKind.TEXT: "text",
    WidgetKind.SIGNATURE: "signature",
    WidgetKind.RADIO: "choice",
    WidgetKind.CHECKBOX: "choice",
}


class NotABlankError(ValueError):
    """A file that is no blank of ours; the message says why, for the office."""


@dataclass(frozen=True, slots=True, eq=False)
class Blank:
    """The template of a form: what it is, its file, the hash by which that file is known.

    `page_size` are width and height of the page that comes back, in millimetres.
    """

    form: Form
    pdf: bytes
    sha256: str
    page_size: tuple[float, float]


def read_blank(pdf: bytes) -> Blank:
    """The blank in these bytes.

    Raises:
        NotABlankError: It is no readable PDF, has no or a wrong `ruecklauf.json`, or its fields do not fit it.
    """
    try:
        reader = opened(pdf)
        described = decode(embedded_description(reader))
        size = _page_size(reader, described.slip)
        form = _form(described, widgets_of(reader))
    except UnreadablePdfError as error:
        raise NotABlankError(str(error)) from error
    except NotADescriptionError as error:
        raise NotABlankError(f"Die eingebettete {FILE_NAME} ist fehlerhaft ({error}).") from error
    return Blank(form=form, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), page_size=size)


def embedded_description(reader: PdfReader) -> bytes:
    """The content of the one `ruecklauf.json`; Typst may put a folder before the name.

    Raises:
        NotABlankError: There is none, or more than one.
    """
    try:
        found = [
            content
            for name, contents in reader.attachments.items()
            if name.rsplit("/", 1)[-1] == FILE_NAME
            for content in contents
        ]
    except MALFORMED as error:
        raise NotABlankError("Die Anhänge der Datei sind beschädigt.") from error
    if len(found) != 1:
        raise NotABlankError(
            f"Die Datei enthält {len(found)} Anhänge {FILE_NAME}, nötig ist genau einer. Ein fremdes Formular wird mit "
            "„ruecklauf form adopt“ übernommen."
        )
    return found[0]


def _form(described: Description, widgets: Sequence[Widget]) -> Form:
    """Fields from the widgets, everything else from the description; they must name the same fields."""
    roles = {field.name: field for field in described.fields}
    names = {widget.name for widget in widgets}
    if names != set(roles):
        raise NotABlankError(f"Formularfelder und {FILE_NAME} passen nicht zusammen: {sorted(names ^ set(roles))}.")
    if any(widget.page != described.slip.page for widget in widgets):
        raise NotABlankError(f"Ein Feld liegt nicht auf Seite {described.slip.page}, die zurückkommt.")
    fields = tuple(_field(widget, roles[widget.name], described) for widget in widgets)
    unused = {o.option for o in described.options} - {widget.option for widget in widgets}
    if unused:
        raise NotABlankError(f"{FILE_NAME} nennt Kästchen, die es nicht gibt: {sorted(unused)}.")
    try:
        return Form(
            id=described.form_id,
            version=described.version,
            title=described.title,
            language=described.language,
            rule=described.rule,
            slip=described.slip,
            cut_mm=described.cut_mm,
            fields=fields,
        )
    except ValueError as error:
        raise NotABlankError(f"Nach diesem Formular kann nicht entschieden werden: {error}.") from error


def _field(widget: Widget, role: FieldRole, described: Description) -> Field:
    """One widget as the field that the description says it is."""
    if KIND_OF_WIDGET.get(widget.kind) != role.kind:
        raise NotABlankError(f"Das Feld {widget.name} ist von anderer Art als in {FILE_NAME}.")
    match role.kind:
        case "text":
            return TextLine(widget.name, role.role, widget.place, widget.tooltip)
        case "signature":
            return SignatureLine(widget.name, role.role, widget.place, widget.tooltip)
        case "choice" if role.role is Role.ACKNOWLEDGEMENT:
            return ChoiceBox(widget.name, widget.option, Meaning.ACKNOWLEDGED, widget.place, widget.tooltip)
        case "choice":
            meanings = [o.meaning for o in described.options if o.option == widget.option]
            if not meanings:
                raise NotABlankError(f"{FILE_NAME} sagt nicht, was das Kästchen {widget.option!r} bedeutet.")
            return ChoiceBox(widget.name, widget.option, meanings[0], widget.place, widget.tooltip)


def _page_size(reader: PdfReader, slip: SlipArea) -> tuple[float, float]:
    """The size of the page that comes back; the slip must lie on it, and the page stand upright."""
    if slip.page > len(reader.pages):
        raise NotABlankError(f"Die Datei hat keine Seite {slip.page}.")
    try:
        page = reader.pages[slip.page - 1]
        width, height = (round(float(length) * MM_PER_POINT, 2) for length in (page.cropbox.width, page.cropbox.height))
        turned = page.rotation % 360
        scaled = float(page.get("/UserUnit", 1)) != 1
    except MALFORMED as error:
        raise NotABlankError("Die Seite ist beschädigt.") from error
    if turned or scaled:
        raise NotABlankError("Die Seite ist gedreht oder vergrößert gespeichert; das kann eine Vorlage nicht sein.")
    if not all(MIN_PAPER_MM <= length <= MAX_PAPER_MM for length in (width, height)):
        raise NotABlankError(f"Die Seite ist {width:.0f} mal {height:.0f} mm groß; das kann kein Abschnitt sein.")
    within = Rect(0.0, 0.0, width, height).grown(*[PAPER_TOLERANCE_MM] * 4)
    if not all(within.contains(corner) for corner in slip.place.corners):
        raise NotABlankError("Der Abschnitt, der zurückkommt, liegt nicht ganz auf der Seite.")
    return width, height
