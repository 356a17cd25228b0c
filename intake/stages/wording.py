"""Words that object: on a line for names, dates or signatures those that are none of these. And words that do not.

A line that says "nur ohne Kamera" is filled in, but not with a name. The words below stand in the refusals and
conditions that schools report. Short ones count letter by letter, for Klein is a name and kein is not; the commonest
also with one letter misread.
"""

import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

SHORT_WORDS = frozenset({"NEIN", "NICHT", "OHNE", "KEIN", "KEINE", "KEINEN", "KEINESFALLS"})
MISREAD_WORDS, NAMES_LIKE_THEM = (
    ("NEIN", "NICHT", "OHNE", "KEINE"),
    frozenset({"HEIN", "HEINE", "REIN", "FEIN", "WEIN", "KLEINE", "BOHNE"}),
)
"""These count with a letter misread, too ("ncht"), unless that is a name. Of 4,882 lines of the trial series 9 hold
such a word."""
NAMES_BUT_FOR_ONE_LETTER = frozenset({"KLEIN", "KLEINE"})
"""Names of which a word is left that objects, if the second letter is not read: of 4,672 slips one was sent to a person
for it. Such a line has to be the listed names and nothing else."""
LONG_WORDS = (
    "EINVERSTANDEN",
    "WIDERSPRECHEN",
    "WIDERSPRUCH",
    "WIDERRUFEN",
    "VERWEIGERN",
    "ABGELEHNT",
    "AUSNAHME",
    "VORHER ANRUFEN",
    "KAMERA",
)
NAMES_LIKE_LONG_WORDS = frozenset({"KRAMER", "KRÄMER", "KRAEMER", "CRAMER", "KRAHMER", "KAMMERER"})
"""Frequent names that are nearly "Kamera": of 917 plain slips a Krämer's had been taken for it."""
ONLY, ONLY_WHAT = (
    "NUR",
    frozenset({"MIT", "BILD", "TON", "WENN", "BEI", "IM", "IN", "AN", "UNTER", "FALLS", "ZU", "BIS"}),
)
"""Nur alone is a first name."""
LONG_LIKENESS = 82.0
COURTESIES, COURTESY_LIKENESS = (
    (
        "VIELENDANK",
        "BESTENDANK",
        "HERZLICHENDANK",
        "DANKESCHON",
        "LIEBEGRUSSE",
        "LIEBEGRUSE",
        "VIELEGRUSSE",
        "SCHONEGRUSSE",
        "HERZLICHEGRUSSE",
        "FREUNDLICHEGRUSSE",
        "MITFREUNDLICHENGRUSSEN",
    ),
    80.0,
)
"""A note that is so like one of these, in per cent, asks for nothing, and has no word besides: that may be a misread
no. Of 63 notes of two series and ten mixed stacks 24 are of this kind; 11 of them are known so, and nothing else. "nein
danke" is 63 per cent like one, "keinen Dank" 70, "Nem! Vielen Dank" 87."""
TELEPHONE, NUMBER_DIGITS = ("TEL", "TELEFON", "HANDY", "MOBIL"), 5
"""Nor does one with one of these words, but for a letter, and numbers, one of which has so many digits: no date has."""


def objects(text: str) -> bool:
    """Whether a reading holds words that no name holds."""
    words = _words_of(text)
    if objects_plainly(text) or any(_is_misread(word) for word in words):
        return True
    together = " ".join(word for word in words if word not in NAMES_LIKE_LONG_WORDS)
    return any(
        len(together) >= len(word) - 1 and fuzz.partial_ratio(word, together) >= LONG_LIKENESS for word in LONG_WORDS
    )


def objects_plainly(text: str, names: Iterable[str] = ()) -> bool:
    """Whether such a word is read letter by letter; where a Klein is listed, it may be a name that lost a letter."""
    words = _words_of(text)
    called = {word for name in names for word in _words_of(name)}
    lost = {word[0] + word[2:] for word in called if word in NAMES_BUT_FOR_ONE_LETTER}
    short = SHORT_WORDS.intersection(words) - lost
    return bool(short) or (ONLY in words and bool(ONLY_WHAT.intersection(words)))


def _words_of(text: str) -> list[str]:
    return "".join(letter if letter.isalpha() else " " for letter in text.upper()).split()


def _is_misread(word: str) -> bool:
    """Whether a word is an objection but for one letter, and no name."""
    return word not in NAMES_LIKE_THEM and any(Levenshtein.distance(word, short) <= 1 for short in MISREAD_WORDS)


def is_courtesy(text: str) -> bool:
    """Whether a note is thanks, a greeting or a telephone number, and nothing else."""
    bare = unicodedata.normalize("NFKD", text.upper().replace("ẞ", "SS"))
    words = "".join(sign if sign.isalnum() else " " for sign in bare if not unicodedata.combining(sign)).split()
    if objects(text) or not words:
        return False
    letters = "".join(sign for word in words for sign in word if sign.isalpha())
    if len(letters) == sum(map(len, words)):
        return any(
            fuzz.ratio(letters, courtesy) >= COURTESY_LIKENESS and len(letters) <= len(courtesy) + 1
            for courtesy in COURTESIES
        )
    digits = {word: sum(map(str.isdigit, word)) for word in words}
    said = [word for word in words if 2 * digits[word] < len(word)]
    called = len(said) == 1 and any(Levenshtein.distance(said[0], word) <= 1 for word in TELEPHONE)
    return called and max(digits.values()) >= NUMBER_DIGITS
