import base64
import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from intake import batch, limits, unpack
from intake.errors import UnreadablePageError
from intake.executors import Executor, LocalPool, Serial
from intake.ledger import MemoryLedger
from intake.mail import Mail, clean_name, read_mail, takes_back
from intake.policy import EVERY_LINE
from intake.sources import Source, expand
from intake.values import PageKind, PageReading, Roster
from tests.accuracy.mails import NoEngine, pdf_of, picture_of, size_of, uu, zip_of

PAGE = pdf_of([(400, 600)])
PHOTO = picture_of([(900, 1200)], "jpeg")
LOGO = picture_of([(200, 80)], "png")


def written(*attachments: tuple[bytes, str, str], text: str = "Anbei die Einwilligung.") -> EmailMessage:
    """A mail with files on it: content, declared type, name."""
    mail = EmailMessage()
    mail["From"] = "Familie Öztürk <familie@beispiel.example>"
    mail["Subject"] = "Einwilligung"
    mail.set_content(text)
    for content, declared, name in attachments:
        main, _, sub = declared.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def read(folder: Path, inside: Path, executor: Executor | None = None) -> tuple[list[PageReading], batch.Delivery]:
    """What comes of everything in a folder; a page's reason is its size."""
    runner = executor or Serial()
    ledger = MemoryLedger()
    delivery = batch.open_mail(expand([folder]).sources, inside, runner)
    task = batch.PageTask((), Roster(()), NoEngine, size_of)  # type: ignore[arg-type]  # an engine that is never asked
    batch.run(
        delivery.sources,
        task,
        runner,
        ledger,
        policy=EVERY_LINE,
        progress=lambda done, total: None,
        unread=delivery.unread,
    )
    return list(ledger.pages()), delivery


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., list[tuple[str, int, str]]]:
    """Reads files given by name and content: file, page, and reason or size of every row."""

    def of(**files: bytes) -> list[tuple[str, int, str]]:
        folder, inside = tmp_path / "in", tmp_path / "inside"
        folder.mkdir()
        inside.mkdir()
        for name, content in files.items():
            (folder / f"{name}.eml").write_bytes(content)
        pages, _ = read(folder, inside)
        return [(page.ref.file, page.ref.page, page.reasons[0]) for page in pages]

    return of


Rows = Callable[..., list[tuple[str, int, str]]]


# ---------------------------------------------------------------- what hangs on a mail is read


def test_attachments_are_told_by_their_bytes_and_not_by_name_or_type(rows: Rows) -> None:
    mail = written((PAGE, "image/jpeg", "Foto.jpg"), (PHOTO, "application/pdf", "Scan.pdf"))
    assert rows(a=mail.as_bytes()) == [("a.eml/Foto.jpg", 1, "400x600"), ("a.eml/Scan.pdf", 1, "900x1200")]


def test_two_attachments_of_one_name_are_two_rows(rows: Rows) -> None:
    mail = written((PAGE, "application/pdf", "Scan.pdf"), (PHOTO, "image/jpeg", "Scan.pdf"))
    assert [name for name, _, _ in rows(a=mail.as_bytes())] == ["a.eml/Scan.pdf", "a.eml/Scan.pdf#2"]


def test_a_mail_without_attachment_is_a_row_and_never_a_consent(rows: Rows) -> None:
    mail = written(text="Hiermit stimme ich zu.").as_bytes()
    assert rows(a=mail) == [("a.eml", 1, "mail_without_attachment")]


def test_a_forwarded_mail_is_opened(rows: Rows) -> None:
    outer = written(text="Zur Kenntnis")
    outer.add_attachment(written((PAGE, "application/pdf", "Scan.pdf")))
    assert rows(a=outer.as_bytes()) == [("a.eml/Anlage 2/Scan.pdf", 1, "400x600")]


def test_a_forwarded_mail_in_base64_is_opened(rows: Rows) -> None:
    inner = base64.encodebytes(written((PAGE, "application/pdf", "Scan.pdf")).as_bytes())
    mail = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner + b"\r\n--x--\r\n"
    )
    assert rows(a=mail) == [("a.eml/Anlage 1/Scan.pdf", 1, "400x600")]


