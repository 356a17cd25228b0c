"""Tells from the words around a box or line what it is for.

A caption stands before its line, beneath it, above it, or, in running text, at the end of the row before. Each of
these is asked, the surest place first. A box has its words behind it, unless its row begins with words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from forms.geometry import Rect
from forms.model import Meaning, Role

Task = Role | Meaning
"""What a field is for: a line has a role, a box says yes or no."""


class Certainty(StrEnum):
    """How sure a proposal is; only what is sure may be taken without a person's look."""

    SURE = auto()
    LIKELY = auto()
    UNSURE = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word and where it stands, millimetres."""

    text: str
    place: Rect


@dataclass(frozen=True, slots=True)
class Guess:
    """What a field may be for, how sure that is, and the words that say so."""

    task: Task
    certainty: Certainty
    caption: str


# ---------------------------------------------------------------- what words say

_CHILD = r"(kind|schüler|tochter|sohn|jugendlich)"
_PARENT = r"(eltern|erziehungsb|sorgeb|personensorge|mutter|vater|vormund)"
_SIGNED = r"(unterschr|unterzeich|signatur)"

_LINE_WORDS: tuple[tuple[str, Role | None, Certainty], ...] = (
    (rf"{_SIGNED}.*(schulleit|lehrkraft|lehrer|direktor|schulstempel)", None, Certainty.SURE),
    (rf"{_SIGNED}.*{_PARENT}.*\b(2|ii|zweite)", Role.GUARDIAN2_SIGNATURE, Certainty.SURE),
    (rf"{_SIGNED}.*{_PARENT}", Role.GUARDIAN_SIGNATURE, Certainty.SURE),
    (rf"{_PARENT}.*{_SIGNED}", Role.GUARDIAN_SIGNATURE, Certainty.SURE),
    (rf"{_SIGNED}.*{_CHILD}", Role.PUPIL_SIGNATURE, Certainty.SURE),
    (rf"{_CHILD}.*{_SIGNED}", Role.PUPIL_SIGNATURE, Certainty.LIKELY),
    (_SIGNED, Role.GUARDIAN_SIGNATURE, Certainty.LIKELY),
    (r"(bemerk|anmerk|hinweise?\b|mitteilung|sonstig|allergi|medikament|unverträgl|wunsch|wünsch)", Role.OTHER,
     Certainty.SURE),
    (r"(telefon|\btel\b|handy|mobil|e-?mail|gebor|geburt|\bgeb\b|straße|anschrift|adresse|wohnhaft|wohnort|\bplz\b|notfall)",
     Role.DETAIL, Certainty.SURE),
    (rf"nam(e|en)\b.*{_PARENT}", Role.GUARDIAN_NAMES, Certainty.SURE),
    (rf"{_PARENT}.*nam(e|en)\b", Role.GUARDIAN_NAMES, Certainty.SURE),
    (rf"nam(e|en)\b.*{_CHILD}", Role.CHILD_NAME, Certainty.SURE),
    (rf"{_CHILD}.*nam(e|en)\b", Role.CHILD_NAME, Certainty.SURE),
    (r"\b(ort|datum)\b.*\b(ort|datum)\b", Role.PLACE_DATE, Certainty.SURE),
    (r"\b(klasse|jahrgangsstufe|lerngruppe|klassenstufe)\s*:?\s*$", Role.CHILD_CLASS, Certainty.SURE),
    (r"\b(datum|ort|den)\s*[,:]?\s*$", Role.PLACE_DATE, Certainty.LIKELY),
    (rf"\b(mein|unser|ihr|dass|des|der)\w*\b.*{_CHILD}\w*(\W*(in|n|s))?\s*:?,?\s*$", Role.CHILD_NAME, Certainty.LIKELY),
    (rf"^\W*{_CHILD}\w*(/\s*-?in)?\s*:?\s*$", Role.CHILD_NAME, Certainty.LIKELY),
    (rf"^\W*{_PARENT}\w*\s*:?\s*$", Role.GUARDIAN_NAMES, Certainty.LIKELY),
    (r"\b(ich|wir)(\s*/\s*wir)?\s*,?\s*$", Role.GUARDIAN_NAMES, Certainty.LIKELY),
    (r"\b(vor- und (nach|zu)name|name,? vorname|vorname,? (nach)?name|name, klasse)\b", Role.CHILD_NAME,
     Certainty.LIKELY),
    (r"\b(vor|nach|zu|familien)?name\s*:?\s*$", Role.CHILD_NAME, Certainty.UNSURE),
    (r"\bklasse\b", Role.CHILD_CLASS, Certainty.LIKELY),
    (r"\b(datum|ort)\b", Role.PLACE_DATE, Certainty.LIKELY),
)  # fmt: skip
"""What the words of a caption make of a line; the first that fits. None is a line that nobody at home fills in."""

_NO = re.compile(r"\b(nein|nicht|kein\w*|widersprech\w*|lehn\w*|untersag\w*|verweiger\w*|ablehn\w*)\b", re.IGNORECASE)
_YES = re.compile(
    r"\b(ja|einverstanden|stimm\w*|will\w*|erlaub\w*|darf|dürfen|nimmt|nehmen|genehmig\w*|gestatt\w*)\b", re.IGNORECASE
)
_CUT = re.compile(r"(✂|✁|✃|abtrenn|abschneid|hier\s+trenn|heraustrenn|abschnitt\s+zurück)", re.IGNORECASE)
_REPLY = re.compile(
    r"\b(rückmeld|rücklauf|rückantwort|antwort|einverständnis|einwilligung|erklärung|abschnitt)", re.IGNORECASE
)


def role_said_by(caption: str) -> tuple[Role | None, Certainty] | None:
    """What these words make of a line: a role, or None for a line of the school's; nothing if they say nothing."""
    said = " ".join(caption.casefold().split())
    for pattern, role, certainty in _LINE_WORDS:
        if re.search(pattern, said):
            return role, certainty
    return None


