"""What stands on the lines of a slip, and which child they name."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from forms.model import Role, TextLine
from intake.engines import TextEngine, ask
from intake.stages.match import Vocabulary, identify, identify_alone, narrowed, vocabulary_of
from intake.stages.names import LineCrops, cut_line
from intake.stages.wording import objects
from intake.values import GrayImage, Identity, IdentityState, Roster, SlipImage, TextGuess, TextReading, TextState


def read_names(
    slip: SlipImage, lines: Sequence[TextLine], roster: Roster, engine: TextEngine, file: str = ""
) -> tuple[tuple[TextReading, ...], Identity]:
    """What stands on the lines, and which child of the roster the child's line names.

    `file` is the slip's file with its folders; one of these may be named like a class.
    """
    cuts = {line.name: cut_line(slip, line) for line in lines}
    others = [line for line in lines if line.role is not Role.CHILD_NAME]
    guesses = {line.name: ask(engine, _first_crop(cuts[line.name])) for line in others}
    guardians = [guess for line in others if line.role is Role.GUARDIAN_NAMES for guess in guesses[line.name]]
    identity = identify(TextState.UNREAD, (), _vocabulary(roster))
    for line in lines:
        if line.role is Role.CHILD_NAME:
            guesses[line.name], identity = _name_child(cuts[line.name], _vocabulary(roster), guardians, engine)
            said = [guess.text for other in others if other.role is Role.CHILD_CLASS for guess in guesses[other.name]]
            identity = _narrowed(identity, guesses[line.name], roster, class_hints(roster, file, said))
    return tuple(_reading(line, cuts[line.name], guesses[line.name], identity) for line in lines), identity


def class_hints(roster: Roster, file: str, said: Sequence[str]) -> Counter[str]:
    """The classes of the list that a folder of the file is named after, or the slip says, and how many of them do."""
    classes = {_class_key(child.school_class): child.school_class for child in roster.children}
    hints = {classes.get(_class_key(folder)) for folder in file.split("/")[:-1]}
    slip = {classes.get(_class_key(text)) for text in said}
    return Counter(hint for some in (hints, slip) for hint in some if hint)


def _class_key(text: str) -> str:
    """The sign of "Klasse 3 B": 3b."""
    bare = "".join(sign for sign in text.casefold() if sign.isalnum())
    return bare.removeprefix("klasse").removeprefix("kl")


def _narrowed(identity: Identity, guesses: Sequence[TextGuess], roster: Roster, hints: Counter[str]) -> Identity:
    """Look again on the list of the class, if all hints say the same one."""
    if len(hints) != 1:
        return identity
    ((school_class, count),) = hints.items()
    return narrowed(identity, guesses, _vocabulary(roster), _vocabulary_of_class(roster, school_class), count)


@lru_cache(maxsize=64)
def _vocabulary_of_class(roster: Roster, school_class: str) -> Vocabulary:
    return vocabulary_of([child for child in roster.children if child.school_class == school_class])


def _first_crop(cut: LineCrops) -> tuple[GrayImage, ...]:
    """What is read of a line that is not about the child; what is too faint for ink is read for the child alone."""
    return () if cut.state is TextState.EMPTY else cut.crops[:1]


def _reading(line: TextLine, cut: LineCrops, guesses: Sequence[TextGuess], identity: Identity) -> TextReading:
    best = max(guesses, key=lambda guess: guess.score, default=None)
    state = _what_it_says(cut, guesses)
    if line.role is Role.CHILD_NAME and state is TextState.EMPTY and identity.child is not None:
        state = TextState.WRITTEN
    return TextReading(line.name, line.role, state, best.text if best else "", cut.evidence)


def _what_it_says(cut: LineCrops, guesses: Sequence[TextGuess]) -> TextState:
    """What the line shows, once its words were read; writing that the engine made nothing of was not read."""
    if any(objects(guess.text) for guess in guesses):
        return TextState.OBJECTION
    return TextState.UNREAD if cut.state is TextState.WRITTEN and not guesses else cut.state


def _name_child(
    cut: LineCrops, vocabulary: Vocabulary, guardians: Sequence[TextGuess], engine: TextEngine
) -> tuple[tuple[TextGuess, ...], Identity]:
    """Read one rendering of the line after the other until the child is beyond doubt.

    Strokes too faint for ink are no writing, unless they are the name of a child of the list.
    """
    guesses: tuple[TextGuess, ...] = ()
    identity = identify(cut.state, guesses, vocabulary)
    state = TextState.WRITTEN if cut.state is TextState.EMPTY and cut.crops else cut.state
    for number, crop in enumerate(cut.crops, start=1):
        guesses += ask(engine, [crop])
        found = identify(state, guesses, vocabulary, complete=number == len(cut.crops))
        if found.state is IdentityState.IDENTIFIED:
            return guesses, found
        identity = identity if cut.state is TextState.EMPTY else found
    return guesses, identify_alone(identity, guesses, vocabulary, guardians)


@lru_cache(maxsize=4)
def _vocabulary(roster: Roster) -> Vocabulary:
    return vocabulary_of(roster.children)
