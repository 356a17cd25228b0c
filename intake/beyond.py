"""Writing behind or before a name that is no name: a condition, say, whose words nobody has to foresee."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from intake.first_names import FIRST_NAMES
from intake.last_names import LAST_NAMES
from intake.stages.match import key_of, keys_of, log_ratios
from intake.values import TextGuess

EACH_LIKE = 0.5
"""How like one of the listed each of several has to be: of a misread hand "Annu Kveh" is 0.63 like Anna Koch; of 15
usual notes and 3,449 names 14 in 1,000 pairs are as like."""
NAME_FOUND, NAMES_FOUND = 0.6, 0.75
"""So like a listed name has to be what is taken for it, or like several; else nothing can be said of the rest."""
WINDOW = (-2, -1, 0, 1, 2, 3)
"""How many letters more than it has a name may be read with."""
LISTED_LIKE, FREQUENT_LIKE, MISREAD_LETTERS = 0.8, 0.9, 2
"""How like a listed or a frequent name a word has to be, and how much longer it may be: "Petersennur" is no name, and
"erst" not Ernst."""
BETWEEN = frozenset(
    {"UND", "U", "ODER", "ELTERN", "FAMILIE", "FAM", "FRAU", "HERR", "DR", "VON", "VAN", "DE", "EL", "AL"}
)
"""What stands between names, or before them."""
AND, SEPARATORS = "&", re.compile(r"[,;/&+]|\bund\b|\bu\.")
AFTER_AND = frozenset({AND, "UND", "U"})

EXPLAINED_RATIO, DOUBTED_RATIO, EXPLAINED_MORE = -1.3, -2.5, 2
"""A misread line is the listed names and nothing else, if these explain all of its frames so well for each letter, and
it was read with no more letters than so many more. Names that were taken for notes had -0.75 to -1.9; 74 readings of
names with a note behind them -1.46 at the most, and five letters more. Where the letters beyond would be a note
only if some of the name's were not read ("Horge Prse ab Januar"), or if of a double name only half is written, the
second ratio tells: of 4,333 slips 173 have such a line, and one is in doubt for it that had been settled; of 270 notes
drawn behind such names 48 had been given with ink to be seen, and three are."""
NO_NAME_LETTERS, NO_NAME_LIKE = 4, 0.6
"""A word of fewer letters, or so like a name, may be one misread."""
_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
MONTH_LIKE = 0.75
"""How like a month what stands behind the day has to be."""
LETTERS_FOR_DIGITS = re.compile(r"\b(?:[\dZOQ]{2}){1,2}\b")
"""A day or a year as block letters are read: "Z7 OKT ZOZO" is the 27th of October 2020."""


def letters_beyond(text: str, names: Sequence[str]) -> int:
    """How many letters a reading of a line has more than the listed name, or names, that it bears.

    None, if it is like none of the listed, nor those of words that are frequent names: a guardian who is not listed, a
    second first name.
    """
    singly = {one for name in names for one in _one_by_one(name)}
    written = _written(text, names, singly)
    together = {*names, " ".join(names), " ".join(names[::-1])} - singly
    forms = [(name, NAME_FOUND) for name in singly] + [(form, NAMES_FOUND) for form in together if key_of(form)]
    found = [(_found(written, key_of(form), WINDOW), form, least) for form, least in forms]
    counted = (
        min(_beyond(written, place, _others(singly, form)), max(0, sum(map(len, written)) - len(key_of(form))))
        for place, form, least in found
        if written and place.like >= least
    )
    return min(counted, default=0)


def letters_perhaps_beyond(text: str, names: Sequence[str]) -> int:
    """The same if letters of the name itself may be missing, or half of a double one: what lies beyond the listed name
    that the line is most like, be it another's who is listed, too.
    """
    singly = {one for name in names for one in _one_by_one(name)}
    written = _written(text, names, singly)
    forms = {*singly, *names, " ".join(names), *(half for one in singly for half in _halves_of(one))}
    keys = {key_of(form) for form in forms} - {""}
    found = (_found(written, key, range(-len(key) // 2, WINDOW[-1] + 1)) for key in keys)
    place = max(found, key=lambda one: one.like, default=_Place(0, 0, 0.0))
    return _beyond(written, place, ()) if written and place.like >= NAME_FOUND else 0


def _written(text: str, names: Sequence[str], singly: Collection[str]) -> Sequence[str]:
    """The words of a reading; none where all of them are names, or each is one of several that are listed."""
    words = [key_of(part) or AND for part in text.replace(",", " & ").split()]
    known = {word for name in names for part in name.split() if (word := key_of(part))}
    if all(_is_known(words, at, known) for at in range(len(words))) or _is_each_named(text, singly):
        return ()
    return [word for word in words if word != AND]


def _others(singly: Collection[str], form: str) -> set[str]:
    return {key_of(one) for one in singly} - {key_of(form)}


def _halves_of(name: str) -> Iterator[str]:
    """The name with the one and with the other half of a double last name."""
    first, _, last = name.rpartition(" ")
    yield from (f"{first} {half}" for half in last.split("-") if first and half != last)


def is_explained(guess: TextGuess, names: Sequence[str], ratio: float) -> bool:
    """Whether a reading of a line, however it misreads the letters, is one of the listed names or all of them.

    `ratio` is how well they have to explain its frames, for each letter.
    """
    if guess.posteriors is None or not guess.posteriors.size:
        return False
    forms = {*names, " ".join(names), " ".join(names[::-1]), *(one for name in names for one in _one_by_one(name))}
    letters = len(key_of(guess.text))
    keys = sorted({key for form in forms for key in keys_of(form) if letters <= len(key) + EXPLAINED_MORE})
    return bool(keys) and float(log_ratios(guess.posteriors, keys).max()) >= ratio


def _is_each_named(text: str, people: Collection[str]) -> bool:
    """Whether several are named on the line, each like another of the listed."""
    parts = [key for part in SEPARATORS.split(text) if (key := key_of(part))]
    keys = {key_of(one) for one in people}
    like = [{key for key in keys if Indel.normalized_similarity(part, key) >= EACH_LIKE} for part in parts]
    return len(parts) > 1 and all(like) and len(set().union(*like)) >= len(parts)


def _one_by_one(names: str) -> Iterator[str]:
    """Each of several people named together, who may share the last name: "Jana & Ulrich Meyer"."""
    people = [part.split() for part in SEPARATORS.split(names) if key_of(part)]
    for words in people:
        yield " ".join(words if len(words) > 1 else [*words, *people[-1][1:][-1:]])


def _beyond(words: Sequence[str], place: "_Place", others: Collection[str]) -> int:
    """How many letters more than the name at a place, and another's beside it, the words have."""
    whole = "".join(words)
    beside = whole[place.end :] if place.end < len(whole) - place.start else whole[: place.start]
    if any(Indel.normalized_similarity(beside, other) >= EACH_LIKE for other in others):
        return 0
    return sum(len(rest) for rest in _rests(words, place.start, place.end) if not _is_name(rest))


