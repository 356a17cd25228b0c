"""What stands on the lines of a slip, and which child they name."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from forms.field_font import as_printed, picture_of
from forms.geometry import MM_PER_POINT
from forms.model import Role, TextLine
from intake.engines import TextEngine, ask
from intake.stages.match import Vocabulary, identify, named_by_code, unsure_between, vocabulary_of
from intake.stages.names import LineCrops, cut_line
from intake.stages.printed_name import ink_beside_name
from intake.stages.wording import objects
from intake.values import (
    Child,
    CodeReading,
    CodeState,
    Evidence,
    Identity,
    IdentityState,
    Roster,
    SlipImage,
    TextGuess,
    TextReading,
    TextState,
)

WRITTEN_OVER_MM2 = 2.0
"""Of 80 printed names that nobody touched (scans, small and blurred photos) none had more than 0.8 mm² beside them.
Of 24 over which another name was written none had less than 23; three of these were taken for untouched by reading."""


def read_names(
    slip: SlipImage, lines: Sequence[TextLine], code: CodeReading, roster: Roster, engine: TextEngine
) -> tuple[tuple[TextReading, ...], Identity]:
    """What stands on the lines, and which child of the roster the code names, or the child's line."""
    identity = _whose(code, TextState.UNREAD, (), _vocabulary(roster.children), written_over=False)
    texts = []
    for line in lines:
        cut = cut_line(slip, line)
        if line.role is Role.CHILD_NAME:
            beside_mm2 = _ink_beside_name(slip, line, code)
            cut = replace(cut, evidence=_with_measure(cut.evidence, beside_mm2))
            guesses, identity = _name_child(
                cut, code, _vocabulary(roster.children), engine, written_over=beside_mm2 > WRITTEN_OVER_MM2
            )
        else:
            guesses = ask(engine, cut.crops[:1])
        best = max(guesses, key=lambda guess: guess.score, default=None)
        texts.append(
            TextReading(line.name, line.role, _what_it_says(cut, guesses), best.text if best else "", cut.evidence)
        )
    return tuple(texts), identity


def _what_it_says(cut: LineCrops, guesses: Sequence[TextGuess]) -> TextState:
    """What the line shows, once its words were read; writing that the engine made nothing of was not read."""
    if any(objects(guess.text) for guess in guesses):
        return TextState.OBJECTION
    return TextState.UNREAD if cut.state is TextState.WRITTEN and not guesses else cut.state


def _ink_beside_name(slip: SlipImage, line: TextLine, code: CodeReading) -> float:
    """How much ink (mm²) there is beside the name that is printed on a child's own slip; none on any other."""
    if code.state is not CodeState.CHILD:
        return 0.0
    name, place = as_printed(code.children[0].name), line.place
    shown = picture_of(name, place.width / MM_PER_POINT, place.height / MM_PER_POINT, slip.px_per_mm * MM_PER_POINT)
    return ink_beside_name(slip, line, np.asarray(shown, np.uint8))


def _with_measure(evidence: Evidence, beside_mm2: float) -> Evidence:
    return replace(evidence, measures={**evidence.measures, "beside_name_mm2": beside_mm2})


def _name_child(
    cut: LineCrops, code: CodeReading, vocabulary: Vocabulary, engine: TextEngine, *, written_over: bool
) -> tuple[tuple[TextGuess, ...], Identity]:
    """Read one rendering of the line after the other until the child is beyond doubt."""
    guesses: tuple[TextGuess, ...] = ()
    identity = _whose(code, cut.state, guesses, vocabulary, written_over=written_over)
    for crop in cut.crops:
        guesses += ask(engine, [crop])
        identity = _whose(code, cut.state, guesses, vocabulary, written_over=written_over)
        if identity.state is IdentityState.IDENTIFIED:
            break
    return guesses, identity


def _whose(
    code: CodeReading, state: TextState, guesses: Sequence[TextGuess], vocabulary: Vocabulary, *, written_over: bool
) -> Identity:
    """The child of a genuine code, if the writing does not speak against it; else the child that the writing names."""
    match code.state:
        case CodeState.CHILD:
            return named_by_code(code.children[0], guesses, vocabulary, written_over=written_over)
        case CodeState.CONTRADICTORY:
            return unsure_between(code.children, identify(state, guesses, vocabulary))
        case _:
            return identify(state, guesses, vocabulary)


@lru_cache(maxsize=4)
def _vocabulary(children: tuple[Child, ...]) -> Vocabulary:
    return vocabulary_of(children)
