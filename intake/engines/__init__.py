"""Reading text: one method, plain values across; the engine behind it may be changed or misbehave."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from intake.values import GrayImage, TextGuess

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The columns 1 to 26 of the posteriors; column 0 stands for no letter."""


class TextEngine(Protocol):
    """Something that reads lines of text."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read each crop: dark writing on white, one line each; one guess for each, in the same order."""
        ...


@runtime_checkable
class Seconded(Protocol):
    """An engine that knows a second recogniser, which makes other mistakes, and is asked where the first left doubt."""

    @property
    def second(self) -> TextEngine:
        """The second recogniser."""
        ...


def ask(engine: TextEngine, crops: Sequence[GrayImage]) -> tuple[TextGuess, ...]:
    """Ask the engine; whatever it does wrong, the answer is "unread", an empty tuple, and never a crash.

    A wrong number of guesses is no answer at all: which guess would belong to which crop?
    """
    if not crops:
        return ()
    try:
        guesses = tuple(engine.read_lines(crops))
    except Exception:  # noqa: BLE001 - an engine is foreign code: its failure means "unread"
        return ()
    if len(guesses) != len(crops) or not all(_sane(guess) for guess in guesses):
        return ()
    return guesses


def second_opinions(engine: TextEngine, guesses: Iterable[TextGuess]) -> tuple[TextGuess, ...]:
    """What the engine's second recogniser, if it has one, makes of the same crops: letters A to Z, without spaces."""
    crops = [guess.crop for guess in guesses if guess.crop is not None]
    return ask(engine.second, crops) if isinstance(engine, Seconded) else ()


def likeliest(chances: npt.NDArray[np.float32], characters: Sequence[str]) -> tuple[str, float]:
    """What the frames show, each at its likeliest, and how sure that is on average; the first character is none, and
    what goes on from frame to frame is one.
    """
    best = chances.argmax(axis=1)
    new = (best != 0) & (best != np.concatenate(([0], best[:-1])))
    sure = chances.max(axis=1)[new]
    return "".join(characters[index] for index in best[new]), float(sure.mean()) if sure.size else 0.0


def _sane(guess: object) -> bool:
    """Whether a guess keeps to the agreement: text, a score from 0 to 1, chances of 27 finite columns."""
    if not (isinstance(guess, TextGuess) and isinstance(guess.text, str) and 0.0 <= guess.score <= 1.0):
        return False
    return guess.posteriors is None or _are_chances(guess.posteriors)


def _are_chances(chances: object) -> bool:
    return (
        isinstance(chances, np.ndarray)
        and chances.shape == (len(chances), len(ALPHABET) + 1)
        and bool(np.isfinite(chances).all())
    )
