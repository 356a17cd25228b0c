"""The form fields of any PDF, by our own walk: what they are called, where they lie, what is in them.

pypdf's `get_fields` is not used: it names a field by its export name where one is given, so that two fields become
one. A viewer may write the state of a choice as a name or as a text, at the choice or at the box; both are read.
"""

import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, PdfObject

from forms.acroform import RADIO, REQUIRED, written
from forms.geometry import MM_PER_POINT, Rect
from forms.pdf_objects import array_at, as_dictionary, dictionary_at, entry, numbers_at

MAX_PDF_BYTES = 50 * 1024 * 1024
"""A blank has 60 KB; one adopted from a scan, or returned with a photo in it, a few MB."""
MAX_PAGES = 50
MAX_FIELDS = 2000
MAX_DEPTH = 8
"""Fields inside fields; ours have one level, those of common programs two."""

PUSH_BUTTON = 1 << 16
OFF = "Off"

MALFORMED = (
    PyPdfError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
    NotImplementedError,
)
"""What pypdf raises on broken files besides its own errors."""


class UnreadablePdfError(ValueError):
    """A file that is no PDF, is broken, encrypted, or larger than any of ours."""


class ContradictoryFieldError(ValueError):
    """A choice says one thing and its boxes another."""


class UnknownFieldError(ValueError):
    """The PDF has no field, or no option, of this name."""


