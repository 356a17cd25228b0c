"""`python -m tests.accuracy.mails [COUNT] [SEED]`: mails made by chance, and whether all of them is accounted for.

Each page that is put into a mail has a size of its own, so that it is known again whatever became of its name. The
mails are written here letter by letter, not by the library that reads them, and the account is kept while writing:
what was put in, and whether the mail was broken afterwards. A mail that was not broken has to give exactly its pages
and exactly the expected reasons; from a broken one everything that does not arrive must be covered by a row that sends
a person to look, and what arrives must be whole.
"""

import base64
import io
import random
import re
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
from PIL import Image

from intake import batch
from intake.engines import TextEngine
from intake.executors import Serial
from intake.ledger import MemoryLedger
from intake.policy import EVERY_LINE
from intake.sources import Source
from intake.values import PageImage, PageKind, PageReading, Roster, Template

Size = tuple[int, int]
"""Width and height in pixels."""

STEP, STEPS = 25, range(12, 41)
"""Pages are 300 to 1000 pixels wide and high, in steps that are whole points of a PDF at 200 dpi."""

CUT_TO = 0.98
"""What is cut off a mail is at least this much of it, so that more than the last boundary is gone."""

LITTER_NAMES = ("logo.png", "image001.png", "spacer.gif")
NAMES = (
    "Einwilligung.pdf", "IMG_0001.HEIC", "scan.jpg", "Anlage.docx", "../../etc/passwd", "C:\\Users\\x\\Bild.png",
    "=cmd|' /C calc'!A0.pdf", "\u202egpj.exe", "Zoë Öztürk – Abschnitt.pdf", "a" * 300 + ".pdf", "", "\x00\x07.tif",
    "Einwilligung.pdf", "brief.eml", "+49 30.jpg", "nul",
)  # fmt: skip
TYPES = (
    "application/pdf",
    "image/jpeg",
    "application/octet-stream",
    "text/plain",
    "image/heic",
    "garbage",
    "x/y/z",
    "",
)


