"""The truth table of a decision, every row of it, and that losing a fact never helps."""

from dataclasses import replace
from itertools import chain, combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.model import ChoiceBox, Form, Meaning, Role, TextLine
from intake.decide import answer_of, decide
from intake.policy import EVERY_LINE
from intake.values import (
    Answer,
    CodeReading,
    CodeState,
    CoverNote,
    FieldsState,
    FileReading,
    FormState,
    HiddenState,
    IdentifiedBy,
    Identity,
    IdentityState,
    Integrity,
    Mark,
    MarkState,
    Reason,
    Returns,
    SignatureReading,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    TextReading,
    TextState,
    Verdict,
    Wholeness,
)
from tests.intake.facts import (
    ASKED,
    BEST,
    FORMS,
    LADDERS,
    NOBODY_ASKED,
    POLICIES,
    PUPIL_WAIVED,
    Facts,
    Ladder,
    speak_for_consent,
)
from tests.intake.readings import (
    GUARDIAN_LINE,
    LENA,
    NAME_LINE,
    NO_BOX,
    PUPIL_LINE,
    SIGNED_TWICE,
    TICKED_YES,
    YES_BOX,
    mark,
    name,
    signature,
    text,
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
    if (yes, no) == (MarkState.EMPTY, MarkState.TICKED) and signed is not SignatureState.CHANGED:
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
    *(
        ({"code": CodeReading(state, "X", ())}, reason)
        for state, reason in (
            (CodeState.FOREIGN, Reason.CODE_FOREIGN),
            (CodeState.FORGED, Reason.CODE_FORGED),
            (CodeState.UNKNOWN, Reason.CODE_UNKNOWN),
            (CodeState.UNLISTED, Reason.CODE_UNLISTED),
            (CodeState.UNCHECKED, Reason.CODE_UNCHECKED),
            (CodeState.CONTRADICTORY, Reason.CODES_CONTRADICT),
        )
    ),
    ({"file": FileReading(FieldsState.DISAGREE, HiddenState.NONE, (), ())}, Reason.FIELD_DISAGREES),
    ({"file": FileReading(FieldsState.UNREAD, HiddenState.NONE, (), ())}, Reason.FILE_UNREAD),
    ({"texts": (name(TextState.STRUCK, "Lena"),)}, Reason.NAME_STRUCK),
    (
        {"texts": (name(TextState.WRITTEN, "Lena"), text(Role.GUARDIAN_NAMES, TextState.STRUCK))},
        Reason.NAME_STRUCK,
    ),
    *(
        ({"identity": Identity(state, None, IdentifiedBy.NOTHING, ())}, reason)
        for state, reason in (
            (IdentityState.IDENTIFIED, Reason.CHILD_UNSURE),
            (IdentityState.CONTRADICTED, Reason.NAME_CONTRADICTS_CODE),
            (IdentityState.UNSURE, Reason.CHILD_UNSURE),
            (IdentityState.NOT_LISTED, Reason.CHILD_NOT_LISTED),
            (IdentityState.NO_NAME, Reason.CHILD_NO_NAME),
            (IdentityState.NO_ROSTER, Reason.CHILD_NO_ROSTER),
        )
    ),
    (
        {"identity": Identity(IdentityState.IDENTIFIED, LENA, IdentifiedBy.GUARDIANS, ())},
        Reason.CHILD_BY_GUARDIANS,
    ),
]
STRAY: list[tuple[dict[str, Any], Reason]] = [
    ({"stray": StrayInk(StrayState.FOUND, (), {})}, Reason.INK_UNEXPLAINED),
    ({"stray": StrayInk(StrayState.UNREAD, (), {})}, Reason.INK_UNREAD),
    ({"note": CoverNote.OBJECTS}, Reason.MAIL_OBJECTS),
    ({"file": FileReading(FieldsState.AGREE, HiddenState.FOUND, (), ())}, Reason.CONTENT_HIDDEN),
    ({"file": FileReading(FieldsState.AGREE, HiddenState.UNREAD, (), ())}, Reason.FILE_UNREAD),
    ({"texts": (name(TextState.OBJECTION, "nur ohne Kamera"),)}, Reason.WORDS_OBJECT),
    ({"texts": (name(TextState.WRITTEN, "Lena"), text(Role.PLACE_DATE, TextState.OBJECTION))}, Reason.WORDS_OBJECT),
    ({"texts": (name(TextState.WRITTEN, "Lena"), text(Role.OTHER, TextState.WRITTEN))}, Reason.REMARK_WRITTEN),
    ({"texts": (name(TextState.WRITTEN, "Lena"), text(Role.OTHER, TextState.STRUCK))}, Reason.REMARK_WRITTEN),
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


@pytest.mark.parametrize("state", CodeState)
def test_only_a_code_that_was_looked_up_names_a_child(state: CodeState) -> None:
    by_code = Identity(IdentityState.IDENTIFIED, LENA, IdentifiedBy.CODE, ())
    reading = replace(TICKED_YES, code=CodeReading(state, "X", ()), identity=by_code)
    decision = decide(reading, Returns.ONLY, EVERY_LINE)
    assert (decision.verdict is Verdict.GIVEN) is (state is CodeState.CHILD)
    assert (Reason.CHILD_UNSURE in decision.reasons) is (state is not CodeState.CHILD)


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
        (SignatureState.TYPED, Reason.SIGNATURE_TYPED),
        (SignatureState.UNVERIFIED, Reason.SIGNATURE_UNVERIFIED),
        (SignatureState.CHANGED, Reason.CHANGED_AFTER_SIGNING),
    ],
)
def test_each_doubt_at_a_signature_has_its_word(state: SignatureState, reason: Reason) -> None:
    reading = replace(TICKED_YES, signatures=(signature(GUARDIAN_LINE, state),))
    assert decide(reading, Returns.ONLY, EVERY_LINE).reasons == (reason,)


