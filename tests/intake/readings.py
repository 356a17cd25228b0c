"""Slip readings for tests: a consent beyond doubt, to be worsened fact by fact."""

from dataclasses import replace

from forms.geometry import Point, Rect
from forms.model import ChoiceBox, Form, Meaning, Role, Rule, SignatureLine, SlipArea, TextLine
from intake.values import (
    PICTURE_ONLY,
    Channel,
    Child,
    CodeReading,
    CodeState,
    CoverNote,
    Evidence,
    Fit,
    FormState,
    IdentifiedBy,
    Identity,
    IdentityState,
    InkMap,
    Integrity,
    Mark,
    MarkState,
    PageRef,
    SignatureReading,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    TextReading,
    TextState,
    Wholeness,
)

PLACE = Rect(20, 229, 5, 5)
NOTHING = Evidence(PLACE, {})
LENA = Child("3a-01", "Lena", "Groß-Müller", "3a", "", ())
EMRE = Child("3a-02", "Emre", "Yılmaz", "3a", "", ())

YES_BOX = ChoiceBox("consent", "ja", Meaning.YES, PLACE, "Ja")
NO_BOX = ChoiceBox("consent", "nein", Meaning.NO, Rect(20, 240, 5, 5), "Nein")
NAME_LINE = TextLine("child_name", Role.CHILD_NAME, Rect(48, 215, 74, 9), "Name des Kindes")
GUARDIAN_LINE = SignatureLine(
    "guardian_signature", Role.GUARDIAN_SIGNATURE, Rect(104, 266, 86, 17), "Unterschrift der Erziehungsberechtigten"
)
PUPIL_LINE = SignatureLine("pupil_signature", Role.PUPIL_SIGNATURE, Rect(20, 266, 70, 17), "Unterschrift")
SLIP = SlipArea(1, Rect(0, 193, 210, 104))

TICK_FORM = Form(
    "iserv-primar", 1, "Rückmeldung", "de", Rule.TICK, SLIP, 193.0, (NAME_LINE, YES_BOX, NO_BOX, GUARDIAN_LINE)
)
SIGNED_FORM = Form(
    "iserv-sekundar", 1, "Einwilligung", "de", Rule.SIGNATURES, SLIP, None, (NAME_LINE, GUARDIAN_LINE, PUPIL_LINE)
)


def mark(box: ChoiceBox, state: MarkState) -> Mark:
    return Mark(box.key, box.meaning, state, NOTHING)


def signature(line: SignatureLine, state: SignatureState) -> SignatureReading:
    return SignatureReading(line.name, line.role, state, NOTHING)


def name(state: TextState, text: str) -> TextReading:
    return TextReading("child_name", Role.CHILD_NAME, state, text, NOTHING)


def text(role: Role, state: TextState) -> TextReading:
    return TextReading(role.value, role, state, "", NOTHING)


def identified(child: Child) -> Identity:
    return Identity(IdentityState.IDENTIFIED, child, IdentifiedBy.NAME, ())


TICKED_YES = SlipReading(
    ref=PageRef("stapel.pdf", 1),
    number=1,
    form=TICK_FORM,
    channel=Channel.SCAN,
    outline=(Point(0, 0), Point(100, 0), Point(100, 50), Point(0, 50)),
    form_state=FormState.RECOGNISED,
    fit=Fit(0.94, 1.0, 0.04, 0.0),
    integrity=Integrity(Wholeness.INTACT, (), {}),
    code=CodeReading(CodeState.FORM_ONLY, "", ()),
    marks=(mark(YES_BOX, MarkState.TICKED), mark(NO_BOX, MarkState.EMPTY)),
    signatures=(signature(GUARDIAN_LINE, SignatureState.SIGNED),),
    texts=(name(TextState.WRITTEN, "Lena Groß-Müller"),),
    stray=StrayInk(StrayState.NONE, (), {}),
    written=InkMap(0, b""),
    identity=identified(LENA),
    file=PICTURE_ONLY,
    note=CoverNote.NONE,
)
"""A consent with a tick, beyond doubt."""

SIGNED_TWICE = replace(
    TICKED_YES,
    form=SIGNED_FORM,
    marks=(),
    signatures=(
        signature(GUARDIAN_LINE, SignatureState.SIGNED),
        signature(PUPIL_LINE, SignatureState.SIGNED),
    ),
)
"""A consent by signing, beyond doubt."""