class WidgetKind(StrEnum):
    """What can be done with a form field."""

    TEXT = auto()
    SIGNATURE = auto()
    RADIO = auto()
    CHECKBOX = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Widget:
    """One visible place of a field. Pages count from 1; `place` is in millimetres on the visible page.

    `option` is the on-state of a box and empty for everything else. `value` is what the field holds, `state` what
    the box shows; either may be empty.
    """

    name: str
    kind: WidgetKind
    option: str
    page: int
    place: Rect
    tooltip: str
    required: bool
    value: str
    state: str


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A field or widget with what it inherits from above."""

    name: str
    inherited: Mapping[str, PdfObject]
    node: DictionaryObject


def opened(pdf: bytes) -> PdfReader:
    """The PDF, within limits.

    Raises:
        UnreadablePdfError: See there.
    """
    if len(pdf) > MAX_PDF_BYTES:
        raise UnreadablePdfError(f"Die Datei ist größer als {MAX_PDF_BYTES // 1024**2} MB.")
    try:
        reader = PdfReader(io.BytesIO(pdf))
        if reader.is_encrypted:
            raise UnreadablePdfError("Die Datei ist verschlüsselt.")
        pages = len(reader.pages)
    except UnreadablePdfError:
        raise
    except MALFORMED as error:
        raise UnreadablePdfError("Die Datei ist keine lesbare PDF-Datei.") from error
    if not 0 < pages <= MAX_PAGES:
        raise UnreadablePdfError(f"Die Datei hat {pages} Seiten; erwartet sind 1 bis {MAX_PAGES}.")
    return reader


def widgets_of(reader: PdfReader) -> tuple[Widget, ...]:
    """All visible places of all fields, page by page in the order of the page's annotations.

    Raises:
        UnreadablePdfError: The form fields are broken or more than any form has.
    """
    try:
        leaves = dict(_leaves(reader))
        return tuple(
            _widget(leaves[key], reader.pages[index], index)
            for key, index in _pages_by_widget(reader).items()
            if key in leaves
        )
    except UnreadablePdfError:
        raise
    except MALFORMED as error:
        raise UnreadablePdfError("Die Formularfelder der Datei sind beschädigt.") from error


def values_of(pdf: bytes) -> dict[str, str]:
    """What each field holds: the text, the option ticked, or nothing; a signature field holds "signed" or nothing.

    Raises:
        UnreadablePdfError: The file cannot be read.
        ContradictoryFieldError: A choice and its boxes disagree.
    """
    by_name: dict[str, list[Widget]] = {}
    for widget in widgets_of(opened(pdf)):
        by_name.setdefault(widget.name, []).append(widget)
    return {name: _value(widgets) for name, widgets in by_name.items()}


def fill(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """The PDF with these values typed and ticked; fields that are not named keep theirs.

    Raises:
        UnreadablePdfError: The file cannot be read.
        UnknownFieldError: There is no such field, it is a signature field, or the choice has no such option.
    """
    reader = opened(pdf)
    kinds = {widget.name: widget.kind for widget in widgets_of(reader)}
    writer = PdfWriter(clone_from=reader)
    texts: dict[str, str | list[str] | tuple[str, str, float]] = {}
    for name, value in values.items():
        match kinds.get(name):
            case WidgetKind.TEXT:
                texts[name] = value
            case WidgetKind.RADIO | WidgetKind.CHECKBOX:
                _tick(writer, name, value)
            case WidgetKind.SIGNATURE | WidgetKind.OTHER | None:
                raise UnknownFieldError(f"{name}: there is no such field to fill")
    for page in writer.pages:
        if texts and "/Annots" in page:
            writer.update_page_form_field_values(page, texts, auto_regenerate=False)
    return written(writer)


def _value(widgets: Sequence[Widget]) -> str:
    """What one field holds, from all its places."""
    first = widgets[0]
    if first.kind not in (WidgetKind.RADIO, WidgetKind.CHECKBOX):
        return first.value
    said = first.value if first.value != OFF else ""
    shown = {widget.state for widget in widgets} - {OFF, ""}
    if shown != ({said} if said else set()):
        raise ContradictoryFieldError(f"{first.name}: the field says {said!r}, its boxes {sorted(shown)}")
    return said


def _tick(writer: PdfWriter, name: str, option: str) -> None:
    """Tick one box of a choice and clear the others; an empty option clears all."""
    boxes = [node for _, node in _leaves(writer) if node.name == name]
    state = option or OFF
    options = {_option(box.node) for box in boxes}
    if option and option not in options:
        raise UnknownFieldError(f"{name}: there is no option {option!r}")
    for box in boxes:
        own = state if _option(box.node) == state else OFF
        box.node[NameObject("/AS")] = NameObject(f"/{own}")
        choice = box.node if "/FT" in box.node else dictionary_at(box.node, "/Parent")
        choice[NameObject("/V")] = NameObject(f"/{state}")


def _pages_by_widget(reader: PdfReader) -> dict[int, int]:
    """The index of the page for the object number of each widget, in the order of the annotations."""
    return {
        reference.idnum: index
        for index, page in enumerate(reader.pages)
        for reference in array_at(page, "/Annots")
        if isinstance(reference, IndirectObject) and _text(entry(as_dictionary(reference), "/Subtype")) == "/Widget"
    }


def _leaves(document: PdfReader | PdfWriter) -> Iterator[tuple[int, _Node]]:
    """Every widget under /Fields with its object number."""
    seen: set[int] = set()
    for reference in array_at(dictionary_at(document.root_object, "/AcroForm"), "/Fields"):
        yield from _below(reference, "", {}, seen, MAX_DEPTH)


def _below(
    reference: PdfObject, above: str, inherited: Mapping[str, PdfObject], seen: set[int], depth: int
) -> Iterator[tuple[int, _Node]]:
    """The widgets of one field; a loop or a bottomless tree is refused."""
    if not isinstance(reference, IndirectObject) or reference.idnum in seen or not depth or len(seen) > MAX_FIELDS:
        raise UnreadablePdfError("Die Formularfelder der Datei sind beschädigt.")
    seen.add(reference.idnum)
    node = as_dictionary(reference)
    name = ".".join(part for part in (above, _text(entry(node, "/T"))) if part)
    own = {key: value for key in ("/FT", "/Ff", "/V", "/TU") if (value := entry(node, key)) is not None}
    kids = array_at(node, "/Kids")
    for kid in kids:
        yield from _below(kid, name, {**inherited, **own}, seen, depth - 1)
    if not kids:
        yield reference.idnum, _Node(name, {**inherited, **own}, node)


def _widget(leaf: _Node, page: PageObject, index: int) -> Widget:
    """The widget as a value."""
    flags = int(str(leaf.inherited.get("/Ff", 0)))
    kind = _kind(str(leaf.inherited.get("/FT", "")), flags)
    box = kind in (WidgetKind.RADIO, WidgetKind.CHECKBOX)
    return Widget(
        name=leaf.name,
        kind=kind,
        option=_option(leaf.node) if box else "",
        page=index + 1,
        place=place_of(leaf.node, page),
        tooltip=_text(leaf.inherited.get("/TU")),
        required=bool(flags & REQUIRED),
        value=_held(leaf.inherited.get("/V"), kind),
        state=_text(entry(leaf.node, "/AS")).removeprefix("/") if box else "",
    )


def _kind(field_type: str, flags: int) -> WidgetKind:
    """From /FT and /Ff."""
    match field_type:
        case "/Tx":
            return WidgetKind.TEXT
        case "/Sig":
            return WidgetKind.SIGNATURE
        case "/Btn" if flags & PUSH_BUTTON:
            return WidgetKind.OTHER
        case "/Btn":
            return WidgetKind.RADIO if flags & RADIO else WidgetKind.CHECKBOX
        case _:
            return WidgetKind.OTHER


def _option(node: DictionaryObject) -> str:
    """The on-state of a box: the one of its two appearances that is not Off."""
    looks = dictionary_at(dictionary_at(node, "/AP"), "/N")
    return next((str(state).removeprefix("/") for state in looks if state != f"/{OFF}"), "")


def _held(value: PdfObject | None, kind: WidgetKind) -> str:
    """The value as text; of a signature only that there is one."""
    if kind is WidgetKind.SIGNATURE:
        return "signed" if value else ""
    text = _text(value)
    return text.removeprefix("/") if kind in (WidgetKind.RADIO, WidgetKind.CHECKBOX) else text


def _text(value: PdfObject | None) -> str:
    """A PDF text with one kind of line end, composed letters (NFC)."""
    if value is None:
        return ""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def place_of(node: DictionaryObject, page: PageObject) -> Rect:
    """The widget's rectangle on the visible page, rounded to hundredths of a millimetre."""
    x0, y0, x1, y1 = numbers_at(node, "/Rect")
    left, top = float(page.cropbox.left), float(page.cropbox.top)
    corners = (min(x0, x1) - left, top - max(y0, y1), abs(x1 - x0), abs(y1 - y0))
    return Rect(*(round(value * MM_PER_POINT, 2) for value in corners))
