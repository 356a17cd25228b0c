"""One slip: what a family wants, what they write, and what may be made of it.

`make_slip` is the way in: the same form, answers and seed give the same slip.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import assert_never
from zlib import crc32

import cv2
import numpy as np
import pypdfium2

from forms.blank import read_blank
from forms.catalogue import Personal, build_blank
from forms.geometry import MM_PER_INCH, POINTS_PER_INCH, Rect
from forms.model import ChoiceBox, Field, Form, Meaning, Role, Rule, SignatureLine, TextLine
from forms.school import School
from samples.families import Pupil
from samples.handwriting import hand_of, on_line, sentence
from samples.marks import PLAIN_STYLES, MarkStyle, mark, scribbled_out, struck
from samples.pens import BLUE, PENCIL, Colour, Ink, Pen, RgbImage, drawn, inked
from samples.scanner import (
    FLATBED,
    WHITE_LID,
    Mode,
    Picture,
    Scan,
    cut_off,
    folded,
    punched,
    scaled,
    scanned,
    skewed,
)
from samples.signatures import initials, on_signature_line, signature

WHITE_PAPER = Colour(252, 251, 249)
RECYCLED_PAPER = Colour(224, 221, 212)
PLACE_DATES = ("Musterstadt, 12.3.", "Berlin, 9. März", "11.03.2020", "Neustadt, 10.3.20", "den 13. März")


# ---------------------------------------------------------------- what a family does


class Signing(StrEnum):
    """What stands on a signature line."""

    SIGNED = "signed"
    INITIALS = "initials"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class BoxMark:
    """A mark in the box that means yes or no; `taken_back` if it was scribbled out afterwards."""

    meaning: Meaning
    style: MarkStyle
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """What a family writes on a slip.

    `written_name` is how the child's name is written (empty: not at all); `name_printed` says that name and
    class stand on the slip already. `note` is what they add by hand.
    """

    pupil: Pupil
    written_name: str
    name_printed: bool
    name_struck: bool
    place_date: str
    marks: tuple[BoxMark, ...]
    guardian: Signing
    pupil_signs: Signing
    note: str
    pen: Pen


def date_for(pupil: Pupil) -> str:
    """Where and when this family writes; everybody writes a date in another way."""
    return PLACE_DATES[crc32(pupil.id.encode()) % len(PLACE_DATES)]


def consenting(pupil: Pupil, pen: Pen = BLUE, style: MarkStyle = MarkStyle.CROSS) -> Answers:
    """A family that fills everything in, ticks yes and signs."""
    return Answers(
        pupil=pupil,
        written_name=pupil.name,
        name_printed=False,
        name_struck=False,
        place_date=date_for(pupil),
        marks=(BoxMark(Meaning.YES, style, taken_back=False),),
        guardian=Signing.SIGNED,
        pupil_signs=Signing.SIGNED,
        note="",
        pen=pen,
    )


def refusing(pupil: Pupil, pen: Pen = BLUE, style: MarkStyle = MarkStyle.CROSS) -> Answers:
    """A family that fills everything in, ticks no and signs."""
    return replace(consenting(pupil, pen), marks=(BoxMark(Meaning.NO, style, taken_back=False),))


# ---------------------------------------------------------------- what is true of it


@dataclass(frozen=True, slots=True)
class SlipTruth:
    """What a reader should find, in the words of results.csv; `verdicts` are those that are not wrong."""

    form: str
    child_id: str
    child_name: str
    answer: str
    guardian_signature: str
    pupil_signature: str
    verdicts: tuple[str, ...]


def answer_of(form: Form, answers: Answers) -> str:
    """What the boxes say; empty where the form has none."""
    if form.rule is Rule.SIGNATURES:
        return ""
    if any(m.taken_back for m in answers.marks):
        return "corrected"
    meant = {m.meaning for m in answers.marks}
    if len(meant) == 2:
        return "both"
    return next(iter(meant)).value if meant else "none"


def signing_of(form: Form, role: Role, answers: Answers) -> str:
    """What stands on the line of this role; empty where the form prints no such line."""
    if not any(line.role is role for line in form.signatures):
        return ""
    signing = answers.pupil_signs if role is Role.PUPIL_SIGNATURE else answers.guardian
    return "empty" if signing is Signing.EMPTY else "signed"


def hard_to_see(form: Form, answers: Answers, scan: Scan) -> bool:
    """Whether a careful person would look twice, so that asking one is right, too."""
    odd_mark = any(m.style not in PLAIN_STYLES for m in answers.marks) and form.rule is Rule.TICK
    faint = answers.pen is PENCIL and scan.mode is Mode.BILEVEL
    short = Signing.INITIALS in (answers.guardian, answers.pupil_signs)
    other_name = not answers.name_printed and answers.written_name != answers.pupil.name
    return odd_mark or faint or short or other_name or scan.streaks > 0


def verdicts_of(form: Form, answers: Answers, scan: Scan) -> tuple[str, ...]:
    """Which verdicts are not wrong: a correction, a note, a missing name or signature is for a person."""
    answer = answer_of(form, answers)
    signed = all(signing_of(form, line.role, answers) == "signed" for line in form.signatures)
    named = answers.name_printed or bool(answers.written_name)
    disturbed = bool(answers.note) or not named or answers.name_struck
    if disturbed or answer not in ("", "yes", "no") or (answer != "no" and not signed):
        return ("review",)
    settled = "refused" if answer == "no" else "given"
    if not signed or hard_to_see(form, answers, scan):
        return (settled, "review")
    return (settled,)


def truth_of(form: Form, answers: Answers, scan: Scan) -> SlipTruth:
    """The truth of a slip, from what was meant and drawn alone."""
    return SlipTruth(
        form=form.id,
        child_id=answers.pupil.id,
        child_name=answers.pupil.name,
        answer=answer_of(form, answers),
        guardian_signature=signing_of(form, Role.GUARDIAN_SIGNATURE, answers),
        pupil_signature=signing_of(form, Role.PUPIL_SIGNATURE, answers),
        verdicts=verdicts_of(form, answers, scan),
    )


# ---------------------------------------------------------------- printing


@dataclass(frozen=True, slots=True, eq=False)
class PrintedForm:
    """A blank as a printer would put it onto A4 without shrinking."""

    form: Form
    pixels: RgbImage
    dpi: float


def rendered(pdf: bytes, page: int, dpi: float) -> RgbImage:
    """A page of a PDF as paper shows it; pages count from 1."""
    with pypdfium2.PdfDocument(pdf) as document:
        document.init_forms()  # without it nothing is shown of what is typed into fields
        bitmap = document[page - 1].render(scale=dpi / POINTS_PER_INCH).to_numpy()
        return np.asarray(cv2.cvtColor(bitmap[..., :3], cv2.COLOR_BGR2RGB), np.uint8).copy()


@lru_cache
def blank_pdf(form_id: str, personal: Personal | None = None) -> bytes:
    """The blank of a bundled form, for the example school; with a child, its own slip."""
    return build_blank(form_id, School(), personal)


@lru_cache(maxsize=8)
def printed_form(form_id: str, dpi: float, personal: Personal | None = None) -> PrintedForm:
    """A bundled form, rendered."""
    blank = read_blank(blank_pdf(form_id, personal))
    return PrintedForm(blank.form, rendered(blank.pdf, blank.form.slip.page, dpi), dpi)


@dataclass(frozen=True, slots=True)
class Paper:
    """The sheet and what it went through.

    `print_scale` is 1 or the 0.94 to 0.97 of "fit to page"; `offset` is how far the printer misses, millimetres.
    `cut` says whether the part above the cut line was cut off.
    """

    colour: Colour
    print_scale: float
    offset: float
    cut: bool
    folded: bool
    punched: bool


FRESH_PAPER = Paper(WHITE_PAPER, 1.0, 0.6, cut=False, folded=False, punched=False)


def already_named(answers: Answers) -> Answers:
    """The same answers on a slip that carries the child's name in print."""
    return replace(answers, written_name="", name_printed=True)


