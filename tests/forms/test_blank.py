import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from forms.acroform import written
from forms.blank import NotABlankError, read_blank
from forms.catalogue import PRIMARY, SECONDARY, describe
from forms.fields import fill
from forms.model import Meaning, Role, Rule

Redescribe = Callable[[bytes, dict[str, object]], bytes]

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def test_the_primary_form_is_read_from_its_blank(primary: bytes) -> None:
    blank = read_blank(primary)
    assert (blank.form.id, blank.form.version, blank.form.rule) == ("iserv-primar", 1, Rule.TICK)
    assert blank.form.slip == PRIMARY.slip
    assert blank.form.cut_mm == blank.form.slip.place.y
    assert [(box.option, box.meaning) for box in blank.form.boxes] == [("ja", Meaning.YES), ("nein", Meaning.NO)]
    assert [line.role for line in blank.form.signatures] == [Role.GUARDIAN_SIGNATURE]
    assert blank.page_size == (210.0, 297.0)
    assert blank.sha256 == hashlib.sha256(primary).hexdigest()
    assert blank.pdf == primary


def test_the_secondary_form_is_read_from_its_blank(secondary: bytes) -> None:
    form = read_blank(secondary).form
    assert (form.id, form.rule, form.cut_mm) == ("iserv-sekundar", Rule.SIGNATURES, None)
    assert form.slip == SECONDARY.slip
    assert form.boxes == ()
    assert [line.role for line in form.signatures] == [Role.GUARDIAN_SIGNATURE, Role.PUPIL_SIGNATURE]


def test_a_filled_blank_is_still_the_same_form(primary: bytes) -> None:
    assert read_blank(fill(primary, {"consent": "ja", "child_name": "Ada"})).form == read_blank(primary).form


def test_a_choice_that_only_says_what_was_read_is_neither_yes_nor_no(primary: bytes, redescribed: Redescribe) -> None:
    fields = {field.name: {"role": field.role.value, "kind": field.kind} for field in describe(PRIMARY).fields}
    read = {**fields, "consent": {"role": "acknowledgement", "kind": "choice"}}
    with pytest.raises(NotABlankError, match="nicht entschieden"):
        read_blank(redescribed(primary, {"fields": read}))
    signed = read_blank(redescribed(primary, {"fields": read, "rule": "signatures"})).form
    assert {box.meaning for box in signed.boxes} == {Meaning.ACKNOWLEDGED}


def test_a_renamed_field_is_not_accepted(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    field = writer.pages[0]["/Annots"][0].get_object()  # type: ignore[index]  # the annotations are an array
    field[NameObject("/T")] = TextStringObject("somebody")
    with pytest.raises(NotABlankError, match="passen nicht zusammen"):
        read_blank(written(writer))


def test_a_field_of_another_kind_is_not_accepted(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    field = writer.pages[0]["/Annots"][0].get_object()  # type: ignore[index]  # the annotations are an array
    field[NameObject("/FT")] = NameObject("/Sig")
    with pytest.raises(NotABlankError, match="anderer Art"):
        read_blank(written(writer))


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"slip": {"page": 2, "rect_mm": [0, 193, 210, 104]}}, "keine Seite 2"),
        ({"slip": {"page": 1, "rect_mm": [0, 193, 210, 120]}}, "nicht ganz auf der Seite"),
        ({"slip": {"page": 1, "rect_mm": [0, 0, 210, 100]}}, "lies outside the slip"),
        ({"options": {"ja": "yes"}}, "was das Kästchen 'nein' bedeutet"),
        ({"options": {"ja": "yes", "nein": "no", "vielleicht": "no"}}, "die es nicht gibt"),
        ({"options": {"ja": "yes", "nein": "yes"}}, "kann nicht entschieden werden"),
        ({"rule": "coin"}, "fehlerhaft"),
    ],
)
def test_a_description_that_does_not_fit_its_page_is_not_accepted(
    primary: bytes, redescribed: Redescribe, members: dict[str, object], complaint: str
) -> None:
    with pytest.raises(NotABlankError, match=complaint):
        read_blank(redescribed(primary, members))


def test_a_form_may_have_another_title(primary: bytes, redescribed: Redescribe) -> None:
    assert read_blank(redescribed(primary, {"title": "Ausflug"})).form.title == "Ausflug"


def test_a_turned_page_is_not_accepted(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    writer.pages[0].rotate(90)
    with pytest.raises(NotABlankError, match="gedreht"):
        read_blank(written(writer))


def test_places_count_from_the_visible_page(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    shifted = writer.pages[0]
    shifted.mediabox.lower_left = (-72, -72)
    shifted.mediabox.upper_right = (700, 900)
    shifted.cropbox = shifted.mediabox
    moved = read_blank(written(writer)).form.fields[0].place
    still = read_blank(primary).form.fields[0].place
    assert moved.x == pytest.approx(still.x + 25.4, abs=0.02)
    assert moved.y == pytest.approx(still.y + (900 - 841.8898) * 25.4 / 72, abs=0.02)
    assert (moved.width, moved.height) == (still.width, still.height)


@pytest.mark.parametrize(("left", "bottom"), [(500.0, 0.0), (0.0, -14_000.0)])
def test_a_page_that_is_no_paper_is_not_accepted(primary: bytes, left: float, bottom: float) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    writer.pages[0].mediabox.lower_left = (left, bottom)
    with pytest.raises(NotABlankError, match="mm groß"):
        read_blank(written(writer))


def test_a_pdf_without_description_points_to_adopting_it() -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    with pytest.raises(NotABlankError, match="form adopt"):
        read_blank(written(writer))


def test_a_second_description_is_not_accepted(primary: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(primary))
    writer.add_attachment("ruecklauf.json", b"{}")
    with pytest.raises(NotABlankError, match="genau einer"):
        read_blank(written(writer))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 60_000), junk=st.binary(min_size=1, max_size=40))
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_blank_is_told_or_still_the_same_form(primary: bytes, place: int, junk: bytes) -> None:
    damaged = primary[:place] + junk + primary[place + len(junk) :]
    try:
        form = read_blank(damaged).form
    except NotABlankError:
        return
    assert len(form.fields) == len(read_blank(primary).form.fields)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus beside the project is not here")
def test_letters_of_other_makers_are_no_blanks() -> None:
    for path in sorted((CORPUS / "forms").glob("*.pdf")):
        with pytest.raises(NotABlankError):
            read_blank(path.read_bytes())
