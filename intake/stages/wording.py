"""Words on a line for names, dates or signatures that are none of these: an objection, a condition.

A line that says "nur ohne Kamera" is filled in, but not with a name. The words below stand in the refusals and
conditions that schools report. Short ones count letter by letter, for Klein is a name and kein is not; the commonest
also with one letter misread.
"""

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

SHORT_WORDS = frozenset({"NEIN", "NICHT", "OHNE", "KEIN", "KEINE", "KEINEN", "KEINESFALLS"})
MISREAD_WORDS, NAMES_LIKE_THEM = (
    ("NEIN", "NICHT", "OHNE", "KEINE"),
    frozenset({"HEIN", "HEINE", "REIN", "FEIN", "WEIN", "KLEINE", "BOHNE"}),
)
"""These count with a letter misread, too ("ncht"), unless that is a name. Of 4,882 lines of the trial series 9 hold
such a word."""
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


def objects(text: str) -> bool:
    """Whether a reading holds words that no name holds."""
    folded = "".join(letter if letter.isalpha() else " " for letter in text.upper())
    words = folded.split()
    if SHORT_WORDS.intersection(words) or (ONLY in words and ONLY_WHAT.intersection(words)):
        return True
    if any(_is_misread(word) for word in words):
        return True
    together = " ".join(word for word in words if word not in NAMES_LIKE_LONG_WORDS)
    return any(
        len(together) >= len(word) - 1 and fuzz.partial_ratio(word, together) >= LONG_LIKENESS for word in LONG_WORDS
    )


def _is_misread(word: str) -> bool:
    """Whether a word is an objection but for one letter, and no name."""
    return word not in NAMES_LIKE_THEM and any(Levenshtein.distance(word, short) <= 1 for short in MISREAD_WORDS)
