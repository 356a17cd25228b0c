"""The standards for archives and for people who hear the page."""

import shutil
import subprocess
from pathlib import Path

import page
import pytest

from forms.blank import read_blank
from forms.catalogue import Personal, build_blank
from forms.fields import fill
from forms.school import School

UA = page.ValidationProfile.PDF_UA_1
ARCHIVE = page.ValidationProfile.PDF_A_3A


def faults(pdf: bytes, profile: page.ValidationProfile, folder: Path) -> list[str]:
    path = folder / "page.pdf"
    path.write_bytes(pdf)
    result = page.validate_pdf(str(path), profile=profile)
    return [f"{fault.rule_id}: {fault.message}" for fault in result.failures]


def filled(pdf: bytes) -> bytes:
    form = read_blank(pdf).form
    values = {line.name: "Gökçe Şahin-Łuczak" for line in form.texts}
    return fill(pdf, {**values, "consent": "ja"} if form.boxes else values)


def test_a_blank_can_be_heard_and_archived(blank_pdf: bytes, tmp_path: Path) -> None:
    assert faults(blank_pdf, UA, tmp_path) == []
    assert faults(blank_pdf, ARCHIVE, tmp_path) == []


def test_a_filled_blank_can_still_be_heard(blank_pdf: bytes, tmp_path: Path) -> None:
    assert faults(filled(blank_pdf), UA, tmp_path) == []


def test_a_childs_slip_can_be_heard_and_archived(tmp_path: Path) -> None:
    child = Personal("Thị Ánh Đặng", "3b", "ABCDEFGH2", b"secret")
    pdf = build_blank("iserv-primar", School(), child)
    assert faults(pdf, UA, tmp_path) == []
    assert faults(pdf, ARCHIVE, tmp_path) == []


def test_the_validator_bites(primary: bytes, tmp_path: Path) -> None:
    assert faults(primary.replace(b"/Tabs /S", b"/Tabs /R"), UA, tmp_path)


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_the_file_is_whole(blank_pdf: bytes, tmp_path: Path) -> None:
    for pdf in (blank_pdf, filled(blank_pdf)):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf)
        checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
        assert "PDF Version: 1.7" in checked.stdout
