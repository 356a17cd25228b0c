"""Which token stands for which child, and the key that seals the codes: both lie beside the blank.

A slip that was handed out is recognised only as long as both are kept. So the key is made once and never written over,
no entry is ever dropped, and what is written is on the disk before a slip that relies on it exists.
"""

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from forms.code import GENERIC_TOKEN, is_token, new_token

REGISTER_FILE, KEY_FILE = "codes.json", "schluessel.key"
KEY_BYTES = 32
SCHEMA = 1
MAX_REGISTER_BYTES = 64 * 1024 * 1024
"""An entry has about 200 bytes: 800 children with twenty forms take 3 MB."""


class RegisterError(ValueError):
    """Register or key cannot be used; the message is for the office."""


@dataclass(frozen=True, slots=True)
class Person:
    """A child as a register knows it: by more than its id, for lists without ids number their lines anew."""

    id: str
    first_name: str
    last_name: str
    school_class: str
    birth_date: str


@dataclass(frozen=True, slots=True)
class Entry:
    """On the slips of this form and version the token stands for this child; `form` are the form's four characters."""

    token: str
    form: str
    version: int
    child: Person


Namesakes = Mapping[tuple[str, str], Sequence[Person]]
"""The children of a list by first and last name."""


def namesakes_of(children: Iterable[Person]) -> Namesakes:
    """A list as `same_child` takes it."""
    by_name: dict[tuple[str, str], list[Person]] = {}
    for child in children:
        by_name.setdefault((child.first_name, child.last_name), []).append(child)
    return by_name


def same_child(known: Person, namesakes: Namesakes) -> Person | None:
    """The child of a list that is this one, beyond doubt; None where it is not there, or could be two.

    An id alone names nobody, as lists without ids count lines; a name alone neither. Id and name do, if no birth date
    speaks against it; or name and birth date, wherever the child is now; or name and class, where no dates are known.
    """
    named = namesakes.get((known.first_name, known.last_name), ())
    named = [o for o in named if not known.birth_date or o.birth_date in ("", known.birth_date)]
    for alike in (
        [o for o in named if o.id == known.id],
        [o for o in named if o.birth_date and o.birth_date == known.birth_date],
        [o for o in named if o.school_class == known.school_class],
    ):
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None


# ---------------------------------------------------------------- the files


