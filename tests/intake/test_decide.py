"""The truth table of a decision, every row of it, and that losing a fact never helps."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.model import Role
from intake.decide import answer_of, decide
from intake.policy import EVERY_LINE, Policy
from intake.values import (
    Answer,
    CodeReading,
    CodeState,
    FormState,
    IdentifiedBy,
    Identity,
    IdentityState,
    Integrity,
    MarkState,
    Reason,
    Returns,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    TextState,
    Verdict,
    Wholeness,
)
from tests.intake.readings import (
    GUARDIAN_LINE,
    NO_BOX,
    PUPIL_LINE,
    SIGNED_TWICE,
    TICKED_YES,
    YES_BOX,
    mark,
    name,
    signature,
)

ABSENT = None


def verdict(reading: SlipReading, returns: Returns = Returns.ONLY) -> Verdict:
    return decide(reading, returns, EVERY_LINE).verdict


def ticked(yes: MarkState | None, no: MarkState | None) -> SlipReading:
    pairs = ((YES_BOX, yes), (NO_BOX, no))
    return replace(TICKED_YES, marks=tuple(mark(box, state) for box, state in pairs if state is not None))


@pytest.mark.parametrize(
    ("yes", "no", "signed"), list(product([*MarkState, ABSENT], [*MarkState, ABSENT], [*SignatureState, ABSENT]))
)
def test_every_row_of_boxes_and_signature(
    yes: MarkState | None, no: MarkState | None, signed: SignatureState | None
) -> None:
    lines = () if signed is None else (signature(GUARDIAN_LINE, signed),)
    expected = Verdict.REVIEW
    if (yes, no, signed) == (MarkState.TICKED, MarkState.EMPTY, SignatureState.SIGNED):
        expected = Verdict.GIVEN
    if (yes, no) == (MarkState.EMPTY, MarkState.TICKED):
        expected = Verdict.REFUSED
    assert verdict(replace(ticked(yes, no), signatures=lines)) is expected


@pytest.mark.parametrize(("guardian", "pupil"), list(product([*SignatureState, ABSENT], [*SignatureState, ABSENT])))
def test_every_row_where_signing_is_the_consent(guardian: SignatureState | None, pupil: SignatureState | None) -> None:
    pairs = ((GUARDIAN_LINE, guardian), (PUPIL_LINE, pupil))
    lines = tuple(signature(line, state) for line, state in pairs if state is not None)
    both = guardian is SignatureState.SIGNED and pupil is SignatureState.SIGNED
    assert verdict(replace(SIGNED_TWICE, signatures=lines)) is (Verdict.GIVEN if both else Verdict.REVIEW)


OTHER_FACTS: list[tuple[dict[str, Any], Reason]] = [
    ({"form_state": FormState.DOUBTFUL}, Reason.FORM_DOUBTFUL),
    ({"integrity": Integrity(Wholeness.ALTERED, (), {})}, Reason.PRINT_ALTERED),
    ({"integrity": Integrity(Wholeness.DAMAGED, (), {})}, Reason.PRINT_DAMAGED),
    ({"integrity": Integrity(Wholeness.UNREAD, (), {})}, Reason.PRINT_UNREAD),
    ({"code": CodeReading(CodeState.FOREIGN, "X")}, Reason.CODE_FOREIGN),
    ({"texts": (name(TextState.STRUCK, "Lena"),)}, Reason.NAME_STRUCK),
    *(
        ({"identity": Identity(state, None, IdentifiedBy.NOTHING, ())}, reason)
        for state, reason in (
            (IdentityState.IDENTIFIED, Reason.CHILD_UNSURE),
            (IdentityState.UNSURE, Reason.CHILD_UNSURE),
            (IdentityState.NOT_LISTED, Reason.CHILD_NOT_LISTED),
            (IdentityState.NO_NAME, Reason.CHILD_NO_NAME),
            (IdentityState.NO_ROSTER, Reason.CHILD_NO_ROSTER),
        )
    ),
]
STRAY: list[tuple[dict[str, Any], Reason]] = [
    ({"stray": StrayInk(StrayState.FOUND, (), {})}, Reason.INK_UNEXPLAINED),
    ({"stray": StrayInk(StrayState.UNREAD, (), {})}, Reason.INK_UNREAD),
    ({"texts": (name(TextState.OBJECTION, "nur ohne Kamera"),)}, Reason.WORDS_OBJECT),
]


@pytest.mark.parametrize("consent", [TICKED_YES, SIGNED_TWICE])
@pytest.mark.parametrize(("fact", "reason"), OTHER_FACTS + STRAY)
def test_one_doubt_is_enough_against_a_consent(consent: SlipReading, fact: dict[str, Any], reason: Reason) -> None:
    decision = decide(replace(consent, **fact), Returns.ONLY, EVERY_LINE)
    assert (decision.verdict, decision.reasons) == (Verdict.REVIEW, (reason,))


@pytest.mark.parametrize(("fact", "reason"), OTHER_FACTS)
def test_one_doubt_about_slip_or_child_is_enough_against_a_refusal(fact: dict[str, Any], reason: Reason) -> None:
    refusal = replace(ticked(MarkState.EMPTY, MarkState.TICKED), **fact)
    decision = decide(refusal, Returns.ONLY, EVERY_LINE)
    assert decision.verdict is Verdict.REVIEW
    assert reason in decision.reasons


def test_a_refusal_needs_no_signature_and_stays_one_whatever_else_is_written() -> None:
    refusal = replace(ticked(MarkState.EMPTY, MarkState.TICKED), signatures=(), **STRAY[0][0])
    assert verdict(refusal) is Verdict.REFUSED


@pytest.mark.parametrize("reading", [TICKED_YES, SIGNED_TWICE, ticked(MarkState.EMPTY, MarkState.TICKED)])
def test_contradicting_returns_settle_nothing(reading: SlipReading) -> None:
    decision = decide(reading, Returns.CONTRADICTED, EVERY_LINE)
    assert decision.verdict is Verdict.REVIEW
    assert Reason.CONTRADICTING_RETURNS in decision.reasons


@pytest.mark.parametrize("reading", [TICKED_YES, SIGNED_TWICE])
def test_the_same_answer_twice_is_one_answer(reading: SlipReading) -> None:
    assert verdict(reading, Returns.SAME_AGAIN) is Verdict.GIVEN


@pytest.mark.parametrize(
    ("yes", "no", "answer"),
    [
        (MarkState.TICKED, MarkState.EMPTY, Answer.YES),
        (MarkState.EMPTY, MarkState.TICKED, Answer.NO),
        (MarkState.EMPTY, MarkState.EMPTY, Answer.NONE),
        (MarkState.TICKED, MarkState.TICKED, Answer.BOTH),
        (MarkState.CORRECTED, MarkState.TICKED, Answer.CORRECTED),
        (MarkState.TICKED, MarkState.CORRECTED, Answer.CORRECTED),
        (MarkState.EMPTY, MarkState.CORRECTED, Answer.CORRECTED),
        (MarkState.UNCLEAR, MarkState.CORRECTED, Answer.UNCLEAR),
        (MarkState.UNREAD, MarkState.CORRECTED, Answer.UNCLEAR),
        (MarkState.TICKED, MarkState.UNCLEAR, Answer.UNCLEAR),
        (MarkState.UNREAD, MarkState.EMPTY, Answer.UNCLEAR),
    ],
)
def test_the_answer_is_that_of_both_boxes(yes: MarkState, no: MarkState, answer: Answer) -> None:
    reading = ticked(yes, no)
    assert answer_of(reading.rule, reading.marks) is answer


@pytest.mark.parametrize(
    ("yes", "no", "reason"),
    [
        (MarkState.EMPTY, MarkState.EMPTY, Reason.BOX_NONE),
        (MarkState.TICKED, MarkState.TICKED, Reason.BOX_BOTH),
        (MarkState.CORRECTED, MarkState.TICKED, Reason.BOX_CORRECTED),
        (MarkState.UNCLEAR, MarkState.EMPTY, Reason.BOX_UNCLEAR),
        (MarkState.UNREAD, MarkState.EMPTY, Reason.BOX_UNREAD),
    ],
)
def test_each_doubt_at_the_boxes_has_its_word(yes: MarkState, no: MarkState, reason: Reason) -> None:
    assert decide(ticked(yes, no), Returns.ONLY, EVERY_LINE).reasons == (reason,)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (SignatureState.EMPTY, Reason.SIGNATURE_MISSING),
        (SignatureState.UNCLEAR, Reason.SIGNATURE_UNCLEAR),
        (SignatureState.UNREAD, Reason.SIGNATURE_UNREAD),
    ],
)
def test_each_doubt_at_a_signature_has_its_word(state: SignatureState, reason: Reason) -> None:
    reading = replace(TICKED_YES, signatures=(signature(GUARDIAN_LINE, state),))
    assert decide(reading, Returns.ONLY, EVERY_LINE).reasons == (reason,)


def test_a_line_read_twice_was_not_read() -> None:
    twice = (signature(GUARDIAN_LINE, SignatureState.SIGNED),) * 2
    assert verdict(replace(TICKED_YES, signatures=twice)) is Verdict.REVIEW


def test_a_policy_may_ask_for_less_but_never_for_nothing() -> None:
    guardian_only = replace(SIGNED_TWICE, signatures=(signature(GUARDIAN_LINE, SignatureState.SIGNED),))
    without_pupil = Policy(frozenset({Role.PUPIL_SIGNATURE}))
    nobody = Policy(frozenset({Role.PUPIL_SIGNATURE, Role.GUARDIAN_SIGNATURE}))
    assert decide(guardian_only, Returns.ONLY, without_pupil).verdict is Verdict.GIVEN
    assert decide(guardian_only, Returns.ONLY, nobody).verdict is Verdict.REVIEW


MARKS = st.sampled_from(MarkState)
SIGNATURES = st.sampled_from(SignatureState)


@given(
    yes=MARKS,
    no=MARKS,
    guardian=SIGNATURES,
    pupil=SIGNATURES,
    wholeness=st.sampled_from(Wholeness),
    stray=st.sampled_from(StrayState),
    returns=st.sampled_from(Returns),
    by_tick=st.booleans(),
    lost=st.sampled_from(["marks", "signatures", "identity", "stray", "integrity", "form_state"]),
)
def test_losing_a_fact_never_moves_a_verdict_towards_given(  # noqa: PLR0917 - one argument a fact
    yes: MarkState,
    no: MarkState,
    guardian: SignatureState,
    pupil: SignatureState,
    wholeness: Wholeness,
    stray: StrayState,
    returns: Returns,
    by_tick: bool,
    lost: str,
) -> None:
    base = TICKED_YES if by_tick else SIGNED_TWICE
    lines = (signature(GUARDIAN_LINE, guardian), signature(PUPIL_LINE, pupil))
    reading = replace(
        base,
        marks=(mark(YES_BOX, yes), mark(NO_BOX, no)) if by_tick else (),
        signatures=lines[:1] if by_tick else lines,
        integrity=Integrity(wholeness, (), {}),
        stray=StrayInk(stray, (), {}),
    )
    nothing: dict[str, Any] = {
        "marks": (),
        "signatures": (),
        "identity": Identity(IdentityState.UNSURE, None, IdentifiedBy.NOTHING, ()),
        "stray": StrayInk(StrayState.UNREAD, (), {}),
        "integrity": Integrity(Wholeness.UNREAD, (), {}),
        "form_state": FormState.DOUBTFUL,
    }
    if verdict(reading, returns) is not Verdict.GIVEN:
        assert verdict(replace(reading, **{lost: nothing[lost]}), returns) is not Verdict.GIVEN
