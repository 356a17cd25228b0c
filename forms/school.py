"""The school: what of a letter is not wording. Read from `school.toml`."""

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

MAX_SCHOOL_BYTES = 64 * 1024
"""A `school.toml` has a few lines; anything larger is another file."""

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


class SchoolError(ValueError):
    """A `school.toml` that cannot be used; the message is for the office."""


@dataclass(frozen=True, slots=True)
class School:
    """Who sends the letter and where the slips go; the defaults are an example to print samples with."""

    name: str = "Schule am Lindenhof"
    address: str = "Lindenweg 1, 12345 Musterstadt"
    head: str = "Irina Wißmann"
    return_email: str = "rueckmeldung@schule.example"
    deadline: date | None = None

    @property
    def return_sentence(self) -> str:
        """Until when the slip is to come back, and to whom."""
        until = f" bis zum {german_date(self.deadline)}" if self.deadline else ""
        mail = f" oder an {self.return_email}" if self.return_email else ""
        return f"Rückgabe bitte{until} an die Klassenleitung{mail}."


def german_date(day: date) -> str:
    """The date as a letter writes it, in one piece: 12. Januar 2026 with unbreakable spaces."""
    return f"{day.day}.\u00a0{MONTHS[day.month - 1]}\u00a0{day.year}"


def read_school(path: Path) -> School:
    """The school in a `school.toml`; what is not written there stays as in the example.

    Raises:
        SchoolError: The file is missing, is no TOML, or has an entry that is unknown or of the wrong kind.
    """
    try:
        content = path.read_bytes()
        if len(content) > MAX_SCHOOL_BYTES:
            raise SchoolError(f"{path.name} ist zu groß für eine Schul-Datei.")
        entries = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise SchoolError(f"{path.name} lässt sich nicht lesen: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchoolError(f"{path.name} ist keine gültige TOML-Datei in UTF-8: {error}.") from error
    return _school(path.name, entries)


def _school(file_name: str, entries: dict[str, object]) -> School:
    """Check every entry before it is printed on every letter."""
    known = [field.name for field in fields(School)]
    unknown = sorted(set(entries) - set(known))
    if unknown:
        raise SchoolError(f"{file_name}: unbekannt: {', '.join(unknown)}. Bekannt sind: {', '.join(known)}.")
    return School(
        name=_text(file_name, entries, "name", School().name),
        address=_text(file_name, entries, "address", School().address),
        head=_text(file_name, entries, "head", School().head),
        return_email=_text(file_name, entries, "return_email", School().return_email),
        deadline=_day(file_name, entries.get("deadline")),
    )


def _text(file_name: str, entries: dict[str, object], entry: str, example: str) -> str:
    """One line of text, or the example where nothing is given."""
    value = entries.get(entry, example)
    if not isinstance(value, str) or not value.isprintable():
        raise SchoolError(f"{file_name}: {entry} muss eine einzelne Zeile Text in Anführungszeichen sein.")
    return value.strip()


def _day(file_name: str, value: object) -> date | None:
    """A day, or none; a time of day says more than the letter prints and is refused."""
    if value is None or type(value) is date:
        return value
    raise SchoolError(f"{file_name}: deadline muss ein Datum ohne Anführungszeichen sein, etwa 2026-01-12.")
