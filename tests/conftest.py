"""What tests of several parts share: slips and templates made by hand."""

from collections.abc import Callable

import numpy as np
import pytest

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
    Features,
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
    Roster,
    SignatureReading,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    Template,
    TextReading,
    TextState,
    Wholeness,
)

A4 = Rect(0, 0, 210, 297)

TICK_FORM = Form(
    id="iserv-primar",
    version=1,
    title="Einwilligung",
    language="de",
    rule=Rule.TICK,
    slip=SlipArea(1, A4),
    cut_mm=None,
    fields=(
        TextLine("child_name", Role.CHILD_NAME, Rect(20, 40, 90, 9), "Name des Kindes"),
        ChoiceBox("consent", "ja", Meaning.YES, Rect(20, 60, 5, 5), "Ja"),
        ChoiceBox("consent", "nein", Meaning.NO, Rect(20, 75, 5, 5), "Nein"),
        SignatureLine("guardian_signature", Role.GUARDIAN_SIGNATURE, Rect(20, 100, 80, 16), "Unterschrift"),
    ),
)

LEO = Child("401", "Leo", "Öztürk", "4b", "", ())
MIA = Child("402", "Mia", "Groß", "4b", "", ())
ZOE = Child("101", "Zoë", "Wójcik", "1a", "", ())

PLACES = {field.key: Evidence(field.place, {}) for field in TICK_FORM.fields}

SlipMaker = Callable[..., SlipReading]


def slip_of(
    child: Child | None,
    *,
    file: str = "stapel.pdf",
    page: int = 1,
    number: int = 1,
    yes: MarkState = MarkState.TICKED,
    no: MarkState = MarkState.EMPTY,
    signed: SignatureState = SignatureState.SIGNED,
    name_read: str = "",
    identity: Identity | None = None,
) -> SlipReading:
    """A slip that grants consent, unless something else is asked for; without a child it is unsure whose it is."""
    known = Identity(IdentityState.IDENTIFIED, child, IdentifiedBy.NAME, ())
    unknown = Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, ())
    return SlipReading(
        ref=PageRef(file, page),
        number=number,
        form=TICK_FORM,
        channel=Channel.SCAN,
        outline=(Point(0, 0), Point(1653, 0), Point(1653, 2338), Point(0, 2338)),
        form_state=FormState.RECOGNISED,
        fit=Fit(ncc_median=0.9, found_share=1.0, residual_mm=0.05, blur_mm=0.0),
        integrity=Integrity(Wholeness.INTACT, (), {}),
        code=CodeReading(CodeState.FORM_ONLY, "", ()),
        marks=(
            Mark("consent.ja", Meaning.YES, yes, PLACES["consent.ja"]),
            Mark("consent.nein", Meaning.NO, no, PLACES["consent.nein"]),
        ),
        signatures=(
            SignatureReading("guardian_signature", Role.GUARDIAN_SIGNATURE, signed, PLACES["guardian_signature"]),
        ),
        texts=(TextReading("child_name", Role.CHILD_NAME, TextState.WRITTEN, name_read, PLACES["child_name"]),),
        stray=StrayInk(StrayState.NONE, (), {}),
        written=InkMap(0, b""),
        identity=identity or (known if child else unknown),
        file=PICTURE_ONLY,
        note=CoverNote.NONE,
    )


@pytest.fixture
def make_slip() -> SlipMaker:
    """Makes slips by hand."""
    return slip_of


@pytest.fixture
def leo() -> Child:
    """A child of class 4b."""
    return LEO


@pytest.fixture
def mia() -> Child:
    """Another child of class 4b."""
    return MIA


@pytest.fixture
def roster() -> Roster:
    """Two classes, out of order."""
    return Roster((LEO, MIA, ZOE))


@pytest.fixture
def template() -> Template:
    """A blank for readers that do not look at it."""
    features = Features(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    return Template(TICK_FORM, TICK_FORM.slip.place, np.full((20, 10), 255, np.uint8), 1.0, (), (), (), features, None)
