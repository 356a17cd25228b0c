"""What stands on the lines of a slip, and which child they name."""

from collections.abc import Sequence
from functools import lru_cache

from forms.model import Role, TextLine
from intake.engines import TextEngine, ask
from intake.stages.match import Vocabulary, identify, named_by_code, unsure_between, vocabulary_of
from intake.stages.names import LineCrops, cut_line
from intake.stages.wording import objects
from intake.values import (
    Child,
    CodeReading,
    CodeState,
    Identity,
    IdentityState,
    Roster,
    SlipImage,
    TextGuess,
    TextReading,
    TextState,
)


def read_names(
    slip: SlipImage, lines: Sequence[TextLine], code: CodeReading, roster: Roster, engine: TextEngine
) -> tuple[tuple[TextReading, ...], Identity]:
    """What stands on the lines, and which child of the roster the code names, or the child's line."""
    identity = _whose(code, TextState.UNREAD, (), _vocabulary(roster.children))
    texts = []
    for line in lines:
        cut = cut_line(slip, line)
        if line.role is Role.CHILD_NAME:
            guesses, identity = _name_child(cut, code, _vocabulary(roster.children), engine)
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


def _name_child(
    cut: LineCrops, code: CodeReading, vocabulary: Vocabulary, engine: TextEngine
) -> tuple[tuple[TextGuess, ...], Identity]:
    """Read one rendering of the line after the other until the child is beyond doubt."""
    guesses: tuple[TextGuess, ...] = ()
    identity = _whose(code, cut.state, guesses, vocabulary)
    for crop in cut.crops:
        guesses += ask(engine, [crop])
        identity = _whose(code, cut.state, guesses, vocabulary)
        if identity.state is IdentityState.IDENTIFIED:
            break
    return guesses, identity


def _whose(code: CodeReading, state: TextState, guesses: Sequence[TextGuess], vocabulary: Vocabulary) -> Identity:
    """The child of a genuine code, if the writing does not speak against it; else the child that the writing names."""
    match code.state:
        case CodeState.CHILD:
            return named_by_code(code.children[0], guesses, vocabulary)
        case CodeState.CONTRADICTORY:
            return unsure_between(code.children, identify(state, guesses, vocabulary))
        case _:
            return identify(state, guesses, vocabulary)


@lru_cache(maxsize=4)
def _vocabulary(children: tuple[Child, ...]) -> Vocabulary:
    return vocabulary_of(children)
