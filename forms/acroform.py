"""Turns the places that Typst marked into form fields; the only module of `forms` that counts in PDF points.

Typst has already written, for each link to "x-field:ID", an annotation with the rectangle of the printed shape and
a structure element at its place in the reading order. Both are rewritten in place: Link becomes Widget and Form.
So there is no second layout and no second tag tree, and the tab order is the reading order.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
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
from forms.pdf_objects import array_at, as_dictionary, dictionary_at, entry, numbers_at

PLACEHOLDER = "x-field:"
PDF_HEADER = "%PDF-1.7"
"""pypdf would write 1.3, which has no tags."""

INK = "0 0 0.4"
"""The dark blue of typed answers, as RGB."""
TEXT_APPEARANCE = f"{field_font.RESOURCE_NAME} {field_font.SIZE_PT} Tf {INK} rg"

PRINTED = 4
REQUIRED = 1 << 1
RADIO = 1 << 15


class MissingFieldError(ValueError):
    """The page and the plan of its fields do not agree."""


@dataclass(frozen=True, slots=True)
class TextInput:
    """A line to type on; `value` stands there already (empty: nothing does)."""

    name: str
    tooltip: str
    required: bool
    value: str = ""

    @property
    def placeholder(self) -> str:
        """What its link on the page points to."""
        return self.name


@dataclass(frozen=True, slots=True)
class SignatureInput:
    """A line to sign on."""

    name: str
    tooltip: str
    required: bool

    @property
    def placeholder(self) -> str:
        """What its link on the page points to."""
        return self.name


@dataclass(frozen=True, slots=True)
class TickInput:
    """One box of a choice of which exactly one is to be ticked; `option` is its on-state."""

    name: str
    option: str
    tooltip: str
    choice_tooltip: str
    required: bool

    @property
    def placeholder(self) -> str:
        """What its link on the page points to."""
        return f"{self.name}.{self.option}"


Input = TextInput | SignatureInput | TickInput


def with_fields(pdf: bytes, inputs: Sequence[Input]) -> bytes:
    """The same page with a form field for each input.

    Raises:
        MissingFieldError: The page has a place without an input, an input without a place, or one twice.
    """
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    by_placeholder = {planned.placeholder: planned for planned in inputs}
    places = list(_places(writer))
    if sorted(place.placeholder for place in places) != sorted(by_placeholder):
        raise MissingFieldError(f"the page marks {[place.placeholder for place in places]}")
    font = field_font.add_to(writer)
    form = _Form(writer, font)
    for place in places:
        form.add(place, by_placeholder[place.placeholder])
    form.close()
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The file; equal documents give equal bytes."""
    writer.pdf_header = PDF_HEADER
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A link that waits to become a field, and its structure element."""

    placeholder: str
    annotation: DictionaryObject
    reference: PdfObject
    element: DictionaryObject
    page: PdfObject | None

    @property
    def width(self) -> float:
        """In points."""
        left, _, right, _ = numbers_at(self.annotation, "/Rect")
        return right - left

    @property
    def height(self) -> float:
        """In points."""
        _, bottom, _, top = numbers_at(self.annotation, "/Rect")
        return top - bottom


def _places(writer: PdfWriter) -> Iterator[_Place]:
    """All marked places in reading order."""
    elements = dict(_numbered(dictionary_at(dictionary_at(writer.root_object, "/StructTreeRoot"), "/ParentTree")))
    for page in writer.pages:
        for reference in array_at(page, "/Annots"):
            annotation = as_dictionary(reference)
            target = str(entry(dictionary_at(annotation, "/A"), "/URI") or "")
            if target.startswith(PLACEHOLDER):
                yield _Place(
                    placeholder=target.removeprefix(PLACEHOLDER),
                    annotation=annotation,
                    reference=reference,
                    element=as_dictionary(elements[int(str(entry(annotation, "/StructParent")))]),
                    page=page.indirect_reference,
                )


def _numbered(node: DictionaryObject) -> Iterator[tuple[int, PdfObject]]:
    """The entries of a PDF number tree."""
    for kid in array_at(node, "/Kids"):
        yield from _numbered(as_dictionary(kid))
    numbers = array_at(node, "/Nums")
    for key, value in zip(numbers[::2], numbers[1::2], strict=True):
        yield int(key), value


class _Form:
    """The AcroForm while it grows; one for each file."""

    def __init__(self, writer: PdfWriter, font: IndirectObject) -> None:
        self._writer = writer
        self._resources = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject(field_font.RESOURCE_NAME): font})}
        )
        self._fields = ArrayObject()
        self._choices: dict[str, IndirectObject] = {}

    def add(self, place: _Place, planned: Input) -> None:
        """Turn the link into the widget of this input."""
        _make_widget(place, planned.tooltip)
        match planned:
            case TextInput():
                self._fields.append(place.reference)
                self._make_text(place, planned)
            case SignatureInput():
                self._fields.append(place.reference)
                self._make_signature(place, planned)
            case TickInput():
                self._make_tick(place, planned)
            case _:
                assert_never(planned)

    def close(self) -> None:
        """Hang the form into the document."""
        root = self._writer.root_object
        root[NameObject("/AcroForm")] = self._writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Fields"): self._fields,
                    NameObject("/DR"): self._resources,
                    NameObject("/DA"): TextStringObject(TEXT_APPEARANCE),
                }
            )
        )
        for page in self._writer.pages:
            page[NameObject("/Tabs")] = NameObject("/S")

    def _make_text(self, place: _Place, planned: TextInput) -> None:
        """A line to type on."""
        _name(place.annotation, "/Tx", planned.name, planned.required)
        _print_role(place.element, "/tv")
        place.annotation[NameObject("/DA")] = TextStringObject(TEXT_APPEARANCE)
        if planned.value:
            place.annotation[NameObject("/V")] = TextStringObject(planned.value)
            place.annotation[NameObject("/DV")] = TextStringObject(planned.value)
        drawing = _typed(planned.value, place.width, place.height)
        place.annotation[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._appearance(place, drawing)})

    def _make_signature(self, place: _Place, planned: SignatureInput) -> None:
        """A line to sign on, with a pen or with a certificate."""
        _name(place.annotation, "/Sig", planned.name, planned.required)
        _print_role(place.element, "/tv")
        place.annotation[NameObject("/AP")] = DictionaryObject({NameObject("/N"): self._appearance(place, "")})

    def _make_tick(self, place: _Place, planned: TickInput) -> None:
        """One box; its name and value belong to the choice."""
        choice = self._choice(planned)
        array_at(as_dictionary(choice), "/Kids").append(place.reference)
        place.annotation[NameObject("/Parent")] = choice
        _print_role(place.element, "/rb")
        place.annotation[NameObject("/AS")] = NameObject("/Off")
        place.annotation[NameObject("/AP")] = DictionaryObject(
            {
                NameObject("/N"): DictionaryObject(
                    {
                        NameObject(f"/{planned.option}"): self._appearance(place, cross(place.width, place.height)),
                        NameObject("/Off"): self._appearance(place, ""),
                    }
                )
            }
        )

    def _choice(self, planned: TickInput) -> IndirectObject:
        """The field that all boxes of the choice share."""
        if planned.name not in self._choices:
            choice = DictionaryObject(
                {
                    NameObject("/TU"): TextStringObject(planned.choice_tooltip),
                    NameObject("/V"): NameObject("/Off"),
                    NameObject("/Kids"): ArrayObject(),
                }
            )
            _name(choice, "/Btn", planned.name, planned.required, RADIO)
            self._choices[planned.name] = self._writer._add_object(choice)
            self._fields.append(self._choices[planned.name])
        return self._choices[planned.name]

    def _appearance(self, place: _Place, drawing: str) -> IndirectObject:
        """What a viewer shows in the rectangle."""
        stream = StreamObject()
        stream.set_data(drawing.encode("ascii"))
        stream.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): ArrayObject(
                    [
                        FloatObject(0),
                        FloatObject(0),
                        FloatObject(f"{place.width:.3f}"),
                        FloatObject(f"{place.height:.3f}"),
                    ]
                ),
                NameObject("/Resources"): self._resources,
            }
        )
        return self._writer._add_object(stream)


def _make_widget(place: _Place, tooltip: str) -> None:
    """What all widgets share; the tooltip is also what a screen reader says."""
    annotation, element = place.annotation, place.element
    for key in ("/A", "/Border", "/Contents", "/QuadPoints"):
        annotation.pop(key, None)
    annotation[NameObject("/Subtype")] = NameObject("/Widget")
    annotation[NameObject("/F")] = NumberObject(PRINTED)
    if place.page is not None:
        annotation[NameObject("/P")] = place.page
    annotation[NameObject("/TU")] = TextStringObject(tooltip)
    element[NameObject("/S")] = NameObject("/Form")
    element[NameObject("/Alt")] = TextStringObject(tooltip)


def _name(field: DictionaryObject, kind: str, name: str, required: bool, flags: int = 0) -> None:
    """Name, kind and flags of a field."""
    field[NameObject("/FT")] = NameObject(kind)
    field[NameObject("/T")] = TextStringObject(name)
    field[NameObject("/Ff")] = NumberObject(flags | (REQUIRED if required else 0))


def _print_role(element: DictionaryObject, role: str) -> None:
    """How the field is to be taken when the page is read as print (ISO 32000-1, table 348)."""
    element[NameObject("/A")] = DictionaryObject(
        {NameObject("/O"): NameObject("/PrintField"), NameObject("/Role"): NameObject(role)}
    )


def _typed(value: str, width: float, height: float) -> str:
    """The drawing of a value, smaller where it would not fit; lengths in points."""
    if not value:
        return "/Tx BMC EMC"
    size = field_font.size_of(value, width)
    baseline = field_font.baseline_of(size, height)
    return (
        f"/Tx BMC q 1 1 {width - 2:.2f} {height - 2:.2f} re W n BT {field_font.RESOURCE_NAME} {size:.2f} Tf "
        f"{INK} rg {field_font.INSET_PT} {baseline:.2f} Td {field_font.glyphs().shown(value)} Tj ET Q EMC"
    )


def cross(width: float, height: float) -> str:
    """The drawing of a tick: a cross that stays inside the box; lengths in points."""
    left, bottom, right, top = width * 0.2, height * 0.2, width * 0.8, height * 0.8
    return (
        f"q {INK} RG 1.4 w {left:.2f} {bottom:.2f} m {right:.2f} {top:.2f} l "
        f"{left:.2f} {top:.2f} m {right:.2f} {bottom:.2f} l S Q"
    )


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    return len(PdfReader(io.BytesIO(pdf)).pages)
