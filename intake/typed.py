"""Whose name was typed: letters that nobody has to recognise, so that nothing but the whole name will do.

Every spelling of the class list counts that differs in case, accents or the order of first and last name. If that is
more than one child, an umlaut that was typed or the class has to tell them apart.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from intake.stages.match import Vocabulary, identify, key_of, vocabulary_of
from intake.values import (
    Child,
    IdentifiedBy,
    Identity,
    IdentityState,
    Roster,
    TextGuess,
    TextState,
)

SURE = 1.0
"""Typed letters are read without doubt."""


def identify_typed(text: str, school_class: str, roster: Roster) -> Identity:
    """Which child of the class list a typed name is; anything but the whole name leaves it open."""
    vocabulary = _vocabulary(roster)
    state = TextState.WRITTEN if text else TextState.EMPTY
    likely = identify(state, (TextGuess(text, SURE, None),), vocabulary)
    named = _told_apart(_so_spelled(text, vocabulary), text, school_class)
    if len(named) == 1:
        return Identity(IdentityState.IDENTIFIED, named[0], IdentifiedBy.NAME, likely.candidates)
    if named or likely.state is IdentityState.IDENTIFIED:
        return replace(likely, state=IdentityState.UNSURE, child=None, by=IdentifiedBy.NOTHING)
    return likely


@lru_cache(maxsize=4)
def _vocabulary(roster: Roster) -> Vocabulary:
    return vocabulary_of(roster.children)


def _so_spelled(text: str, vocabulary: Vocabulary) -> list[Child]:
    """The children whose whole name this is, whatever its accents."""
    wanted, whole = key_of(text), vocabulary.whole
    owners = {int(owner) for key, owner in zip(whole.keys, whole.owners, strict=True) if key == wanted}
    return [vocabulary.children[owner] for owner in sorted(owners)] if wanted else []


def _told_apart(children: Sequence[Child], text: str, school_class: str) -> Sequence[Child]:
    """Those whom accents that were typed, and the class, do not rule out."""
    if len(children) < 2:  # noqa: PLR2004 - nothing to tell apart
        return children
    if not text.isascii():
        children = [one for one in children if _words(text) == _words(one.name)] or children
    if len(children) > 1 and school_class:
        return [one for one in children if _words(one.school_class) == _words(school_class)] or children
    return children


def _words(text: str) -> list[str]:
    """The words, whatever their case and order."""
    return sorted(unicodedata.normalize("NFC", text).casefold().replace(",", " ").split())
