"""Every fact that a decision looks at, and what may be seen of it, from what speaks for consent to what is worst."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain, product
from typing import Any

from forms.model import Form, Meaning, Role, Rule, SignatureLine
from intake.policy import EVERY_LINE, Policy
from intake.values import (
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
    MarkState,
    Returns,
    SignatureState,
    SlipReading,
    StrayInk,
    StrayState,
    TextState,
    Wholeness,
)
from tests.intake.readings import (
    GUARDIAN_LINE,
    LENA,
    PUPIL_LINE,
    SIGNED_FORM,
    TICK_FORM,
    TICKED_YES,
    identified,
    mark,
    signature,
    text,
)

PUPIL_WAIVED = Policy(frozenset({Role.PUPIL_SIGNATURE}))
GUARDIAN_WAIVED = Policy(frozenset({Role.GUARDIAN_SIGNATURE}))
NOBODY_ASKED = Policy(frozenset({Role.PUPIL_SIGNATURE, Role.GUARDIAN_SIGNATURE}))
POLICIES = (EVERY_LINE, PUPIL_WAIVED, GUARDIAN_WAIVED, NOBODY_ASKED)
FORMS = (TICK_FORM, SIGNED_FORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A slip as a decision sees it.

    Boxes and lines hold the state of each reading of them: one, none where the reading was lost, or two where a
    place was read twice. `pupil` is a reading too many where the form has no line for pupils.
    """

    form: Form
    policy: Policy
    returns: Returns
    form_state: FormState
    wholeness: Wholeness
    code: CodeState
    identity: Identity
    stray: StrayState
    note: CoverNote
    yes: tuple[MarkState, ...]
    no: tuple[MarkState, ...]
    guardian: tuple[SignatureState, ...]
    pupil: tuple[SignatureState, ...]
    child_name: tuple[TextState, ...]
    guardian_names: tuple[TextState, ...]
    child_class: tuple[TextState, ...]
    place_date: tuple[TextState, ...]
    other: tuple[TextState, ...]
    fields: FieldsState
    hidden: HiddenState

    @property
    def reading(self) -> SlipReading:
        """The slip that says so."""
        boxes = {Meaning.YES: self.yes, Meaning.NO: self.no}
        lines = {GUARDIAN_LINE: self.guardian, PUPIL_LINE: self.pupil}
        texts = {
            Role.CHILD_NAME: self.child_name,
            Role.GUARDIAN_NAMES: self.guardian_names,
            Role.CHILD_CLASS: self.child_class,
            Role.PLACE_DATE: self.place_date,
            Role.OTHER: self.other,
        }
        return replace(
            TICKED_YES,
            form=self.form,
            form_state=self.form_state,
            integrity=Integrity(self.wholeness, (), {}),
            code=CodeReading(self.code, "", ()),
            marks=tuple(mark(box, state) for box in self.form.boxes for state in boxes[box.meaning]),
            signatures=tuple(signature(line, state) for line, states in lines.items() for state in states),
            texts=tuple(text(role, state) for role, states in texts.items() for state in states),
            stray=StrayInk(self.stray, (), {}),
            note=self.note,
            identity=self.identity,
            file=FileReading(self.fields, self.hidden, (), ()),
        )

    @property
    def asked(self) -> tuple[SignatureLine, ...]:
        """The lines that have to be signed."""
        return tuple(line for line in self.form.signatures if line.role not in self.policy.waived)


@dataclass(frozen=True, slots=True)
class Ladder:
    """What may be seen of one fact: each rung is worse than those before it, the first speaks for consent."""

    fact: str
    rungs: tuple[tuple[Any, ...], ...]

    def is_best(self, facts: Facts) -> bool:
        """Whether they stand on the first rung."""
        return getattr(facts, self.fact) in self.rungs[0]

    def worse_than(self, facts: Facts) -> Iterator[Any]:
        """What stands below them; nothing where they are on no rung."""
        seen = getattr(facts, self.fact)
        for number, rung in enumerate(self.rungs):
            if seen in rung:
                yield from chain.from_iterable(self.rungs[number + 1 :])

    def values(self) -> Iterator[Any]:
        """Everything on it."""
        return chain.from_iterable(self.rungs)

    def states(self) -> Iterator[Enum]:
        """The states in everything on it."""
        for seen in self.values():
            match seen:
                case tuple():
                    yield from seen
                case Identity(state=state):
                    yield state
                case _:
                    yield seen


def _twice(best: Any, other: Any) -> tuple[tuple[Any, Any], ...]:
    """A place that was read twice, once or both times as it should be."""
    return (best, best), (best, other), (other, best)


LOST: tuple[()] = ()
"""What is left of a box or a line whose reading got lost."""


def _text_ladder(fact: str, harmless: tuple[TextState, ...], doubts: tuple[TextState, ...]) -> Ladder:
    """A line of the form must have been read once; of a line that the form has not, nothing may be left unread."""
    doubts = (*doubts, TextState.UNREAD)
    twice = chain.from_iterable(((TextState.WRITTEN, doubt), (doubt, TextState.WRITTEN)) for doubt in doubts)
    worst = (*((doubt,) for doubt in doubts), *twice)
    if fact == "child_name":
        return Ladder(fact, (tuple((state,) for state in harmless), (*worst, LOST, (TextState.WRITTEN,) * 2)))
    return Ladder(fact, ((*((state,) for state in harmless), LOST), worst))


