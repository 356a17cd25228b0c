"""Names too pale, or on paper too grainy, for ink."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms.model import Role
from intake.engines import pp_ocr
from intake.naming import read_names
from intake.pale_names import pale_names
from intake.stages.match import key_of
from intake.values import (
    Child,
    CodeReading,
    CodeState,
    GrayImage,
    IdentityState,
    Posteriors,
    Roster,
    SlipImage,
    TextGuess,
    TextState,
)
from tests.intake.returned import PRIMARY, blank_sheet, laid_flat, template_of

LINE = next(line for line in template_of(PRIMARY).form.texts if line.role is Role.CHILD_NAME)
NO_CODE = CodeReading(CodeState.NONE, "", ())
MIA, JONAS = Child("1", "Mia", "Schneider", "3a", "", ()), Child("2", "Jonas", "Petersen", "3a", "", ())
CLASS = Roster((MIA, JONAS, Child("3", "Ole", "Brandt", "3a", "", ())))


def grainy(words: str, darker: float) -> SlipImage:
    """An empty slip on grainy paper, with words on the child's line that are so much darker, and none of them ink."""
    slip = laid_flat(blank_sheet(), PRIMARY)
    written = np.zeros(slip.darkness.shape, np.uint8)
    left = round((LINE.place.x + 8 - slip.origin.x) * slip.px_per_mm)
    foot = round((LINE.place.bottom - 1.5 - slip.origin.y) * slip.px_per_mm)
    cv2.putText(written, words, (left, foot), cv2.FONT_HERSHEY_SIMPLEX, 0.13 * slip.px_per_mm, 255, 2, cv2.LINE_AA)
    grain = np.random.default_rng(1).normal(8, 4, written.shape)
    dark = np.clip(slip.darkness + grain + written / 255 * darker, 0, 255).astype(np.uint8)
    return replace(slip, darkness=dark, ink=np.zeros_like(slip.ink))


def shown(slip: SlipImage) -> list[GrayImage]:
    """What is shown of the child's line."""
    return list(pale_names(slip, LINE.place))


def test_a_pale_name_is_shown_dark_on_white_as_wide_as_it_is() -> None:
    picture = shown(grainy("Mia Schneider", 18))[0]
    columns = np.flatnonzero((picture < 80).sum(axis=0) > 1)
    assert np.median(picture) > 250
    assert picture.min() == 0
    assert columns.size
    assert picture.shape[1] < 70 * laid_flat(blank_sheet(), PRIMARY).px_per_mm
    assert np.ptp(columns) > 0.6 * picture.shape[1]


@pytest.mark.parametrize("darker", [0.0, 2.0])
def test_grain_alone_is_no_name(darker: float) -> None:
    assert not shown(grainy("Mia Schneider", darker))


def test_nothing_pale_is_looked_for_in_black_and_white_nor_where_the_strokes_are_ink() -> None:
    slip = grainy("Mia Schneider", 18)
    assert not shown(replace(slip, bilevel=True))
    dark = grainy("Mia Schneider", 90)
    ink = np.where((dark.darkness > 70) & ~dark.near_print, 1, 0).astype(dark.ink.dtype)
    assert not shown(replace(dark, ink=ink))
    _, columns = slip.slices(LINE.place)
    half = ink.copy()
    half[:, : (columns.start + columns.stop) // 2 - 60] = 0
    assert shown(replace(slip, ink=half))


def test_what_runs_through_all_rows_and_what_is_left_of_a_line_are_no_letters() -> None:
    slip = grainy("", 0)
    rows, columns = slip.slices(LINE.place.grown(0, 6, 0, 6))
    dark = slip.darkness.copy()
    dark[rows, columns.start + 60 : columns.start + 64] += 40
    middle = (rows.start + rows.stop) // 2
    dark[middle : middle + 2, columns.start + 90 : columns.start + 200] += 20
    assert not shown(replace(slip, darkness=dark))


class ReadsPale:
    """An engine that reads only what is shown of pale names, so surely."""

    def __init__(self, slip: SlipImage, text: str, score: float) -> None:
        self.pale = {crop.tobytes() for crop in shown(slip)}
        self.text, self.score = text, score

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        pale = [crop.tobytes() in self.pale for crop in crops]
        return [TextGuess(self.text, self.score, self.frames()) if one else TextGuess("", 0.0, None) for one in pale]

    def frames(self) -> Posteriors:
        """The frames of a reading that is nearly sure of every letter."""
        letters = key_of(self.text)
        rows = np.full((2 * len(letters) + 1, 27), 0.001, np.float32)
        rows[::2, 0] = 0.97
        for at, letter in enumerate(letters):
            rows[2 * at + 1, ord(letter) - 64] = 0.97
        return rows


@pytest.mark.parametrize(
    ("text", "score", "child"),
    [
        ("Mia Schneider", 0.6, MIA),
        ("Mia Schneider", 0.4, None),
        ("Mia", 0.6, None),
        ("Xaver Yilmaz", 0.6, None),
    ],
)
def test_a_pale_name_names_a_child_of_the_list_but_its_line_is_for_a_person(
    text: str, score: float, child: Child | None
) -> None:
    slip = grainy("Mia Schneider", 16)
    (line,), identity, _ = read_names(slip, [LINE], NO_CODE, CLASS, ReadsPale(slip, text, score))
    assert identity.child == child
    assert line.state is (TextState.UNREAD if child else TextState.EMPTY)


def test_the_recognisers_can_read_what_is_shown() -> None:
    guesses = pp_ocr.load().read_lines(shown(grainy("Mia Schneider", 16)))
    assert "Mia Schneider" in {guess.text for guess in guesses}


class Reads:
    """An engine that reads the same in every picture, so surely."""

    def __init__(self, text: str, score: float) -> None:
        self.text, self.score, self.count = text, score, 0

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        self.count += len(crops)
        return [TextGuess(self.text, self.score, None, crop) for crop in crops]


def test_a_name_that_is_plainly_read_and_not_listed_is_not_looked_for_again() -> None:
    slip = grainy("Mia Schneider", 16)
    plainly, hardly = Reads("Xaver Yilmaz", 0.95), Reads("Xavr Yimz", 0.6)
    for engine in (plainly, hardly):
        _, identity, _ = read_names(slip, [LINE], NO_CODE, CLASS, engine)
        assert identity.state is not IdentityState.IDENTIFIED
    assert plainly.count < hardly.count
