"""Reading text: one method, plain values across; the engine behind it may be changed or misbehave."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from intake.values import GrayImage, TextGuess

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The columns 1 to 26 of the posteriors; column 0 stands for no letter."""


class TextEngine(Protocol):
    """Something that reads lines of text."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read each crop: dark writing on white, one line each; one guess for each, in the same order."""
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


def _sane(guess: object) -> bool:
    """Whether a guess keeps to the agreement: text, a score from 0 to 1, posteriors of 27 finite columns."""
    if not (isinstance(guess, TextGuess) and isinstance(guess.text, str) and 0.0 <= guess.score <= 1.0):
        return False
    chances = guess.posteriors
    if chances is None:
        return True
    return (
        isinstance(chances, np.ndarray)
        and chances.shape == (len(chances), len(ALPHABET) + 1)
        and bool(np.isfinite(chances).all())
    )