HARMLESS = (TextState.WRITTEN, TextState.EMPTY)
NAME_DOUBTS = (TextState.STRUCK, TextState.OBJECTION)
UNKNOWN = tuple(
    Identity(state, child, IdentifiedBy.NOTHING, ())
    for state, child in product(IdentityState, (None, LENA))
    if state is not IdentityState.IDENTIFIED or child is None
)

BY_CODE = replace(identified(LENA), by=IdentifiedBy.CODE)
BELIEVED = (CodeState.CHILD, CodeState.FORM_ONLY, CodeState.NONE)
NOT_BELIEVED = tuple(state for state in CodeState if state not in BELIEVED)

BOXES = (
    Ladder(
        "yes",
        (
            ((MarkState.TICKED,),),
            ((MarkState.CORRECTED,), (MarkState.UNCLEAR,), (MarkState.EMPTY,)),
            ((MarkState.UNREAD,), LOST, *_twice(MarkState.TICKED, MarkState.EMPTY)),
        ),
    ),
    Ladder(
        "no",
        (
            ((MarkState.EMPTY,),),
            ((MarkState.CORRECTED,), (MarkState.UNCLEAR,), (MarkState.TICKED,)),
            ((MarkState.UNREAD,), LOST, *_twice(MarkState.EMPTY, MarkState.TICKED)),
        ),
    ),
)
LINES = tuple(
    Ladder(
        fact,
        (
            ((SignatureState.SIGNED,),),
            (
                (SignatureState.UNCLEAR,),
                (SignatureState.EMPTY,),
                (SignatureState.TYPED,),
                (SignatureState.UNVERIFIED,),
            ),
            ((SignatureState.UNREAD,), LOST, *_twice(SignatureState.SIGNED, SignatureState.EMPTY)),
            # Whoever had to sign: what was changed after any signature is not what somebody agreed to.
            ((SignatureState.CHANGED,), *_twice(SignatureState.CHANGED, SignatureState.SIGNED)),
        ),
    )
    for fact in ("guardian", "pupil")
)
SLIP_AND_CHILD = (
    Ladder("returns", ((Returns.ONLY, Returns.SAME_AGAIN), (Returns.CONTRADICTED,))),
    Ladder("form_state", ((FormState.RECOGNISED,), (FormState.DOUBTFUL,))),
    Ladder("wholeness", ((Wholeness.INTACT,), (Wholeness.DAMAGED, Wholeness.ALTERED), (Wholeness.UNREAD,))),
    # The print alone makes a slip ours, so that a code may be missing; it may not say something else.
    Ladder("code", ((CodeState.CHILD,), (CodeState.FORM_ONLY, CodeState.NONE), NOT_BELIEVED)),
    Ladder("identity", ((identified(LENA), BY_CODE), UNKNOWN)),
    Ladder(
        "stray",
        ((StrayState.NONE,), (StrayState.STAMP, StrayState.COURTESY, StrayState.FOUND), (StrayState.UNREAD,)),
    ),
    Ladder("note", ((CoverNote.NONE,), (CoverNote.OBJECTS,))),
    Ladder("fields", ((FieldsState.NONE, FieldsState.AGREE), (FieldsState.DISAGREE,), (FieldsState.UNREAD,))),
    Ladder("hidden", ((HiddenState.NONE,), (HiddenState.FOUND,), (HiddenState.UNREAD,))),
    _text_ladder("child_name", HARMLESS, NAME_DOUBTS),
    _text_ladder("guardian_names", HARMLESS, NAME_DOUBTS),
    _text_ladder("child_class", (*HARMLESS, TextState.STRUCK), (TextState.OBJECTION,)),
    _text_ladder("place_date", (*HARMLESS, TextState.STRUCK), (TextState.OBJECTION,)),
    # A remark may be anything: only an empty line speaks for consent.
    Ladder("other", (((TextState.EMPTY,), LOST), tuple((s,) for s in TextState if s is not TextState.EMPTY))),
)
# To ask nobody stands on no ladder: where signing is the consent that is not less than asking one, but nothing.
ASKED = (
    Ladder("policy", ((PUPIL_WAIVED,), (EVERY_LINE,))),
    Ladder("policy", ((GUARDIAN_WAIVED,), (EVERY_LINE,))),
)
LADDERS = (*SLIP_AND_CHILD, *BOXES, *LINES)

BEST = Facts(form=TICK_FORM, policy=EVERY_LINE, **{ladder.fact: ladder.rungs[0][0] for ladder in LADDERS})
"""A consent with a tick, beyond doubt."""


def speak_for_consent(facts: Facts) -> bool:
    """Whether every fact is at its best, and the slip says yes in the way that its form asks for."""
    signed = {GUARDIAN_LINE: facts.guardian, PUPIL_LINE: facts.pupil}
    ticked = all(ladder.is_best(facts) for ladder in BOXES)
    return (
        (ticked if facts.form.rule is Rule.TICK else bool(facts.asked))
        and all(signed[line] == (SignatureState.SIGNED,) for line in facts.asked)
        and facts.code in (BELIEVED if facts.identity.by is not IdentifiedBy.CODE else (CodeState.CHILD,))
        and all(ladder.is_best(facts) for ladder in SLIP_AND_CHILD if ladder.fact != "code")
        and SignatureState.CHANGED not in (*facts.guardian, *facts.pupil)
    )
