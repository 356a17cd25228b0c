"""What the columns of a class list are: by their headings, or by what stands in them where there is no heading."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from intake.first_names import FIRST_NAMES


class Column(Enum):
    """What a column of a class list may be to us; the words are for the office."""

    ID = "Kennung"
    RUNNING = "Nummer"
    FIRST = "Vorname"
    CALLED = "Rufname"
    LAST = "Nachname"
    LAST_COMMA_FIRST = "Nachname, Vorname"
    FULL = "ganzer Name"
    SCHOOL_CLASS = "Klasse"
    BIRTH = "Geburtsdatum"
    GUARDIANS = "Erziehungsberechtigte"
    GUARDIAN_FIRST = "Vorname Erziehungsberechtigte 1"
    GUARDIAN_LAST = "Nachname Erziehungsberechtigte 1"
    GUARDIANS2 = "Erziehungsberechtigte 2"
    GUARDIAN2_FIRST = "Vorname Erziehungsberechtigte 2"
    GUARDIAN2_LAST = "Nachname Erziehungsberechtigte 2"


Columns = Mapping[Column, int]
"""Where each known column stands."""

SYNONYMS: Mapping[Column, str] = {
    Column.ID: "id importid guid uuid schuelerid schueleridentnummer schuelernummer schuelernr kindid identnummer "
    "externeid externid externkey schluessel asvid lusdid schildid internid internenummer",
    Column.RUNNING: "nr nummer lfdnr lfdnummer laufendenummer pos",
    Column.FIRST: "vorname vornamen firstname givenname forename schuelervorname kindvorname vornamedeskindes "
    "vornamekind vornameschueler schuelervornamen",
    Column.CALLED: "rufname schuelerrufname rufvorname calledname rufnamedeskindes",
    Column.LAST: "nachname familienname lastname surname familyname schuelernachname schuelerfamilienname kindnachname "
    "nachnamedeskindes nachnamekind nachnameschueler zuname longname",
    Column.LAST_COMMA_FIRST: "nachnamevorname namevorname familiennamevorname familiennamerufname nachnamerufname "
    "namerufname zunamevorname",
    Column.FULL: "child kind name schueler schuelerin schuelername namedeskindes kindname vornamenachname vornamename "
    "vornamefamilienname rufnamenachname vollername fullname schuelerinnen kinder",
    Column.SCHOOL_CLASS: "klasse kl cls class klassenbezeichnung gruppebezeichung gruppebezeichnung gruppe klassename "
    "klassenname klassenkuerzel klassekuerzel klasseinformation lerngruppe stammklasse schoolclass schulklasse "
    "aktuelleklasse klasseaktuell klassenklassenbezeichnung klassedeskindes schuelerklasse",
    Column.BIRTH: "geburtsdatum geburtstag gebdatum gebdat gebam geb geboren geborenam birthdate dateofbirth birthday "
    "schuelergeburtsdatum geburtsdatumdeskindes",
}
"""Headings as they are folded by `heading_key`; from the exports named in `docs/names.md`."""

GUARDIAN = re.compile(
    r"(?:personen)?sorgeberechtigte[rn]?|erziehungsberechtigte[rn]?|erzieher(?:in)?|elternteil|eltern"
    r"|mutter|vater|guardians?|parents?"
)
"""A word in a heading that says the column is about those who sign."""

TITLE_LINES = 10
"""The heading stands in one of the first lines, below a title and the date of the list."""

CLASS_LIKE = re.compile(r"(?:klasse\s*)?\d{1,2}\s?[./-]?\s?[a-zäöü]{0,3}\d?", re.IGNORECASE)
DATE_LIKE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}")
NAME_LIKE = re.compile(r"[^\W\d_][^\d_;|@/\\()]*")
ID_LIKE = re.compile(r"(?=.*\d)[\w.{}-]+")

LEAST_VOTES, LEAD = 3, 3.0
"""A column without a heading holds first names if so many of them are frequent ones, and so many times as many as
in the other column."""

_TWO_LETTERS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}


def heading_key(heading: str) -> str:
    """A heading without case, signs and umlauts: "Schüler-ID" is "schuelerid"."""
    return _letters(heading.casefold().translate(_TWO_LETTERS))


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalnum())


def columns_of(headings: Iterable[str]) -> dict[Column, int]:
    """Where the known columns stand; of two that mean the same, the first counts, of guardians' also the second."""
    found: dict[Column, int] = {}
    for at, heading in enumerate(headings):
        column = _column_of(heading_key(heading))
        if column in found and column in SECOND:
            column = SECOND[column]
        if column is not None:
            found.setdefault(column, at)
    if Column.FULL in found and Column.LAST not in found and {Column.FIRST, Column.CALLED} & set(found):
        found[Column.LAST] = found.pop(Column.FULL)
    for whole, first, last in GUARDIAN_BLOCKS:
        if whole in found and first in found and last not in found:
            found[last] = found.pop(whole)
    return found