def meaning_said_by(caption: str) -> tuple[Meaning, Certainty] | None:
    """Whether these words beside a box say yes or no; words that say both go by the first one, and are less sure."""
    first = re.match(r"\W*(ja|nein)\b", caption, re.IGNORECASE)
    no, yes = _NO.search(caption), _YES.search(caption)
    if first:
        meaning = Meaning.YES if first.group(1).casefold() == "ja" else Meaning.NO
        contradicted = meaning is Meaning.YES and no is not None
        return meaning, Certainty.UNSURE if contradicted else Certainty.SURE
    if no:
        return Meaning.NO, Certainty.LIKELY
    return (Meaning.YES, Certainty.LIKELY) if yes else None


def says_cut(caption: str) -> bool:
    """Whether these words tell people to cut here."""
    return bool(_CUT.search(caption))


def says_reply(caption: str) -> bool:
    """Whether these words are the heading of a slip that comes back."""
    return bool(_REPLY.search(caption))


# ---------------------------------------------------------------- where words stand

ROW_MM = 2.2
"""Words whose middle is so near to that of a row belong to it."""
BELOW_MM, ABOVE_MM = 6.5, 18.0
"""A caption beneath a line begins so near to it, one above ends so near."""
BESIDE_MM = 9.0
"""A caption before a line ends so near to it; between its own words there are gaps of at most `GAP_MM`."""
GAP_MM = 5.0
TOUCHING_MM = 0.5
"""Captions may reach into their line by so much."""
SIDE_MM = 3.0
"""A caption above or beneath may begin so much farther left than its line."""
MOST_WORDS, LAST_WORDS = 14, 6
MUCH_NEARER = 0.5
"""A caption belongs to the nearer of two lines if it is so many times as near."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words of a page, and all places where something is written; both tell where a caption ends."""

    words: tuple[Word, ...]
    places: tuple[Rect, ...]


