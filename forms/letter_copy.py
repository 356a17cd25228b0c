"""Copies the printed pages of somebody else's PDF, and nothing but what is printed.

Scripts, actions, links, attached files, form data, notes and metadata stay behind: a blank is handed out to every
family, so it must not carry what nobody looked at. A scan becomes a page with one picture.
"""

import io
from collections.abc import Iterable

from PIL import Image
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from forms.fields import MALFORMED, UnreadablePdfError, opened
from forms.geometry import MM_PER_POINT
from forms.pdf_objects import dictionary_at, entry
from forms.shapes import Gray

MAX_LETTER_PAGES = 12
MAX_CONTENT_BYTES = 8 * 1024 * 1024
"""Drawing instructions of one page; a full page of text has 50 KB."""
MAX_OBJECTS = 20_000
JPEG_QUALITY = 88

LEFT_BEHIND = (
    "/AA",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/AF",
    "/EF",
    "/Metadata",
    "/PieceInfo",
    "/StructParent",
    "/StructParents",
    "/OPI",
    "/Ref",
    "/Alternates",
)
"""Entries of resources that do something, or point out of the page, instead of being printed."""
OUTSIDE_FILE = ("/F", "/FFilter", "/FDecodeParms")
"""With these, the content of a stream lies in another file."""


class NotAdoptableError(ValueError):
    """A file that cannot become a blank; the message says why and what to do, for the office."""


def readable_letter(pdf: bytes) -> PdfReader:
    """The PDF, if it may be copied.

    Raises:
        NotAdoptableError: See the sentences.
    """
    try:
        reader = opened(pdf)
        form = dictionary_at(reader.root_object, "/AcroForm")
    except UnreadablePdfError as error:
        raise NotAdoptableError(f"{error} {_advice(str(error))}") from error
    except MALFORMED as error:
        raise NotAdoptableError("Die Datei ist beschädigt. Bitte drucken Sie sie neu als PDF.") from error
    if entry(form, "/XFA") is not None:
        raise NotAdoptableError(
            "Die Datei ist ein XFA-Formular (Adobe LiveCycle), das nur Adobe zeigen kann. Bitte öffnen Sie sie dort, "
            "drucken Sie sie als PDF und übernehmen Sie das Ergebnis."
        )
    if len(reader.pages) > MAX_LETTER_PAGES:
        raise NotAdoptableError(
            f"Die Datei hat {len(reader.pages)} Seiten, höchstens {MAX_LETTER_PAGES} sind möglich. Bitte drucken "
            f"Sie nur "
            "den Brief als PDF."
        )
    return reader


def _advice(problem: str) -> str:
    if "verschlüsselt" in problem:
        return "Bitte speichern Sie sie ohne Kennwort und ohne Einschränkungen, oder drucken Sie sie als PDF."
    return "Bitte erzeugen Sie sie neu, oder scannen Sie den Brief."


def copied(reader: PdfReader) -> PdfWriter:
    """A new document with the printed content of every page, upright, its corner at the origin.

    Raises:
        NotAdoptableError: A page is broken, or larger than any letter.
    """
    writer = PdfWriter()
    try:
        for page in reader.pages:
            _copy(page, writer)
        layers = entry(reader.root_object, "/OCProperties")
        if layers is not None:
            writer.root_object[NameObject("/OCProperties")] = layers.clone(writer, False, LEFT_BEHIND)
        _cut_outside_files(writer)
    except MALFORMED as error:
        raise NotAdoptableError("Eine Seite der Datei ist beschädigt. Bitte drucken Sie sie neu als PDF.") from error
    return writer


def pictured(gray: Gray, width_mm: float, height_mm: float) -> PdfWriter:
    """A new document whose one page is this picture."""
    writer = PdfWriter()
    page = writer.add_blank_page(width_mm / MM_PER_POINT, height_mm / MM_PER_POINT)
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    picture = StreamObject()
    picture._data = file.getvalue()
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(gray.shape[1]),
            NameObject("/Height"): NumberObject(gray.shape[0]),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    pictures = DictionaryObject({NameObject("/Letter"): writer._add_object(picture)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): pictures})
    size = f"{width_mm / MM_PER_POINT:.4f} 0 0 {height_mm / MM_PER_POINT:.4f} 0 0"
    page[NameObject("/Contents")] = writer._add_object(_stream(f"q {size} cm /Letter Do Q".encode("ascii")))
    return writer


def _copy(page: PageObject, writer: PdfWriter) -> None:
    """One page: its drawing and what that uses."""
    matrix, width, height = _upright(page)
    copy = writer.add_blank_page(width, height)
    resources = page.get("/Resources")
    if resources is not None:
        copy[NameObject("/Resources")] = resources.get_object().clone(writer, False, LEFT_BEHIND)
    group = entry(page, "/Group")
    if group is not None:
        copy[NameObject("/Group")] = group.clone(writer, False, LEFT_BEHIND)
    drawing = b"\n".join(_contents(page))
    if len(drawing) > MAX_CONTENT_BYTES:
        raise NotAdoptableError("Eine Seite der Datei ist zu umfangreich. Bitte drucken Sie sie neu als PDF.")
    copy[NameObject("/Contents")] = writer._add_object(_stream(b"q " + matrix + b" cm\n" + drawing + b"\nQ"))
    if len(writer._objects) > MAX_OBJECTS:
        raise NotAdoptableError("Die Datei ist zu umfangreich. Bitte drucken Sie sie neu als PDF.")


def _contents(page: PageObject) -> Iterable[bytes]:
    """The drawing instructions of a page, in parts."""
    content = entry(page, "/Contents")
    parts = content if isinstance(content, ArrayObject) else [] if content is None else [content]
    for part in parts:
        stream = part.get_object()
        if isinstance(stream, StreamObject):
            yield stream.get_data()


def _upright(page: PageObject) -> tuple[bytes, float, float]:
    """The matrix that lays the visible page upright with its corner at the origin; its size in points."""
    unit = float(page.get("/UserUnit", 1))
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    width, height = (right - left) * unit, (top - bottom) * unit
    turn = page.rotation % 360
    matrix, turned = {
        0: ((1, 0, 0, 1, -left, -bottom), False),
        90: ((0, -1, 1, 0, -bottom, right), True),
        180: ((-1, 0, 0, -1, right, top), False),
        270: ((0, 1, -1, 0, top, -left), True),
    }[turn]
    numbers = b" ".join(f"{number * unit:.5f}".encode("ascii") for number in matrix)
    return (numbers, height, width) if turned else (numbers, width, height)


def _stream(content: bytes) -> StreamObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream.flate_encode()


def _cut_outside_files(writer: PdfWriter) -> None:
    """No stream takes its content from another file."""
    for copy in writer._objects:
        if isinstance(copy, StreamObject):
            for key in OUTSIDE_FILE:
                copy.pop(key, None)


def rect_of(place: tuple[float, float, float, float]) -> ArrayObject:
    """Left, bottom, right, top in points as a PDF rectangle."""
    return ArrayObject(FloatObject(f"{edge:.3f}") for edge in place)
