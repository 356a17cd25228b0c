"""Words on a line for names, dates or signatures that are none of these: an objection, a condition.

A line that says "nur ohne Kamera" is filled in, but not with a name. The words below stand in the refusals and
conditions that schools report; short ones count only letter by letter, for Klein is a name and kein is not.
"""

from rapidfuzz import fuzz

SHORT_WORDS = frozenset({"NEIN", "NICHT", "OHNE", "KEIN", "KEINE", "KEINEN", "KEINESFALLS"})
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
    together = " ".join(words)
    return any(
        len(together) >= len(word) - 1 and fuzz.partial_ratio(word, together) >= LONG_LIKENESS for word in LONG_WORDS
    )
