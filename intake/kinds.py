"""What a file is, told by its first bytes and never by its name or by what a mail says of it."""

import io
import re
import zipfile
from enum import StrEnum, auto
from pathlib import Path
from typing import BinaryIO

from intake.errors import UnreadablePageError
from intake.limits import MAX_FILE_BYTES, MAX_IMAGE_BYTES

SNIFFED_BYTES = 1024
"""A PDF's header may stand anywhere in these (PDF 32000, appendix H)."""


class Kind(StrEnum):
    """What can be opened: the first seven hold pages, the others hold files."""

    PDF = auto()
    TIFF = auto()
    JPEG = auto()
    PNG = auto()
    WEBP = auto()
    GIF = auto()
    BMP = auto()
    HEIC = auto()
    MAIL = auto()
    MAILBOX = auto()
    ZIP = auto()


CONTAINERS = frozenset({Kind.MAIL, Kind.MAILBOX, Kind.ZIP})
"""Kinds without pages of their own."""

LARGE = frozenset({Kind.PDF, Kind.TIFF, Kind.MAILBOX, Kind.ZIP})
"""Kinds that are read piece by piece."""

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Major brands of HEIF files (ISO/IEC 23008-12, annex B); AVIF has others."""

MAIL_FIELDS = frozenset(
    b"arc-authentication-results arc-message-signature arc-seal authentication-results bcc cc content-type date "
    b"delivered-to dkim-signature envelope-to from message-id mime-version received received-spf reply-to return-path "
    b"sender subject to x-account-key x-envelope-to x-gm-thrid x-mozilla-keys x-mozilla-status x-original-to "
    b"x-received x-spam-status".split()
)
"""Fields that a mail may begin with, in lower case."""

FIELD = re.compile(rb"\A([!-9;-~]{1,76}):[ \t\r\n]")
"""A header field (RFC 5322, 2.2)."""

ENVELOPE = re.compile(rb"\AFrom [^\r\n]{0,512}\r?\n>?(?=[!-9;-~]{1,76}:)")
"""The line before each mail of an mbox (RFC 4155), followed by a field."""

BOM = b"\xef\xbb\xbf"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OUTLOOK_STREAM = "__properties_version1.0".encode("utf-16-le")
"""Stands in the directory of every Outlook message (MS-OXMSG, 2.4)."""


def kind_of(path: Path) -> Kind:
    """Look at the first bytes of a file, and at its size.

    Raises:
        UnreadablePageError: It is no file, cannot be opened, is empty, too large, or of no kind that is read.
    """
    try:
        if not path.is_file():
            raise UnreadablePageError("not_a_file")
        size = path.stat().st_size
        with path.open("rb") as file:
            kind = _told_by_file(file)
    except OSError as error:
        raise UnreadablePageError("cannot_open") from error
    if size > (MAX_FILE_BYTES if kind in LARGE else MAX_IMAGE_BYTES):
        raise UnreadablePageError("file_too_large")
    return kind


def told_by_content(content: bytes) -> Kind:
    """The same for a file in memory.

    Raises:
        UnreadablePageError: It is empty, too large, or of no kind that is read.
    """
    kind = _told_by_file(io.BytesIO(content))
    if len(content) > (MAX_FILE_BYTES if kind in LARGE else MAX_IMAGE_BYTES):
        raise UnreadablePageError("file_too_large")
    return kind


def _told_by_file(file: BinaryIO) -> Kind:
    """The kind of an open file; a document of Microsoft's is looked at more closely."""
    head = file.read(SNIFFED_BYTES)
    if not head:
        raise UnreadablePageError("empty_file")
    try:
        return told_by(head)
    except UnreadablePageError as error:
        if head.startswith(OLE) and _is_outlook(file):
            raise UnreadablePageError("outlook_message") from error
        raise


def told_by(head: bytes) -> Kind:
    """The kind that these first bytes belong to; SNIFFED_BYTES are enough.

    Raises:
        UnreadablePageError: None that is read.
    """
    kind = by_magic(head)
    if kind is not None:
        return kind
    if is_mailbox(head):
        return Kind.MAILBOX
    if is_mail(head):
        return Kind.MAIL
    if b"%PDF-" in head[:SNIFFED_BYTES]:
        return Kind.PDF
    raise UnreadablePageError(_known_but_not_read(head))


def by_magic(head: bytes) -> Kind | None:  # noqa: PLR0911 - a table in words
    """What the very first bytes say."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Kind.TIFF
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return Kind.BMP
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return Kind.HEIC
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) and not _office(head):
        return Kind.ZIP
    return None


def is_text(content: bytes) -> bool:
    """Whether this may be what it is declared to be: words, and not some file."""
    known = by_magic(content[:SNIFFED_BYTES]) is not None
    return (
        not known
        and b"\0" not in content
        and _known_but_not_read(content[:SNIFFED_BYTES])
        in {
            "unknown_kind",
            "web_page",
        }
    )


def is_mail(head: bytes) -> bool:
    """Whether this begins like a mail: with a field that mails have."""
    found = FIELD.match(_without_envelope(head.removeprefix(BOM).lstrip(b"\r\n")))
    return found is not None and found[1].lower() in MAIL_FIELDS


def is_mailbox(head: bytes) -> bool:
    """Whether this begins with the line that stands before each mail of an mbox."""
    return ENVELOPE.match(head) is not None


def _without_envelope(head: bytes) -> bytes:
    return ENVELOPE.sub(b"", head, count=1)


# ---------------------------------------------------------------- what is known, and not read


def _known_but_not_read(head: bytes) -> str:  # noqa: PLR0911 - a table in words
    """The reason that says what it is, so that the office knows what to ask for."""
    start = head.lstrip(BOM + b" \t\r\n").lower()
    if head.startswith((OLE, b"{\\rtf")) or _office(head):
        return "office_document"
    if head.startswith(b"\x78\x9f\x3e\x22"):
        return "winmail_dat"
    if head[4:8] == b"ftyp":
        return "avif_not_read" if head[8:12] in (b"avif", b"avis") else "video"
    if head.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")):
        return "other_archive"
    if start.startswith((b"<!doctype html", b"<html")):
        return "web_page"
    if start.startswith(b"-----begin pgp message"):
        return "encrypted_mail"
    return "unknown_kind"


def _office(head: bytes) -> bool:
    """Whether a zip is a document of Word, LibreOffice, Pages and the like, told by the members named first."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    if head[30:38] == b"mimetype":
        return head[38:].startswith((b"application/vnd.oasis.opendocument", b"application/epub"))
    return any(
        name in head for name in (b"[Content_Types].xml", b"_rels/.rels", b"word/", b"xl/", b"Index/Document.iwa")
    )


def _is_outlook(file: BinaryIO) -> bool:
    """Whether a document of Microsoft's is a message of Outlook's."""
    kept = b""
    for _ in range(MAX_IMAGE_BYTES >> 20):
        block = file.read(1 << 20)
        if OUTLOOK_STREAM in kept + block:
            return True
        if not block:
            break
        kept = block[-len(OUTLOOK_STREAM) :]
    return False


def is_office_zip(archive: zipfile.ZipFile) -> bool:
    """Whether the list of members shows a document of an office program."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names or "Index/Document.iwa" in names or {"mimetype", "content.xml"} <= names
