"""Filled PDFs: what a family answered, however it was put into the file, and nothing that nobody could see."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path

import pikepdf
import pytest
import typst
from pikepdf import Array, Dictionary, Name, String

from forms.fields import fill
from forms.geometry import MM_PER_POINT, Rect
from forms.typeset import FONTS
from intake.batch import settled
from intake.cli import call
from intake.errors import ExitCode
from intake.policy import EVERY_LINE
from intake.values import (
    Answer,
    Channel,
    Child,
    FieldsState,
    IdentityState,
    PageKind,
    Reason,
    Roster,
    Verdict,
)
from samples.generate import FOREIGN_LETTER
from tests.intake.filling import (
    GOEKCE,
    PRIMARY,
    SECONDARY,
    Changed,
    attach,
    blank,
    changed,
    filled,
    note,
    outcome,
    photo_of_a_signature,
    place,
    points,
    signature_path,
    signed_with_ink,
)
from tests.intake.returned import REWORDED_WORDS, set_again

YES, NO = "consent.ja", "consent.nein"
LINE = "guardian_signature"


def foreign_letter() -> bytes:
    """A letter of the school that is no form."""
    pdf = typst.compile(FOREIGN_LETTER, font_paths=[FONTS], ignore_system_fonts=True)
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache
def consent() -> bytes:
    """A consent beyond doubt."""
    return signed_with_ink(filled())


# ---------------------------------------------------------------- what families do


def test_a_filled_and_inked_form_is_a_consent_with_the_values_of_its_fields() -> None:
    read = outcome(consent())
    assert (read.page.kind, read.slip.channel) == (PageKind.SLIP, Channel.DIGITAL)
    assert read.decision.verdict is Verdict.GIVEN
    assert read.said == {
        "child_name": "Gökçe Şahin-Łuczak",
        "child_class": "3b",
        "guardian_names": "Jürgen Groß-Müller",
        "place_date": "Köln, 3.2.2026",
    }
    assert (read.slip.identity.child, read.kinds) == (GOEKCE, {LINE: "ink"})
    assert (read.slip.file.fields, read.slip.file.details) == (FieldsState.AGREE, ())


def test_a_ticked_no_is_a_refusal() -> None:
    read = outcome(signed_with_ink(filled(consent="nein")))
    assert (read.decision.verdict, read.decision.answer) == (Verdict.REFUSED, Answer.NO)


def test_a_form_that_nobody_signed_is_no_consent() -> None:
    assert outcome(filled()).decision.reasons == (Reason.SIGNATURE_MISSING,)


def test_a_blank_that_comes_back_as_it_went_out_says_nothing() -> None:
    read = outcome(blank())
    assert read.decision.answer is Answer.NONE
    assert read.decision.reasons == (Reason.CHILD_NO_NAME, Reason.BOX_NONE, Reason.SIGNATURE_MISSING)


def test_signing_is_the_consent_where_the_form_says_so() -> None:
    names = {"guardian_names": "Jürgen Groß-Müller", "child_name": GOEKCE.name}
    pdf = signed_with_ink(fill(blank(SECONDARY), names), form_id=SECONDARY)
    assert outcome(pdf).decision.reasons == (Reason.SIGNATURE_MISSING,)
    assert outcome(signed_with_ink(pdf, "pupil_signature", form_id=SECONDARY)).decision.verdict is Verdict.GIVEN


def test_a_viewer_that_leaves_drawing_to_the_next_one_is_understood() -> None:
    def without_looks(file: Changed) -> None:
        file.pdf.Root.AcroForm.NeedAppearances = True
        for name, value in {"child_name": "Jürgen Groß-Müller", "child_class": "3b"}.items():
            file.widget(name).V = String(value)
            del file.widget(name)["/AP"]
        file.choice("consent").V = Name("/ja")
        file.widget("consent", "ja").AS = Name("/ja")

    read = outcome(signed_with_ink(changed(blank(), without_looks)))
    assert read.decision.verdict is Verdict.GIVEN
    assert read.said["child_name"] == "Jürgen Groß-Müller"


def test_text_and_a_cross_laid_over_empty_fields_are_read_from_what_is_seen() -> None:
    def lay_over(file: Changed) -> None:
        note(file, place("child_name"), "Jürgen Groß-Müller")
        note(file, place(YES), "X", size=5.0)

    read = outcome(signed_with_ink(changed(blank(), lay_over)))
    assert (read.decision.verdict, read.decision.answer) == (Verdict.GIVEN, Answer.YES)
    assert read.said["child_name"] == "Jürgen Groß-Müller"


def test_a_name_typed_where_somebody_has_to_sign_is_for_a_person() -> None:
    read = outcome(changed(filled(), lambda file: note(file, place(LINE), "Jürgen Groß-Müller", size=6.0)))
    assert (read.decision.reasons, read.kinds) == ((Reason.SIGNATURE_TYPED,), {LINE: "typed"})


def test_a_name_typed_beside_a_drawn_signature_is_for_a_person() -> None:
    below = Rect(place(LINE).x + 50, place(LINE).bottom - 6, 30, 5)
    read = outcome(changed(consent(), lambda file: note(file, below, "Groß-Müller")))
    assert read.decision.reasons == (Reason.SIGNATURE_UNCLEAR,)


def test_a_stamp_that_sets_letters_is_typed() -> None:
    def approve(file: Changed) -> None:
        note(file, place(LINE), "Genehmigt", size=6.0)
        file.page.Annots[-1].Subtype = Name.Stamp

    assert outcome(changed(filled(), approve)).decision.verdict is Verdict.REVIEW
    assert outcome(changed(filled(), approve)).kinds == {LINE: "typed"}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["Gökçe Şahin-Łuczak", "gokce sahin-luczak", "ŞAHİN-ŁUCZAK, Gökçe"])
def test_a_typed_name_is_found_in_the_list_whatever_its_case_accents_and_order(name: str) -> None:
    assert outcome(signed_with_ink(filled(child_name=name))).slip.identity.child == GOEKCE


@pytest.mark.parametrize("name", ["Gökçe", "Gökçe Şahin", "G. Şahin-Łuczak", "Jemand Anders"])
def test_anything_but_the_whole_name_is_for_a_person(name: str) -> None:
    assert outcome(signed_with_ink(filled(child_name=name))).slip.identity.state is not IdentityState.IDENTIFIED


def test_a_name_that_is_held_and_another_that_is_seen_are_no_consent_however_alike() -> None:
    lea, lena = Child("1", "Lea", "Groß", "3b", "", ()), Child("2", "Lena", "Groß", "3b", "", ())
    pdf = signed_with_ink(
        changed(filled(child_name=lena.name), lambda file: setattr(file.widget("child_name"), "V", String(lea.name)))
    )
    read = outcome(pdf, roster=Roster((lea, lena)))
    assert (read.decision.reasons, read.slip.file.details) == ((Reason.FIELD_DISAGREES,), ("child",))
    assert outcome(signed_with_ink(filled(child_name=lea.name)), roster=Roster((lea, lena))).slip.identity.child == lea


# ---------------------------------------------------------------- nothing that cannot be seen is a consent


@dataclass(frozen=True, slots=True)
class Trick:
    """Something that would make a consent of a file that does not show one, and the reason that stops it."""

    what: str
    pdf: Callable[[], bytes]
    reason: Reason


def _tick(file: Changed, value: str, shown: str) -> None:
    """Set what the choice holds, and what its boxes show."""
    file.choice("consent").V = Name(f"/{value}")
    for option in ("ja", "nein"):
        file.widget("consent", option).AS = Name(f"/{option}" if option == shown else "/Off")


def _no_with_yes_in_the_field(file: Changed) -> None:
    _tick(file, "ja", "nein")


def _both(file: Changed) -> None:
    _tick(file, "ja", "ja")
    file.widget("consent", "nein").AS = Name("/nein")


def _yes_without_a_picture(file: Changed) -> None:
    _tick(file, "ja", "ja")
    file.widget("consent", "ja").AP.N["/ja"] = file.drawing(place(YES), "")["/N"]


def _looks_ticked_when_off(file: Changed) -> None:
    _tick(file, "Off", "")
    box = file.widget("consent", "ja")
    box.AP.N["/Off"] = box.AP.N["/ja"]


def _yes_shows_where_no_is_held(file: Changed) -> None:
    _tick(file, "nein", "nein")
    yes, no = file.widget("consent", "ja"), file.widget("consent", "nein")
    yes.AP.N["/Off"], no.AP.N["/nein"] = yes.AP.N["/ja"], no.AP.N["/Off"]


def _covers_the_no(file: Changed) -> None:
    _tick(file, "nein", "nein")
    where = place(NO)
    note(file, Rect(where.x + 0.9, where.y + 0.9, where.width - 1.8, where.height - 1.8), "", paper="1 1 1")
    note(file, place(YES), "X", size=5.0)


def _swapped(file: Changed) -> None:
    yes, no = file.widget("consent", "ja"), file.widget("consent", "nein")
    yes.Rect, no.Rect = Array(list(no.Rect)), Array(list(yes.Rect))


def _moved_name(file: Changed) -> None:
    name = file.widget("child_name")
    name.Rect = Array([float(edge) + 6 for edge in name.Rect])


def _other_name_in_the_picture(file: Changed) -> None:
    file.widget("child_name").V = String("Anna Meier")


def _hidden_box(file: Changed) -> None:
    file.widget("consent", "nein").F = 2


def _without_the_no(file: Changed) -> None:
    no = file.widget("consent", "nein")
    file.page.Annots = Array([one for one in file.page.Annots if one.objgen != no.objgen])
    field = file.choice("consent")
    field.Kids = Array([one for one in field.Kids if one.objgen != no.objgen])


def _drawn_by_the_signature_field(file: Changed) -> None:
    inked = next(one for one in file.page.Annots if one.Subtype == "/Ink")
    file.widget(LINE).AP = Dictionary(N=inked.AP.N)
    file.page.Annots = Array([one for one in file.page.Annots if one.Subtype != "/Ink"])


def _white_ink(pdf: bytes) -> bytes:
    return signed_with_ink(pdf, colour="1 1 1")


def _sticky_note(file: Changed) -> None:
    file.add("Text", Rect(150, 200, 6, 6), Contents=String("Nur wenn die Kamera aus bleibt."))


def _comment_on_the_ink(file: Changed) -> None:
    inked = next(one for one in file.page.Annots if one.Subtype == "/Ink")
    inked.Contents = String("Ich bin nicht einverstanden")


def _off_the_page(file: Changed) -> None:
    note(file, Rect(300, 300, 60, 8), "Wir sind dagegen")


def _invisible(file: Changed) -> None:
    note(file, Rect(30, 200, 60, 8), "Wir sind dagegen")
    file.page.Annots[-1].F = 2


def _white_on_white(file: Changed) -> None:
    note(file, Rect(120, 222, 60, 6), "Wir sind dagegen", colour="1 1 1")


def _script(file: Changed) -> None:
    file.pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("this.getField('consent').value = 'ja';"))


def _field_script(file: Changed) -> None:
    file.widget("child_name").AA = Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("1")))


def _layer(file: Changed) -> None:
    group = file.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Kopie")))
    file.pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))


def _attachment(file: Changed) -> None:
    attach(file.pdf, "brief.txt", b"Wir widerrufen.")


def _more_fields(file: Changed) -> None:
    extra = file.add("Widget", Rect(20, 210, 40, 6), FT=Name.Tx, T=String("bedingung"), V=String("nur ohne Kamera"))
    file.pdf.Root.AcroForm.Fields.append(extra)


def _field_without_a_page(file: Changed) -> None:
    lost = file.pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("bedingung"), V=String("nur ohne Kamera")))
    file.pdf.Root.AcroForm.Fields.append(lost)


def _struck_out(file: Changed) -> None:
    words = Rect(place(YES).right + 3, place(YES).y, 80, place(YES).height)
    line = file.drawing(words, f"0 0 0 RG 0.7 w 0 {words.height / 2} m {words.width} {words.height / 2} l S")
    file.add("Line", words, AP=line, L=Array([0, 0, 1, 1]))


def _covered_words(file: Changed) -> None:
    note(file, Rect(place(NO).right + 3, place(NO).y - 1, 100, 8), "", paper="1 1 1")


def _condition(file: Changed) -> None:
    note(file, Rect(110, 222, 80, 7), "aber nur ohne Kamera", size=5.0)


def _words_on_the_box(file: Changed) -> None:
    note(file, place(YES).grown(0, 0, 12, 0), "nein", size=5.0)


def _text_over_a_text(file: Changed) -> None:
    note(file, place("child_name"), "Anna Meier", paper="1 1 1")


def _white_over_the_yes(file: Changed) -> None:
    where = place(YES).grown(-0.9, -0.9, -0.9, -0.9)
    file.add("Square", where, AP=file.drawing(where, f"1 1 1 rg 0 0 {where.width} {where.height} re f"))


def _white_over_the_name(file: Changed) -> None:
    where = place("child_name").grown(0, 0, 0, -1)
    file.add("Ink", where, AP=file.drawing(where, f"1 1 1 rg 0 0 {where.width} {where.height} re f"))


def _name_only_in_the_picture(file: Changed) -> None:
    name = file.widget("child_name")
    del name["/V"]


def _words_in_the_page(file: Changed) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    name = file.page.add_resource(file.pdf.make_indirect(font), Name.Font)
    words = f"q BT {name} 11 Tf 320 200 Td (nur unter Vorbehalt) Tj ET Q"
    file.page.contents_add(words.encode(), prepend=False)


def _highlighted(file: Changed) -> None:
    where = place(LINE)
    look = file.drawing(where, f"0 0 0 rg 2 {where.height - 9} {where.width - 6} 7 re f")
    file.page.Annots = Array([one for one in file.page.Annots if one.Subtype != "/Ink"])
    file.add("Square", where, AP=look)


def _another_form(file: Changed) -> None:
    attached = file.pdf.attachments["ruecklauf.json"].get_file().read_bytes()
    other = attached.replace(b'"version": 1', b'"version": 7')
    assert other != attached
    attach(file.pdf, "ruecklauf.json", other)


def _xfa(file: Changed) -> None:
    file.pdf.Root.AcroForm.XFA = Array([String("template"), pikepdf.Stream(file.pdf, b"<x/>")])


TRICKS = [
    Trick("no is shown, yes is held", lambda: changed(consent(), _no_with_yes_in_the_field), Reason.FIELD_DISAGREES),
    Trick("both boxes are shown, yes is held", lambda: changed(consent(), _both), Reason.FIELD_DISAGREES),
    Trick("yes is held and not to be seen", lambda: changed(consent(), _yes_without_a_picture), Reason.FIELD_DISAGREES),
    Trick("a box looks ticked when off", lambda: changed(consent(), _looks_ticked_when_off), Reason.FIELD_DISAGREES),
    Trick("yes is shown, no is held", lambda: changed(consent(), _yes_shows_where_no_is_held), Reason.FIELD_DISAGREES),
    Trick("white covers the no", lambda: changed(consent(), _covers_the_no), Reason.FIELD_DISAGREES),
    Trick("both boxes change places", lambda: changed(consent(), _swapped), Reason.FIELD_DISAGREES),
    Trick("the name's field is moved", lambda: changed(consent(), _moved_name), Reason.FIELD_DISAGREES),
    Trick("another name is held", lambda: changed(consent(), _other_name_in_the_picture), Reason.FIELD_DISAGREES),
    Trick("the no is hidden", lambda: changed(consent(), _hidden_box), Reason.FIELD_DISAGREES),
    Trick("the no is gone", lambda: changed(consent(), _without_the_no), Reason.FIELD_DISAGREES),
    Trick("white covers the yes", lambda: changed(consent(), _white_over_the_yes), Reason.FIELD_DISAGREES),
    Trick("white ink covers the name", lambda: changed(consent(), _white_over_the_name), Reason.FIELD_DISAGREES),
    Trick(
        "a name is seen, none is held", lambda: changed(consent(), _name_only_in_the_picture), Reason.FIELD_DISAGREES
    ),
    Trick("another text covers the name", lambda: changed(consent(), _text_over_a_text), Reason.FIELD_DISAGREES),
    Trick("the file is of another version", lambda: changed(consent(), _another_form), Reason.FIELD_DISAGREES),
    Trick(
        "the signature's field draws one itself",
        lambda: changed(consent(), _drawn_by_the_signature_field),
        Reason.SIGNATURE_UNCLEAR,
    ),
    Trick("the ink is white", lambda: _white_ink(filled()), Reason.SIGNATURE_MISSING),
    Trick("a shape lies on the line", lambda: changed(consent(), _highlighted), Reason.SIGNATURE_UNCLEAR),
    Trick("a sticky note", lambda: changed(consent(), _sticky_note), Reason.CONTENT_HIDDEN),
    Trick("a comment on the signature", lambda: changed(consent(), _comment_on_the_ink), Reason.CONTENT_HIDDEN),
    Trick("a note beside the page", lambda: changed(consent(), _off_the_page), Reason.CONTENT_HIDDEN),
    Trick("an invisible note", lambda: changed(consent(), _invisible), Reason.CONTENT_HIDDEN),
    Trick("a script for the file", lambda: changed(consent(), _script), Reason.CONTENT_HIDDEN),
    Trick("a script for a field", lambda: changed(consent(), _field_script), Reason.CONTENT_HIDDEN),
    Trick("a layer", lambda: changed(consent(), _layer), Reason.CONTENT_HIDDEN),
    Trick("an attached letter", lambda: changed(consent(), _attachment), Reason.CONTENT_HIDDEN),
    Trick("a second form inside", lambda: changed(consent(), _xfa), Reason.CONTENT_HIDDEN),
    Trick("a field more", lambda: changed(consent(), _more_fields), Reason.CONTENT_HIDDEN),
    Trick("a field that no page shows", lambda: changed(consent(), _field_without_a_page), Reason.CONTENT_HIDDEN),
    Trick("a note in white on white", lambda: changed(consent(), _white_on_white), Reason.INK_UNEXPLAINED),
    Trick("a condition beside the fields", lambda: changed(consent(), _condition), Reason.INK_UNEXPLAINED),
    Trick("a condition in the page itself", lambda: changed(consent(), _words_in_the_page), Reason.INK_UNEXPLAINED),
    Trick("the words of the yes are struck out", lambda: changed(consent(), _struck_out), Reason.BOX_UNCLEAR),
    Trick("the words of the no are covered", lambda: changed(consent(), _covered_words), Reason.PRINT_DAMAGED),
    Trick("words on the box", lambda: changed(signed_with_ink(blank()), _words_on_the_box), Reason.BOX_UNCLEAR),
    Trick(
        "a condition on a line for names",
        lambda: signed_with_ink(filled(guardian_names="Groß, nur ohne Kamera")),
        Reason.WORDS_OBJECT,
    ),
    Trick(
        "a condition behind the date",
        lambda: signed_with_ink(filled(place_date="Berlin, 5.11. erst ab Januar")),
        Reason.WORDS_OBJECT,
    ),
]


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.what)
def test_no_trick_makes_a_consent(trick: Trick) -> None:
    read = outcome(trick.pdf())
    assert read.page.kind is PageKind.SLIP
    assert read.decision.verdict is Verdict.REVIEW, trick.what
    assert trick.reason in read.decision.reasons, (read.decision.reasons, read.slip.file)


# ---------------------------------------------------------------- how a signature may come


def _picture(file: Changed) -> pikepdf.Object:
    """A photo of a signature, as an image."""
    return file.pdf.make_indirect(photo_of_a_signature(file.pdf))


def _stamped(file: Changed) -> None:
    where = place(LINE)
    content = f"{where.width} 0 0 {-where.height} 0 {where.height} cm /I Do"
    file.add("Stamp", where, AP=file.drawing(where, content, XObject=Dictionary(I=_picture(file))))


def _set_into_the_page(file: Changed) -> None:
    x0, y0, x1, y1 = (float(edge) for edge in points(place(LINE)))
    name = file.page.add_resource(_picture(file), Name.XObject)
    file.page.contents_add(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {y0} cm {name} Do Q".encode(), prepend=False)


def _stroked_in_the_page(file: Changed) -> None:
    where, scale = place(LINE), 1 / MM_PER_POINT
    x0, _, _, y1 = (float(edge) for edge in points(where))
    content = f"q {scale} 0 0 {-scale} {x0} {y1} cm 0.6 w 1 J {signature_path(where)} Q"
    file.page.contents_add(content.encode(), prepend=False)


@pytest.mark.parametrize(
    ("sign", "kind"), [(_stamped, "stamp"), (_set_into_the_page, "image"), (_stroked_in_the_page, "drawn")]
)
def test_a_signature_counts_however_it_was_laid_on_and_is_called_what_it_is(
    sign: Callable[[Changed], None], kind: str
) -> None:
    read = outcome(changed(filled(), sign))
    assert (read.decision.verdict, read.kinds) == (Verdict.GIVEN, {LINE: kind})


# ---------------------------------------------------------------- files of several pages, broken and foreign ones


def test_each_page_of_a_file_is_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "zwei.pdf"
    with (
        pikepdf.Pdf.new() as both,
        pikepdf.open(BytesIO(consent())) as one,
        pikepdf.open(BytesIO(foreign_letter())) as other,
    ):
        both.add_pages_from(other)
        both.add_pages_from(one)
        both.save(path)
    assert outcome(path, page=1).page.kind is PageKind.FOREIGN
    assert outcome(path, page=2).page.kind is PageKind.SLIP


def test_a_file_with_our_fields_on_another_letter_is_no_foreign_page() -> None:
    read = outcome(changed(consent(), lambda file: setattr(file.page, "Contents", pikepdf.Stream(file.pdf, b""))))
    assert (read.page.kind, read.page.reasons) == (PageKind.UNREADABLE, ("form_not_shown",))


def test_other_words_under_the_same_fields_are_no_consent() -> None:
    words = REWORDED_WORDS[0]

    def reword(file: Changed) -> None:
        with pikepdf.open(BytesIO(set_again(words.form_id, words.wording, words.instead))) as other:
            for key in ("/Contents", "/Resources"):
                file.page.obj[key] = file.pdf.copy_foreign(other.make_indirect(other.pages[0].obj[key]))

    assert words.form_id == PRIMARY
    assert Reason.PRINT_ALTERED in outcome(changed(consent(), reword)).decision.reasons


def test_fields_that_cannot_be_read_are_a_doubt() -> None:
    def circle(file: Changed) -> None:
        field = file.widget("child_name")
        field.Parent = field

    assert Reason.FILE_UNREAD in outcome(changed(consent(), circle)).decision.reasons


# ---------------------------------------------------------------- from the command line to the table


def test_a_folder_of_filled_files_becomes_rows_that_say_how_each_was_signed(tmp_path: Path) -> None:
    returned = tmp_path / "zurueck"
    returned.mkdir()
    (returned / "a_gezeichnet.pdf").write_bytes(consent())
    typed = filled(child_name="Jürgen Groß-Müller")
    (returned / "b_getippt.pdf").write_bytes(
        changed(typed, lambda file: note(file, place(LINE), "Groß-Müller", size=6.0))
    )
    (tmp_path / "vorlage.pdf").write_bytes(blank())
    listed = "Nr;Vorname;Nachname;Klasse\n1;Gökçe;Şahin-Łuczak;3b\n2;Jürgen;Groß-Müller;3b\n"
    (tmp_path / "klassen.csv").write_text(listed, encoding="utf-8")
    table, pages = tmp_path / "r.csv", tmp_path / "p.csv"
    named = ["--form", tmp_path / "vorlage.pdf", "--roster", tmp_path / "klassen.csv", "-o", table, "--pages", pages]
    pictures = tmp_path / "belege"
    arguments = ["read", returned, *named, "--evidence", pictures, "-j", "1"]
    assert call([str(argument) for argument in arguments]) == ExitCode.REVIEW_NEEDED
    inked, name = csv.DictReader(StringIO(table.read_text(encoding="utf-8")))
    assert (inked["channel"], inked["verdict"], inked["child_id"]) == ("digital", "given", "1")
    assert inked["signature_kind"] == "guardian_signature=ink"
    assert (name["verdict"], name["reasons"]) == ("review", "signature_typed")
    assert (name["guardian_signature"], name["signature_kind"]) == ("typed", "guardian_signature=typed")
    assert [row["kind"] for row in csv.DictReader(StringIO(pages.read_text(encoding="utf-8")))] == ["slip", "slip"]
    assert len(list(pictures.glob("*.png"))) == 2


def test_two_files_of_one_picture_are_two_returns(tmp_path: Path) -> None:
    slips = [outcome(pdf).slip for pdf in (consent(), changed(consent(), _sticky_note))]
    assert [result.decision.verdict for result in settled(slips, EVERY_LINE)] == [Verdict.REVIEW] * 2
    twice = settled([slips[0], replace(slips[0], number=2)], EVERY_LINE)
    assert [result.decision.verdict for result in twice] == [Verdict.GIVEN] * 2