def test_files_in_the_text_are_found(rows: Rows) -> None:
    mail = b"From: a@b.example\r\n\r\nHallo,\r\n\r\n" + uu(PHOTO) + b"\r\n" + uu(PAGE) + b"\r\nGruss\r\n"
    assert rows(a=mail) == [("a.eml/anlage.bin", 1, "900x1200"), ("a.eml/anlage.bin#2", 1, "400x600")]


CODED = base64.encodebytes(PHOTO).splitlines(keepends=True)


@pytest.mark.parametrize(
    "lines",
    [CODED[3:], uu(PHOTO).splitlines(keepends=True)[3:], [b"=3D=C3" * 12 + b"=\n"]],
    ids=["base64", "uu", "quoted"],
)
def test_what_is_left_of_a_lost_part_is_a_row(lines: list[bytes], rows: Rows) -> None:
    """Its boundary and its header are gone; the rest of its letters stands in the mail's text."""
    head = b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\nAnbei das Foto.\r\n\r\n"
    assert ("m.eml/Anlage 1", 1, "damaged_attachment") in rows(m=head + b"".join(lines))


def test_keys_and_long_words_in_the_text_are_no_lost_parts(rows: Rows) -> None:
    signature = b"-----BEGIN PGP SIGNATURE-----\r\n\r\n" + b"".join(CODED[3:6]) + b"-----END PGP SIGNATURE-----\r\n"
    words = b"https://beispiel.example/" + b"aB3" * 40 + b"\r\n" + b"-" * 78 + b"\r\n" + b"x" * 70 + b"\r\n"
    mail = b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\nGruss\r\n" + words + signature
    assert rows(m=mail) == [("m.eml", 1, "mail_without_attachment")]


def test_a_photo_that_the_page_itself_holds_is_read(rows: Rows) -> None:
    page = b'<p>Das Foto:</p><img alt="" src="data:image/jpeg;base64,' + b"".join(CODED) + b'">'
    mail = b"From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    assert rows(m=mail) == [("m.eml/Bild 1.1", 1, "900x1200")]


def test_a_file_that_calls_itself_the_text_is_none(rows: Rows) -> None:
    content = base64.encodebytes(PAGE)
    mail = b"From: a@b.example\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + content
    assert rows(a=mail) == [("a.eml/Anlage 1", 1, "400x600")]


def test_bytes_that_call_themselves_the_text_are_a_row(rows: Rows) -> None:
    mail = b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\n\0\0\0\x18ftypmp42\0\0\0"
    assert ("a.eml/Anlage 1", 1, "video") in rows(a=mail)


def test_a_photo_in_the_text_is_read_and_a_logo_is_counted(tmp_path: Path) -> None:
    mail = written(text="Foto:")
    mail.add_related(PHOTO, "image", "jpeg", cid="<1@x>", filename="IMG_0001.jpg", disposition="inline")
    mail.add_related(LOGO, "image", "png", cid="<2@x>", filename="logo.png", disposition="inline")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.eml").write_bytes(mail.as_bytes())
    pages, delivery = read(tmp_path / "in", tmp_path)
    assert [(page.ref.file, page.reasons[0]) for page in pages] == [("a.eml/IMG_0001.jpg", "900x1200")]
    assert delivery.passed_over == {unpack.SMALL_PICTURE: 1}


def test_a_mail_with_nothing_but_a_logo_is_a_row(rows: Rows) -> None:
    mail = written(text="Ja")
    mail.add_related(LOGO, "image", "png", cid="<2@x>", filename="logo.png", disposition="inline")
    assert rows(a=mail.as_bytes()) == [("a.eml", 1, "mail_without_attachment")]


def test_a_page_is_read_even_if_it_is_declared_a_signature(rows: Rows) -> None:
    mail = written((PAGE, "application/pkcs7-signature", "smime.p7s"))
    assert rows(a=mail.as_bytes()) == [("a.eml/smime.p7s", 1, "400x600")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "office_document"),
        (zip_of({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}), "office_document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "office_document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(6000) + "__properties_version1.0".encode("utf-16-le"),
            "outlook_message",
        ),
        (b"\x78\x9f\x3e\x22\0\0", "winmail_dat"),
        (b"<!DOCTYPE html><p>Ja", "web_page"),
        (b"Rar!\x1a\x07\0", "other_archive"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "avif_not_read"),
        (b"Ja, ist ok", "unknown_kind"),
        (b"", "empty_file"),
    ],
)
def test_what_is_no_page_says_what_it_is(content: bytes, reason: str, rows: Rows) -> None:
    mail = written((content, "application/octet-stream", "Anlage.pdf"))
    assert rows(a=mail.as_bytes()) == [("a.eml/Anlage.pdf", 1, reason)]