SECOND = {
    Column.GUARDIANS: Column.GUARDIANS2,
    Column.GUARDIAN_FIRST: Column.GUARDIAN2_FIRST,
    Column.GUARDIAN_LAST: Column.GUARDIAN2_LAST,
}
"""Where a column of guardians goes that is the second of its kind."""

GUARDIAN_BLOCKS = (
    (Column.GUARDIANS, Column.GUARDIAN_FIRST, Column.GUARDIAN_LAST),
    (Column.GUARDIANS2, Column.GUARDIAN2_FIRST, Column.GUARDIAN2_LAST),
)
"""Whole name, first name and last name of the first and of the second guardian."""


def _column_of(key: str) -> Column | None:
    for column, synonyms in SYNONYMS.items():
        if key in synonyms.split():
            return column
    if re.fullmatch(r"klasse(20)?\d\d(20)?\d\d", key):
        return Column.SCHOOL_CLASS  # "Klasse 2026/27"
    return _guardian_column(key)


def _guardian_column(key: str) -> Column | None:
    """The column of a heading such as "Erziehungsberechtigte/r 2 - Vorname"; none for "Telefon Mutter"."""
    word = GUARDIAN.search(key)
    if word is None:
        return None
    second = bool(re.search("2|zweite", key)) or word[0] == "vater"
    rest = re.sub(r"\d|erste[rns]?|zweite[rns]?|de[rs]$|person$", "", key.replace(word[0], "", 1))
    kinds = {"": 0, "name": 0, "namen": 0, "vornamenachname": 0}
    kinds |= {"vorname": 1, "rufname": 1, "nachname": 2, "familienname": 2}
    if rest not in kinds:
        return None
    return GUARDIAN_BLOCKS[second][kinds[rest]]


def names_a_child(columns: Columns) -> bool:
    """Whether first and last name are among the columns."""
    given = {Column.FIRST, Column.CALLED} & set(columns)
    return bool({Column.FULL, Column.LAST_COMMA_FIRST} & set(columns)) or (bool(given) and Column.LAST in columns)


# ---------------------------------------------------------------- without a heading


def guess_columns(rows: Sequence[Sequence[str]]) -> dict[Column, int]:
    """The columns of a list without a heading, by what stands in them; nothing where it is not beyond doubt.

    The first line must look like the others, so that an unknown heading is not taken for a child: a class or date in
    it, or a comma in the name. Of two columns of names the one that holds frequent first names has the first names.
    """
    width = max((len(row) for row in rows), default=0)
    if not rows or any(_column_of(heading_key(cell)) for cell in rows[0]):
        return {}
    cells = [[row[at].strip() if at < len(row) else "" for row in rows] for at in range(width)]
    found: dict[Column, int] = {}
    for column, like in ((Column.BIRTH, DATE_LIKE), (Column.SCHOOL_CLASS, CLASS_LIKE)):
        at = next((at for at in range(width) if at not in found.values() and _all_like(cells[at], like)), None)
        if at is not None and not (column is Column.SCHOOL_CLASS and _counts_up(cells[at])):
            found[column] = at
    named = [at for at in range(width) if at not in found.values() and _all_like(cells[at], NAME_LIKE)]
    found |= _guess_names(cells, named, sure=bool(found))
    ids = [at for at in range(width) if at not in found.values() and _all_like(cells[at], ID_LIKE)]
    if ids and len(set(cells[ids[0]])) == len(rows):
        found[Column.ID] = ids[0]
    return found if names_a_child(found) else {}


def _guess_names(cells: Sequence[Sequence[str]], named: Sequence[int], *, sure: bool) -> dict[Column, int]:
    """Which of the columns that hold names are the child's; two only if `sure` that there is no heading."""
    commas = [at for at in named if all(cell.count(",") == 1 for cell in cells[at])]
    if commas:
        return {Column.LAST_COMMA_FIRST: commas[0]}
    if not sure or len(named) != 2:  # noqa: PLR2004 - first and last name
        return {}
    votes = {at: _votes(cells[at]) for at in named}
    last, first = sorted(named, key=lambda at: votes[at])
    return (
        {Column.FIRST: first, Column.LAST: last}
        if votes[first] >= max(min(LEAST_VOTES, len(cells[first])), LEAD * votes[last])
        else {}
    )


def _votes(names: Iterable[str]) -> int:
    words = Counter(_letters(re.split(r"[\s-]", name)[0].casefold().replace("ı", "i")) for name in names)
    return sum(count for word, count in words.items() if word in FIRST_NAMES)


def _all_like(cells: Sequence[str], like: re.Pattern[str]) -> bool:
    return all(like.fullmatch(cell) for cell in cells)


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether these are running numbers, which look like classes."""
    return all(cell.isdigit() for cell in cells) and len(set(cells)) == len(cells)
