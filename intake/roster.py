"""Read class lists as school offices have them: any separator, any encoding, any of the usual column names.

What is in doubt is refused with all problems at once; columns that are not needed are not kept.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from intake.columns import GUARDIAN_BLOCKS, TITLE_LINES, Column, Columns, columns_of, guess_columns, names_a_child
from intake.encodings import Encoding, UndecodableError, decode, is_doubtful, is_garbled
from intake.errors import RosterError
from intake.values import Child, Roster
from intake.workbook import Sheet, WorkbookError, is_workbook, read_workbook

MOST_BYTES = 8_000_000
"""A school of 3,000 with addresses has less than 1 MB."""

MOST_CHILDREN = 50_000

MOST_PROBLEMS = 20
"""So many problems are told one by one; the rest is counted."""

SEPARATORS = ";\t,|"
"""In the order of trust where two explain the heading equally well."""

NAMED_BY_EXCEL = re.compile(r"(tabelle|sheet|blatt|table)\s*\d*", re.IGNORECASE)
"""A sheet of this name says nothing about the class."""

PARTICLES = {"von", "van", "vom", "zu", "zum", "zur", "de", "del", "della", "der", "den", "di", "da", "dos", "du", "la"}
PARTICLES |= {"le", "el", "al", "ter", "ten", "bin", "ibn", "abu", "af", "av"}
"""With such a word the last name begins: Ben van der Berg."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the list that only a person can put right; lines count from 1 as in a text editor or in Excel."""

    sheet: str
    line: int
    column: str
    what: str

    def __str__(self) -> str:
        """For the office."""
        where = f"Blatt „{self.sheet}“, " if self.sheet else ""
        where += f"Zeile {self.line}" + (f", Spalte „{self.column}“" if self.column else "")
        return f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Understood:
    """A column that is used: what it is called in the file, and what it is taken for."""

    heading: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A class list and how it was understood; `unused` are columns, and sheets that Excel hides, which are not kept."""

    roster: Roster
    encoding: Encoding
    columns: tuple[Understood, ...]
    unused: tuple[str, ...]
    guessed: bool
    """Whether there was no heading, so that the columns are a guess."""

    @property
    def marked_names(self) -> tuple[str, ...]:
        """The names that a wrong encoding would spoil."""
        return tuple(child.name for child in self.roster.children if not child.name.isascii())


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises:
        RosterError: The file cannot be read, or anything in it is in doubt; all problems are told at once.
    """
    return examine_roster(path).roster