@pytest.mark.parametrize("declared", ["application/pkcs7-mime", "multipart/encrypted", "message/external-body"])
def test_a_sealed_mail_is_a_row(declared: str, rows: Rows) -> None:
    part = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n" if declared.startswith("multi") else b""
    body = b"\r\n--x\r\n" + part + b"\r\n--x--\r\n" if part else b"MIIB\r\n"
    mail = f"From: a@b.example\r\nContent-Type: {declared}; boundary=x\r\n\r\n".encode() + body
    ((_, _, reason),) = rows(a=mail)
    assert reason in {"encrypted_mail", "attachment_elsewhere"}


# ---------------------------------------------------------------- damage


def test_an_attachment_with_foreign_letters_is_not_read(rows: Rows) -> None:
    mail = written((PHOTO, "image/jpeg", "Foto.jpg")).as_bytes()
    place = mail.rfind(b"\n", 0, len(mail) - 400) + 20
    broken = mail[:place] + b"~" + mail[place + 1 :]
    assert rows(a=broken) == [("a.eml/Foto.jpg", 1, "damaged_attachment")]


def test_a_mail_that_breaks_off_keeps_what_came_before_and_says_so(rows: Rows) -> None:
    mail = written((PAGE, "application/pdf", "erste.pdf"), (pdf_of([(300, 300)] * 3), "application/pdf", "zweite.pdf"))
    whole = mail.as_bytes()
    found = rows(a=whole[: whole.rfind(b"--=") - 200])
    assert found == [
        ("a.eml", 1, "damaged_mail"),
        ("a.eml/erste.pdf", 1, "400x600"),
        ("a.eml/zweite.pdf", 1, "damaged_attachment"),
    ]


def test_a_mail_whose_boundary_is_lost_is_a_row(rows: Rows) -> None:
    whole = written((PAGE, "application/pdf", "Scan.pdf")).as_bytes()
    assert {reason for _, _, reason in rows(a=whole.replace(b"boundary=", b"bounty=", 1))} <= {
        "damaged_mail",
        "damaged_attachment",
    }


def test_any_bytes_after_a_header_give_rows_and_no_crash(tmp_path: Path) -> None:
    path, inside = tmp_path / "any.eml", tmp_path / "inside"
    inside.mkdir()

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400), st.sampled_from(HEADS))
    @example(b"", b"From: a@b.example\r\n")
    @example(b"a: b\r\n\r\n", b"From: ")
    def check(content: bytes, head: bytes) -> None:
        path.write_bytes(head + content)
        for parcel in unpack.parcels(Source("any.eml", path)):
            opened = unpack.unpack(parcel, inside)
            assert opened.sources or opened.unread
        delivery = batch.open_mail([Source("any.eml", path)], inside, Serial())
        assert delivery.sources or delivery.unread
        assert all(one.reason != "worker_failed" for one in delivery.unread)

    check()


HEADS = (
    b"",
    b"From: a@b.example\r\n",
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
    b"From: a@b.example\r\nContent-Type: message/rfc822\r\n",
    b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application/pdf; name=",
    b"From a@b.example Tue Feb 03 08:00:00 2026\r\nFrom: ",
    b"PK\x03\x04",
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_mail_or_a_reason(content: bytes) -> None:
    try:
        assert isinstance(read_mail(content), Mail)
    except UnreadablePageError as error:
        assert error.reason


# ---------------------------------------------------------------- mails made to hurt


def test_a_thousand_mails_within_one_another_are_refused(rows: Rows) -> None:
    mail = b"From: a@b.example\r\nContent-Type: text/plain\r\n\r\nJa"
    for _ in range(1000):
        mail = b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + mail
    assert rows(a=mail) == [("a.eml", 1, "mail_nested_too_deep")]


def test_a_thousand_parts_within_one_another_are_refused(rows: Rows) -> None:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(1000)
    )
    assert rows(a=b"From: a@b.example\r\n" + head) == [("a.eml", 1, "mail_nested_too_deep")]