def printed_sheet(printed: PrintedForm, paper: Paper, rng: np.random.Generator) -> Picture:
    """Print a form: shrunk about the middle of the sheet, a little off."""
    k = printed.dpi / MM_PER_INCH
    height, width = printed.pixels.shape[:2]
    middle = np.array([width, height]) * (1 - paper.print_scale) / 2
    matrix = scaled(paper.print_scale)
    matrix[:2, 2] = middle + rng.normal(0, paper.offset, 2) * k
    print_only = cv2.warpAffine(
        printed.pixels, matrix[:2], (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255)
    )
    pixels = (print_only.astype(np.float32) / 255 * paper.colour.as_array()).astype(np.uint8)
    return Picture(pixels, printed.dpi, (matrix @ scaled(k),))


# ---------------------------------------------------------------- writing


def on_sheet(place: Rect, sheet: Picture) -> Rect:
    """A place of the blank, in millimetres on this sheet of paper."""
    corners = sheet.corners_of(place) / sheet.px_per_mm
    (left, top), (right, bottom) = corners[0], corners[2]
    return Rect(float(left), float(top), float(right - left), float(bottom - top))


def text_for(role: Role, answers: Answers) -> str:
    """What is written on the line of this role."""
    match role:
        case Role.CHILD_NAME:
            return answers.written_name
        case Role.CHILD_CLASS:
            return "" if answers.name_printed else answers.pupil.school_class
        case Role.GUARDIAN_NAMES:
            return answers.pupil.guardians
        case Role.PLACE_DATE:
            return answers.place_date
        case _:
            return ""