def is_no_name(text: str, names: Sequence[str]) -> bool:
    """Whether a word is read that is like none of the listed names, nor a frequent one."""
    word = key_of(text)
    if len(word) < NO_NAME_LETTERS:
        return False
    known = {key_of(part) for name in names for part in (*name.split(), name)} | _frequent()
    return not any(name and Indel.normalized_similarity(word, name) >= NO_NAME_LIKE for name in known)


def letters_behind_date(text: str) -> int:
    """How many letters stand behind the last digit of a place and a date, but for the month; none without a digit."""
    text = LETTERS_FOR_DIGITS.sub(lambda number: "0" * len(number[0]), text)
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    behind = key_of(text[digits[-1] + 1 :]) if digits else ""
    return len(behind) - max(
        (
            len(start)
            for month in _months()
            if Indel.normalized_similarity(month, start := behind[: len(month)]) >= MONTH_LIKE
        ),
        default=0,
    )


@lru_cache(maxsize=1)
def _months() -> tuple[str, ...]:
    """The months' names, and their first three letters."""
    names = [key_of(name) for name in _MONTHS.split()]
    return (*names, *(name[:3] for name in names))


def _is_known(words: Sequence[str], at: int, known: Collection[str]) -> bool:
    """Whether a word is a name: a frequent or a listed one, or after "und" what stands before such a one."""
    if words[at] == AND or _is_name(words[at]) or _is_like(words[at], known, LISTED_LIKE):
        return True
    second = at > 0 and words[at - 1] in AFTER_AND and at + 1 < len(words)
    return second and _is_like(words[at + 1], known, LISTED_LIKE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a reading a name stands, and how like it is."""

    start: int
    end: int
    like: float


def _found(words: Sequence[str], name: str, window: Iterable[int]) -> _Place:
    """Where a name stands most likely, read with so many letters more than it has."""
    whole = "".join(words)
    places = (
        (start, min(start + len(name) + more, len(whole)))
        for start in range(len(whole))
        for more in window
        if len(name) + more > 0
    )
    liked = (_Place(start, end, Indel.normalized_similarity(name, whole[start:end])) for start, end in places)
    return max(liked, key=lambda place: place.like, default=_Place(0, 0, 0.0))


def _rests(words: Sequence[str], start: int, end: int) -> Iterator[str]:
    """What is left of each word before and behind a place."""
    at = 0
    for word in words:
        before, behind = word[: max(start - at, 0)], word[max(end - at, 0) :]
        yield from (rest for rest in (before, behind) if rest)
        at += len(word)


@lru_cache(maxsize=256)
def _is_name(word: str) -> bool:
    """Whether a word is like a frequent name, or what stands between names."""
    return word in BETWEEN or _is_like(word, _frequent(), FREQUENT_LIKE)


def _is_like(word: str, names: Iterable[str], least: float) -> bool:
    """Whether a word is so like one of these, and hardly longer: a note may run on behind a name."""
    return any(
        len(word) <= len(name) + MISREAD_LETTERS and Indel.normalized_similarity(word, name) >= least for name in names
    )


@lru_cache(maxsize=1)
def _frequent() -> frozenset[str]:
    return frozenset(key_of(name) for name in FIRST_NAMES | LAST_NAMES)
