"""From readings to a verdict. The only module of the reader that may say GIVEN.

Consent is a conjunction: every fact has to be there and speak for it. A fact that is missing, doubtful or was
not read speaks against it, so that losing a fact can only move a verdict away from GIVEN.
"""

from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from forms.model import Meaning, Role, Rule
from intake.policy import Policy
from intake.values import (
    Answer,
    CodeState,
    CoverNote,
    Decision,
    FieldsState,
    FormState,
    HiddenState,
    IdentifiedBy,
    IdentityState,
    Mark,
    MarkState,
    Reason,
    Returns,
    SignatureState,
    SlipReading,
    StrayState,
    TextState,
    Verdict,
    Wholeness,
)

NAMES: Final = (Role.CHILD_NAME, Role.GUARDIAN_NAMES)
"""Lines that must not be struck out; a date may be."""


def decide(reading: SlipReading, returns: Returns, policy: Policy) -> Decision:
    """Grant, refuse, or hand the slip to a person with every reason for it.

    Args:
        reading: All that was seen on the slip.
        returns: What else came back for the same child in this run.
        policy: Who has to sign.
    """
    answer = answer_of(reading.rule, reading.marks)
    always = (
        *_form_reasons(reading),
        *_child_reasons(reading),
        *_return_reasons(returns),
        *_file_reasons(reading),
    )
    boxes = tuple(_box_reasons(answer, reading.marks))
    if answer is Answer.NO and not always and not boxes:
        return Decision(Verdict.REFUSED, answer, ())
    written = (*_ink_reasons(reading), *_hidden_reasons(reading), *_note_reasons(reading))
    reasons = (*always, *boxes, *_signature_reasons(reading, policy), *written)
    if reasons or not _says_yes(reading.rule, answer):
        return Decision(Verdict.REVIEW, answer, tuple(dict.fromkeys(reasons)))
    return Decision(Verdict.GIVEN, answer, ())


def answer_of(rule: Rule, marks: Sequence[Mark]) -> Answer:
    """What the boxes say together; one is believed only if the other is truly empty.

    Where signing is the consent boxes are not asked, but whatever is marked in one may take the consent back, unless it
    only says that something was read.
    """
    if rule is Rule.SIGNATURES:
        asked = [mark.state for mark in marks if mark.meaning is not Meaning.ACKNOWLEDGED]
        return Answer.NOT_ASKED if all(state is MarkState.EMPTY for state in asked) else Answer.UNCLEAR
    pair = _state(Meaning.YES, marks), _state(Meaning.NO, marks)
    if pair in _PLAIN_PAIRS:
        return _PLAIN_PAIRS[pair]
    if MarkState.CORRECTED in pair and not {MarkState.UNCLEAR, MarkState.UNREAD} & set(pair):
        return Answer.CORRECTED
    return Answer.UNCLEAR


_PLAIN_PAIRS: Final = {
    (MarkState.TICKED, MarkState.EMPTY): Answer.YES,
    (MarkState.EMPTY, MarkState.TICKED): Answer.NO,
    (MarkState.EMPTY, MarkState.EMPTY): Answer.NONE,
    (MarkState.TICKED, MarkState.TICKED): Answer.BOTH,
}
"""What the boxes for yes and no say where neither leaves a doubt."""


def _state(meaning: Meaning, marks: Sequence[Mark]) -> MarkState:
    states = [mark.state for mark in marks if mark.meaning is meaning]
    return states[0] if len(states) == 1 else MarkState.UNREAD


def _says_yes(rule: Rule, answer: Answer) -> bool:
    match rule:
        case Rule.TICK:
            return answer is Answer.YES
        case Rule.SIGNATURES:
            return answer is Answer.NOT_ASKED
        case _:
            assert_never(rule)


def _form_reasons(reading: SlipReading) -> Iterable[Reason]:
    if reading.form_state is not FormState.RECOGNISED:
        yield Reason.FORM_DOUBTFUL
    match reading.integrity.state:
        case Wholeness.INTACT:
            pass
        case Wholeness.ALTERED:
            yield Reason.PRINT_ALTERED
        case Wholeness.DAMAGED:
            yield Reason.PRINT_DAMAGED
        case Wholeness.UNREAD:
            yield Reason.PRINT_UNREAD
        case _:
            assert_never(reading.integrity.state)
    yield from _code_reasons(reading.code.state)


def _code_reasons(state: CodeState) -> Iterable[Reason]:
    """A slip needs no code, but one that cannot be believed is a doubt about everything else."""
    match state:
        case CodeState.NONE | CodeState.FORM_ONLY | CodeState.CHILD:
            pass
        case CodeState.FOREIGN:
            yield Reason.CODE_FOREIGN
        case CodeState.FORGED:
            yield Reason.CODE_FORGED
        case CodeState.UNKNOWN:
            yield Reason.CODE_UNKNOWN
        case CodeState.UNLISTED:
            yield Reason.CODE_UNLISTED
        case CodeState.UNCHECKED:
            yield Reason.CODE_UNCHECKED
        case CodeState.CONTRADICTORY:
            yield Reason.CODES_CONTRADICT
        case _:
            assert_never(state)