def written(line: TextLine, place: Rect, answers: Answers, k: float, rng: np.random.Generator) -> list[Ink]:
    """The ink on a text line; `k` is pixels in a millimetre."""
    text = text_for(line.role, answers)
    if not text:
        return []
    hand = hand_of(answers.pupil.guardians, text)
    inks = [on_line(text, place, hand, k, rng)]
    if line.role is Role.CHILD_NAME and answers.name_struck:
        inks.append(drawn(struck(over(inks[0], place), rng), answers.pen.width, k))
    return inks


def over(ink: Ink, line: Rect) -> Rect:
    """The part of a line above which something is written."""
    return Rect(ink.x, line.y, ink.alpha.shape[1] / ink.px_per_mm, line.height)


def signed(line: SignatureLine, place: Rect, answers: Answers, k: float, rng: np.random.Generator) -> list[Ink]:
    """The ink on a signature line."""
    is_pupil = line.role is Role.PUPIL_SIGNATURE
    signing = answers.pupil_signs if is_pupil else answers.guardian
    if signing is Signing.EMPTY:
        return []
    person = answers.pupil.name if is_pupil else answers.pupil.signing_guardian
    match signing:
        case Signing.SIGNED:
            ink = signature(person, answers.pen.width, k, rng)
        case Signing.INITIALS:
            ink = initials(person, answers.pen.width, k, rng)
        case _:
            assert_never(signing)
    return [on_signature_line(ink, place, rng)]


def ticked(box: ChoiceBox, place: Rect, answers: Answers, k: float, rng: np.random.Generator) -> list[Ink]:
    """The ink in and around a box."""
    inks: list[Ink] = []
    for m in answers.marks:
        if m.meaning is box.meaning:
            inks.append(drawn(mark(m.style, place, rng), answers.pen.width, k))
            if m.taken_back:
                inks.append(drawn(scribbled_out(place, rng), answers.pen.width, k))
    return inks


def ink_on(field: Field, sheet: Picture, answers: Answers, rng: np.random.Generator) -> list[Ink]:
    """What the family puts at one field."""
    place = on_sheet(field.place, sheet)
    match field:
        case TextLine():
            return written(field, place, answers, sheet.px_per_mm, rng)
        case SignatureLine():
            return signed(field, place, answers, sheet.px_per_mm, rng)
        case ChoiceBox():
            return ticked(field, place, answers, sheet.px_per_mm, rng)


