"""Lays form fields over the pages of a copied letter; what is printed beneath stays as it was."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from forms import field_font
from forms.acroform import PRINTED, RADIO, TEXT_APPEARANCE, cross, written
from forms.description import FILE_NAME
from forms.fields import place_of
from forms.geometry import MM_PER_POINT, Rect
from forms.letter_copy import LEFT_BEHIND, rect_of
from forms.pdf_objects import array_at, as_dictionary, dictionary_at, entry

MULTILINE = 1 << 12
TALL_MM = 13.0
"""A text field this high is meant for several lines."""


class Laid(StrEnum):
    """What kind of field is laid over the page."""

    TEXT = auto()
    SIGNATURE = auto()
    TICK = auto()


@dataclass(frozen=True, slots=True)
class LaidField:
    """A field to be laid over a page. `name` may have parts, separated by dots; boxes that share one are a choice.

    `option` is the on-state of a box and empty for the others; `before` is the place of the field in the letter whose
    appearance is kept, None where the letter had no field.
    """

    name: str
    kind: Laid
    option: str
    place: Rect
    tooltip: str
    before: Rect | None


def with_laid_fields(
    writer: PdfWriter,
    letter: PdfReader | None,
    page: int,
    fields: Sequence[LaidField],
    *,
    description: bytes,
    title: str,
    language: str,
) -> bytes:
    """The document with these fields on one page (from 1), described; equal input gives equal bytes."""
    form = _Laying(writer, letter, page)
    boxes = Counter(field.name for field in fields)
    for field in fields:
        form.lay(field, alone=boxes[field.name] == 1)
    form.close()
    _describe(writer, description, title, language)
    return written(writer)


def _describe(writer: PdfWriter, description: bytes, title: str, language: str) -> None:
    """Title and language for people, `ruecklauf.json` for the reader."""
    writer.add_metadata({"/Title": title})
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(language)
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.add_attachment(FILE_NAME, description)


class _Laying:
    """The form while its fields are laid; one for each document."""

    def __init__(self, writer: PdfWriter, letter: PdfReader | None, number: int) -> None:
        page = writer.pages[number - 1]
        self._writer, self._page = writer, page
        self._looks = _looks_of(letter.pages[number - 1]) if letter is not None else {}
        self._height = float(page.mediabox.height)
        font = DictionaryObject({NameObject(field_font.RESOURCE_NAME): field_font.add_to(writer)})
        self._resources = DictionaryObject({NameObject("/Font"): font})
        self._roots = ArrayObject()
        self._nodes: dict[str, IndirectObject] = {}

    def lay(self, field: LaidField, *, alone: bool) -> None:
        """One field, or one box of a choice; one that is alone under its name can also be unticked."""
        widget = self._widget(field)
        match field.kind:
            case Laid.TEXT:
                flags = MULTILINE if field.place.height >= TALL_MM else 0
                widget.update(_kind("/Tx", flags))
                widget[NameObject("/DA")] = TextStringObject(TEXT_APPEARANCE)
                widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._empty(field)})
                self._hang(field.name, widget)
            case Laid.SIGNATURE:
                widget.update(_kind("/Sig", 0))
                widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._empty(field)})
                self._hang(field.name, widget)
            case Laid.TICK:
                widget[NameObject("/AS")] = NameObject("/Off")
                widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._states(field)})
                self._hang_box(field, widget, 0 if alone else RADIO)

    def close(self) -> None:
        """Hang the form into the document."""
        self._writer.root_object[NameObject("/AcroForm")] = self._writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Fields"): self._roots,
                    NameObject("/DR"): self._resources,
                    NameObject("/DA"): TextStringObject(TEXT_APPEARANCE),
                }
            )
        )
        self._page[NameObject("/Tabs")] = NameObject("/R")

    def _widget(self, field: LaidField) -> DictionaryObject:
        """What all kinds share."""
        place = field.place
        points = (place.x, place.bottom, place.right, place.y)
        left, bottom, right, top = (edge / MM_PER_POINT for edge in points)
        return DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/F"): NumberObject(PRINTED),
                NameObject("/Rect"): rect_of((left, self._height - bottom, right, self._height - top)),
                NameObject("/TU"): TextStringObject(field.tooltip),
                NameObject("/P"): self._page.indirect_reference or NumberObject(0),
            }
        )

    def _hang(self, name: str, node: DictionaryObject) -> IndirectObject:
        """The field under its name, below its parents, and on the page if it is to be seen."""
        *above, own = name.split(".")
        node[NameObject("/T")] = TextStringObject(own)
        reference = self._writer._add_object(node)
        parent = self._parent(above)
        if parent is None:
            self._roots.append(reference)
        else:
            node[NameObject("/Parent")] = parent
            array_at(as_dictionary(parent), "/Kids").append(reference)
        if "/Subtype" in node:
            self._show(reference)
        return reference

    def _parent(self, names: Sequence[str]) -> IndirectObject | None:
        """The field that holds the others of this name."""
        if not names:
            return None
        key = ".".join(names)
        if key not in self._nodes:
            self._nodes[key] = self._hang(key, DictionaryObject({NameObject("/Kids"): ArrayObject()}))
        return self._nodes[key]

    def _hang_box(self, field: LaidField, widget: DictionaryObject, flags: int) -> None:
        """A box under the choice that it shares with the others of its name."""
        if field.name not in self._nodes:
            choice = DictionaryObject({NameObject("/V"): NameObject("/Off"), NameObject("/Kids"): ArrayObject()})
            choice.update(_kind("/Btn", flags))
            choice[NameObject("/TU")] = TextStringObject(field.tooltip)
            self._nodes[field.name] = self._hang(field.name, choice)
        choice_reference = self._nodes[field.name]
        widget[NameObject("/Parent")] = choice_reference
        reference = self._writer._add_object(widget)
        array_at(as_dictionary(choice_reference), "/Kids").append(reference)
        self._show(reference)

    def _show(self, reference: IndirectObject) -> None:
        if "/Annots" not in self._page:
            self._page[NameObject("/Annots")] = ArrayObject()
        array_at(self._page, "/Annots").append(reference)

    def _empty(self, field: LaidField) -> PdfObject:
        """What an empty field shows: what it showed in the letter, such as its frame, or nothing."""
        return self._kept(field, "/Off") or self._drawn(field, "/Tx BMC EMC" if field.kind is Laid.TEXT else "")

    def _states(self, field: LaidField) -> DictionaryObject:
        """A box ticked and unticked."""
        wide, high = field.place.width / MM_PER_POINT, field.place.height / MM_PER_POINT
        return DictionaryObject(
            {
                NameObject(f"/{field.option}"): self._drawn(field, cross(wide, high)),
                NameObject("/Off"): self._kept(field, "/Off") or self._drawn(field, ""),
            }
        )

    def _kept(self, field: LaidField, state: str) -> PdfObject | None:
        """The appearance that the field had in the letter."""
        widget = self._looks.get(field.before) if field.before is not None else None
        if widget is None:
            return None
        normal = entry(dictionary_at(widget, "/AP"), "/N")
        if isinstance(normal, DictionaryObject) and not isinstance(normal, StreamObject):
            normal = entry(normal, state)
        held = str(entry(widget, "/V") or "")
        if not isinstance(normal, StreamObject) or (field.kind is Laid.TEXT and held):
            return None
        copy = normal.clone(self._writer, False, LEFT_BEHIND)
        return copy.indirect_reference or self._writer._add_object(copy)

    def _drawn(self, field: LaidField, drawing: str) -> IndirectObject:
        """An appearance of our own; lengths in points."""
        stream = StreamObject()
        stream.set_data(drawing.encode("ascii"))
        size = (0.0, 0.0, field.place.width / MM_PER_POINT, field.place.height / MM_PER_POINT)
        stream.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(FloatObject(f"{edge:.3f}") for edge in size),
                NameObject("/Resources"): self._resources,
            }
        )
        return self._writer._add_object(stream)


def _kind(kind: str, flags: int) -> DictionaryObject:
    """The type of a field and its flags."""
    return DictionaryObject({NameObject("/FT"): NameObject(kind), NameObject("/Ff"): NumberObject(flags)})


def _looks_of(page: PageObject) -> dict[Rect, DictionaryObject]:
    """The fields of a page of the letter by their place."""
    widgets = (as_dictionary(reference) for reference in array_at(page, "/Annots"))
    return {place_of(widget, page): widget for widget in widgets if str(entry(widget, "/Subtype")) == "/Widget"}
