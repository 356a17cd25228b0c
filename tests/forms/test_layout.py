"""Where the print lies: the pages are read by a machine later, and written on by hand before."""

import numpy as np
import numpy.typing as npt
import pypdfium2
import pytest

from forms.blank import read_blank
from forms.geometry import MM_PER_INCH, Rect
from forms.model import Form, SignatureLine

DPI = 300
INK_BELOW = 200

Print = npt.NDArray[np.bool_]


@pytest.fixture(scope="session")
def primary_print(primary: bytes) -> Print:
    return printed(primary)


@pytest.fixture(scope="session")
def secondary_print(secondary: bytes) -> Print:
    return printed(secondary)


def printed(pdf: bytes) -> Print:
    document = pypdfium2.PdfDocument(pdf)
    pixels: npt.NDArray[np.uint8] = document[0].render(scale=DPI / 72, grayscale=True).to_numpy().copy()
    document.close()
    return pixels < INK_BELOW


def inked(page: Print, place: Rect) -> bool:
    px = DPI / MM_PER_INCH
    rows = slice(max(round(place.y * px), 0), round(place.bottom * px))
    columns = slice(max(round(place.x * px), 0), round(place.right * px))
    return bool(page[rows, columns].any())


def margins(page: Print, top: float) -> tuple[float, float, float, float]:
    """White millimetres at the left, above (from `top`), at the right, below."""
    px = DPI / MM_PER_INCH
    rows, columns = np.nonzero(page[round(top * px) :])
    return columns.min() / px, rows.min() / px, 210 - columns.max() / px, 297 - top - rows.max() / px


def signature(form: Form, name: str) -> SignatureLine:
    return next(line for line in form.signatures if line.name == name)


def test_print_on_the_primary_slip_keeps_off_the_edges(primary_print: Print) -> None:
    left, above, right, below = margins(primary_print, top=193.7)
    assert min(left, right, below) >= 9.0
    assert above + 0.7 >= 4.0


def test_print_on_the_secondary_slip_keeps_off_the_edges(secondary_print: Print) -> None:
    assert min(margins(secondary_print, top=0.0)) >= 18.0


def test_the_ground_under_every_field_is_white(primary: bytes, primary_print: Print) -> None:
    for field in read_blank(primary).form.fields:
        assert not inked(primary_print, field.place.grown(-0.6, -0.6, -0.6, -0.6))


def test_boxes_stand_alone_five_millimetres_wide(primary: bytes, primary_print: Print) -> None:
    boxes = read_blank(primary).form.boxes
    assert boxes[1].place.centre.y - boxes[0].place.centre.y >= 10.0
    for box in boxes:
        assert (box.place.width, box.place.height) == (5.0, 5.0)
        around = box.place.grown(3.0, 3.0, 2.8, 3.0)
        for side in (
            Rect(around.x, around.y, around.width, 2.7),
            Rect(around.x, around.bottom - 2.7, around.width, 2.7),
            Rect(around.x, around.y, 2.7, around.height),
            Rect(around.right - 2.5, around.y, 2.5, around.height),
        ):
            assert not inked(primary_print, side)


def test_the_right_of_the_answers_is_free_for_a_note(primary: bytes, primary_print: Print) -> None:
    yes, no = read_blank(primary).form.boxes
    assert not inked(primary_print, Rect(130.0, yes.place.y - 2, 80.0, no.place.bottom - yes.place.y + 4))


def test_there_is_room_to_sign_on_the_primary_slip(primary: bytes, primary_print: Print) -> None:
    place = signature(read_blank(primary).form, "guardian_signature").place
    assert place.width >= 70.0
    assert 16.0 <= place.height <= 18.0
    assert 297.0 - place.bottom >= 14.0
    assert not inked(primary_print, Rect(place.x, place.y - 8, place.width, place.height + 7.5))
    assert not inked(primary_print, Rect(place.x, place.bottom + 0.3, place.width, 0.9))


@pytest.mark.parametrize("name", ["guardian_signature", "pupil_signature"])
def test_there_is_room_to_sign_on_the_secondary_slip(secondary: bytes, secondary_print: Print, name: str) -> None:
    place = signature(read_blank(secondary).form, name).place
    assert place.width >= 70.0
    assert place.height == 18.0
    assert 297.0 - place.bottom >= 22.0
    assert not inked(secondary_print, Rect(place.x, place.bottom - 24.5, place.width, 24.0))


def test_lines_to_write_on_are_nine_millimetres_high(blank_pdf: bytes) -> None:
    assert {line.place.height for line in read_blank(blank_pdf).form.texts} == {9.0}


def test_the_line_under_handwriting_is_quiet(primary: bytes) -> None:
    document = pypdfium2.PdfDocument(primary)
    pixels = document[0].render(scale=DPI / 72, grayscale=True).to_numpy().copy()
    document.close()
    place = signature(read_blank(primary).form, "guardian_signature").place
    px = DPI / MM_PER_INCH
    rows = slice(round((place.bottom - 0.4) * px), round((place.bottom + 0.4) * px))
    darkest = pixels[rows, round(150 * px)].min()
    assert 90 <= darkest < INK_BELOW
