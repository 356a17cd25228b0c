import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from forms.acroform import written
from forms.blank import read_blank
from forms.fields import (
    ContradictoryFieldError,
    UnknownFieldError,
    UnreadablePdfError,
    WidgetKind,
    fill,
    opened,
    values_of,
    widgets_of,
)

NAMES = ("Jürgen Groß-Müller", "Gökçe Şahin-Łuczak", "Nguyễn Thị Ánh Đặng", "İğdem Čapek", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_field_gives_back_what_was_typed(blank_pdf: bytes, name: str) -> None:
    lines = [line.name for line in read_blank(blank_pdf).form.texts]
    values = values_of(fill(blank_pdf, dict.fromkeys(lines, name)))
    assert [values[line] for line in lines] == [name] * len(lines)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="latin-1", exclude_categories=["C", "Z"]), max_size=30))
def test_any_western_name_comes_back(primary: bytes, name: str) -> None:
    assert values_of(fill(primary, {"child_name": name}))["child_name"] == name


@pytest.mark.parametrize("option", ["ja", "nein"])
def test_exactly_the_ticked_box_is_ticked(primary: bytes, option: str) -> None:
    filled = fill(primary, {"consent": option})
    assert values_of(filled)["consent"] == option
    states = {w.option: w.state for w in widgets_of(opened(filled)) if w.name == "consent"}
    assert states == {"ja": "Off", "nein": "Off"} | {option: option}


def test_a_tick_moves_and_goes(primary: bytes) -> None:
    ticked = fill(primary, {"consent": "ja"})
    assert values_of(fill(ticked, {"consent": "nein"}))["consent"] == "nein"
    assert values_of(fill(ticked, {"consent": ""}))["consent"] == ""


def test_an_unfilled_blank_says_nothing(blank_pdf: bytes) -> None:
    assert set(values_of(blank_pdf).values()) == {""}


@pytest.mark.parametrize("values", [{"nobody": "x"}, {"consent": "vielleicht"}, {"guardian_signature": "x"}])
def test_what_cannot_be_filled_is_refused(primary: bytes, values: dict[str, str]) -> None:
    with pytest.raises(UnknownFieldError):
        fill(primary, values)


def test_a_choice_and_its_boxes_that_disagree_are_not_an_answer(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(fill(primary, {"consent": "ja"})))
    for reference in writer.pages[0]["/Annots"]:  # type: ignore[attr-defined]  # the annotations are an array
        box = reference.get_object()
        if "/Parent" in box:
            box["/Parent"].get_object()[NameObject("/V")] = NameObject("/nein")
    with pytest.raises(ContradictoryFieldError):
        values_of(written(writer))


def test_a_choice_written_as_text_is_read(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(fill(primary, {"consent": "ja"})))
    for reference in writer.pages[0]["/Annots"]:  # type: ignore[attr-defined]  # the annotations are an array
        box = reference.get_object()
        if "/Parent" in box:
            box["/Parent"].get_object()[NameObject("/V")] = TextStringObject("/ja")
    assert values_of(written(writer))["consent"] == "ja"


def test_the_fields_are_what_the_office_expects(primary: bytes) -> None:
    widgets = widgets_of(opened(primary))
    assert [w.name for w in widgets] == [
        "child_name",
        "child_class",
        "consent",
        "consent",
        "guardian_names",
        "place_date",
        "guardian_signature",
    ]
    assert all(w.required and w.tooltip and w.page == 1 for w in widgets)
    assert [w.kind for w in widgets if w.name == "consent"] == [WidgetKind.RADIO] * 2
    assert widgets[-1].kind is WidgetKind.SIGNATURE


def test_names_carry_no_export_name_and_no_full_stop(blank_pdf: bytes) -> None:
    fields = PdfReader(io.BytesIO(blank_pdf)).root_object["/AcroForm"]["/Fields"]  # type: ignore[index]  # an array
    for reference in fields:
        assert "/TM" not in reference.get_object()
        assert "." not in reference.get_object()["/T"]


def test_typed_letters_are_shown_in_a_font_that_has_them(primary: bytes) -> None:
    filled = PdfReader(io.BytesIO(fill(primary, {"child_name": "Şğ ễ"})))
    field = filled.pages[0]["/Annots"][0].get_object()  # type: ignore[index]  # the annotations are an array
    look = field["/AP"]["/N"].get_object()
    assert look["/Resources"]["/Font"]["/Wingdings"]["/BaseFont"] == "/RUEKLF+SourceSans3-Regular"
    assert b"0000" not in look.get_data()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"no pdf", b"%PDF-1.7\n" * 1000])
@pytest.mark.filterwarnings("ignore")
def test_a_file_that_is_no_pdf_is_told(content: bytes) -> None:
    with pytest.raises(UnreadablePdfError):
        values_of(content)


def test_fields_in_a_circle_are_refused(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    fields = writer.root_object["/AcroForm"]["/Fields"]  # type: ignore[index]  # an array
    fields.append(fields[0])
    with pytest.raises(UnreadablePdfError):
        values_of(written(writer))


def test_an_encrypted_file_is_refused(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    writer.encrypt("secret", algorithm="RC4-128")
    with pytest.raises(UnreadablePdfError, match="verschlüsselt"):
        values_of(written(writer))
