"""Which files go in: every one is accounted for, under the name that the tables will show."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "maildirfolder", "subscriptions"})
"""What Windows and mail servers leave in folders; other systems' litter starts with a dot."""

MAIL_LITTER = re.compile(r"dovecot[.-].*|courierimap.*|.*\.msf")
"""What mail programs write beside mails: lists and indexes, no mails."""

MAILDIR = frozenset({"cur", "new"})
"""Folders of a Maildir that hold mails. Its own name may start with a dot (Maildir++), and so may a folder in it."""

LITTER_FOLDERS = frozenset({"__macosx"})
"""What macOS leaves in archives."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The mail that a file came with: its name in the tables, the address that it claims to come from, and whether its
    words may take back what the files say.
    """

    file: str
    sender: str
    objects: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One input file; `file` is its name in the tables: as given, or relative to the given folder.

    What came with a mail is named `MAIL/ATTACHMENT` and has a cover; what came by itself has none.
    """

    file: str
    path: Path
    cover: Cover | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files to read, in the order of the tables, and the litter that was passed over."""

    sources: tuple[Source, ...]
    litter: tuple[str, ...]


def expand(paths: Iterable[Path]) -> Inputs:
    """Find the files in files and folders; folders are searched to the bottom, in sorted order.

    A file reached twice goes in once. Where two folders hold a file of the same name, both names are shown
    with the folder as it was given, since a row must say which file it means.
    """
    found: dict[Path, Source] = {}
    full_names: dict[Path, str] = {}
    litter: list[str] = []
    for given in paths:
        for path in _files(given):
            inside = path.relative_to(given) if path != given else None
            if inside is not None and _is_litter(inside):
                litter.append(_name(path))
                continue
            key = _real(path)
            found.setdefault(key, Source(_name(inside or path), path))
            full_names.setdefault(key, _name(path))
    uses = Counter(source.file for source in found.values())
    sources = tuple(
        source if uses[source.file] == 1 else Source(full_names[key], source.path) for key, source in found.items()
    )
    return Inputs(sources, tuple(litter))


def _files(given: Path) -> Iterator[Path]:
    """The file itself, or whatever is no folder beneath it (a link to a folder counts as an unreadable file)."""
    if not given.is_dir():
        yield given
        return
    for path in sorted(given.rglob("*"), key=lambda found: found.parts):
        if path.is_symlink() or not path.is_dir():
            yield path


def _is_litter(inside: Path) -> bool:
    """Whether the operating system made this, not a person."""
    folders, name = {part.casefold() for part in inside.parts[:-1]}, inside.name.casefold()
    below = zip(inside.parts, inside.parts[1:], strict=False)
    hidden = name.startswith(".") or any(part.startswith(".") and inner not in MAILDIR for part, inner in below)
    return hidden or name in LITTER or bool(MAIL_LITTER.fullmatch(name)) or bool(folders & LITTER_FOLDERS)


def _real(path: Path) -> Path:
    """The file behind all links, as far as it can be told."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _name(path: PurePath) -> str:
    """Forward slashes on every system; bytes that are no UTF-8 become a question mark in a diamond."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")
