import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from intake import evidence
from intake.batch import settled
from intake.errors import UsageError
from intake.policy import EVERY_LINE
from intake.sources import Source
from intake.values import (
    Child,
    MarkState,
    PageKind,
    PageReading,
    PageRef,
    SignatureState,
    SlipReading,
    TextState,
)

SlipMaker = Callable[..., SlipReading]


def page(folder: Path) -> Path:
    path = folder / "stapel.pdf.png"
    Image.fromarray(np.full((2339, 1654), 255, np.uint8)).save(path, dpi=(200, 200))
    return path


def reading_of(slips: Sequence[SlipReading], kind: PageKind = PageKind.SLIP, *reasons: str) -> PageReading:
    return PageReading(PageRef("stapel.pdf", 1), kind, tuple(slips), reasons)


def drawn(slips: Sequence[SlipReading]) -> npt.NDArray[np.uint8]:
    paper = np.full((2339, 1654), 255, np.uint8)
    encoded = evidence.picture(paper, reading_of(slips), settled(slips, EVERY_LINE))
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"), np.uint8)


def pixels_near(picture: npt.NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    off = np.abs(picture.astype(np.int16) - np.array(colour)).max(axis=2)
    return int((off < 30).sum())


def test_a_box_that_was_not_read_is_red(make_slip: SlipMaker, leo: Child) -> None:
    unread = drawn([make_slip(leo, yes=MarkState.UNREAD, no=MarkState.UNREAD)])
    read = drawn([make_slip(leo, yes=MarkState.TICKED, no=MarkState.EMPTY)])
    assert pixels_near(unread, evidence.RED) > 100
    assert pixels_near(read, evidence.RED) == 0
    assert pixels_near(read, evidence.GREEN) > 500


def test_every_page_gets_its_picture(make_slip: SlipMaker, leo: Child, mia: Child, tmp_path: Path) -> None:
    slips = [make_slip(leo), make_slip(mia, number=2)]
    readings = [
        reading_of(slips),
        PageReading(PageRef("stapel.pdf", 2), PageKind.UNREADABLE, (), ("damaged_jpeg",)),
    ]
    sources = [Source("stapel.pdf", page(tmp_path))]
    assert evidence.write(sources, readings, settled(slips, EVERY_LINE), tmp_path / "belege") == 2
    names = sorted(path.name for path in (tmp_path / "belege").iterdir())
    assert names == ["0001-seite1.png", "0002-seite2.png"]


def test_every_state_has_its_colour_and_its_word() -> None:
    states = {*MarkState, *SignatureState, *TextState}
    assert [state for state in states if state not in evidence.COLOUR_OF_STATE] == []
    assert [state for state in states if state not in evidence.WORDS] == []
    assert set(evidence.KINDS) == set(PageKind)


def test_a_folder_that_cannot_be_made_is_named(make_slip: SlipMaker, leo: Child, tmp_path: Path) -> None:
    (tmp_path / "belege").touch()
    sources = [Source("stapel.pdf", page(tmp_path))]
    slips = [make_slip(leo)]
    with pytest.raises(UsageError, match="belege"):
        evidence.write(sources, [reading_of(slips)], settled(slips, EVERY_LINE), tmp_path / "belege")