def said_of_line(line: Rect, around: Surroundings) -> Guess | None:
    """What a line, or a frame, is for; None if its words say that it is the school's own."""
    captions = list(_captions(line, around))
    for caption, trust in captions:
        found = role_said_by(caption)
        if found is None:
            continue
        role, certainty = found
        return None if role is None else Guess(role, max(certainty, trust, key=list(Certainty).index), caption)
    return Guess(Role.OTHER, Certainty.UNSURE, captions[0][0] if captions else "")


def said_of_box(box: Rect, around: Surroundings) -> Guess:
    """What a tick at a box says."""
    after, before = _behind(box, around), _before(box, around)
    found = meaning_said_by(after)
    if found is not None and not (before and meaning_said_by(before) and not _begins_row(box, around)):
        return Guess(*found, after)
    other = meaning_said_by(before)
    if other is not None:
        doubt = Certainty.UNSURE if found is not None else other[1]
        return Guess(other[0], doubt, before)
    return Guess(Meaning.YES, Certainty.UNSURE, after or before)


def _captions(line: Rect, around: Surroundings) -> Iterator[tuple[str, Certainty]]:
    """The captions that a line may have, the likeliest first, and how far each is to be trusted."""
    below, before, above = _beneath(line, around), _before(line, around), _over(line, around)
    if below is not None and re.search(_SIGNED, below.text.casefold()) and (before or not _rivals(below, above)):
        yield below.text, Certainty.SURE
    if before:
        yield before, Certainty.SURE
    upright = sorted((c for c in (below, above) if c is not None), key=lambda caption: caption.gap)
    doubtful = not before and below is not None and above is not None and _rivals(below, above)
    for caption in upright:
        yield caption.text, Certainty.UNSURE if doubtful else Certainty.LIKELY if before else Certainty.SURE
    if not before:
        yield _row_before(line, around), Certainty.LIKELY


@dataclass(frozen=True, slots=True)
class _Caption:
    """Words above or beneath a line, and the white in between."""

    text: str
    gap: float


def _rivals(below: _Caption, above: _Caption | None) -> bool:
    """Whether the words on both sides of a line name different roles, and neither is much nearer."""
    if above is None:
        return False
    here, there = role_said_by(below.text), role_said_by(above.text)
    near, far = sorted((below.gap, above.gap))
    return here is not None and there is not None and here[0] is not there[0] and near > MUCH_NEARER * far


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words[:MOST_WORDS])


def _in_row(place: Rect, words: Sequence[Word]) -> list[Word]:
    """The words beside a place, left to right; letters stand on a line and in the middle of a box."""
    middle = place.centre.y if place.height < 2 * ROW_MM else place.bottom - ROW_MM
    if place.height < ROW_MM:
        middle = place.y - 1.2
    near = [word for word in words if abs(word.place.centre.y - middle) <= ROW_MM]
    return sorted(near, key=lambda word: word.place.x)


def _before(place: Rect, around: Surroundings) -> str:
    """The words directly before a place, back to the next place or gap."""
    kept: list[Word] = []
    edge = place.x
    for word in reversed(_in_row(place, around.words)):
        if word.place.centre.x > place.x:
            continue
        gap = BESIDE_MM if not kept else GAP_MM
        if edge - word.place.right > gap or _between(word.place.right, edge, place, around):
            break
        kept.append(word)
        edge = word.place.x
    return _text(kept[::-1])


def _behind(place: Rect, around: Surroundings) -> str:
    """The words directly behind a box, up to the next place or gap."""
    kept: list[Word] = []
    edge = place.right
    for word in _in_row(place, around.words):
        if word.place.centre.x < place.right:
            continue
        gap = BESIDE_MM if not kept else GAP_MM
        if word.place.x - edge > gap or _between(edge, word.place.x, place, around):
            break
        kept.append(word)
        edge = word.place.right
    return _text(kept)