@dataclass(slots=True)
class Account:
    """What was put into a mail; `broken` says that something was done to it afterwards.

    `logos` are no pages, but in a broken mail one may have lost the header that says so.
    """

    items: list[frozenset[Size]] = field(default_factory=list)
    logos: set[Size] = field(default_factory=set)
    reasons: Counter[str] = field(default_factory=Counter)
    passed_over: int = 0
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with the account of one mail; empty if nothing."""

    number: int
    recipe: str
    faults: tuple[str, ...]


# ---------------------------------------------------------------- what hangs on a mail


class Maker:
    """Writes one mail, and keeps its account."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - mails to be made again, no secrets
        self.account = Account()
        self.recipe: list[str] = []
        self._sizes = [(STEP * a, STEP * b) for a in STEPS for b in STEPS]
        self.rng.shuffle(self._sizes)

    def page_file(self) -> bytes:
        """A file of one to three pages, all entered into the account."""
        kind = self.rng.choice(("pdf", "pdf", "jpeg", "png", "tiff", "webp", "bmp"))
        count = self.rng.randint(1, 3) if kind in {"pdf", "tiff"} else 1
        sizes = [self._sizes.pop() for _ in range(count)]
        self.account.items.append(frozenset(sizes))
        return pdf_of(sizes) if kind == "pdf" else picture_of(sizes, kind)

    def other_file(self) -> bytes:
        """A file that is no page; its reason is entered into the account."""
        reason, content = self.rng.choice(OTHERS)
        self.account.reasons[reason] += 1
        return content

    def attachment(self) -> bytes:
        """A part of a mail with a file in it, in any of the ways that occur, its name and type often wrong."""
        roll = self.rng.random()
        content = self.page_file() if roll < 0.75 else self.other_file() if roll < 0.9 else self.archive()
        disposition = self.rng.choice(("attachment", "attachment", "inline", ""))
        return self.part(content, self.rng.choice(TYPES), self.rng.choice(NAMES), disposition)

    def archive(self) -> bytes:
        """A zip of one to three files."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(self.rng.randint(1, 3)):
                archive.writestr(f"{number}/{self.rng.choice(NAMES) or 'x'}", self.page_file())
            if self.rng.random() < 0.3:
                self.account.passed_over += 1
                archive.writestr("__MACOSX/._x", b"junk")
        return file.getvalue()

    def litter(self) -> bytes:
        """A logo in the text, a card or a signature of a mail program."""
        self.account.passed_over += 1
        if self.rng.random() < 0.6:
            size = (self.rng.randint(1, 280), self.rng.randint(1, 280))
            self.account.logos.add(size)
            return self.part(picture_of([size], "png"), "image/png", self.rng.choice(LITTER_NAMES), "inline")
        content, declared = self.rng.choice((
            (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "text/vcard"), (b"\x30\x80\x06\x09", "application/pkcs7-signature"),
        ))  # fmt: skip
        return self.part(content, declared, "smime.p7s", "attachment")

    def part(self, content: bytes, declared: str, name: str, disposition: str) -> bytes:
        """Headers and content, encoded in one of the ways that mails know."""
        # What has no name or no type is called an attachment: else it is what the mail says.
        head = [f"Content-Type: {declared}" + self._name_of(name, "name")] if declared else []
        disposition = disposition if name and declared else "attachment"
        if disposition:
            head.append(f"Content-Disposition: {disposition}" + self._name_of(name, "filename"))
        encoding, body = self._encoded(content)
        head += [f"Content-Transfer-Encoding: {encoding}"] if encoding else []
        self.rng.shuffle(head)
        return "\r\n".join(head).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body

    def _name_of(self, name: str, key: str) -> str:
        """A parameter, written as different programs do."""
        if not name:
            return ""
        raw = name.replace("\\", "\\\\").replace('"', "").replace("\0", "")
        coded = base64.b64encode(name.encode()).decode()
        percent = "".join(f"%{byte:02X}" for byte in name.encode())
        return self.rng.choice((
            f'; {key}="{raw}"', f'; {key}="=?utf-8?B?{coded}?="', f"; {key}*=utf-8''{percent}", f'; {key}="=?x?Q?y?="',
            f"; {key}*0*=klingon''{percent}; {key}*1=x",
        ))  # fmt: skip

    def _encoded(self, content: bytes) -> tuple[str, bytes]:
        """The name of an encoding and the content in it; plain only where no line of it can end a part."""
        way = self.rng.choice(("base64", "base64", "base64", "quoted-printable", "x-uuencode", "8bit"))
        if way == "base64":
            return self.rng.choice(("base64", "BASE64", " Base64 ")), base64.encodebytes(content).replace(
                b"\n", b"\r\n"
            )
        if way == "quoted-printable":
            return way, quoted(content)
        if way == "x-uuencode":
            return way, uu(content)
        return (way, content) if b"\n--" not in content else ("base64", base64.encodebytes(content))

    # ------------------------------------------------------------ the mail around it

    def mail(self) -> bytes:
        """A mail with anything on it."""
        shape = self.rng.choice(("flat", "flat", "flat", "related", "forwarded", "attached", "single", "text", "uu"))
        self.recipe.append(shape)
        return self._finished(getattr(self, f"_{shape}")())

    def _finished(self, body: bytes) -> bytes:
        """Headers before it, and the line ends of one system."""
        return header(self.rng) + body

    def _text(self) -> bytes:
        self.account.reasons["mail_without_attachment"] += 1
        return b"Content-Type: text/plain; charset=utf-8\r\n\r\nHiermit stimme ich zu.\r\n"

    def _flat(self) -> bytes:
        parts = [text_part(self.rng)] + [self.attachment() for _ in range(self.rng.randint(1, 4))]
        parts += [self.litter() for _ in range(self.rng.randint(0, 3))]
        return self._multipart("mixed", parts)

    def _related(self) -> bytes:
        inner = self._multipart("alternative", [text_part(self.rng), text_part(self.rng)])
        photo = self.part(self.page_file(), "image/jpeg", "IMG_1.jpg", "inline")
        return self._multipart("mixed", [self._multipart("related", [inner, self.litter(), photo]), self.attachment()])

    def _forwarded(self) -> bytes:
        """A mail in a mail, up to six deep, as a part of its own kind."""
        inner = self._finished(self._flat())
        for _ in range(self.rng.randint(1, 6)):
            part = b"Content-Type: message/rfc822\r\n\r\n" + inner
            inner = self._finished(self._multipart("mixed", [text_part(self.rng), part]))
        return self._multipart("mixed", [text_part(self.rng), b"Content-Type: message/rfc822\r\n\r\n" + inner])

    def _attached(self) -> bytes:
        """A mail as a file, of a type that hides it."""
        inner = self._finished(self._flat())
        return self._multipart("mixed", [text_part(self.rng), self.part(inner, "x/y", "weiter.bin", "attachment")])

    def _single(self) -> bytes:
        """A mail that is nothing but a file, as some scanners send."""
        return self.part(self.page_file(), "application/octet-stream", self.rng.choice(NAMES), "attachment")

    def _uu(self) -> bytes:
        """A file in the text, as programs did before MIME; of two, nobody could know that the second was cut off."""
        return b"Content-Type: text/plain\r\n\r\nHallo,\r\n\r\n" + uu(self.page_file())

    def _multipart(self, kind: str, parts: Sequence[bytes]) -> bytes:
        mark = f"=_{self.rng.randrange(1 << 60):x}"
        head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\nThis is a multi-part message.\r\n'.encode()
        return (
            head
            + b"".join(b"\r\n--" + mark.encode() + b"\r\n" + part for part in parts)
            + (b"\r\n--" + mark.encode() + b"--\r\n")
        )


ODD_FIELDS = (
    "Subject: =?utf-8?Q?Einwilligung_=C3=9?=", "Subject: Ünverändert", "Date: gestern", "To: undisclosed:;",
    "Message-ID: <<>>", "Content-Language: de", "X-Y: " + "z" * 2000,
)  # fmt: skip


def header(rng: random.Random) -> bytes:
    """The fields at the top, some of them odd."""
    sender = rng.choice(("mutter@familie.example", '"M, Ö" <m@x.example>', "<>", "kein Absender", "@@", "a@b\x00c"))
    lines = ["Received: from a by b; Tue, 3 Feb 2026 08:00:00 +0100", f"From: {sender}", "MIME-Version: 1.0"]
    lines += rng.sample(ODD_FIELDS, 3)
    return "\r\n".join(lines).encode() + b"\r\n"


def text_part(rng: random.Random) -> bytes:
    """What a family writes, or a page of it."""
    return rng.choice((
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nAnbei die Einwilligung.\r\n",
        b"Content-Type: text/html; charset=latin-1\r\n\r\n<p>Anbei <b>die</b> Einwilligung</p><img src='cid:x'>\r\n",
        b"Content-Type: text/plain; charset=klingon\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe\r\n",
        b"\r\nOhne Kopf\r\n",
    ))  # fmt: skip


# ---------------------------------------------------------------- files


def pdf_of(sizes: Sequence[Size]) -> bytes:
    """White pages that are rendered to these sizes."""
    document, file = pikepdf.new(), io.BytesIO()
    for width, height in sizes:
        document.add_blank_page(page_size=(width * 72 / 200, height * 72 / 200))
    document.save(file)
    return file.getvalue()


def picture_of(sizes: Sequence[Size], kind: str) -> bytes:
    """Grey pictures of these sizes."""
    pictures, file = [Image.new("L", size, 200) for size in sizes], io.BytesIO()
    if kind == "tiff":
        pictures[0].save(file, kind, save_all=True, append_images=pictures[1:], compression="tiff_lzw")
    else:
        pictures[0].save(file, kind)
    return file.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


OTHERS: tuple[tuple[str, bytes], ...] = (
    ("office_document", zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})),
    ("office_document", zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b""})),
    ("office_document", b"{\\rtf1 Ja}"),
    ("winmail_dat", b"\x78\x9f\x3e\x22" + bytes(40)),
    ("unknown_kind", b"Ja, ist ok.\r\n\x01"),
    ("other_archive", b"7z\xbc\xaf\x27\x1c" + bytes(30)),
    ("damaged_archive", zip_of({"a.pdf": b"%PDF-1.4"})[:-10]),
    ("empty_file", b""),
    ("damaged_pdf", b"%PDF-1.7\r\n%%EOF"),
    ("video", b"\0\0\0\x18ftypmp42" + bytes(20)),
)
"""Files that are no pages, and what is said of them."""


def quoted(content: bytes) -> bytes:
    """Quoted-printable, every byte of it."""
    coded = "".join(f"={byte:02X}" for byte in content)
    return "=\r\n".join(coded[start : start + 72] for start in range(0, len(coded), 72)).encode()


def uu(content: bytes) -> bytes:
    """Uuencoded, with the lines around it."""
    lines = [b"begin 644 anlage.bin"]
    for start in range(0, len(content), 45):
        piece = content[start : start + 45]
        padded = piece + bytes(-len(piece) % 3)
        coded = bytearray([32 + len(piece)])
        for place in range(0, len(padded), 3):
            bits = int.from_bytes(padded[place : place + 3], "big")
            coded += bytes(((bits >> shift) & 63) + 32 or 96 for shift in (18, 12, 6, 0))
        lines.append(bytes(coded).replace(b" ", b"`"))
    return b"\r\n".join([*lines, b"`", b"end", b""])


# ---------------------------------------------------------------- what is done to a mail afterwards


def cut(mail: bytes, rng: random.Random) -> bytes:
    """It breaks off."""
    return mail[: int(len(mail) * rng.uniform(0.02, CUT_TO))]


def without_boundary(mail: bytes, rng: random.Random) -> bytes:
    """A boundary is declared otherwise than it is used, or not at all."""
    return mail.replace(b"boundary=", rng.choice((b"bounary=", b"boundary=x", b"")), 1)


def without_last_boundary(mail: bytes, rng: random.Random) -> bytes:
    """The last line is gone."""
    return mail[: mail.rstrip().rfind(b"\r\n--")] + b"\r\n" * rng.randint(0, 1)


def with_strange_letters(mail: bytes, rng: random.Random) -> bytes:
    """Bytes that are no base64, within base64: in other encodings they would be another file, and nobody could know."""
    broken, lines = bytearray(mail), list(re.finditer(rb"^[A-Za-z0-9+/]{60,}\r?$", mail, re.MULTILINE))
    for line in rng.sample(lines, min(len(lines), 3)):
        broken[rng.randrange(line.start(), line.start() + 60)] = rng.choice(b"\xff\x00!~*")
    return bytes(broken)


def without_a_piece(mail: bytes, rng: random.Random) -> bytes:
    """Something in the middle is gone, but no part from its beginning to its end: nobody could know of that."""
    start = rng.randrange(len(mail))
    piece = mail[start : start + rng.randint(1, 3000)].split(b"\r\n--")[0]
    return mail[:start] + mail[start + len(piece) :]


BREAKERS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, cut, without_boundary, without_last_boundary, with_strange_letters, without_a_piece,
)  # fmt: skip


# ---------------------------------------------------------------- the account is compared


def made(seed: int) -> tuple[bytes, Account, str]:
    """A mail, its account, and how it was made; a third of them broken."""
    maker = Maker(seed)
    mail = maker.mail()
    if maker.rng.random() < 1 / 3:
        breaker = maker.rng.choice(BREAKERS)
        broken = breaker(mail, maker.rng)
        maker.recipe.append(breaker.__name__)
        maker.account.broken = broken != mail
        mail = broken
    return mail, maker.account, " ".join(maker.recipe)


class NoEngine:
    """Reads nothing."""

    def read_lines(self, crops: Sequence[object]) -> list[object]:
        """Not asked: nothing here is a slip."""
        raise AssertionError(f"asked to read {len(crops)} lines")


def size_of(page: PageImage, templates: Sequence[Template], roster: Roster, engine: TextEngine) -> PageReading:
    """A reader that says of a page only what size it has."""
    height, width = page.gray.shape
    return PageReading(page.ref, PageKind.FOREIGN, (), (f"{width}x{height}",))


def accounted(path: Path, folder: Path) -> tuple[list[PageReading], batch.Delivery]:
    """What the reader says of a mail."""
    ledger = MemoryLedger()
    delivery = batch.open_mail([Source(path.name, path)], folder, Serial())
    task = batch.PageTask((), Roster(()), NoEngine, size_of)  # type: ignore[arg-type]  # an engine that is never asked
    batch.run(
        delivery.sources, task, Serial(), ledger, policy=EVERY_LINE, progress=lambda done, total: None,
        unread=delivery.unread,
    )  # fmt: skip
    return list(ledger.pages()), delivery


def faults(account: Account, pages: Sequence[PageReading], delivery: batch.Delivery) -> Iterator[str]:
    """What is wrong with what the reader says."""
    seen = [tuple(int(side) for side in p.reasons[0].split("x")) for p in pages if p.kind is PageKind.FOREIGN]
    unread = Counter(page.reasons[0] for page in pages if page.kind is PageKind.UNREADABLE)
    put_in = {size for item in account.items for size in item}
    if not pages:
        yield "no row at all"
    if unknown := set(seen) - put_in - (account.logos if account.broken else set()):
        yield f"pages that nobody put in: {unknown}"
    if len(seen) != len(set(seen)):
        yield "a page twice"
    lost = [item for item in account.items if not item & set(seen)]
    half = [item for item in account.items if item & set(seen) not in (set(), item)]
    if half and not _own_up(pages):
        yield f"half a file: {half}"
    if account.broken:
        if lost and not unread:
            yield f"lost without a word: {lost}"
        return
    passed_over = sum(delivery.passed_over.values())
    if lost:
        yield f"not read: {lost}"
    if unread != account.reasons:
        yield f"reasons {dict(unread)}, not {dict(account.reasons)}"
    if passed_over != account.passed_over:
        yield f"{passed_over} passed over, not {account.passed_over}"


def _own_up(pages: Sequence[PageReading]) -> bool:
    """Whether a file of which some pages were read has rows for the others."""
    kinds: dict[str, set[PageKind]] = {}
    for page in pages:
        kinds.setdefault(page.ref.file, set()).add(page.kind)
    return {PageKind.FOREIGN, PageKind.UNREADABLE} in kinds.values()


def reports(count: int, seed: int) -> Iterator[Report]:
    """Read so many mails and compare each account."""
    with tempfile.TemporaryDirectory() as place:
        for number in range(count):
            mail, account, recipe = made(seed * 1_000_000 + number)
            path = Path(place) / f"{number}.eml"
            path.write_bytes(mail)
            inside = Path(place) / str(number)
            inside.mkdir()
            yield Report(number, recipe, tuple(faults(account, *accounted(path, inside))))


def main(count: int = 1000, seed: int = 1) -> int:
    """Print what is wrong, and how many mails of each making there were."""
    started, made_as, wrong = time.monotonic(), Counter[str](), 0
    for report in reports(count, seed):
        made_as[report.recipe] += 1
        if report.faults:
            wrong += 1
            print(f"mail {report.number} ({report.recipe}): {'; '.join(report.faults)}")  # noqa: T201 - a command
    for recipe, number in sorted(made_as.items()):
        print(f"{number:5} {recipe}")  # noqa: T201 - a command
    print(f"{count} mails, {wrong} with a wrong account, {time.monotonic() - started:.0f} s")  # noqa: T201 - a command
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
