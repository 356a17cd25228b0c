from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from intake import evidence
from intake.batch import settled
from intake.errors import UsageError
from intake.policy import EVERY_LINE
from intake.sources import Source
from intake.values import Child, MarkState, SignatureState, SlipReading, TextState

SlipMaker = Callable[..., SlipReading]

BOX = (slice(round(60 * evidence.PX_PER_MM) - 3, round(65 * evidence.PX_PER_MM) + 3), slice(115, 157))


def page(folder: Path) -> Path:
    path = folder / "stapel.pdf.png"
    Image.fromarray(np.full((2339, 1654), 255, np.uint8)).save(path, dpi=(200, 200))
    return path


@pytest.mark.parametrize(("state", "red_over_green"), [(MarkState.UNREAD, True), (MarkState.TICKED, False)])
def test_a_picture_shows_what_was_read(
    make_slip: SlipMaker, leo: Child, state: MarkState, red_over_green: bool
) -> None:
    paper = np.full((2339, 1654), 255, np.uint8)
    (result,) = settled([make_slip(leo, yes=state, no=state, signed=SignatureState.EMPTY)], EVERY_LINE)
    picture = cv2.imdecode(np.frombuffer(evidence.picture(paper, result), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[:2] == (round(297 * evidence.PX_PER_MM), round(210 * evidence.PX_PER_MM))
    green, red = picture[BOX][..., 1].mean(), picture[BOX][..., 2].mean()
    assert bool(red > green) is red_over_green


def test_each_slip_gets_its_picture(make_slip: SlipMaker, leo: Child, mia: Child, tmp_path: Path) -> None:
    results = settled([make_slip(leo), make_slip(mia, number=2)], EVERY_LINE)
    sources = [Source("stapel.pdf", page(tmp_path))]
    assert evidence.write(sources, results, tmp_path / "belege") == 2
    names = sorted(path.name for path in (tmp_path / "belege").iterdir())
    assert names == ["0001-seite1-abschnitt1.jpg", "0002-seite1-abschnitt2.jpg"]


def test_every_state_has_its_colour() -> None:
    states = {*MarkState, *SignatureState, *TextState}
    assert [state for state in states if state not in evidence.COLOUR_OF_STATE] == []


def test_a_folder_that_cannot_be_made_is_named(make_slip: SlipMaker, leo: Child, tmp_path: Path) -> None:
    (tmp_path / "belege").touch()
    with pytest.raises(UsageError, match="belege"):
        evidence.write(
            [Source("stapel.pdf", page(tmp_path))], settled([make_slip(leo)], EVERY_LINE), tmp_path / "belege"
        )