def test_a_change_after_signing_is_held_against_consent_and_refusal_whoever_had_to_sign() -> None:
    changed = (signature(GUARDIAN_LINE, SignatureState.CHANGED),)
    refusal = replace(ticked(MarkState.EMPTY, MarkState.TICKED), signatures=changed)
    assert decide(refusal, Returns.ONLY, EVERY_LINE).reasons == (Reason.CHANGED_AFTER_SIGNING,)
    consent = replace(TICKED_YES, signatures=changed)
    assert decide(consent, Returns.ONLY, NOBODY_ASKED).reasons == (Reason.CHANGED_AFTER_SIGNING,)


@pytest.mark.parametrize("lines", [(), (signature(GUARDIAN_LINE, SignatureState.SIGNED),) * 2])
def test_a_line_whose_reading_is_lost_or_doubled_was_not_read(lines: tuple[SignatureReading, ...]) -> None:
    decision = decide(replace(TICKED_YES, signatures=lines), Returns.ONLY, EVERY_LINE)
    assert (decision.verdict, decision.reasons) == (Verdict.REVIEW, (Reason.SIGNATURE_UNREAD,))


@pytest.mark.parametrize(
    "marks",
    [
        (mark(YES_BOX, MarkState.TICKED),),
        (mark(NO_BOX, MarkState.EMPTY),),
        (mark(YES_BOX, MarkState.TICKED), mark(YES_BOX, MarkState.TICKED), mark(NO_BOX, MarkState.EMPTY)),
        (mark(YES_BOX, MarkState.TICKED), mark(NO_BOX, MarkState.EMPTY), mark(NO_BOX, MarkState.TICKED)),
    ],
)
def test_a_box_whose_reading_is_lost_or_doubled_leaves_the_answer_unclear(marks: tuple[Mark, ...]) -> None:
    decision = decide(replace(TICKED_YES, marks=marks), Returns.ONLY, EVERY_LINE)
    assert (decision.verdict, decision.answer, decision.reasons) == (
        Verdict.REVIEW,
        Answer.UNCLEAR,
        (Reason.BOX_UNCLEAR,),
    )