def test_ten_mails_within_one_another_are_opened_as_far_as_is_bearable(rows: Rows) -> None:
    mail = written((PAGE, "application/pdf", "Scan.pdf"))
    for _ in range(limits.MAX_NESTING + 2):
        outer = written()
        outer.add_attachment(mail)
        mail = outer
    ((_, _, reason),) = rows(a=mail.as_bytes())
    assert reason == "mail_nested_too_deep"


def test_short_lines_within_many_boundaries_are_refused_before_they_take_an_hour(rows: Rows) -> None:
    heads = [b"Content-Type: multipart/mixed; boundary=b%02d\r\n\r\n--b%02d\r\n" % (n, n) for n in range(90)]
    mail = b"From: a@b.example\r\n" + b"".join(heads) + b"a\r\n" * 400_000
    assert rows(a=mail) == [("a.eml", 1, "mail_nested_too_deep")]


@pytest.mark.parametrize("part", [b"\r\n", b"\r\n\r\nContent-Type: application/pdf\r\n\r\nx\r\n"])
def test_a_hundred_thousand_parts_are_refused(part: bytes, rows: Rows) -> None:
    mail = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + (b"--x" + part) * 100_000
    assert rows(a=mail) == [("a.eml", 1, "too_many_attachments")]


def test_six_hundred_attachments_are_refused_as_a_whole(rows: Rows) -> None:
    mail = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    mail += b"--x\r\nContent-Type: application/pdf\r\n\r\nx\r\n" * 600 + b"--x--\r\n"
    assert rows(a=mail) == [("a.eml", 1, "too_many_attachments")]


def test_endless_headers_take_no_endless_time(rows: Rows) -> None:
    head = b"From: a@b.example\r\nContent-Type: application/pdf" + b"; a=b" * 2_000_000 + b"\r\n"
    lines = b"From: a@b.example\r\n" + b"\n" * (limits.MAX_LINES + 1)
    found = rows(a=head + b"Content-Disposition: attachment; filename=a.pdf\r\n\r\n" + PAGE, b=lines)
    assert found == [("a.eml/a.pdf", 1, "400x600"), ("b.eml", 1, "mail_too_large")]


def test_a_mail_too_large_is_a_row(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePageError, match="mail_too_large"):
        read_mail(b"From: a@b.example\r\n\r\n" + bytes(limits.MAX_MAIL_BYTES))