def examine_roster(path: Path) -> Examined:
    """Read a class list, and say how it was understood.

    Raises:
        RosterError: As `read_roster`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RosterError(
                f"{path.name}: Die Datei ist mit über {MOST_BYTES // 1_000_000} MB zu groß für eine Klassenliste."
            )
        content = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path.name}: Die Datei lässt sich nicht öffnen ({error.strerror}).") from error
    return examine(content, path.name)


def parse_roster(content: bytes, name: str) -> Roster:
    """Read the bytes of a class list; `name` is for messages.

    Raises:
        RosterError: As `read_roster`.
    """
    return examine(content, name).roster


def examine(content: bytes, name: str) -> Examined:
    """Read the bytes of a class list, text or workbook, whatever its name says.

    Raises:
        RosterError: As `read_roster`.
    """
    encoding, tables, hidden = _tables(content, name)
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for table in tables:
        read, wrong = _entries(table)
        entries += read
        problems += [*table.doubtful(encoding), *table.overlong(), *wrong]
    identified = all(Column.ID in table.columns for table in tables)
    children, clashes = _children(entries, numbered=not identified)
    problems += clashes
    if problems:
        raise RosterError(_report(problems, name))
    if not children:
        raise RosterError(f"{name}: Die Liste enthält unter der Kopfzeile kein einziges Kind.")
    if len(children) > MOST_CHILDREN:
        raise RosterError(f"{name}: Die Liste enthält mehr als {MOST_CHILDREN} Kinder.")
    return Examined(
        roster=Roster(tuple(children)),
        encoding=encoding,
        columns=tuple(dict.fromkeys(column for table in tables for column in table.understood())),
        unused=tuple(dict.fromkeys([*(heading for table in tables for heading in table.unused()), *hidden])),
        guessed=any(table.guessed for table in tables),
    )


def _report(problems: Sequence[Problem], name: str) -> str:
    told = sorted(problems, key=lambda problem: (problem.sheet, problem.line))[:MOST_PROBLEMS]
    more = len(problems) - len(told)
    lines = [f"{name}: Die Klassenliste ist so nicht verwendbar."]
    lines += [f"  {problem}" for problem in told]
    lines += [f"  … und {more} weitere Stellen."] if more else []
    return "\n".join([*lines, "Bitte die Liste berichtigen und noch einmal einlesen."])


# ---------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class _Line:
    """One line below the heading: its number in the file and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The list taken apart: `columns` says where each known column stands, `headings` what it is called there.

    `sheet` names the sheet of a workbook, and is empty for a text.
    """

    sheet: str
    columns: Columns
    headings: tuple[str, ...]
    lines: tuple[_Line, ...]
    guessed: bool

    def raw(self, line: _Line, column: Column) -> str:
        """The text in a column as it stands there, or nothing; a hard space may be a letter in another encoding."""
        at = self.columns.get(column)
        return line.cells[at].strip(" \t\r\n") if at is not None and at < len(line.cells) else ""

    def cell(self, line: _Line, column: Column) -> str:
        """The text in a column without superfluous blanks, or nothing."""
        return " ".join(self.raw(line, column).split())

    def heading(self, *columns: Column) -> str:
        """What the first of these columns is called in the file."""
        return next((self.headings[self.columns[c]] for c in columns if c in self.columns), "")

    def understood(self) -> list[Understood]:
        """The columns that are used, from left to right."""
        by_place = sorted(self.columns.items(), key=lambda item: item[1])
        return [Understood(self.headings[at], column.value) for column, at in by_place]

    def unused(self) -> list[str]:
        """The headings of the columns that are not."""
        return [h for at, h in enumerate(self.headings) if h and at not in self.columns.values()]

    def problem(self, line: _Line, column: str, what: str) -> Problem:
        """Something wrong in a line."""
        return Problem(self.sheet, line.number, column, what)

    def doubtful(self, encoding: Encoding) -> Iterator[Problem]:
        """All known cells with letters that came out wrong, or may have."""
        for line in self.lines:
            for column, at in self.columns.items():
                text = self.raw(line, column)
                if is_doubtful(text, encoding):
                    what = "falsch gelesene" if is_garbled(text) else f"als {encoding} gelesene, unsichere"
                    told = f"„{text}“ enthält {what} Buchstaben (Zeichensatz). Bitte als „CSV UTF-8“ ausgeben."
                    yield self.problem(line, self.headings[at], told)

    def overlong(self) -> Iterator[Problem]:
        """Lines with more cells than the heading: something was cut in two, and what follows is misplaced."""
        for line in self.lines:
            if any(cell.strip() for cell in line.cells[len(self.headings) :]):
                yield self.problem(
                    line, "", "Die Zeile hat mehr Zellen als die Kopfzeile; ist ein Trennzeichen zu viel?"
                )


def _tables(content: bytes, name: str) -> tuple[Encoding, list[_Table], list[str]]:
    """The lists in a file, how its bytes were understood, and which sheets were left alone.

    Raises:
        RosterError: There is no list.
    """
    try:
        if is_workbook(content):
            book = read_workbook(content)
            tables = [_sheet(sheet, name) for sheet in book.sheets]
            hidden = [f"Blatt „{sheet}“ (ausgeblendet)" for sheet in book.hidden]
            if not tables:
                raise RosterError(f"{name}: Die Arbeitsmappe ist leer.")
            return Encoding.WORKBOOK, tables, hidden
        decoded = decode(content)
    except (WorkbookError, UndecodableError) as error:
        raise RosterError(f"{name}: {error}") from error
    return decoded.encoding, [_text(decoded.text, name)], []


def _sheet(sheet: Sheet, name: str) -> _Table:
    """The list on a sheet; without a column for it, the class is the name of the sheet.

    Raises:
        RosterError: There is something else on it.
    """
    table = _found(sheet.name, [_Line(row.number, row.cells) for row in sheet.rows])
    if table is None:
        headings = [cell for cell in sheet.rows[0].cells if cell]
        raise RosterError(f"{name}, Blatt „{sheet.name}“: {_no_heading(headings)}")
    if Column.SCHOOL_CLASS in table.columns or NAMED_BY_EXCEL.fullmatch(sheet.name.strip()):
        return table
    at = len(table.headings)
    named = class_name(sheet.name)
    lines = tuple(_with_class(line, at, named) for line in table.lines)
    columns = {**table.columns, Column.SCHOOL_CLASS: at}
    return replace(table, columns=columns, headings=(*table.headings, "Name des Blattes"), lines=lines)


def _with_class(line: _Line, at: int, named: str) -> _Line:
    cells = (*line.cells, *[""] * at)[:at]
    return replace(line, cells=(*cells, named, *line.cells[at:]))


def class_name(text: str) -> str:
    """The class that "Klasse 3b" or "Kl. 3b" says."""
    return re.sub(r"^(klasse|kl\.?)\s+", "", text.strip(), flags=re.IGNORECASE)


def _text(text: str, name: str) -> _Table:
    """Find the heading, the separator and the columns.

    Raises:
        RosterError: There is no heading that names a child.
    """
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    body = "".join(lines[skipped:])
    split = [_split(body, separator, skipped) for separator in SEPARATORS]
    tables = [table for lines in split if (table := _found("", lines)) is not None]
    if tables:
        return max(tables, key=lambda table: (not table.guessed, len(table.columns)))
    if body.count('"') % 2:
        raise RosterError(f'{name}: Ein Anführungszeichen („"“) wird geöffnet und nicht geschlossen.')
    widest = max(split, key=lambda lines: len(lines[0].cells) if lines else 0)
    raise RosterError(f"{name}: {_no_heading([cell.strip() for cell in widest[0].cells] if widest else [])}")


def _no_heading(found: Sequence[str]) -> str:
    return (
        "Die Kopfzeile fehlt oder nennt keine bekannte Spalte für den Namen. Gebraucht werden zum "
        "Beispiel „Vorname“, „Nachname“ und „Klasse“; möglich sind auch „Rufname“, „ID“, „Geburtsdatum“ und "
        f"„Erziehungsberechtigte“. Gefunden: {', '.join(f'„{h}“' for h in found[:12]) or 'nichts'}."
    )


def _split(text: str, separator: str, skipped: int) -> list[_Line]:
    """The lines if this is the separator; none where cells are too long or quotes stray."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[_Line] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append(_Line(reader.line_num + skipped, tuple(row)))  # noqa: PERF401 - line_num moves with the loop
    except csv.Error:
        return []
    return lines