def test_a_doubt_that_two_lines_share_is_said_once() -> None:
    empty = tuple(signature(line, SignatureState.EMPTY) for line in (GUARDIAN_LINE, PUPIL_LINE))
    unsigned = replace(SIGNED_TWICE, signatures=empty)
    assert decide(unsigned, Returns.ONLY, EVERY_LINE).reasons == (Reason.SIGNATURE_MISSING,)


def test_a_date_may_be_struck_out() -> None:
    texts = (name(TextState.WRITTEN, "Lena"), text(Role.PLACE_DATE, TextState.STRUCK))
    assert verdict(replace(TICKED_YES, texts=texts)) is Verdict.GIVEN


@pytest.mark.parametrize(("yes", "no"), list(product([*MarkState, ABSENT], [*MarkState, ABSENT])))
def test_every_verdict_comes_with_the_answer_and_only_a_review_with_reasons(
    yes: MarkState | None, no: MarkState | None
) -> None:
    reading = ticked(yes, no)
    decision = decide(reading, Returns.ONLY, EVERY_LINE)
    assert decision.answer is answer_of(reading.rule, reading.marks)
    assert isinstance(decision.reasons, tuple)
    assert bool(decision.reasons) is (decision.verdict is Verdict.REVIEW)


def test_a_policy_may_ask_for_less_but_never_for_nothing_where_signing_is_the_consent() -> None:
    guardian_only = replace(SIGNED_TWICE, signatures=(signature(GUARDIAN_LINE, SignatureState.SIGNED),))
    nobody_asked = decide(guardian_only, Returns.ONLY, NOBODY_ASKED)
    assert decide(guardian_only, Returns.ONLY, PUPIL_WAIVED).verdict is Verdict.GIVEN
    assert (nobody_asked.verdict, nobody_asked.reasons) == (Verdict.REVIEW, (Reason.SIGNATURE_UNREAD,))


def test_a_tick_decides_alone_where_nobody_has_to_sign() -> None:
    assert decide(replace(TICKED_YES, signatures=()), Returns.ONLY, NOBODY_ASKED).verdict is Verdict.GIVEN


@pytest.mark.parametrize(
    "texts",
    [
        (),
        (name(TextState.UNREAD, ""),),
        (name(TextState.WRITTEN, "Lena"), text(Role.PLACE_DATE, TextState.UNREAD)),
        (name(TextState.WRITTEN, "Lena"), name(TextState.WRITTEN, "Lena")),
    ],
)
def test_a_line_that_was_not_read_may_say_no(texts: tuple[TextReading, ...]) -> None:
    decision = decide(replace(TICKED_YES, texts=texts), Returns.ONLY, EVERY_LINE)
    assert (decision.verdict, decision.reasons) == (Verdict.REVIEW, (Reason.LINE_UNREAD,))


def test_each_line_of_the_form_must_have_been_read() -> None:
    date = TextLine("place_date", Role.PLACE_DATE, NAME_LINE.place, "Ort, Datum")
    form = replace(TICKED_YES.form, fields=(*TICKED_YES.form.fields, date))
    assert decide(replace(TICKED_YES, form=form), Returns.ONLY, EVERY_LINE).reasons == (Reason.LINE_UNREAD,)


@pytest.mark.parametrize("state", MarkState)
def test_a_mark_is_held_against_a_consent_even_where_signing_is_the_consent(state: MarkState) -> None:
    form = replace(SIGNED_TWICE.form, fields=(*SIGNED_TWICE.form.fields, YES_BOX, NO_BOX))
    marks = (mark(YES_BOX, MarkState.EMPTY), mark(NO_BOX, state))
    decision = decide(replace(SIGNED_TWICE, form=form, marks=marks), Returns.ONLY, EVERY_LINE)
    if state is MarkState.EMPTY:
        assert (decision.verdict, decision.answer) == (Verdict.GIVEN, Answer.NOT_ASKED)
    else:
        reason = Reason.BOX_UNREAD if state is MarkState.UNREAD else Reason.BOX_UNCLEAR
        assert (decision.verdict, decision.answer) == (Verdict.REVIEW, Answer.UNCLEAR)
        assert decision.reasons == (reason,)