def _between(left: float, right: float, place: Rect, around: Surroundings) -> bool:
    """Whether another place lies in the row between two edges."""
    return any(
        other is not place and left - 0.5 <= other.centre.x <= right + 0.5 and abs(other.bottom - place.bottom) < 3.0  # noqa: PLR2004 - a row
        for other in around.places
    )


def _begins_row(place: Rect, around: Surroundings) -> bool:
    """Whether nothing stands before a place in its row."""
    return not any(word.place.right <= place.x + 0.5 for word in _in_row(place, around.words))


def _beneath(line: Rect, around: Surroundings) -> _Caption | None:
    """The caption under a line: the first row of words below it, unless its colon points to what follows."""
    below = [w for w in _under_or_over(line, around) if -TOUCHING_MM <= w.place.y - line.bottom <= BELOW_MM]
    below = [w for w in below if not _another_between(line.bottom, w.place.y, w.place, around)]
    if not below:
        return None
    top = min(word.place.centre.y for word in below)
    row = sorted((w for w in below if w.place.centre.y - top <= ROW_MM), key=lambda w: w.place.x)
    if row[-1].text.endswith(":") or _belongs_to_next(row, around):
        return None
    return _Caption(_text(row), min(word.place.y for word in row) - line.bottom)


def _belongs_to_next(row: Sequence[Word], around: Surroundings) -> bool:
    """Whether words above or beneath a line are in truth those of a place in their own row."""
    middle = row[0].place.centre.y
    return any(
        _stands_in_row(place, middle)
        and (-1.0 <= place.x - row[-1].place.right <= BESIDE_MM or -1.0 <= row[0].place.x - place.right <= BESIDE_MM)
        for place in around.places
    )


def _leads_on(row: Sequence[Word], around: Surroundings) -> bool:
    """Whether the last of these words stands before a place in its own row."""
    last = row[-1].place
    return any(
        _stands_in_row(place, last.centre.y) and -1.0 <= place.x - last.right <= BESIDE_MM for place in around.places
    )


def _stands_in_row(place: Rect, middle: float) -> bool:
    """Whether a line is that of words whose middle is here, or a box or frame stands beside them."""
    return abs(place.bottom - ROW_MM / 2 - middle) <= ROW_MM or place.y - 0.5 <= middle <= place.bottom + 0.5


def _over(line: Rect, around: Surroundings) -> _Caption | None:
    """The caption above a line: the last row of words over it, if no other line lies between."""
    above = [w for w in _under_or_over(line, around) if 1.0 <= line.y - w.place.bottom <= ABOVE_MM + line.height]
    above = [w for w in above if not _another_between(w.place.bottom, line.y, w.place, around)]
    if not above:
        return None
    last = max(word.place.centre.y for word in above)
    row = sorted((w for w in above if last - w.place.centre.y <= ROW_MM), key=lambda w: w.place.x)
    if _belongs_to_next(row, around):
        return None
    return _Caption(_text(row), line.y - max(word.place.bottom for word in row))


def _under_or_over(line: Rect, around: Surroundings) -> list[Word]:
    return [w for w in around.words if w.place.right > line.x - SIDE_MM and w.place.x < line.right + 1.0]


def _another_between(top: float, bottom: float, column: Rect, around: Surroundings) -> bool:
    """Whether another place lies between a caption and the line, so that the caption is its."""
    return any(
        top + 0.8 < place.bottom < bottom - 0.3 and place.x < column.right and column.x < place.right
        for place in around.places
    )


def _row_before(line: Rect, around: Surroundings) -> str:
    """The end of the row of text before a line that begins its own row, as in running text."""
    rows = [w for w in around.words if 1.5 <= line.y - 1.2 - w.place.centre.y <= 2 * ABOVE_MM]  # noqa: PLR2004 - the next row
    if not rows:
        return ""
    last = max(word.place.centre.y for word in rows)
    row = sorted((w for w in rows if last - w.place.centre.y <= ROW_MM), key=lambda w: w.place.x)
    return "" if _leads_on(row, around) else _text(row[-LAST_WORDS:])
