"""Words that object: on a line for names, dates or signatures those that are none of these. And words that do not.

A line that says "nur ohne Kamera" is filled in, but not with a name. The words below stand in the refusals and
conditions that schools report. Short ones count letter by letter, for Klein is a name and kein is not; the commonest
also with one letter misread.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

SHORT_WORDS = frozenset({"NEIN", "NICHT", "OHNE", "KEIN", "KEINE", "KEINEN", "KEINESFALLS"})
MISREAD_WORDS, NAMES_LIKE_THEM = (
    ("NEIN", "NICHT", "OHNE", "KEINE"),
    frozenset({"HEIN", "HEINE", "REIN", "FEIN", "WEIN", "KLEINE", "BOHNE"}),
)
"""These count with a letter misread, too ("ncht"), unless that is a name. Of 4,882 lines of the trial series 9 hold
such a word."""
HELD_WORDS = frozenset({"NEIN", "NICHT", "KEIN"})
"""Above a name these count within a word, too ("nichtDn"): letters of the name are cut off with them. Of 2,538
readings of what stands above plain names none holds one, nor a word of a condition, nor a name that is not theirs and
would be one of the words above but for a letter. Of 380 notes drawn over the upper lines of a form of two 20 had been
given, and 14 are."""
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
LIMITS = frozenset(
    {"ABER", "ANRUFEN", "AUSSER", "BILD", "BIS", "BITTE", "DAS", "DASS", "DEZEMBER", "DIE", "ERST", "FALLS"}
    | {"FEBRUAR", "FOTO", "FOTOS", "JANUAR", "JEDOCH", "KLASSE", "MIT", "NACH", "NOCH", "NOVEMBER"}
    | {"NUR", "OKTOBER", "SEPTEMBER", "SIND", "SOBALD", "SOFERN", "SOLANGE", "VIDEO", "VORHER", "WENN", "WIR"}
)
"""Words that nobody signs with: where one stands beside a signature, something is said. On 1,183 signature lines of
plain slips none is read, in no part of the ink."""
LONG_LIKENESS = 82.0
CALLED_OUT = re.compile(r"[^\W\d_]{2}!!(?!\w)")
"""No name is called out: of 1,198 plain lines none has such a sign behind two letters above its own (two have one
alone), of 110 notes "Nein!!" drawn over them 27; five of these nothing else tells. In dates it is an eleven."""
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
    return objects_plainly(text) or any(_misread(word) for word in words) or _objects_at_length(words)


def limits(text: str) -> bool:
    """Whether a word of a condition or a wish is read, letter by letter."""
    return bool(LIMITS.intersection(_words_of(text)))


def objects_above(text: str, names: Iterable[str] = (), *, sure: bool) -> bool:
    """Whether the tops of these names, read together with what may be squeezed in above them, hold such words.

    Tops lose letters: a misread word counts only with all of its letters, and read with a sure eye. So does
    a word of a condition, and one that is a name but for one letter, if it is none of these. Nobody calls a name out
    ("Ne!!").
    """
    names, words = tuple(names), _words_of(text)
    doubtful = set(words) - _lost(names)
    misread = any(len(word) == len(short) for word in doubtful for short in _misread(word))
    others = LIMITS | (NAMES_LIKE_THEM if names else frozenset())
    doubted = sure and (misread or _objects_at_length(words) or bool(others.intersection(words) - _all(names)))
    held = any(short in word for short in HELD_WORDS - _parts(names) for word in doubtful)
    return doubted or held or objects_plainly(text, names) or CALLED_OUT.search(text) is not None


def _all(names: Iterable[str]) -> set[str]:
    """The words of all of these names."""
    return {word for name in names for word in _words_of(name)}


def _parts(names: Iterable[str]) -> set[str]:
    """The objections that one of these names holds: Meinicht."""
    return {short for short in HELD_WORDS for word in _all(names) if short in word}


def _objects_at_length(words: Sequence[str]) -> bool:
    together = " ".join(word for word in words if word not in NAMES_LIKE_LONG_WORDS)
    return any(
        len(together) >= len(word) - 1 and fuzz.partial_ratio(word, together) >= LONG_LIKENESS for word in LONG_WORDS
    )


def objects_plainly(text: str, names: Iterable[str] = ()) -> bool:
    """Whether such a word is read letter by letter; where a Klein is listed, it may be a name that lost a letter."""
    words = _words_of(text)
    short = SHORT_WORDS.intersection(words) - _lost(names)
    return bool(short) or (ONLY in words and bool(ONLY_WHAT.intersection(words)))


def _lost(names: Iterable[str]) -> set[str]:
    """What these names become that are an objection but for their second letter."""
    return {word[0] + word[2:] for word in _all(names) if word in NAMES_BUT_FOR_ONE_LETTER}


def _words_of(text: str) -> list[str]:
    return "".join(letter if letter.isalpha() else " " for letter in text.upper()).split()


def _misread(word: str) -> list[str]:
    """The objections that a word is but for one letter; none, if it is a name."""
    return [short for short in MISREAD_WORDS if word not in NAMES_LIKE_THEM and Levenshtein.distance(word, short) <= 1]


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
