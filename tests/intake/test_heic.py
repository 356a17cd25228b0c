import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from intake import heic, heic_child
from intake.errors import UnreadablePageError
from intake.pages import count_pages, read_page
from intake.sources import Source
from tests.intake.test_pages import distance, sheet

SPECIMENS = Path(__file__).parent / "specimens"
HALF = np.ascontiguousarray(sheet()[::2, ::2])

needs_decoder = pytest.mark.skipif(not heic.is_read(), reason="the extra `heic` is not installed")


def source(name: str) -> Source:
    return Source(name, SPECIMENS / name)


@needs_decoder
def test_a_photo_stored_lying_down_is_upright() -> None:
    read = read_page(source("turned.heic"), 1)
    assert read.gray.shape == HALF.shape
    assert distance(read.gray, HALF) < 2
    assert read.dpi is None


@needs_decoder
def test_every_picture_of_a_file_is_a_page() -> None:
    assert count_pages(source("two.heic")) == 2
    assert distance(read_page(source("two.heic"), 1).gray, HALF) < 2
    assert distance(read_page(source("two.heic"), 2).gray, HALF[::-1]) < 2


@needs_decoder
@pytest.mark.parametrize(("place", "value"), [(172, 0x81)])
def test_a_photo_that_ends_its_decoder_is_a_reason(place: int, value: int, tmp_path: Path) -> None:
    broken = bytearray((SPECIMENS / "turned.heic").read_bytes())
    broken[place] = value
    path = tmp_path / "crash.heic"
    path.write_bytes(broken)
    with pytest.raises(UnreadablePageError, match="damaged_heic"):
        count_pages(Source("crash.heic", path))


@needs_decoder
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_cut_photo_is_not_read(kept: float, tmp_path: Path) -> None:
    whole = (SPECIMENS / "turned.heic").read_bytes()
    path = tmp_path / "cut.heic"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(UnreadablePageError, match="damaged_heic"):
        read_page(Source("cut.heic", path), 1)


@needs_decoder
def test_a_photo_too_large_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heic, "MAX_PIXELS", 1000)
    with pytest.raises(UnreadablePageError, match="too_many_pixels"):
        read_page(source("turned.heic"), 1)


def test_without_a_decoder_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"raise SystemExit({heic_child.NO_DECODER})", encoding="utf-8")
    monkeypatch.setattr(heic_child, "__file__", str(child))
    with pytest.raises(UnreadablePageError, match="heic_not_read"):
        count_pages(source("turned.heic"))


@pytest.mark.parametrize("said", ["", "1 2", "1 -2 3", "x y z", "1 2 3 4"])
def test_a_child_that_talks_nonsense_is_not_believed(
    said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "child.py"
    child.write_text(f"print({said!r})", encoding="utf-8")
    monkeypatch.setattr(heic_child, "__file__", str(child))
    with pytest.raises(UnreadablePageError, match="damaged_heic"):
        read_page(source("turned.heic"), 1)


def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import time; time.sleep(60)", encoding="utf-8")
    monkeypatch.setattr(heic_child, "__file__", str(child))
    monkeypatch.setattr(heic, "SECONDS", 0.5)
    with pytest.raises(UnreadablePageError, match="damaged_heic"):
        count_pages(source("turned.heic"))


@pytest.mark.parametrize(
    ("libheif", "libde265", "used"),
    [("1.23.4", "1.1.3", True), ("1.24.0", "1.2.0", True), ("1.23.0", "1.1.3", False), ("1.23.4", "1.1.0", False)],
)
def test_a_decoder_with_known_holes_is_not_used(
    libheif: str, libde265: str, used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = {"libheif": libheif, "decoders": {"libde265": f"libde265 HEVC decoder, version {libde265}"}}
    module = SimpleNamespace(libheif_info=lambda: info)
    monkeypatch.setitem(sys.modules, "pi_heif", module)
    assert (heic_child.decoder() is not None) == used
