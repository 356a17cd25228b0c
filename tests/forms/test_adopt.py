import io
from dataclasses import replace

import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from forms.adopt import NewForm, Picture, adopt, id_from
from forms.blank import read_blank
from forms.check import Severity, check_blank
from forms.fields import fill, opened, values_of, widgets_of
from forms.letter_copy import NotAdoptableError
from forms.model import Meaning, Role, Rule
from forms.pdf_objects import array_at, as_dictionary
from forms.proposal import propose
from tests.forms.letters import drawn, hostile, letter, page_of, saved

NAMES = ("sekundar", "primar", "klammern", "formular")


def adopted(pdf: bytes, form_id: str = "brief") -> bytes:
    proposal = propose(page_of(pdf))
    return adopt(pdf, proposal, NewForm(form_id, 1, "Ein Brief", "de", proposal.rule))


@pytest.mark.parametrize("name", NAMES)
def test_an_adopted_letter_is_a_blank_like_any_other(name: str) -> None:
    pdf = adopted(letter(name), name)
    form = read_blank(pdf).form
    assert form.id == name
    assert form.rule is (Rule.SIGNATURES if name == "sekundar" else Rule.TICK)
    findings = check_blank(pdf)
    assert [f for f in findings if f.severity is Severity.ERROR] == []
    assert not {"no_tooltip", "no_language", "no_tab_order"} & {f.code for f in findings}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_stays_as_it_was(name: str) -> None:
    before, after = drawn(letter(name)), drawn(adopted(letter(name)))
    assert (np.abs(before.astype(int) - after.astype(int)) > 40).mean() < 0.0005


def test_boxes_too_small_to_be_read_are_said() -> None:
    codes = {name: {finding.code for finding in check_blank(adopted(letter(name)))} for name in NAMES}
    assert [name for name in NAMES if "small_box" in codes[name]] == ["formular"]


def test_equal_input_gives_equal_bytes() -> None:
    assert adopted(letter("primar")) == adopted(letter("primar"))


def test_the_letters_own_fields_keep_their_names() -> None:
    pdf = adopted(letter("formular"))
    before = {w.name for w in widgets_of(opened(letter("formular")))}
    form = read_blank(pdf).form
    assert before < {field.name for field in form.fields}
    assert [line.role for line in form.texts if line.name == "Name Kind"] == [Role.CHILD_NAME]


def test_boxes_of_equal_on_states_get_states_of_their_own() -> None:
    letters = {w.option for w in widgets_of(opened(letter("formular"))) if w.option}
    assert letters == {"Yes"}
    boxes = read_blank(adopted(letter("formular"))).form.boxes
    assert {(box.option, box.meaning) for box in boxes} == {("ja", Meaning.YES), ("nein", Meaning.NO)}


def test_an_adopted_letter_can_be_filled_in() -> None:
    pdf = fill(adopted(letter("primar")), {"child_name": "Şule Łuczak", "consent": "nein"})
    assert values_of(pdf)["child_name"] == "Şule Łuczak"
    assert values_of(pdf)["consent"] == "nein"


def test_a_typed_answer_cannot_stand_for_a_signature() -> None:
    proposal = propose(page_of(letter("formular")))
    signed = replace(proposal.fields[0], task=Role.PUPIL_SIGNATURE)
    extra = replace(proposal.fields[4], task=Role.CHILD_NAME)
    fields = (signed, *proposal.fields[1:4], extra, *proposal.fields[5:])
    pdf = adopt(letter("formular"), replace(proposal, fields=fields), NewForm("f", 1, "F", "de", Rule.TICK))
    assert "Name Kind" in {line.name for line in read_blank(pdf).form.signatures}


# ---------------------------------------------------------------- hostile letters


def everything_in(pdf: bytes) -> list[DictionaryObject]:
    reader = PdfReader(io.BytesIO(pdf))
    found = []
    for number in range(1, len(reader.xref_objStm) + max(reader.xref.get(0, {0: 0})) + 1):
        thing = reader.get_object(number)
        if isinstance(thing, DictionaryObject):
            found.append(thing)
    return found


