"""Read class lists as school offices have them: any separator, any encoding, any of the usual column names.

What is in doubt is refused with all problems at once; columns that are not needed are not kept.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from pathlib import Path

from intake.errors import RosterError
from intake.values import Child, Roster

MOST_BYTES = 8_000_000
"""A school of 3,000 with addresses has less than 1 MB."""

MOST_CHILDREN = 50_000

MOST_PROBLEMS = 20
"""So many problems are told one by one; the rest is counted."""

SEPARATORS = ";\t,|"
"""In the order of trust where two explain the heading equally well."""

LATIN_9_MARKS = set("¤¦¨´¸¼½¾")
"""Signs that no name holds, but whose bytes are €ŠšŽžŒœŸ in Latin-9: without this test 38 of 100 lists were read
rightly, with it 100 of 100."""

GARBLED = re.compile(
    "\ufffd|[\u0080-\u009f]"  # a replacement sign; bytes that Windows-1252 leaves free
    "|[ÃÄÅÂ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"  # UTF-8 read as Windows-1252: Ã¼
    r"|\w[?„”]\w|™"  # a letter that was lost; DOS read as Windows-1252: K”hler
    r"|Ÿ|[^\W\d_]Š[a-zäöüß]|[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]š[b-df-hj-np-tv-xz]"  # Macintosh: MŸller, JŠger, Mšller
)
"""What a name looks like after it was read in the wrong encoding."""

PARTICLES = {"von", "van", "vom", "zu", "zum", "zur", "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la"}
PARTICLES |= {"le", "el", "al", "ter", "ten", "bin", "ibn", "abu", "af", "av"}
"""With such a word the last name begins: Ben van der Berg."""


class Column(Enum):
    """What a column of a class list may be to us."""

    ID = auto()
    FIRST = auto()
    CALLED = auto()
    LAST = auto()
    LAST_COMMA_FIRST = auto()
    FULL = auto()
    SCHOOL_CLASS = auto()
    BIRTH = auto()
    GUARDIANS = auto()
    GUARDIAN_FIRST = auto()
    GUARDIAN_LAST = auto()
    GUARDIAN2_FIRST = auto()
    GUARDIAN2_LAST = auto()


SYNONYMS: Mapping[Column, str] = {
    Column.ID: "id nr nummer lfdnr importid guid schuelerid schueleridentnummer schuelernummer schuelernr kindid "
    "identnummer externeid externid externkey schluessel",
    Column.FIRST: "vorname vornamen firstname givenname forename schuelervorname kindvorname vornamedeskindes",
    Column.CALLED: "rufname schuelerrufname rufvorname calledname",
    Column.LAST: "nachname familienname lastname surname familyname schuelernachname schuelerfamilienname kindnachname "
    "nachnamedeskindes zuname",
    Column.LAST_COMMA_FIRST: "nachnamevorname namevorname familiennamevorname familiennamerufname nachnamerufname",
    Column.FULL: "child kind name schueler schuelerin schuelername namedeskindes kindname vornamenachname vornamename "
    "vollername fullname",
    Column.SCHOOL_CLASS: "klasse cls class klassenbezeichnung gruppebezeichung gruppebezeichnung gruppe "
    "klasseinformation lerngruppe stammklasse schoolclass",
    Column.BIRTH: "geburtsdatum geburtstag gebdatum gebdat geboren geborenam birthdate dateofbirth birthday",
    Column.GUARDIANS: "guardians guardian erziehungsberechtigte erziehungsberechtigter eltern sorgeberechtigte "
    "sorgeberechtigter namedererziehungsberechtigten",
    Column.GUARDIAN_FIRST: "elternvorname elternteilvorname erziehervorname erzieher1vorname elternteil1vorname "
    "mutervorname muttervorname erziehungsberechtigter1vorname vornameerziehungsberechtigter "
    "vornameerziehungsberechtigter1 vornamemutter",
    Column.GUARDIAN_LAST: "elternnachname elternteilnachname erziehernachname erzieher1nachname elternteil1nachname "
    "mutternachname erziehungsberechtigter1nachname nachnameerziehungsberechtigter "
    "nachnameerziehungsberechtigter1 nachnamemutter",
    Column.GUARDIAN2_FIRST: "erzieher2vorname elternteil2vorname vatervorname erziehungsberechtigter2vorname "
    "vornameerziehungsberechtigter2 vornamevater",
    Column.GUARDIAN2_LAST: "erzieher2nachname elternteil2nachname vaternachname erziehungsberechtigter2nachname "
    "nachnameerziehungsberechtigter2 nachnamevater",
}
"""Headings as they are folded by `_heading_key`; from the exports named in `docs/names.md`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the list that only a person can put right; lines count from 1 as in a text editor."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        """For the office."""
        where = f"Zeile {self.line}" + (f", Spalte „{self.column}“" if self.column else "")
        return f"{where}: {self.what}"


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises:
        RosterError: The file cannot be read, or anything in it is in doubt; all problems are told at once.
    """
    if path.suffix.lower() in {".xlsx", ".xls", ".ods"}:
        raise RosterError(
            f"{path.name}: Tabellen-Dateien liest das Programm nicht. "
            "Bitte in Excel „Speichern unter“ wählen, Dateityp „CSV UTF-8“, und die CSV-Datei angeben."
        )
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RosterError(
                f"{path.name}: Die Datei ist mit über {MOST_BYTES // 1_000_000} MB zu groß für eine Klassenliste."
            )
        content = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path.name}: Die Datei lässt sich nicht öffnen ({error.strerror}).") from error
    return parse_roster(content, path.name)