def _child_reasons(reading: SlipReading) -> Iterable[Reason]:
    if any(text.state is TextState.STRUCK and text.role in NAMES for text in reading.texts):
        yield Reason.NAME_STRUCK
    match reading.identity.state:
        case IdentityState.IDENTIFIED:
            by_code = reading.identity.by is IdentifiedBy.CODE
            if reading.identity.child is None or (by_code and reading.code.state is not CodeState.CHILD):
                yield Reason.CHILD_UNSURE
            elif reading.identity.by is IdentifiedBy.GUARDIANS:
                yield Reason.CHILD_BY_GUARDIANS
        case IdentityState.CONTRADICTED:
            yield Reason.NAME_CONTRADICTS_CODE
        case IdentityState.UNSURE:
            yield Reason.CHILD_UNSURE
        case IdentityState.NOT_LISTED:
            yield Reason.CHILD_NOT_LISTED
        case IdentityState.NO_NAME:
            yield Reason.CHILD_NO_NAME
        case IdentityState.NO_ROSTER:
            yield Reason.CHILD_NO_ROSTER
        case _:
            assert_never(reading.identity.state)


def _return_reasons(returns: Returns) -> Iterable[Reason]:
    if returns is Returns.CONTRADICTED:
        yield Reason.CONTRADICTING_RETURNS


def _file_reasons(reading: SlipReading) -> Iterable[Reason]:
    """What the file says against its own picture; it weighs against a refusal as well."""
    match reading.file.fields:
        case FieldsState.NONE | FieldsState.AGREE:
            pass
        case FieldsState.DISAGREE:
            yield Reason.FIELD_DISAGREES
        case FieldsState.UNREAD:
            yield Reason.FILE_UNREAD
        case _:
            assert_never(reading.file.fields)
    if any(line.state is SignatureState.CHANGED for line in reading.signatures):
        yield Reason.CHANGED_AFTER_SIGNING


def _hidden_reasons(reading: SlipReading) -> Iterable[Reason]:
    match reading.file.hidden:
        case HiddenState.NONE:
            pass
        case HiddenState.FOUND:
            yield Reason.CONTENT_HIDDEN
        case HiddenState.UNREAD:
            yield Reason.FILE_UNREAD
        case _:
            assert_never(reading.file.hidden)


def _box_reasons(answer: Answer, marks: Sequence[Mark]) -> Iterable[Reason]:
    match answer:
        case Answer.YES | Answer.NO | Answer.NOT_ASKED:
            pass
        case Answer.NONE:
            yield Reason.BOX_NONE
        case Answer.BOTH:
            yield Reason.BOX_BOTH
        case Answer.CORRECTED:
            yield Reason.BOX_CORRECTED
        case Answer.UNCLEAR:
            unread = any(mark.state is MarkState.UNREAD for mark in marks)
            yield Reason.BOX_UNREAD if unread else Reason.BOX_UNCLEAR
        case _:
            assert_never(answer)
    for mark in marks:
        if mark.meaning is Meaning.ACKNOWLEDGED and mark.state not in {MarkState.TICKED, MarkState.EMPTY}:
            yield Reason.BOX_UNREAD if mark.state is MarkState.UNREAD else Reason.BOX_UNCLEAR


def _signature_reasons(reading: SlipReading, policy: Policy) -> Iterable[Reason]:
    asked = [line.key for line in reading.form.signatures if policy.requires(line.role)]
    if not asked and reading.rule is Rule.SIGNATURES:
        yield Reason.SIGNATURE_UNREAD
    for key in asked:
        yield from _line_reasons([line.state for line in reading.signatures if line.field == key])


def _line_reasons(states: list[SignatureState]) -> Iterable[Reason]:
    state = states[0] if len(states) == 1 else SignatureState.UNREAD
    match state:
        case SignatureState.SIGNED | SignatureState.CHANGED:
            pass  # a change after signing is held against the whole slip, see _file_reasons
        case SignatureState.EMPTY:
            yield Reason.SIGNATURE_MISSING
        case SignatureState.UNCLEAR:
            yield Reason.SIGNATURE_UNCLEAR
        case SignatureState.UNREAD:
            yield Reason.SIGNATURE_UNREAD
        case SignatureState.TYPED:
            yield Reason.SIGNATURE_TYPED
        case SignatureState.UNVERIFIED:
            yield Reason.SIGNATURE_UNVERIFIED
        case _:
            assert_never(state)


def _ink_reasons(reading: SlipReading) -> Iterable[Reason]:
    read = [text.field for text in reading.texts]
    unread = any(text.state is TextState.UNREAD for text in reading.texts)
    if unread or any(read.count(line.key) != 1 for line in reading.form.texts):
        yield Reason.LINE_UNREAD
    if any(text.state is TextState.OBJECTION for text in reading.texts):
        yield Reason.WORDS_OBJECT
    if any(text.role is Role.OTHER and text.state is not TextState.EMPTY for text in reading.texts):
        yield Reason.REMARK_WRITTEN
    match reading.stray.state:
        case StrayState.NONE:
            pass
        case StrayState.STAMP | StrayState.COURTESY | StrayState.FOUND:
            yield Reason.INK_UNEXPLAINED
        case StrayState.UNREAD:
            yield Reason.INK_UNREAD
        case _:
            assert_never(reading.stray.state)


def _note_reasons(reading: SlipReading) -> Iterable[Reason]:
    if reading.note is not CoverNote.NONE:
        yield Reason.MAIL_OBJECTS