@pytest.mark.parametrize("name", ["primar", "formular"])
def test_nothing_but_print_and_fields_is_carried_over(name: str) -> None:
    pdf = adopted(hostile(letter(name)))
    things = everything_in(pdf)
    assert len(things) > 10
    for key in ("/JS", "/AA", "/A", "/OpenAction", "/Launch", "/URI", "/StructParent"):
        assert not [thing for thing in things if key in thing], key
    reader = PdfReader(io.BytesIO(pdf))
    assert list(reader.attachments) == ["ruecklauf.json"]
    assert reader.metadata is not None
    assert reader.metadata.author is None
    assert b"alert" not in pdf
    annotations = [as_dictionary(one) for one in array_at(reader.pages[0], "/Annots")]
    assert {str(annotation["/Subtype"]) for annotation in annotations} == {"/Widget"}


def test_a_stream_whose_content_lies_in_another_file_loses_it() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(letter("primar")))
    outside = StreamObject()
    outside.set_data(b"")
    outside.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(),
            NameObject("/F"): NameObject("/etc"),
        }
    )
    resources = writer.pages[0]["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    resources[NameObject("/XObject")] = DictionaryObject({NameObject("/X1"): writer._add_object(outside)})
    pdf = adopted(saved(writer))
    assert not [thing for thing in everything_in(pdf) if isinstance(thing, StreamObject) and "/F" in thing]


def test_an_encrypted_letter_is_refused_with_advice() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(letter("primar")))
    writer.encrypt("geheim", algorithm="RC4-128")
    with pytest.raises(NotAdoptableError, match=r"verschlüsselt.*ohne Kennwort"):
        adopt(saved(writer), propose(page_of(letter("primar"))), NewForm("f", 1, "F", "de", Rule.TICK))


def test_an_xfa_form_is_refused_with_advice() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(letter("formular")))
    form = writer.root_object["/AcroForm"].get_object()
    assert isinstance(form, DictionaryObject)
    form[NameObject("/XFA")] = ArrayObject()
    with pytest.raises(NotAdoptableError, match="XFA"):
        adopt(saved(writer), propose(page_of(letter("formular"))), NewForm("f", 1, "F", "de", Rule.TICK))


def test_a_book_is_no_letter() -> None:
    writer = PdfWriter()
    for _ in range(13):
        writer.append(io.BytesIO(letter("sekundar")))
    with pytest.raises(NotAdoptableError, match="13 Seiten"):
        adopt(saved(writer), propose(page_of(letter("sekundar"))), NewForm("f", 1, "F", "de", Rule.SIGNATURES))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"junk", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>"])
def test_what_is_no_pdf_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(NotAdoptableError, match=r"Bitte"):
        adopt(content, propose(page_of(letter("primar"))), NewForm("f", 1, "F", "de", Rule.TICK))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_stored_turned_is_laid_upright(turn: int) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(letter("primar")))
    writer.pages[0].rotate(turn)
    writer.pages[0].transfer_rotation_to_content()
    writer.pages[0].rotate(-turn % 360)
    turned = saved(writer)
    upright = drawn(turned)
    pdf = adopt(turned, propose(page_of(letter("primar"))), NewForm("f", 1, "F", "de", Rule.TICK))
    assert PdfReader(io.BytesIO(pdf)).pages[0].rotation == 0
    assert drawn(pdf).shape == upright.shape


# ---------------------------------------------------------------- scans


def test_a_scan_becomes_the_page() -> None:
    gray = drawn(letter("sekundar"))
    proposal = propose(page_of(letter("sekundar")))
    pdf = adopt(Picture(gray, 210.0, 297.0), proposal, NewForm("scan", 2, "Scan", "de", Rule.SIGNATURES))
    blank = read_blank(pdf)
    assert (blank.form.version, blank.page_size) == (2, (210.0, 297.0))
    assert np.abs(drawn(pdf).astype(int) - gray.astype(int)).mean() < 2


def test_ids_are_made_of_file_names() -> None:
    assert id_from("Elternbrief Größe (2) Übung") == "elternbrief-groesse-2-uebung"
    assert id_from("письмо") == "formular"