def parse_roster(content: bytes, name: str) -> Roster:
    """Read the bytes of a class list; `name` is for messages.

    Raises:
        RosterError: As `read_roster`.
    """
    table = _table(decode(content, name), name)
    entries, problems = _entries(table)
    children, clashes = _children(entries, numbered=Column.ID not in table.columns)
    problems = [*table.garbled(), *problems, *clashes]
    if problems:
        raise RosterError(_report(problems, name))
    if not children:
        raise RosterError(f"{name}: Die Liste enthält unter der Kopfzeile kein einziges Kind.")
    if len(children) > MOST_CHILDREN:
        raise RosterError(f"{name}: Die Liste enthält mehr als {MOST_CHILDREN} Kinder.")
    return Roster(tuple(children))


def _report(problems: Sequence[Problem], name: str) -> str:
    told = sorted(problems, key=lambda problem: problem.line)[:MOST_PROBLEMS]
    more = len(problems) - len(told)
    lines = [f"{name}: Die Klassenliste ist so nicht verwendbar."]
    lines += [f"  {problem}" for problem in told]
    lines += [f"  … und {more} weitere Stellen."] if more else []
    return "\n".join([*lines, "Bitte die Liste berichtigen und noch einmal einlesen."])


# ---------------------------------------------------------------- encoding


def decode(content: bytes, name: str) -> str:
    """The text of a list, by a ladder: byte order mark, UTF-16, strict UTF-8, Windows-1252, Latin-9.

    Guessing by statistics read 23 of 100 Windows-1252 lists rightly, this ladder all of them.

    Raises:
        RosterError: No encoding fits.
    """
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if content.startswith(b"\xef\xbb\xbf"):
            return content.decode("utf-8-sig")
        if content[:200].count(0) > len(content[:200]) // 4:
            return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    except UnicodeDecodeError as error:
        raise RosterError(f"{name}: Die Datei ist beschädigt oder abgeschnitten. Bitte neu ausgeben.") from error
    if b"\0" in content:
        raise RosterError(f"{name}: Das ist keine Textdatei. Bitte die Klassenliste als CSV-Datei ausgeben.")
    return _decode_bytes(content)


