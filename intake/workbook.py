"""The cells of an Excel workbook as text, sheet by sheet. The file may be made to harm: its size is known before it is
opened, and nothing in it is ever calculated.
"""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

MAGIC = b"PK\x03\x04"
OLD_MAGIC = b"\xd0\xcf\x11\xe0"
"""How a workbook begins, and how those of before 2007 and those with a password do."""

MOST_UNPACKED = 40_000_000
"""Bytes; the list of a school of 3,000 unpacks to about 3 MB. The archive says before it is unpacked how much it will
be, and Python's reader never unpacks more than was said."""

MOST_PARTS, MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 2_000, 200, 60_000, 100

MOST_EMPTY_ROWS = 1_200_000
"""Excel has a million to a sheet, and people format whole columns."""

DOCTYPES = tuple("<!DOCTYPE".encode(codec) for codec in ("utf-8", "utf-16-le", "utf-16-be"))
"""No part of a workbook may declare one (ECMA-376, part 2); entities that blow up are declared in it."""


DAMAGE = (
    *(ValueError, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, RuntimeError),
    *(OSError, EOFError, SyntaxError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error, InvalidFileException),
)
"""What openpyxl lets out of a damaged file: its own errors, and those of the parser of XML, zipfile and zlib."""


class WorkbookError(ValueError):
    """The workbook is not to be read; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty, its number as Excel shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is shown, and what stands in it."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets with content; `hidden` are the names of those that Excel does not show, which are left alone."""

    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...]


def is_workbook(content: bytes) -> bool:
    """Whether these bytes are a workbook, whatever the file is called; also one that cannot be read."""
    return content.startswith((MAGIC, OLD_MAGIC))


def read_workbook(content: bytes) -> Workbook:
    """Read all sheets; of a formula, what it came to when the file was saved.

    Raises:
        WorkbookError: It is damaged, has a password, is too large, or of an old kind.
    """
    if content.startswith(OLD_MAGIC):
        raise WorkbookError(
            "Die Arbeitsmappe hat ein Kennwort oder das alte Format (.xls). "
            "Bitte in Excel ohne Kennwort als „Excel-Arbeitsmappe (.xlsx)“ oder „CSV UTF-8“ speichern."
        )
    try:
        _refuse_bombs(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that are of no matter here
            return _sheets_of(content)
    except WorkbookError:
        raise
    except DAMAGE as error:
        raise WorkbookError(
            "Die Arbeitsmappe ist beschädigt oder keine Excel-Datei. Bitte in Excel öffnen und neu speichern."
        ) from error


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise WorkbookError(
                "Die Arbeitsmappe ist entpackt zu groß für eine Klassenliste. "
                "Bitte nur die Klassenlisten in eine neue Mappe kopieren."
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and any(sign in archive.read(part) for sign in DOCTYPES):
                raise WorkbookError("Die Arbeitsmappe enthält Anweisungen, die in keine Excel-Datei gehören.")


def _sheets_of(content: bytes) -> Workbook:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = tuple(sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible")
        if len(shown) > MOST_SHEETS:
            raise WorkbookError(f"Die Arbeitsmappe hat mehr als {MOST_SHEETS} Blätter.")
        budget = _Budget(MOST_ROWS, MOST_EMPTY_ROWS)
        sheets = [Sheet(sheet.title, tuple(_rows_of(sheet, budget))) for sheet in shown]
    finally:
        book.close()
    return Workbook(tuple(sheet for sheet in sheets if sheet.rows), hidden)


@dataclass(slots=True)
class _Budget:
    """How many rows the whole workbook may still have."""

    filled: int
    empty: int

    def spend(self, *, filled: bool) -> None:
        """Count one row.

        Raises:
            WorkbookError: There are too many.
        """
        if filled:
            self.filled -= 1
        else:
            self.empty -= 1
        if min(self.filled, self.empty) < 0:
            raise WorkbookError(f"Die Arbeitsmappe hat mehr als {MOST_ROWS} Zeilen; so lang ist keine Klassenliste.")


def _rows_of(sheet: Any, budget: _Budget) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says about its size is not to be trusted
    for number, values in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        empty = values.count(None) == len(values)
        budget.spend(filled=not empty)
        cells = () if empty else tuple(_text_of(value) for value in values)
        if any(cells):
            yield Row(number, cells)


def _text_of(value: object) -> str:
    """What the cell shows: dates as 31.05.2013, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, date):  # a datetime is one as well
        day = value.date() if isinstance(value, datetime) else value
        return day.strftime("%d.%m.%Y")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
