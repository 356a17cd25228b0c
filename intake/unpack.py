"""Mails and archives are taken apart before anything is read: each file in them becomes an input of its own.

The files lie in a private folder for as long as the run needs them. Every file that was in a mail is accounted for: as
an input, as a row that says why it cannot be read, or among what was passed over.
"""

import io
import tempfile
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from PIL import Image

from intake import kinds
from intake.errors import UnreadablePageError
from intake.kinds import CONTAINERS, Kind
from intake.limits import MAX_ATTACHMENTS, MAX_MAIL_BYTES, MAX_MAILS, MAX_NESTING, MAX_UNPACKED_BYTES
from intake.mail import Attachment, Mail, clean_name, read_mail, takes_back
from intake.sources import Cover, Source

SHOWN_PX = 300
"""A picture that a mail shows in its text is a logo if it is narrower. A slip is 210 mm wide: 300 pixels are 36 dpi,
and what is written on it cannot be read."""

LONGEST_PX = 4000
"""Nobody's logo is wider."""

LINE = 1 << 16
"""Bytes of a mailbox that are looked at together."""

PICTURES = ("PNG", "JPEG", "GIF", "BMP", "WEBP")

UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError, ValueError)
"""What the library raises at archives that are none."""

NOTHING_KNOWN = frozenset({"unknown_kind", "empty_file"})
"""Only this is passed over for its name or its declared type: a page is read whatever it is called."""

