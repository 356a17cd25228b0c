"""Sample slips sent by mail, read from the command line to the tables."""

import csv
import os
import re
import tempfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import img2pdf  # type: ignore[import-untyped]  # it ships no types
import numpy as np
import pytest
from PIL import Image

from forms.catalogue import build_blank
from forms.school import School
from intake.cli import call
from intake.errors import ExitCode

STACKS = Path(__file__).parents[2] / "samples" / "stacks"
PHOTO = (STACKS / "fotos" / "IMG_0412.jpg").read_bytes()
REFUSAL, BOTH_SIGNED = STACKS / "fotos" / "Scan_0413.jpg", STACKS / "fotos" / "Scan_0415.jpg"

Row = dict[str, str]


def mail(text: str, *files: tuple[bytes, str]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Familie <familie@beispiel.example>"
    message.set_content(text)
    for content, name in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, options = tmp_path_factory.mktemp("forms"), []
    for form in ("iserv-sekundar", "iserv-primar"):
        (folder / f"{form}.pdf").write_bytes(build_blank(form, School()))
        options += ["--form", str(folder / f"{form}.pdf")]
    return options


@pytest.fixture
def read(forms: list[str], tmp_path: Path) -> Callable[..., tuple[int, list[Row], list[Row]]]:
    """Reads mails, given by name: the exit code, results.csv and pages.csv."""

    def of(**mails: EmailMessage) -> tuple[int, list[Row], list[Row]]:
        (tmp_path / "mails").mkdir()
        for name, message in mails.items():
            (tmp_path / "mails" / f"{name}.eml").write_bytes(message.as_bytes())
        out = [str(tmp_path / "results.csv"), str(tmp_path / "pages.csv")]
        roster = ["--roster", str(STACKS / "klassenliste.csv")]
        code = call(["read", str(tmp_path / "mails"), *forms, *roster, "-o", out[0], "--pages", out[1], "-j", "1",
                     "--evidence", str(tmp_path / "belege")])  # fmt: skip
        return code, _rows(Path(out[0])), _rows(Path(out[1]))

    return of


Read = Callable[..., tuple[int, list[Row], list[Row]]]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_photo_and_a_scan_of_one_mail_are_two_rows_under_its_name(read: Read) -> None:
    scan = bytes(img2pdf.convert(str(BOTH_SIGNED)))
    _, results, pages = read(post=mail("Anbei beides.", (PHOTO, "IMG_0412.jpg"), (scan, "Anlage.pdf")))
    assert [(row["file"], row["child_name"], row["channel"]) for row in results] == [
        ("post.eml/Anlage.pdf", "Sophie Arndt", "scan"),
        ("post.eml/IMG_0412.jpg", "Finn Jäger", "photo"),
    ]
    assert results[0]["verdict"] == "given"
    assert results[1]["verdict"] in {"given", "review"}
    assert [(row["file"], row["kind"], row["sender"]) for row in pages] == [
        ("post.eml/Anlage.pdf", "slip", "familie@beispiel.example"),
        ("post.eml/IMG_0412.jpg", "slip", "familie@beispiel.example"),
    ]


def test_a_mail_that_says_not_holds_its_consent_back_and_leaves_a_refusal_alone(read: Read) -> None:
    words = "Anbei der Abschnitt. Mit Videos sind wir nicht einverstanden."
    files = [(path.read_bytes(), path.name) for path in (REFUSAL, BOTH_SIGNED)]
    _, results, _ = read(post=mail(words, *files))
    assert [(row["child_name"], row["verdict"], row["reasons"]) for row in results] == [
        ("Theo Kröger", "refused", ""),
        ("Sophie Arndt", "review", "mail_objects"),
    ]


def test_a_mail_that_says_yes_and_brings_nothing_is_no_consent(
    read: Read, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, results, pages = read(post=mail("Hiermit stimme ich zu, auch für Sophie Arndt."))
    assert (code, results) == (ExitCode.UNREADABLE_INPUT, [])
    assert [(row["file"], row["kind"], row["reasons"]) for row in pages] == [
        ("post.eml", "unreadable", "mail_without_attachment")
    ]
    assert "Sophie" not in capsys.readouterr().err
    assert len(list((tmp_path / "belege").iterdir())) == 1
    with zipfile.ZipFile(tmp_path / "results.xlsx") as book:
        assert "Mail ohne Anhang" in book.read("xl/sharedStrings.xml").decode("utf-8")


def test_a_mail_with_the_letter_in_place_of_the_slip_is_shown_to_a_person(
    read: Read, forms: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    lines = np.full((1169, 827), 245, np.uint8)
    for top in range(100, 1000, 24):
        lines[top : top + 10, 100:700] = np.where(rng.random((10, 600)) < 0.5, 40, 245)
    Image.fromarray(lines).save(tmp_path / "brief.png", dpi=(100, 100))
    code, _, pages = read(post=mail("Anbei", ((tmp_path / "brief.png").read_bytes(), "brief.png")))
    assert code == ExitCode.REVIEW_NEEDED
    assert [(row["kind"], row["reasons"]) for row in pages] == [("foreign", "mail_without_slip")]
    assert "keinen Abschnitt enthält 1 Mail" in capsys.readouterr().err


def test_nothing_of_a_mail_stays_behind(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    read(post=mail("Anbei", (PHOTO, "IMG_0412.jpg")))
    assert os.listdir(place) == []  # noqa: PTH208 - names are what is asked
    assert not re.search("IMG|Finn|familie@", capsys.readouterr().err)
