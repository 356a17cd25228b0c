"""One mail: who sent it, what it says, what hangs on it. Bytes in, values out, whatever the bytes are.

The standard library takes mails apart, by its older rules: the newer ones raise at headers that occur (8 of 1613 in a
public set of odd mails). What it repairs in silence is asked for here: base64 with foreign letters, a mail that breaks
off. Half an attachment is worse than none.
"""

import base64
import binascii
import email
import html
import io
import quopri
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import errors, utils
from email.header import decode_header
from email.message import Message
from email.policy import Compat32

from intake import kinds
from intake.errors import UnreadablePageError
from intake.limits import (
    MAX_ATTACHMENTS,
    MAX_BOUNDARIES,
    MAX_BOUNDARY_LINES,
    MAX_COMPARISONS,
    MAX_LINES,
    MAX_MAIL_BYTES,
    MAX_NESTING,
)

MAX_HEADER = 8192
"""Letters of one header that are looked at: the library takes a time that grows with their square."""

MAX_NAME, MAX_TEXT = 100, 200_000
"""Letters of a file's name and of a mail's words that are kept."""

HARMLESS = (errors.InvalidMultipartContentTransferEncodingDefect, errors.MisplacedEnvelopeHeaderDefect)
"""Defects after which everything is still in its place."""

BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, errors.MessageError)
"""What the library raises at headers that are none."""

LOST_PART = re.compile(rb"^content-(?:type|disposition|transfer-encoding):", re.IGNORECASE | re.MULTILINE)
"""Before the first or after the last boundary: here is a part that the boundaries do not show."""

ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,190}")
BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)|[^\t\r\n -~]")
UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
SHOWN_IN_PLACE = re.compile(
    rb"data:(?:image/[\w.+-]{1,40}|application/pdf)(?:;[\w=-]{1,40})*;base64,([A-Za-z0-9+/=\s]*)"
)
"""A picture that a page holds itself, not as a part of the mail."""
ENCODED = re.compile(
    rb"^(?:(?=[^\r\n]{0,60}[a-z])(?=[^\r\n]{0,60}[A-Z])(?=[^\r\n]{0,60}[0-9])[A-Za-z0-9+/]{60,}={0,2}|M[!-`]{60}"
    rb"|(?:=[0-9A-F]{2}){20,}=?)[ \t]*\r?$",
    re.MULTILINE,
)
"""A line of a file as it travels, in base64, uuencoded or quoted-printable."""
ARMOUR = b"-----BEGIN ", b"-----END "
"""Around the signatures and keys that some programs write into the text."""
TAG = re.compile(r"<[^<>]*>")

_REFUSING = (
    "nein nicht nie niemals nur ohne außer ausser ausgenommen solange sofern falls kein keine keinen keiner keinem "
    "no not never without unless except only don dont cannot hayır değil yok istemiyorum istemiyoruz не нет ні нельзя "
    "без nie bez non pas sans ne sin nu لا ليس بدون"
)
AGAINST = frozenset(_REFUSING.split())
"""Words that refuse or bind, in German, English and eight languages of families."""

AGAINST_BEGUN = re.compile(
    r"widerruf|widersp|verweiger|ablehn|abgelehnt|lehne|untersag|ausnahme|bedingung|einschränk|zurückzieh|ziehe\b|"
    r"withdraw|refuse|revoke|decline|object",
    re.IGNORECASE,
)
"""Beginnings of words that do the same."""

UNSAID = ("style", "script", "blockquote")
"""Parts of a page that are not the sender's words: how it looks, and what another wrote."""

AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})
UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_PROGRAMS = (
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature application/pgp-keys "
    "message/delivery-status message/disposition-notification text/rfc822-headers text/vcard text/x-vcard "
    "text/directory text/calendar application/ics"
)
BY_PROGRAMS = frozenset(_PROGRAMS.split())
"""Types of what mail programs add of themselves: signatures of the sender's program, reports, cards, dates."""

SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
ELSEWHERE = frozenset({"message/external-body", "message/partial"})