def noted(form: Form, sheet: Picture, answers: Answers, rng: np.random.Generator) -> Ink:
    """A note by hand above the first signature line, where people have room."""
    line = on_sheet(form.signatures[0].place, sheet)
    ink = sentence(answers.note, hand_of(answers.pupil.guardians, answers.note), sheet.px_per_mm, rng)
    return ink.moved(line.x + float(rng.uniform(5, 20)), line.y - float(rng.uniform(1, 5)))


def filled(sheet: Picture, form: Form, answers: Answers, seed: int) -> Picture:
    """Fill in a sheet. Each field has randomness of its own: leaving one empty does not change another."""
    pixels = sheet.pixels.copy()
    for field in form.fields:
        rng = np.random.default_rng([seed, crc32(field.key.encode())])
        for ink in ink_on(field, sheet, answers, rng):
            inked(pixels, ink, answers.pen, rng)
    if answers.note:
        rng = np.random.default_rng([seed, crc32(b"note")])
        inked(pixels, noted(form, sheet, answers, rng), answers.pen, rng)
    return replace(sheet, pixels=pixels)


# ---------------------------------------------------------------- the whole way


@dataclass(frozen=True, slots=True, eq=False)
class MadeSlip:
    """A slip as it comes out of the scanner, the sheet before that, and what is true of it."""

    page: Picture
    sheet: Picture
    form: Form
    truth: SlipTruth


def worn(sheet: Picture, form: Form, paper: Paper, lid: Colour, rng: np.random.Generator) -> Picture:
    """What a filled sheet goes through before it is scanned."""
    if paper.folded:
        sheet = folded(sheet, float(rng.choice([1 / 3, 1 / 2, 2 / 3])), rng)
    if paper.cut and form.cut_mm is not None:
        line = form.slip.place.corners[0]
        row = sheet.corners_of(Rect(line.x, form.cut_mm, 1, 1))[0, 1] / sheet.px_per_mm
        sheet = cut_off(sheet, float(row) + float(rng.normal(0, 0.5)))
    return punched(sheet, lid) if paper.punched else sheet


def make_sheet(
    form_id: str,
    answers: Answers,
    seed: int,
    *,
    paper: Paper = FRESH_PAPER,
    personal: Personal | None = None,
    lid: Colour = WHITE_LID,
    dpi: float = 200,
) -> MadeSlip:
    """A filled sheet (or the slip cut from it) that was not scanned yet; `page` and `sheet` are the same.

    With `personal` it is the slip printed for this child, and nobody writes the name again.
    """
    rng = np.random.default_rng([seed, crc32(b"paper")])
    printed = printed_form(form_id, dpi, personal)
    if personal:
        answers = already_named(answers)
    empty = printed_sheet(printed, paper, rng)
    sheet = worn(filled(empty, printed.form, answers, seed), printed.form, paper, lid, rng)
    return MadeSlip(sheet, sheet, printed.form, truth_of(printed.form, answers, FLATBED))


def make_slip(
    form_id: str,
    answers: Answers,
    seed: int,
    *,
    paper: Paper = FRESH_PAPER,
    personal: Personal | None = None,
    scan: Scan = FLATBED,
    dpi: float = 200,
) -> MadeSlip:
    """Print, fill in and scan a slip; the truth comes from the answers, never from the picture."""
    made = make_sheet(form_id, answers, seed, paper=paper, personal=personal, lid=scan.lid, dpi=dpi)
    rng = np.random.default_rng([seed, crc32(b"scanner")])
    page = scanned(skewed(made.sheet, scan.skew_deg, scan.lid), scan, rng)
    answers = already_named(answers) if personal else answers
    return replace(made, page=page, truth=truth_of(made.form, answers, scan))