def read_register(folder: Path) -> tuple[Entry, ...]:
    """All that was ever entered in this folder; nothing where no slip was made for a child yet.

    Raises:
        RegisterError: The file cannot be read, or is not as it was written.
    """
    path = folder / REGISTER_FILE
    try:
        if path.stat().st_size > MAX_REGISTER_BYTES:
            raise RegisterError(f"{path} ist zu groß für eine Codeliste.")
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise RegisterError(f"{path} lässt sich nicht lesen ({error.strerror}).") from error
    try:
        return _decoded(json.loads(content.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise RegisterError(
            f"{path} ist beschädigt oder wurde verändert. Bitte die Datei aus der Sicherung zurückholen; ohne sie weiß "
            "niemand, für welches Kind ein ausgegebener Abschnitt steht."
        ) from error


def read_key(folder: Path) -> bytes:
    """The key of this folder.

    Raises:
        RegisterError: It is missing, or is not a key.
    """
    path = folder / KEY_FILE
    try:
        with path.open("rb") as file:
            key = file.read(KEY_BYTES + 1)
    except FileNotFoundError as error:
        raise RegisterError(
            f"Zu {folder / REGISTER_FILE} fehlt der Schlüssel {KEY_FILE}. Ohne ihn lässt sich kein ausgegebener Code "
            "prüfen, und ein neuer passt nicht zu ihnen: bitte die Datei aus der Sicherung zurückholen."
        ) from error
    except OSError as error:
        raise RegisterError(f"{path} lässt sich nicht lesen ({error.strerror}).") from error
    if len(key) != KEY_BYTES:
        raise RegisterError(f"{path} ist kein Schlüssel von Rücklauf; bitte die Datei aus der Sicherung zurückholen.")
    return key


def entered(folder: Path, form: str, version: int, children: Sequence[Person]) -> tuple[dict[str, str], bytes]:
    """The token of each child by the child's id, those of new children drawn and written down; and the key.

    Raises:
        RegisterError: Register or key cannot be read or written, or the key of an existing register is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = _key_for(folder)
    with _alone(folder):
        entries = read_register(folder)
        tokens = _known_tokens([e for e in entries if (e.form, e.version) == (form, version)], children)
        taken = {entry.token for entry in entries} | {GENERIC_TOKEN}
        new = [Entry(_free_token(taken), form, version, child) for child in children if child.id not in tokens]
        if new:
            write_register(folder, (*entries, *new))
    return tokens | {entry.child.id: entry.token for entry in new}, key


def _known_tokens(entries: Sequence[Entry], children: Sequence[Person]) -> dict[str, str]:
    """The tokens that these children have already; of two the first."""
    tokens: dict[str, str] = {}
    namesakes = namesakes_of(children)
    for entry in entries:
        child = same_child(entry.child, namesakes)
        if child is not None:
            tokens.setdefault(child.id, entry.token)
    return tokens


def _free_token(taken: set[str]) -> str:
    token = new_token()
    while token in taken:
        token = new_token()
    taken.add(token)
    return token


def _key_for(folder: Path) -> bytes:
    """The key of the folder, made now if no child's slip was made here yet."""
    path = folder / KEY_FILE
    if not path.exists() and not (folder / REGISTER_FILE).exists():
        try:
            _make_key(path)
        except OSError as error:
            raise RegisterError(f"{path} lässt sich nicht anlegen ({error.strerror}).") from error
    return read_key(folder)


def _make_key(path: Path) -> None:
    """Put a whole key in place that only its owner can read, unless there is one by now."""
    draft = _draft(path, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links, such as that of a USB stick
        if not path.exists():
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else enters children meanwhile; the lock hangs on the key, which is never replaced, and ends with us."""
    try:
        with (folder / KEY_FILE).open("rb") as file:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415 - exists there only

                file.seek(MAX_REGISTER_BYTES)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl  # noqa: PLC0415 - does not exist on Windows

                fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise RegisterError(
            f"{folder / REGISTER_FILE} lässt sich nicht schreiben ({error.strerror}). Läuft Rücklauf noch einmal?"
        ) from error


def write_register(folder: Path, entries: Sequence[Entry]) -> None:
    """Put the whole register in place, or leave the one that was there; whoever drops an entry disowns a slip."""
    draft = _draft(folder / REGISTER_FILE, _encoded(entries))
    try:
        draft.replace(folder / REGISTER_FILE)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, content: bytes) -> Path:
    """A file beside the other with this content, on the disk; only its owner can read it."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(number, "wb") as file:
        file.write(content)
        _to_disk(file.fileno())
    return Path(name)


def _to_disk(number: int) -> None:
    """Wait until it would survive a power cut; some file systems cannot tell."""
    with suppress(OSError):
        os.fsync(number)


# ---------------------------------------------------------------- the text


def _encoded(entries: Sequence[Entry]) -> bytes:
    """JSON with a line for each entry, so that two states can be compared."""
    lines = ",\n".join(json.dumps(asdict(entry), ensure_ascii=False) for entry in entries)
    return f'{{"schema": {SCHEMA}, "entries": [\n{lines}\n]}}\n'.encode()


def _decoded(content: object) -> tuple[Entry, ...]:
    """The entries, taken strictly.

    Raises:
        ValueError: Anything is not as `_encoded` writes it, or a token stands there twice.
    """
    if not isinstance(content, dict) or content.get("schema") != SCHEMA or set(content) != {"schema", "entries"}:
        raise ValueError("another schema")
    if not isinstance(content["entries"], list):
        raise ValueError("no list of entries")
    entries = tuple(_entry(each) for each in content["entries"])
    if len({entry.token for entry in entries}) != len(entries):
        raise ValueError("a token stands for two children")
    return entries


def _entry(content: object) -> Entry:
    match content:
        case {"token": str(token), "form": str(form), "version": int(version), "child": dict(child), **rest}:
            names = [field.name for field in fields(Person)]
            plain = not rest and set(child) == set(names) and all(isinstance(part, str) for part in child.values())
            if plain and is_token(token) and not isinstance(version, bool):
                return Entry(token, form, version, Person(**child))
        case _:
            pass
    raise ValueError("not an entry")