class _AsWritten(Compat32):
    """The library's older rules, but letters that stand in a header as they are stay letters."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """What stands in a header, as far as anybody writes one."""
        return _letters(value[:MAX_HEADER].encode("utf-8", "surrogateescape"), "utf-8")


AS_WRITTEN = _AsWritten()


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that hangs on a mail, under its own name; `reason` says why it cannot be read, if so.

    `inline` says that the mail's text shows it, `by_program` that it is declared to be a mail program's own.
    """

    name: str
    content: bytes
    reason: str
    inline: bool
    by_program: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail holds; a mail that was attached to it is a Mail in `parts`.

    `sender` is an address as the mail claims it, `text` its words, and `whole` says that nothing is out of its place.
    """

    name: str
    sender: str
    text: str
    parts: "tuple[Attachment | Mail, ...]"
    whole: bool


def read_mail(content: bytes, name: str = "") -> Mail:
    """Take a mail apart.

    Raises:
        UnreadablePageError: It is too large, or made to be endless.
    """
    return _mail(content, name, 0)


def _mail(content: bytes, name: str, depth: int) -> Mail:
    """A mail that lies so deep in others."""
    if len(content) > MAX_MAIL_BYTES:
        raise UnreadablePageError("mail_too_large")
    folded = content.lower()
    boundaries, nested = folded.count(b"boundary"), folded.count(b"message/rfc822")
    lines = content.count(b"\n") + content.count(b"\r")
    if lines > MAX_LINES:
        raise UnreadablePageError("mail_too_large")
    if max(boundaries, nested) > MAX_BOUNDARIES or lines * (1 + boundaries) > MAX_COMPARISONS:
        raise UnreadablePageError("mail_nested_too_deep")
    if content.count(b"\n--") > MAX_BOUNDARY_LINES:
        raise UnreadablePageError("too_many_attachments")
    try:
        message = email.message_from_bytes(content.removeprefix(kinds.BOM).lstrip(b"\r\n"), policy=AS_WRITTEN)
        return _taken_apart(message, name, depth)
    except RecursionError as error:
        raise UnreadablePageError("mail_nested_too_deep") from error
    except BROKEN as error:
        raise UnreadablePageError("damaged_mail") from error


def _taken_apart(message: Message, name: str, depth: int) -> Mail:
    """What a parsed mail holds."""
    leaves = list(_leaves(message))
    if len(leaves) > MAX_ATTACHMENTS:
        raise UnreadablePageError("too_many_attachments")
    page, cut = _shown(leaves), _is_cut(message)
    texts, parts = [], list[Attachment | Mail]()
    for number, leaf in enumerate(leaves, start=1):
        if leaf.get_content_type() == "message/rfc822" and leaf.is_multipart():
            parts.append(_enclosed(leaf, number, depth + 1))
            continue
        attachment = _attachment(leaf, number, page)
        if cut and number == len(leaves):
            attachment = _unread(attachment, "damaged_attachment")
        if _is_text(leaf, attachment):
            texts.append(_words(leaf, attachment.content))
            parts += _in_the_text(attachment.content, number)
        else:
            parts.append(attachment)
    return Mail(name, _sender(message), "\n".join(texts)[:MAX_TEXT], tuple(parts), _is_whole(message))


def _leaves(part: Message) -> Iterator[Message]:
    """The parts without parts of their own; a mail within the mail is one of them."""
    inner = _below(part)
    for one in inner:
        yield from _leaves(one)
    if not inner:
        yield part


def _below(part: Message) -> list[Message]:
    """The parts that a part consists of; none for a leaf, and for a mail within the mail."""
    payload = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(payload, list):
        return []
    return [inner for inner in payload if isinstance(inner, Message)]


# ---------------------------------------------------------------- is it whole


def _is_whole(message: Message) -> bool:
    """Whether the library had nothing to repair, and no part lies outside the boundaries."""
    return all(
        not [defect for defect in part.defects if not isinstance(defect, HARMLESS)]
        and not _hides(part.preamble)
        and not _hides(part.epilogue)
        for part in _inner(message)
    )


def _inner(part: Message) -> Iterator[Message]:
    """A mail and all parts of it, but not those of mails within it."""
    yield part
    for inner in _below(part):
        yield from _inner(inner)


def _hides(text: str | None) -> bool:
    return bool(text) and LOST_PART.search(str(text).encode("utf-8", "surrogateescape")) is not None


def _is_cut(message: Message) -> bool:
    """Whether the mail ends before its last boundary, so that its last part may be half of one."""
    part = message
    while inner := _below(part):
        if any(isinstance(defect, errors.CloseBoundaryNotFoundDefect) for defect in part.defects):
            return True
        part = inner[-1]
    return False


# ---------------------------------------------------------------- one part


def _attachment(part: Message, number: int, page: str) -> Attachment:
    """A part as a file."""
    declared = part.get_content_type()
    name, content_id = _name(part, number), str(part.get("Content-ID", "")).strip(" <>\t\r\n")
    inline = part.get_content_disposition() == "inline" or (bool(content_id) and f"cid:{content_id}" in page)
    if declared in SEALED:
        return Attachment(name, b"", "encrypted_mail", inline=False, by_program=False)
    if declared in ELSEWHERE:
        return Attachment(name, b"", "attachment_elsewhere", inline=False, by_program=False)
    content, reason = _decoded(part)
    return Attachment(name, content, reason, inline, declared in BY_PROGRAMS)


def _unread(attachment: Attachment, reason: str) -> Attachment:
    """The same, not to be read."""
    return Attachment(
        attachment.name, attachment.content, reason, inline=attachment.inline, by_program=attachment.by_program
    )


def _enclosed(part: Message, number: int, depth: int) -> "Attachment | Mail":
    """A mail within the mail, of its own name or its number."""
    name = _name(part, number)
    if depth > MAX_NESTING:
        return Attachment(name, b"", "mail_nested_too_deep", inline=False, by_program=False)
    inner = part.get_payload(0)
    if not isinstance(inner, Message):
        return Attachment(name, b"", "damaged_attachment", inline=False, by_program=False)
    if _encoding(part) == "base64" and not inner.keys():
        content, reason = _from_base64(_raw(inner))
        return Attachment(name, content, reason, inline=False, by_program=False)
    return _taken_apart(inner, name, depth)


def _decoded(part: Message) -> tuple[bytes, str]:
    """The content as it was before it was made fit for travel, and why it is not to be trusted if so."""
    encoding = _encoding(part)
    if part.is_multipart():
        return b"", "" if part.get_content_type() in BY_PROGRAMS else "damaged_attachment"
    raw = _raw(part)
    if part.get_content_maintype() == "multipart":
        return raw, "damaged_attachment"
    if encoding == "base64":
        return _from_base64(raw)
    if encoding == "quoted-printable":
        return quopri.decodestring(raw), "damaged_attachment" if BAD_QUOTED.search(raw) else ""
    if encoding in UU:
        found = UUENCODED.search(raw)
        return _from_uu(raw, found.end()) if found else (raw, "damaged_attachment")
    return raw, "" if encoding in AS_IT_IS else "damaged_attachment"


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _raw(part: Message) -> bytes:
    """The bytes as they stand in the mail."""
    del part["Content-Transfer-Encoding"]
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _from_base64(raw: bytes) -> tuple[bytes, str]:
    """Strictly: the library passes over foreign letters, and what comes of it is another file."""
    joined = b"".join(raw.split())
    if not BASE64.fullmatch(joined) or len(joined) % 4:
        return b"", "damaged_attachment"
    return base64.b64decode(joined), ""


def _from_uu(raw: bytes, start: int) -> tuple[bytes, str]:
    """The lines from `start` up to `end`."""
    content, lines = bytearray(), io.BytesIO(raw)
    lines.seek(start)
    for line in lines:
        if line.strip() == b"end":
            return bytes(content), ""
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:
            break
    return b"", "damaged_attachment"


# ---------------------------------------------------------------- words


def _is_text(part: Message, attachment: Attachment) -> bool:
    """Whether this is what the mail says, not a file that hangs on it, whatever it is declared to be."""
    said = part.get_content_type() in {"text/plain", "text/html", "text/enriched"}
    named = part.get_content_disposition() == "attachment" or _own_name(part)
    unread = attachment.reason and not attachment.content
    return said and not named and not unread and kinds.is_text(attachment.content)


def _words(part: Message, content: bytes) -> str:
    """The text in its own letters, without tags and what is quoted of other mails."""
    text = _letters(content[: 4 * MAX_TEXT], part.get_content_charset("utf-8"))
    if part.get_content_type() == "text/html":
        for element in UNSAID:
            text = _without(text, element)
        text = html.unescape(TAG.sub(" ", text))
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def _without(page: str, element: str) -> str:
    """A page without an element, wherever it occurs; one that never ends is kept, words and all."""
    folded, kept, place = page.lower(), [], 0
    if len(folded) != len(page):
        return page
    while (start := folded.find(f"<{element}", place)) >= 0 and (end := folded.find(f"</{element}", start)) >= 0:
        kept.append(page[place:start])
        place = end
    return " ".join([*kept, page[place:]])


def _letters(content: bytes, charset: str) -> str:
    for tried in (charset, "utf-8", "cp1252"):
        try:
            return content.decode(tried)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def takes_back(text: str) -> bool:
    """Whether a mail's words may take back, or bind to a condition, what the slip on it says.

    Any "not" counts, in the languages that families write in: a harmless one costs a look.
    """
    return (
        bool(AGAINST.intersection(re.findall(r"[^\W\d_]+", text.casefold()))) or AGAINST_BEGUN.search(text) is not None
    )


def _in_the_text(text: bytes, number: int) -> Iterator[Attachment]:
    """Files that stand in the text: as old programs write them, as a page shows them, and the rest of a lost part."""
    rest, place = list[bytes](), 0
    for count, found in enumerate(UUENCODED.finditer(text), start=1):
        if count > MAX_ATTACHMENTS:
            raise UnreadablePageError("too_many_attachments")
        content, reason = _from_uu(text, found.end())
        name = clean_name(_letters(found[1], "utf-8")) or f"Anlage {count}"
        yield Attachment(name, content, reason, inline=False, by_program=False)
        rest.append(text[place : found.start()])
        place = max(text.find(b"\nend", found.end()), found.end())
    rest.append(text[place:])
    for count, found in enumerate(SHOWN_IN_PLACE.finditer(text), start=1):
        if count > MAX_ATTACHMENTS:
            raise UnreadablePageError("too_many_attachments")
        content, reason = _from_base64(found[1])
        yield Attachment(f"Bild {number}.{count}", content, reason, inline=True, by_program=False)
    if ENCODED.search(_without_armour(SHOWN_IN_PLACE.sub(b"", b"".join(rest)))):
        yield Attachment(f"Anlage {number}", b"", "damaged_attachment", inline=False, by_program=False)


def _without_armour(text: bytes) -> bytes:
    """The text without signatures and keys; one that never ends is kept."""
    kept, place = list[bytes](), 0
    while (start := text.find(ARMOUR[0], place)) >= 0 and (end := text.find(ARMOUR[1], start)) >= 0:
        kept.append(text[place:start])
        place = end
    return b"\n".join([*kept, text[place:]])


def _shown(leaves: list[Message]) -> str:
    """The mail as a page, with the places of the pictures that it shows."""
    pages = []
    for leaf in leaves:
        if leaf.get_content_type() == "text/html" and not leaf.is_multipart():
            content = leaf.get_payload(decode=True)
            pages.append(content.decode("latin-1") if isinstance(content, bytes) else "")
    return "\n".join(pages)


# ---------------------------------------------------------------- names


def _sender(message: Message) -> str:
    """The address in From: what the mail claims, nothing more."""
    try:
        found = ADDRESS.fullmatch(utils.parseaddr(str(message.get("From", ""))[:2000])[1])
    except (*BROKEN, RecursionError):
        return ""
    return _printable(found[0]) if found else ""


def _name(part: Message, number: int) -> str:
    """The part's own name, or its number."""
    return clean_name(_own_name(part)) or f"Anlage {number}"


def _own_name(part: Message) -> str:
    """The name that the mail gives the part, by any of the ways that programs have to write letters into headers."""
    try:
        name = part.get_filename("") or ""
    except BROKEN:
        return "?"
    try:
        return "".join(
            piece if isinstance(piece, str) else _letters(piece, charset or "utf-8")
            for piece, charset in decode_header(name)
        )
    except BROKEN:
        return name


def clean_name(name: str) -> str:
    """A name that a table can show and that leads nowhere: no folders, no control letters, none that turn the text."""
    raw = name.encode("utf-8", "surrogateescape")
    last = re.split(r"[/\\]", _letters(raw, "utf-8"))[-1]
    plain = " ".join(_printable(unicodedata.normalize("NFC", last)).split())
    return "" if plain.strip(". ") == "" else plain[:MAX_NAME]


def _printable(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter)[0] not in "C" and letter.isprintable())
