import io
from collections.abc import Callable

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject

from forms.acroform import written
from forms.blank import read_blank
from forms.check import Severity, check_blank, printed_codes
from forms.code import parse, verify

Redescribe = Callable[[bytes, dict[str, object]], bytes]


def codes_of(pdf: bytes) -> set[str]:
    return {finding.code for finding in check_blank(pdf)}


def test_nothing_is_wrong_with_a_bundled_blank(blank_pdf: bytes) -> None:
    assert check_blank(blank_pdf) == ()


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_both_codes_can_be_read_at_every_resolution(blank_pdf: bytes, dpi: int) -> None:
    codes = [parse(code.text) for code in printed_codes(blank_pdf, page=1, dpi=dpi)]
    assert sorted(code.copy for code in codes) == [1, 2]
    assert all(code.is_generic and verify(code, None) for code in codes)


def test_the_codes_lie_far_apart_on_the_slip(blank_pdf: bytes) -> None:
    first, second = printed_codes(blank_pdf, page=1, dpi=300)
    slip = read_blank(blank_pdf).form.slip.place
    assert all(slip.contains(corner) for corner in (*first.corners, *second.corners))
    across = first.corners[0].x - second.corners[0].x
    down = first.corners[0].y - second.corners[0].y
    assert (across**2 + down**2) ** 0.5 > 150


def test_the_code_is_sixteen_millimetres_wide(blank_pdf: bytes) -> None:
    for code in printed_codes(blank_pdf, page=1, dpi=300):
        assert code.corners[1].x - code.corners[0].x == pytest.approx(16.0, abs=0.2)


def test_a_file_that_is_no_blank_is_one_error() -> None:
    (finding,) = check_blank(b"")
    assert (finding.severity, finding.code) == (Severity.ERROR, "not_a_blank")


def test_a_missing_tooltip_is_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    field = writer.pages[0]["/Annots"][0].get_object()  # type: ignore[index]  # the annotations are an array
    field[NameObject("/TU")] = TextStringObject(" ")
    assert codes_of(written(writer)) == {"no_tooltip"}


def test_fields_over_one_another_are_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    annotations = writer.pages[0]["/Annots"]
    first, second = (annotations[n].get_object() for n in (0, 1))  # type: ignore[index]  # an array
    second[NameObject("/Rect")] = first["/Rect"]
    assert "overlap" in codes_of(written(writer))


def test_boxes_too_near_one_another_are_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    annotations = writer.pages[0]["/Annots"]
    yes, no = (annotations[n].get_object() for n in (2, 3))  # type: ignore[index]  # an array
    left, bottom, right, top = (float(value) for value in yes["/Rect"])
    no[NameObject("/Rect")] = ArrayObject(FloatObject(v) for v in (left, bottom - 20, right, top - 20))
    assert codes_of(written(writer)) == {"boxes_near"}


def test_a_field_over_the_code_is_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    field = writer.pages[0]["/Annots"][1].get_object()  # type: ignore[index]  # the annotations are an array
    field[NameObject("/Rect")] = ArrayObject(FloatObject(v) for v in (500, 240, 530, 260))
    assert "code_over_field" in codes_of(written(writer))


def fields_with(role: str, **roles: str) -> dict[str, object]:
    kinds = {"guardian_names": "text", "child_name": "text"} | dict.fromkeys(
        ("guardian_signature", "pupil_signature"), "signature"
    )
    return {"fields": {name: {"role": roles.get(name, role), "kind": kind} for name, kind in kinds.items()}}


def test_a_slip_that_does_not_ask_for_the_child_is_told(secondary: bytes, redescribed: Redescribe) -> None:
    assert codes_of(redescribed(secondary, fields_with("other"))) == {"no_child_name"}


def test_two_fields_with_the_same_role_are_told(secondary: bytes, redescribed: Redescribe) -> None:
    both = fields_with("other", child_name="child_name", guardian_names="child_name")
    assert codes_of(redescribed(secondary, both)) == {"role_twice"}


def test_a_code_of_another_version_is_told(primary: bytes, redescribed: Redescribe) -> None:
    assert codes_of(redescribed(primary, {"version": 2})) == {"wrong_code"}


def test_what_lies_above_the_cut_is_told(primary: bytes, redescribed: Redescribe) -> None:
    smaller: dict[str, object] = {"slip": {"page": 1, "rect_mm": [0, 218, 210, 79]}}
    assert codes_of(redescribed(primary, smaller)) == {"outside_slip", "code_outside"}


def test_a_low_place_to_sign_is_told(secondary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(secondary))
    field = writer.pages[0]["/Annots"][2].get_object()  # type: ignore[index]  # the annotations are an array
    left, bottom, right, _ = (float(value) for value in field["/Rect"])
    field[NameObject("/Rect")] = ArrayObject(FloatObject(v) for v in (left, bottom, right, bottom + 20))
    assert codes_of(written(writer)) == {"small_signature"}


def test_a_page_without_readable_codes_is_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    del writer.pages[0]["/Contents"]
    assert codes_of(written(writer)) == {"code_missing"}


def test_a_page_without_tags_and_tab_order_is_told(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    del writer.root_object["/MarkInfo"]
    del writer.pages[0]["/Tabs"]
    assert codes_of(written(writer)) == {"untagged", "no_tab_order"}