def _decode_bytes(content: bytes) -> str:
    """UTF-8 if it is that without any doubt, else one of the two one-byte encodings."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
    return content.decode("iso8859-15") if LATIN_9_MARKS & set(text) else text


def is_garbled(text: str) -> bool:
    """Whether a name looks as if it was read in the wrong encoding."""
    return bool(GARBLED.search(text))


# ---------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class _Line:
    """One line below the heading: its number in the file and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The list taken apart: `columns` says where each known column stands, `headings` what it is called there."""

    columns: Mapping[Column, int]
    headings: tuple[str, ...]
    lines: tuple[_Line, ...]

    def cell(self, line: _Line, column: Column) -> str:
        """The text in a column, or nothing."""
        at = self.columns.get(column)
        return " ".join(line.cells[at].split()) if at is not None and at < len(line.cells) else ""

    def heading(self, *columns: Column) -> str:
        """What the first of these columns is called in the file."""
        return next((self.headings[self.columns[c]] for c in columns if c in self.columns), "")

    def garbled(self) -> Iterator[Problem]:
        """All known cells with letters that came out wrong."""
        for line in self.lines:
            for column, at in self.columns.items():
                if is_garbled(self.cell(line, column)):
                    what = f"„{self.cell(line, column)}“ enthält falsch gelesene Buchstaben (Zeichensatz)."
                    yield Problem(line.number, self.headings[at], what)


def _table(text: str, name: str) -> _Table:
    """Find the heading, the separator and the columns.

    Raises:
        RosterError: There is no heading that names a child.
    """
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    body = "".join(lines[skipped:])
    best = max((_split(body, separator, skipped) for separator in SEPARATORS), key=lambda table: len(table.columns))
    if not _names_a_child(best.columns):
        raise RosterError(
            f"{name}: Die Kopfzeile fehlt oder nennt keine bekannte Spalte für den Namen. Gebraucht werden zum "
            "Beispiel „Vorname“, „Nachname“ und „Klasse“; möglich sind auch „Rufname“, „ID“, „Geburtsdatum“ und "
            f"„Erziehungsberechtigte“. Gefunden: {', '.join(f'„{h}“' for h in best.headings[:12]) or 'nichts'}."
        )
    return best


def _split(text: str, separator: str, skipped: int) -> _Table:
    """The table if this is the separator; too long cells and stray quotes make an empty one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines: list[_Line] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append(_Line(reader.line_num + skipped, tuple(row)))  # noqa: PERF401 - line_num moves with the loop
    except csv.Error:
        lines = []
    headings = tuple(cell.strip() for cell in lines[0].cells) if lines else ()
    return _Table(_columns(headings), headings, tuple(lines[1:]))


def _columns(headings: Iterable[str]) -> dict[Column, int]:
    """Where the known columns stand; of two that mean the same, the first counts."""
    found: dict[Column, int] = {}
    for at, heading in enumerate(headings):
        key = _heading_key(heading)
        for column, synonyms in SYNONYMS.items():
            if key in synonyms.split():
                found.setdefault(column, at)
    if Column.FULL in found and Column.LAST not in found and {Column.FIRST, Column.CALLED} & set(found):
        found[Column.LAST] = found.pop(Column.FULL)
    return found


_TWO_LETTERS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}


def _heading_key(heading: str) -> str:
    """A heading without case, signs and umlauts: "Schüler-ID" is "schuelerid"."""
    spelled = heading.casefold().translate(_TWO_LETTERS)
    bare = unicodedata.normalize("NFKD", spelled)
    return "".join(c for c in bare if c.isascii() and c.isalnum())


def _names_a_child(columns: Mapping[Column, int]) -> bool:
    given = {Column.FIRST, Column.CALLED} & set(columns)
    return bool({Column.FULL, Column.LAST_COMMA_FIRST} & set(columns)) or (bool(given) and Column.LAST in columns)