def _found(sheet: str, lines: Sequence[_Line]) -> _Table | None:
    """The table below the first heading that names a child, or the one without a heading."""
    for above, line in enumerate(lines[:TITLE_LINES]):
        headings = tuple(cell.strip() for cell in line.cells)
        columns = columns_of(headings)
        if names_a_child(columns):
            return _unnumbered(_Table(sheet, columns, _cut(headings), tuple(lines[above + 1 :]), guessed=False))
    guessed = guess_columns([line.cells for line in lines])
    if not guessed:
        return None
    headings = tuple(f"Spalte {at}" for at in range(1, len(lines[0].cells) + 1))
    return _Table(sheet, guessed, headings, tuple(lines), guessed=True)


def _cut(headings: tuple[str, ...]) -> tuple[str, ...]:
    """The headings without empty ones at the end."""
    return headings[: max(at for at, heading in enumerate(headings) if heading) + 1]


def _unnumbered(table: _Table) -> _Table:
    """Take a running number for the children's id only if it is one: on every line, and never twice."""
    at = table.columns.get(Column.RUNNING)
    if at is None:
        return table
    columns: dict[Column, int] = {
        column: place for column, place in table.columns.items() if column is not Column.RUNNING
    }
    numbers = [table.cell(line, Column.RUNNING) for line in table.lines]
    if Column.ID not in columns and all(numbers) and len(set(numbers)) == len(numbers):
        columns[Column.ID] = at
    return replace(table, columns=columns)


# ---------------------------------------------------------------- the children


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line read: the child as it stands there, and where."""

    sheet: str
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
            problems.append(table.problem(line, where, "Vorname oder Nachname fehlt."))
        problems += [table.problem(line, where, what) for where, what in _odd_cells(table, line)]
        born = _birth_date(table.cell(line, Column.BIRTH))
        child = Child(
            id=table.cell(line, Column.ID),
            first_name=first,
            last_name=last,
            school_class=table.cell(line, Column.SCHOOL_CLASS),
            birth_date=born or "",
            guardians=_guardians(table, line),
        )
        entries.append(_Entry(table.sheet, line.number, child))
    return entries, problems


def _odd_cells(table: _Table, line: _Line) -> Iterator[tuple[str, str]]:
    """What is wrong with single cells, and the column it stands in."""
    if Column.ID in table.columns and not table.cell(line, Column.ID):
        yield table.heading(Column.ID), "Die Kennung fehlt."
    if _birth_date(table.cell(line, Column.BIRTH)) is None:
        yield table.heading(Column.BIRTH), f"„{table.cell(line, Column.BIRTH)}“ ist kein Datum der Form TT.MM.JJJJ."
    for column in NAMES & set(table.columns):
        if re.search(r"[\r\n]|^[#=]", table.raw(line, column)):
            yield table.heading(column), f"„{table.cell(line, column)}“ ist kein Name."


NAMES = {Column.FIRST, Column.CALLED, Column.LAST, Column.LAST_COMMA_FIRST, Column.FULL}
"""A line break in one of these means a stray quote; #NV and formulas come from Excel."""


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
    iso = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]00:00(?::00)?)?", text)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat() if iso else None
    except ValueError:
        return None


def _guardians(table: _Table, line: _Line) -> tuple[str, ...]:
    """All guardians that the line names."""
    listed: list[str] = []
    for whole, first, last in GUARDIAN_BLOCKS:
        listed += [" ".join(part.split()) for part in re.split(r"[;/\n]", table.raw(line, whole))]
        listed.append(f"{table.cell(line, first)} {table.cell(line, last)}".strip())
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
            problems.append(Problem(entry.sheet, entry.line, "", _twice(known, numbered=numbered)))
    children = [entry.child for entry in gathered.values()]
    return (_with_ids(children) if numbered else children), problems


def _twice(known: _Entry, *, numbered: bool) -> str:
    what = "Dieses Kind" if numbered else "Diese Kennung"
    where = f"Blatt „{known.sheet}“, " if known.sheet else ""
    return f"{what} steht schon in {where}Zeile {known.line}."


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