def bomb(members: int, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            archive.writestr(f"{number}.pdf", b"%PDF-1.4\n" + bytes(size))
    return file.getvalue()


def test_a_zip_bomb_is_stopped_before_it_is_unpacked(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 1 << 20)
    found = rows(a=written((bomb(20, 300_000), "application/zip", "Fotos.zip")).as_bytes())
    assert len(found) == 20
    assert {reason for _, _, reason in found} == {"damaged_pdf", "too_much_inside"}
    assert sum(path.stat().st_size for path in (tmp_path / "inside").iterdir()) <= 1 << 20


def test_zips_within_zips_do_not_multiply(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED_BYTES", 1 << 22)
    inner = bomb(1, 3_000_000)
    for _ in range(3):
        inner = zip_of({f"{number}.zip": inner for number in range(30)})
    found = rows(a=written((inner, "application/zip", "Fotos.zip")).as_bytes())
    assert 1 <= len(found) <= limits.MAX_ATTACHMENTS


# ---------------------------------------------------------------- archives


def test_a_plain_archive_is_unpacked_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    archive = zip_of({"Fotos/IMG_1.jpg": PHOTO, "__MACOSX/._IMG_1.jpg": b"\0\5\x16\7", "../../Scan.pdf": PAGE})
    (tmp_path / "in" / "Fotos.zip").write_bytes(archive)
    pages, delivery = read(tmp_path / "in", tmp_path)
    assert [(page.ref.file, page.reasons[0]) for page in pages] == [
        ("Fotos.zip/IMG_1.jpg", "900x1200"),
        ("Fotos.zip/Scan.pdf", "400x600"),
    ]
    assert delivery.passed_over == {unpack.OF_SYSTEMS: 1}


def test_a_page_in_a_systems_folder_is_read(rows: Rows) -> None:
    mail = written((zip_of({"__MACOSX/a.pdf": PAGE}), "application/zip", "a.zip"))
    assert rows(a=mail.as_bytes()) == [("a.eml/a.zip/a.pdf", 1, "400x600")]


def test_a_locked_member_says_so(rows: Rows) -> None:
    locked = bytearray(zip_of({"a.pdf": PAGE}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = locked.find(mark) + (6 if mark.endswith(b"\x04") else 8)
        locked[place] |= 1
    mail = written((bytes(locked), "application/zip", "a.zip"))
    assert rows(a=mail.as_bytes()) == [("a.eml/a.zip/a.pdf", 1, "encrypted")]


def test_a_member_named_like_a_folder_is_no_folder(rows: Rows) -> None:
    mail = written((zip_of({"ordner/": PAGE}), "application/zip", "a.zip"))
    ((_, _, reason),) = rows(a=mail.as_bytes())
    assert reason == "400x600"


# ---------------------------------------------------------------- mailboxes and folders


def test_a_mailbox_gives_each_mail_its_number(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    mails = [written((PAGE, "application/pdf", "Scan.pdf")), written(text="From hier an\n\nFrom nirgends\nJa")]
    box = b"".join(b"From - Tue Feb 03 08:00:00 2026\n" + mail.as_bytes() + b"\n\n" for mail in mails)
    (tmp_path / "in" / "Posteingang").write_bytes(box)
    pages, delivery = read(tmp_path / "in", tmp_path)
    assert [(page.ref.file, page.reasons[0]) for page in pages] == [
        ("Posteingang/1/Scan.pdf", "400x600"),
        ("Posteingang/2", "mail_without_attachment"),
    ]
    assert delivery.mails == 2


def test_a_mailbox_in_an_archive_gives_all_its_mails(rows: Rows) -> None:
    mail = b"From - Tue Feb 03 08:00:00 2026\n" + written((PAGE, "application/pdf", "Scan.pdf")).as_bytes() + b"\n\n"
    found = rows(a=written((zip_of({"box": mail * 2}), "application/zip", "a.zip")).as_bytes())
    assert [name for name, _, _ in found] == ["a.eml/a.zip/box/1/Scan.pdf", "a.eml/a.zip/box/2/Scan.pdf"]


def test_a_maildir_is_read_with_its_hidden_folders_and_without_its_lists(tmp_path: Path) -> None:
    for place in ("box/cur", "box/new", "box/.Eltern/cur"):
        (tmp_path / place).mkdir(parents=True)
    mail = written((PAGE, "application/pdf", "Scan.pdf")).as_bytes()
    (tmp_path / "box/cur/1700000000.M1P1.host:2,S").write_bytes(mail)
    (tmp_path / "box/.Eltern/cur/1700000001.M1P1.host").write_bytes(mail)
    (tmp_path / "box/dovecot.index").write_bytes(b"\0\1")
    (tmp_path / "inside").mkdir()
    pages, _ = read(tmp_path / "box", tmp_path / "inside")
    assert [page.ref.file for page in pages] == [
        ".Eltern/cur/1700000001.M1P1.host/Scan.pdf",
        "cur/1700000000.M1P1.host:2,S/Scan.pdf",
    ]


@pytest.mark.parametrize("make", [Serial, lambda: LocalPool(2)])
def test_workers_open_mails_and_read_what_was_in_them(make: Callable[[], Executor], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        mail = written((PAGE, "application/pdf", "Scan.pdf"), (PHOTO, "image/jpeg", "Foto.jpg"))
        (tmp_path / "in" / f"{number}.eml").write_bytes(mail.as_bytes())
    pages, _ = read(tmp_path / "in", tmp_path, make())
    assert [page.ref.file for page in pages] == [
        f"{number}.eml/{name}" for number in range(3) for name in ("Foto.jpg", "Scan.pdf")
    ]


# ---------------------------------------------------------------- a mail without a slip


def test_the_pages_of_a_mail_without_a_slip_say_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    mail = written((PHOTO, "image/jpeg", "1.jpg"), (PAGE, "application/pdf", "2.pdf"))
    (tmp_path / "in" / "a.eml").write_bytes(mail.as_bytes())
    (tmp_path / "in" / "foto.jpg").write_bytes(PHOTO)
    pages, _ = read(tmp_path / "in", tmp_path)
    assert [(page.ref.file, "mail_without_slip" in page.reasons, page.kind) for page in pages] == [
        ("a.eml/1.jpg", True, PageKind.FOREIGN),
        ("a.eml/2.pdf", True, PageKind.FOREIGN),
        ("foto.jpg", False, PageKind.FOREIGN),
    ]


# ---------------------------------------------------------------- names, sender, words


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\Bild.png", "Bild.png"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("..", ""),
        ("Zo\u0065\u0308.pdf", "Zoë.pdf"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_name_leads_nowhere_and_turns_nothing_around(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


def test_names_are_read_as_old_and_new_programs_write_them(rows: Rows) -> None:
    head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    names = (
        b'filename="=?utf-8?B?WsO2ZS5wZGY=?="',
        b"filename*=utf-8''Z%C3%B6f.pdf",
        b'filename="Z\xf6g.pdf"',
        b'filename="Z\xc3\xb6h.pdf"',
        b"filename*0*=utf-8''Z%C3; filename*1*=%B6i.pdf",
    )
    parts = b"".join(
        b"--x\r\nContent-Disposition: attachment; " + name + b"\r\nContent-Type: application/pdf\r\n\r\nx\r\n"
        for name in names
    )
    assert [name for name, _, _ in rows(a=head + parts + b"--x--\r\n")] == [
        f"a.eml/Z\u00f6{letter}.pdf" for letter in "efghi"
    ]


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        (b"Zo\xc3\xab <zoe@x.example>", "zoe@x.example"),
        (b"zoe@x.example", "zoe@x.example"),
        (b"<>", ""),
        (b"kein Absender", ""),
        (b'"a@b.example" <c@d.example>', "c@d.example"),
        (b"a\x00@b.example", "a@b.example"),
        (b'"a" ((' * 500_000, ""),
    ],
)
def test_the_sender_is_an_address_or_nothing(line: bytes, sender: str) -> None:
    assert read_mail(b"From: " + line + b"\r\n\r\nJa").sender == sender


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin nicht einverstanden.",
        "Nur wenn die Kamera aus bleibt",
        "Hiermit widerrufe ich",
        "We do NOT agree",
        "istemiyorum",
        "Мы не согласны",
        "Nie wyrażam zgody",
    ],
)
def test_words_that_may_take_a_consent_back_are_noticed(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", ["", "Anbei die Einwilligung. Viele Grüße", "Ich bin einverstanden", "Danke, Nora"])
def test_words_that_only_accompany_are_let_pass(text: str) -> None:
    assert not takes_back(text)


def test_what_a_mail_quotes_of_another_is_not_its_word() -> None:
    mail = written(text="Anbei.\n\n> Bitte nicht vergessen\n").as_bytes()
    assert not takes_back(read_mail(mail).text)


def test_how_a_page_looks_is_not_its_word() -> None:
    mail = written(text="Anbei.")
    mail.add_alternative(
        "<style>p:not(.x) {background: no-repeat}</style><p>Anbei &amp; Gr&uuml;&szlig;e</p>"
        "<BLOCKQUOTE>Bitte nicht vergessen</BLOCKQUOTE>",
        subtype="html",
    )
    text = read_mail(mail.as_bytes()).text
    assert "Grüße" in text
    assert not takes_back(text)


@pytest.mark.parametrize(
    "page", ["<style>p {color: red}<p>Wir sind nicht einverstanden", "<p>n&#105;cht</p>", "<p>nicht</p><style></style>"]
)
def test_words_of_a_page_are_not_lost_in_its_looks(page: str) -> None:
    mail = written(text="")
    mail.add_alternative(page, subtype="html")
    assert takes_back(read_mail(mail.as_bytes()).text)


def test_a_picture_is_small_by_its_narrower_side() -> None:
    file = io.BytesIO()
    Image.new("L", (2000, unpack.SHOWN_PX - 1)).save(file, "PNG")
    mail = written(text="x")
    mail.add_related(file.getvalue(), "image", "png", cid="<1@x>", disposition="inline")
    (part,) = read_mail(mail.as_bytes()).parts
    assert not isinstance(part, Mail)
    assert part.inline