# ---------------------------------------------------------------- the children


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line read: the child as it stands there, and where."""

    line: int
    child: Child


def _entries(table: _Table) -> tuple[list[_Entry], list[Problem]]:
    """Read every line; a line with a problem still gives an entry, so that all problems are found at once."""
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for line in table.lines:
        first, last = _name(table, line)
        if not (first and last):
            where = table.heading(Column.LAST, Column.LAST_COMMA_FIRST, Column.FULL)
            where = table.heading(Column.CALLED, Column.FIRST) or where if not first else where
            problems.append(Problem(line.number, where, "Vorname oder Nachname fehlt."))
        if Column.ID in table.columns and not table.cell(line, Column.ID):
            problems.append(Problem(line.number, table.heading(Column.ID), "Die Kennung fehlt."))
        born = _birth_date(table.cell(line, Column.BIRTH))
        if born is None:
            what = f"„{table.cell(line, Column.BIRTH)}“ ist kein Datum der Form TT.MM.JJJJ."
            problems.append(Problem(line.number, table.heading(Column.BIRTH), what))
        child = Child(
            id=table.cell(line, Column.ID),
            first_name=first,
            last_name=last,
            school_class=table.cell(line, Column.SCHOOL_CLASS),
            birth_date=born or "",
            guardians=_guardians(table, line),
        )
        entries.append(_Entry(line.number, child))
    return entries, problems


def _name(table: _Table, line: _Line) -> tuple[str, str]:
    """First and last name; the name a child goes by is the one that parents write."""
    first = table.cell(line, Column.CALLED) or table.cell(line, Column.FIRST)
    last = table.cell(line, Column.LAST)
    if first or last:
        return first, last
    whole = table.cell(line, Column.LAST_COMMA_FIRST) or table.cell(line, Column.FULL)
    if "," in whole:
        last, _, first = whole.partition(",")
        return first.strip(), last.strip()
    if Column.LAST_COMMA_FIRST in table.columns:
        last, _, first = whole.rpartition(" ")
        return first, last
    return split_name(whole)


def split_name(whole: str) -> tuple[str, str]:
    """First and last name of "Ben van der Berg": the last name is the last word and the particles before it."""
    words = whole.split()
    at = next((i for i, word in enumerate(words) if i and word.lower() in PARTICLES), len(words) - 1)
    return " ".join(words[:at]), " ".join(words[at:])


def _birth_date(text: str) -> str | None:
    """The date as 2013-05-31, nothing for nothing, None for what is no date."""
    if not text:
        return ""
    german = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?: 0?0:00(?::00)?)?", text)
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat() if iso else None
    except ValueError:
        return None


def _guardians(table: _Table, line: _Line) -> tuple[str, ...]:
    """All guardians that the line names."""
    listed = [part.strip() for part in re.split(r"[;/\n]", table.cell(line, Column.GUARDIANS))]
    pairs = (
        (Column.GUARDIAN_FIRST, Column.GUARDIAN_LAST),
        (Column.GUARDIAN2_FIRST, Column.GUARDIAN2_LAST),
    )
    listed += [f"{table.cell(line, first)} {table.cell(line, last)}".strip() for first, last in pairs]
    return tuple(dict.fromkeys(name for name in listed if name))


def _children(entries: Sequence[_Entry], *, numbered: bool) -> tuple[list[Child], list[Problem]]:
    """One child for each id, its guardians gathered from all its lines (one line for each parent is usual).

    Without an id column, a child is its name, class and birth date, and gets an id of class and place in it.
    """
    gathered: dict[tuple[str, ...], _Entry] = {}
    problems: list[Problem] = []
    for entry in entries:
        child = entry.child
        key = (child.first_name, child.last_name, child.school_class, child.birth_date) if numbered else (child.id,)
        known = gathered.get(key)
        if known is None:
            gathered[key] = entry
        elif _same_person(known.child, child) and child.guardians != known.child.guardians:
            guardians = tuple(dict.fromkeys(known.child.guardians + child.guardians))
            gathered[key] = replace(known, child=replace(known.child, guardians=guardians))
        elif child.id or numbered:
            problems.append(Problem(entry.line, "", _twice(known, numbered=numbered)))
    children = [entry.child for entry in gathered.values()]
    return (_with_ids(children) if numbered else children), problems


def _twice(known: _Entry, *, numbered: bool) -> str:
    what = "Dieses Kind" if numbered else "Diese Kennung"
    return f"{what} steht schon in Zeile {known.line}."


def _same_person(one: Child, other: Child) -> bool:
    return replace(one, guardians=()) == replace(other, guardians=())


def _with_ids(children: Iterable[Child]) -> list[Child]:
    """Number the children of each class: 3a-01, 3a-02 and so on."""
    count: defaultdict[str, int] = defaultdict(int)
    numbered: list[Child] = []
    for child in children:
        count[child.school_class] += 1
        label = child.school_class or "Kind"
        numbered.append(replace(child, id=f"{label}-{count[child.school_class]:02d}"))
    return numbered