SMALL_PICTURE, OF_PROGRAMS, OF_SYSTEMS = "small_picture", "of_programs", "of_systems"
"""Why something was passed over: a logo in the text, a mail program's own, an operating system's own."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail, or an archive, still closed: these bytes of this file. A small thing that travels to a worker."""

    source: Source
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unread:
    """An input of which no page can be read, and why."""

    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was in a parcel; `passed_over` counts by reason what is no return, `mails` the mails."""

    parcel: Parcel
    sources: tuple[Source, ...]
    unread: tuple[Unread, ...]
    passed_over: Counter[str]
    mails: int


def parcels(source: Source) -> list[Parcel]:
    """The mails or the archive that a file consists of; none if it is something else.

    Raises:
        UnreadablePageError: A mailbox of too many mails.
    """
    try:
        kind = kinds.kind_of(source.path)
    except UnreadablePageError:
        return []
    if kind is Kind.MAILBOX:
        return _mails_of(source)
    return [Parcel(source, kind, 0, source.path.stat().st_size)] if kind in CONTAINERS else []


def unpack(parcel: Parcel, folder: Path) -> Unpacked:
    """Open a parcel, and what is in it, and put its files into the folder.

    A parcel that cannot be opened as a whole is one input that cannot be read.
    """
    try:
        return _Unpacking(parcel, folder).opened()
    except UnreadablePageError as error:
        return refused(parcel, error.reason)
    except OSError:
        return refused(parcel, "cannot_open")


def refused(parcel: Parcel, *reasons: str) -> Unpacked:
    """A parcel of which nothing can be read."""
    mails = int(parcel.kind is not Kind.ZIP)
    return Unpacked(parcel, (), (Unread(parcel.source, " ".join(reasons)),), Counter(), mails)


# ---------------------------------------------------------------- mailboxes


def _mails_of(mailbox: Source) -> list[Parcel]:
    """Each mail of a mailbox: named by its number where there are several."""
    with mailbox.path.open("rb") as file:
        starts = list(_starts(file))
    if len(starts) > MAX_MAILS:
        raise UnreadablePageError("too_many_mails")
    ends = [*starts[1:], mailbox.path.stat().st_size]
    names = [mailbox.file] if len(starts) == 1 else [f"{mailbox.file}/{n}" for n in range(1, len(starts) + 1)]
    return [
        Parcel(Source(name, mailbox.path), Kind.MAIL, start, end)
        for name, start, end in zip(names, starts, ends, strict=True)
    ]


def _starts(file: IO[bytes]) -> Iterator[int]:
    """Where mails begin: at a line `From ` after an empty one, with a field below it.

    Without the field a line of a letter would cut its mail in two, and the second half would hold no attachments.
    """
    place, after_empty, candidate, whole_line = 0, True, -1, True
    while line := file.readline(LINE):
        if candidate >= 0 and (kinds.FIELD.match(line) or line.startswith(b">From ")):
            yield candidate
        candidate = place if whole_line and after_empty and line.startswith(b"From ") else -1
        after_empty = whole_line and line.strip(b"\r\n") == b""
        whole_line = line.endswith(b"\n")
        place += len(line)


# ---------------------------------------------------------------- one parcel


class _Unpacking:
    """Opens one parcel; remembers what it has given out, so that names and limits hold for all of it."""

    def __init__(self, parcel: Parcel, folder: Path) -> None:
        self._parcel, self._folder, self._cover = parcel, folder, parcel.source.cover
        self._sources: list[Source] = []
        self._unread: list[Unread] = []
        self._passed_over: Counter[str] = Counter()
        self._names: set[str] = set()
        self._bytes = self._mails = 0

    def opened(self) -> Unpacked:
        """Everything in the parcel."""
        name = self._parcel.source.file
        if self._parcel.kind is Kind.ZIP:
            with self._parcel.source.path.open("rb") as file:
                self._archive(name, file, 0)
        else:
            self._mail(name, read_mail(self._content(), name), 0)
        found = tuple(self._sources), tuple(self._unread)
        return Unpacked(self._parcel, *found, self._passed_over, self._mails)

    def _content(self) -> bytes:
        """The mail's bytes."""
        size = self._parcel.end - self._parcel.start
        if size > MAX_MAIL_BYTES:
            raise UnreadablePageError("mail_too_large")
        with self._parcel.source.path.open("rb") as file:
            file.seek(self._parcel.start)
            return file.read(size)

    def _mail(self, name: str, mail: Mail, depth: int) -> None:
        """A mail, under its own cover unless it hangs on another."""
        outer = self._cover
        if outer is None:
            self._mails += 1
            self._cover = Cover(name, mail.sender, any(takes_back(text) for text in _texts(mail)))
        self._parts(name, mail, depth)
        self._cover = outer

    def _mailbox(self, name: str, content: bytes, depth: int) -> None:
        """The mails of a mailbox that was attached to a mail or lay in an archive."""
        starts = list(_starts(io.BytesIO(content)))
        for number, (start, end) in enumerate(pairwise([*starts, len(content)]), start=1):
            inner = name if len(starts) == 1 else f"{name}/{number}"
            try:
                self._mail(inner, read_mail(content[start:end], inner), depth)
            except UnreadablePageError as error:
                self._refuse(inner, error.reason)

    def _parts(self, name: str, mail: Mail, depth: int) -> None:
        """The attachments of a mail; a mail that brought none is itself something that a person has to read."""
        before = len(self._sources) + len(self._unread)
        for part in mail.parts:
            inner = self._free(f"{name}/{part.name}")
            if isinstance(part, Mail):
                self._mail(inner, part, depth + 1)
            else:
                self._attachment(inner, part, depth + 1)
        if not mail.whole:
            self._refuse(name, "damaged_mail")
        elif len(self._sources) + len(self._unread) == before:
            self._refuse(name, "mail_without_attachment")

    def _attachment(self, name: str, attachment: Attachment, depth: int) -> None:
        """One file: stored, refused or passed over."""
        if attachment.reason:
            self._refuse(name, attachment.reason)
        elif attachment.inline and _is_small(attachment.content):
            self._pass_over(SMALL_PICTURE)
        else:
            self._file(name, attachment.content, depth, OF_PROGRAMS if attachment.by_program else "")

    def _file(self, name: str, content: bytes, depth: int, litter: str) -> None:
        """Whatever these bytes are; `litter` is what to count them as if they are nothing that is read."""
        try:
            self._bytes += len(content)
            if self._bytes > MAX_UNPACKED_BYTES:
                raise UnreadablePageError("too_much_inside")
            kind = kinds.told_by_content(content)
            if kind in CONTAINERS and depth > MAX_NESTING:
                raise UnreadablePageError("mail_nested_too_deep")
            match kind:
                case Kind.ZIP:
                    self._archive(name, io.BytesIO(content), depth)
                case Kind.MAIL:
                    self._mail(name, read_mail(content, name), depth)
                case Kind.MAILBOX:
                    self._mailbox(name, content, depth)
                case _:
                    self._store(name, content)
        except UnreadablePageError as error:
            if litter and error.reason in NOTHING_KNOWN:
                self._pass_over(litter)
            else:
                self._refuse(name, error.reason)

    def _store(self, name: str, content: bytes) -> None:
        """A file of its own; its name there says nothing."""
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                file.write(content)
        except OSError as error:
            raise UnreadablePageError("cannot_store") from error
        self._sources.append(Source(name, Path(file.name), self._cover))
        self._count()

    def _refuse(self, name: str, reason: str) -> None:
        self._unread.append(Unread(Source(name, self._parcel.source.path, self._cover), reason))
        self._count()

    def _pass_over(self, reason: str) -> None:
        self._passed_over[reason] += 1
        self._count()

    def _count(self) -> None:
        """Whoever packs more into a parcel than a person would has the whole of it refused."""
        if len(self._sources) + len(self._unread) + self._passed_over.total() > MAX_ATTACHMENTS:
            raise UnreadablePageError("too_many_attachments")

    def _free(self, wanted: str) -> str:
        """The name, with a number if it was given out before."""
        name, number = wanted, 2
        while name in self._names:
            name, number = f"{wanted}#{number}", number + 1
        self._names.add(name)
        return name

    # ------------------------------------------------------------ archives

    def _archive(self, name: str, file: IO[bytes], depth: int) -> None:
        """The files of an archive; what it says of itself is not believed, only what comes out."""
        try:
            with zipfile.ZipFile(file) as archive:
                if kinds.is_office_zip(archive):
                    raise UnreadablePageError("office_document")
                members = [member for member in archive.infolist() if not _is_folder(member)]
                if len(members) > MAX_ATTACHMENTS:
                    raise UnreadablePageError("too_many_attachments")
                if not members:
                    raise UnreadablePageError("no_pages")
                for member in members:
                    self._member(name, archive, member, depth + 1)
        except UNZIP_ERRORS as error:
            raise UnreadablePageError("damaged_archive") from error

    def _member(self, name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> None:
        """One file of an archive."""
        inner = self._free(f"{name}/{clean_name(member.filename) or 'Datei'}")
        try:
            litter = OF_SYSTEMS if _is_of_systems(member.filename) else ""
            self._file(inner, self._unzipped(archive, member), depth, litter)
        except UnreadablePageError as error:
            self._refuse(inner, error.reason)
        except UNZIP_ERRORS:
            self._refuse(inner, "damaged_archive")

    def _unzipped(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        """The bytes of a member, as far as there is room."""
        if member.flag_bits & 1:
            raise UnreadablePageError("encrypted")
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadablePageError("other_archive")
        room = max(MAX_UNPACKED_BYTES - self._bytes, 0)
        with archive.open(member) as file:
            content = file.read(room + 1)
        if len(content) > room:
            raise UnreadablePageError("too_much_inside")
        return content


def _texts(mail: Mail) -> Iterable[str]:
    """The words of a mail and of all mails in it."""
    yield mail.text
    for part in mail.parts:
        if isinstance(part, Mail):
            yield from _texts(part)


def _is_small(content: bytes) -> bool:
    """Whether this is a picture too small to show a page, or a drawing; one that is damaged may be anything."""
    if content[: kinds.SNIFFED_BYTES].lstrip().startswith((b"<svg", b"<?xml")):
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=PICTURES) as image:
                small = min(image.size) < SHOWN_PX and max(image.size) < LONGEST_PX
                if small:
                    image.load()
                return small
        except (
            OSError,
            SyntaxError,
            ValueError,
            LookupError,
            TypeError,
            ArithmeticError,
            Image.DecompressionBombError,
        ):
            return False


def _is_folder(member: zipfile.ZipInfo) -> bool:
    """Whether this is only the name of a folder; a file may be named like one."""
    return member.is_dir() and not member.file_size and not member.compress_size


def _is_of_systems(path: str) -> bool:
    *folders, name = path.replace("\\", "/").casefold().split("/")
    return "__macosx" in folders or name in {".ds_store", "thumbs.db", "desktop.ini"}
