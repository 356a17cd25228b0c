"""Letters for the tests of adoption: the committed ones, typed ones, and hostile ones."""

import io
from functools import cache

import numpy as np
import pypdfium2
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from forms.fields import opened, widgets_of
from forms.pdf_objects import as_dictionary
from forms.proposal import LetterPage
from forms.shapes import Gray, find_shapes
from forms.words import words_of
from samples.letters import LETTERS

DPI = 200
PX_PER_MM = DPI / 25.4


@cache
def letter(name: str) -> bytes:
    """One of the committed letters."""
    return (LETTERS / f"{name}.pdf").read_bytes()


def drawn(pdf: bytes, page: int = 1, dpi: float = DPI, annotations: bool = True) -> Gray:
    """A page as a printer puts it on paper."""
    with pypdfium2.PdfDocument(pdf) as document:
        bitmap = document[page - 1].render(
            scale=dpi / 72, grayscale=True, may_draw_forms=False, draw_annots=annotations
        )
        return np.asarray(bitmap.to_numpy(), np.uint8).squeeze().copy()


def page_of(pdf: bytes, number: int = 1) -> LetterPage:
    """What a proposal is made of."""
    gray = drawn(pdf, number)
    height, width = (side / PX_PER_MM for side in gray.shape)
    widgets = tuple(w for w in widgets_of(opened(pdf)) if w.page == number)
    return LetterPage(number, width, height, find_shapes(gray, PX_PER_MM), words_of(pdf, number), widgets)


def hostile(pdf: bytes) -> bytes:
    """The same letter with everything that a blank must not carry."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_attachment("virus.exe", b"MZ")
    writer.add_metadata({"/Author": "Somebody"})
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello');")}
    )
    launch = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    scripts = DictionaryObject({NameObject("/Names"): ArrayObject([TextStringObject("open"), action])})
    writer.root_object[NameObject("/OpenAction")] = action
    as_dictionary(writer.root_object["/Names"])[NameObject("/JavaScript")] = scripts
    page = writer.pages[0]
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject(),
            NameObject("/A"): launch,
        }
    )
    for reference in page.get("/Annots", ArrayObject()):
        reference.get_object()[NameObject("/AA")] = DictionaryObject({NameObject("/K"): action})
    page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", ArrayObject()), writer._add_object(link)])
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    """The bytes of a document."""
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
