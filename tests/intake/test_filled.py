"""What a PDF page holds beside its picture, and which pages are asked at all."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from forms.geometry import Rect
from intake.filled import FieldKind, FileUnreadError, Filled, is_filled, read_filled, texts_at
from tests.intake import test_pages as scans
from tests.intake.filling import Changed, blank, changed, filled, note, place, signed_with_ink
from tests.intake.test_pages import Scan


def text_under_the_picture(scan: Scan) -> None:
    """As some scanners lay recognised text."""
    scans.a_scan_with_a_text_layer(scan)
    words = "BT /F1 12 Tf 72 700 Td (Einwilligung) Tj ET "
    scan.page.obj.Contents = scan.pdf.make_stream((words + scans.FULL).encode())


def a_scan_with_a_link(scan: Scan) -> None:
    scans.a_plain_scan(scan)
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([50, 50, 300, 300]))
    scan.page.obj.Annots = Array([scan.pdf.make_indirect(link)])


@pytest.mark.parametrize(
    ("make", "filled_in"),
    [
        (scans.a_plain_scan, False),
        (scans.a_scan_with_a_text_layer, False),
        (text_under_the_picture, False),
        (scans.a_scan_in_strips, False),
        (scans.an_image_inside_a_drawing, False),
        (a_scan_with_a_link, False),
        (scans.a_scan_with_typed_text_on_it, True),
        (scans.a_scan_with_a_stamp_annotation, True),
    ],
)
def test_a_scan_goes_the_scan_way_unless_something_is_laid_upon_it(
    make: Callable[[Scan], None], filled_in: bool, tmp_path: Path
) -> None:
    scan = Scan()
    make(scan)
    assert is_filled(scan.save(tmp_path / "scan.pdf"), 1) is filled_in


def facts(pdf: bytes) -> Filled:
    return read_filled(pdf, 1)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (String("Jürgen Groß"), "Jürgen Groß"),
        (String("Şahin–Łuczak „€“"), "Şahin–Łuczak „€“"),
        (String("Gökçe\r\nMüller\rAnna"), "Gökçe\nMüller\nAnna"),
        (String("Nguye\u0302\u0303n"), "Nguyễn"),
        (Name("/ja"), "/ja"),
    ],
)
def test_a_text_is_read_in_every_encoding_with_one_kind_of_line_end_and_composed_letters(
    value: String | Name, read: str
) -> None:
    pdf = changed(blank(), lambda file: setattr(file.widget("child_name"), "V", value))
    (name,) = (one for one in facts(pdf).widgets if one.field == "child_name")
    assert (name.kind, name.values) == (FieldKind.TEXT, (read,))


@pytest.mark.parametrize("value", [Name("/ja"), String("/ja"), String("ja")])
def test_an_option_is_read_as_a_name_or_as_a_text(value: String | Name) -> None:
    pdf = changed(blank(), lambda file: setattr(file.choice("consent"), "V", value))
    boxes = [one for one in facts(pdf).widgets if one.field == "consent"]
    assert [(box.option, box.values, box.state) for box in boxes] == [("ja", ("ja",), "Off"), ("nein", ("ja",), "Off")]


def test_fields_lie_where_the_blank_has_them() -> None:
    for widget in facts(filled()).widgets:
        where = place(f"{widget.field}.{widget.option}" if widget.option else widget.field)
        assert widget.place.x == pytest.approx(where.x, abs=0.02)
        assert widget.place.bottom == pytest.approx(where.bottom, abs=0.02)


def test_the_form_is_named_and_nothing_is_odd_about_a_filled_blank() -> None:
    seen = facts(filled())
    assert seen.form is not None
    assert (seen.form.id, seen.form.version, seen.odd, seen.annotations) == ("iserv-primar", 1, (), ())


def test_an_annotation_says_what_it_is_and_whether_it_sets_letters() -> None:
    pdf = changed(signed_with_ink(filled()), lambda file: note(file, Rect(20, 20, 60, 8), "Guten Tag"))
    assert [(one.kind, one.text, one.sets_text) for one in facts(pdf).annotations] == [
        ("Ink", "", False),
        ("FreeText", "Guten Tag", True),
    ]


@pytest.mark.parametrize("flag", [1, 2, 32])
def test_what_no_viewer_shows_is_hidden(flag: int) -> None:
    def hide(file: Changed) -> None:
        note(file, Rect(20, 20, 60, 8), "Guten Tag")
        file.page.Annots[-1].F = flag

    assert [one.hidden for one in facts(changed(blank(), hide)).annotations] == [True]


def test_the_blanks_set_no_letters_of_their_own_into_their_fields(tmp_path: Path) -> None:
    path = tmp_path / "vorlage.pdf"
    path.write_bytes(blank())
    fields = [place(widget.field) for widget in facts(blank()).widgets if widget.kind is not FieldKind.CHOICE]
    assert set(texts_at(path, 1, fields)) == {""}


# ---------------------------------------------------------------- hostile files


def circle(file: Changed) -> None:
    file.widget("child_name").Parent = file.widget("child_name")


def a_thousand_notes(file: Changed) -> None:
    for _ in range(2500):
        file.page.Annots.append(file.pdf.make_indirect(Dictionary(Subtype=Name.Text, Rect=Array([0, 0, 1, 1]))))


def endless_fields(file: Changed) -> None:
    loop = file.pdf.make_indirect(Dictionary(T=String("a")))
    loop.Kids = Array([loop, loop])
    file.pdf.Root.AcroForm.Fields.append(loop)


def no_place(file: Changed) -> None:
    del file.widget("child_name")["/Rect"]


@pytest.mark.parametrize("change", [circle, a_thousand_notes, endless_fields, no_place])
def test_fields_without_end_or_sense_are_unread(change: Callable[[Changed], None]) -> None:
    with pytest.raises(FileUnreadError):
        facts(changed(blank(), change))


@lru_cache
def specimen() -> bytes:
    return changed(signed_with_ink(filled()), lambda file: None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=12),
    kept=st.floats(0.01, 1),
)
def test_any_damage_gives_facts_or_says_that_there_are_none(
    flips: list[tuple[float, int]], kept: float, tmp_path: Path
) -> None:
    content = bytearray(specimen())
    for where, value in flips:
        content[int(where * len(content))] = value
    path = tmp_path / "damaged.pdf"
    path.write_bytes(bytes(content[: int(kept * len(content))]))
    assert is_filled(path, 1) in {True, False}
    try:
        assert isinstance(read_filled(path, 1), Filled)
        texts_at(path, 1, [Rect(20, 20, 50, 50)])
    except FileUnreadError as error:
        assert str(error)