def acknowledged(*states: MarkState) -> tuple[Mark, ...]:
    box = ChoiceBox("read_rules", "ja", Meaning.ACKNOWLEDGED, YES_BOX.place, "Wir haben die Regeln gelesen.")
    return tuple(mark(box, state) for state in states)


@pytest.mark.parametrize("consent", [TICKED_YES, SIGNED_TWICE, ticked(MarkState.EMPTY, MarkState.TICKED)])
@pytest.mark.parametrize("state", MarkState)
def test_a_box_that_only_says_what_was_read_grants_and_refuses_nothing(consent: SlipReading, state: MarkState) -> None:
    reading = replace(consent, marks=(*consent.marks, *acknowledged(state)))
    decision = decide(reading, Returns.ONLY, EVERY_LINE)
    assert decision.answer is answer_of(consent.rule, consent.marks)
    if state in {MarkState.TICKED, MarkState.EMPTY}:
        assert decision.verdict is verdict(consent)
    else:
        reason = Reason.BOX_UNREAD if state is MarkState.UNREAD else Reason.BOX_UNCLEAR
        assert decision.verdict is Verdict.REVIEW
        assert reason in decision.reasons


def test_a_box_that_only_says_what_was_read_is_no_yes() -> None:
    nothing = replace(ticked(MarkState.EMPTY, MarkState.EMPTY), marks=acknowledged(MarkState.TICKED))
    assert verdict(nothing) is Verdict.REVIEW


def test_every_box_that_says_what_was_read_is_asked() -> None:
    reading = replace(TICKED_YES, marks=(*TICKED_YES.marks, *acknowledged(MarkState.TICKED, MarkState.UNREAD)))
    assert decide(reading, Returns.ONLY, EVERY_LINE).reasons == (Reason.BOX_UNREAD,)


TOLD = [
    *([(ladder.fact, seen) for seen in ladder.values()] for ladder in LADDERS),
    [("policy", policy) for policy in POLICIES],
]
"""All that may be told of each fact."""
SLIPS = st.builds(
    lambda form, told: replace(BEST, form=form, **dict(told)),
    st.sampled_from(FORMS),
    st.lists(st.one_of([st.sampled_from(of_one_fact) for of_one_fact in TOLD]), max_size=5),
)
"""Any slip; most are a consent with a few doubts, so that none hides behind many others."""


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.fact)
def test_no_state_of_a_fact_is_left_out(ladder: Ladder) -> None:
    states = set(ladder.states())
    assert states == {other for state in states for other in type(state)}


def is_given(facts: Facts) -> bool:
    return decide(facts.reading, facts.returns, facts.policy).verdict is Verdict.GIVEN


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.rule)
def test_a_slip_with_any_two_facts_changed_is_a_consent_only_where_each_fact_says_so(form: Form) -> None:
    for first, second in combinations(chain.from_iterable(TOLD), 2):
        facts = replace(BEST, form=form, **dict((first, second)))
        assert is_given(facts) is speak_for_consent(facts), facts


@settings(max_examples=500)
@given(facts=SLIPS)
def test_a_slip_is_a_consent_only_where_each_fact_says_so(facts: Facts) -> None:
    assert is_given(facts) is speak_for_consent(facts)


@given(facts=SLIPS)
def test_losing_or_worsening_a_fact_never_moves_a_verdict_towards_given(facts: Facts) -> None:
    for ladder in (*LADDERS, *ASKED):
        for seen in ladder.worse_than(facts):
            assert is_given(facts) or not is_given(replace(facts, **{ladder.fact: seen})), (ladder.fact, seen)
