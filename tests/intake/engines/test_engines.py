"""Engines that read, engines that misbehave, and what the caller gets."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from intake.engines import TextEngine, ask, pp_ocr, second_opinions, tesseract
from intake.engines.recorded import Recorded, crop_key
from intake.values import GrayImage, Posteriors, TextGuess


def drawn(text: str) -> GrayImage:
    crop = np.full((70, 24 * len(text) + 40, 1), 255, np.uint8)[:, :, 0]
    cv2.putText(crop, text, (15, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3, cv2.LINE_AA)
    return crop


CROP = drawn("Anna Schulz")
GUESS = TextGuess("Anna", 0.9, np.full((4, 27), 1 / 27, np.float32))


class Broken:
    """An engine that fails."""

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        raise RuntimeError(f"no weights for {len(crops)} lines")


class Constant:
    """An engine that says the same whatever it is asked."""

    def __init__(self, guesses: list[TextGuess]) -> None:
        self.guesses = guesses

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        return self.guesses


class Unsure(Constant):
    """An engine with a second recogniser."""

    def __init__(self, guesses: list[TextGuess], second: TextEngine) -> None:
        super().__init__(guesses)
        self.second = second


def bad_posteriors(shape: tuple[int, ...], value: float) -> Posteriors:
    return np.full(shape, value, np.float32)


def test_an_engine_that_fails_leaves_the_line_unread() -> None:
    assert ask(Broken(), [CROP]) == ()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_guesses_leaves_all_lines_unread(count: int) -> None:
    assert ask(Constant([GUESS] * count), [CROP, CROP]) == ()


@pytest.mark.parametrize(
    "junk",
    [
        TextGuess("Anna", 1.7, None),
        TextGuess("Anna", float("nan"), None),
        TextGuess("Anna", 0.9, bad_posteriors((4, 26), 0.1)),
        TextGuess("Anna", 0.9, bad_posteriors((4, 27), float("nan"))),
        TextGuess("Anna", 0.9, bad_posteriors((27,), 0.1)),
        TextGuess("Anna", 0.9, bad_posteriors((4, 27), float("inf"))),
        TextGuess(None, 0.9, None),  # type: ignore[arg-type]  # this is the misbehaviour
        None,
    ],
)
def test_junk_leaves_the_line_unread(junk: TextGuess) -> None:
    assert ask(Constant([junk]), [CROP]) == ()


def test_a_second_recogniser_that_fails_has_no_opinion() -> None:
    assert second_opinions(Unsure([GUESS], Broken()), [replace(GUESS, crop=CROP)]) == ()
    assert second_opinions(Unsure([GUESS], Constant([GUESS])), [replace(GUESS, crop=CROP)]) == (GUESS,)


def test_no_crop_is_no_question() -> None:
    assert ask(Broken(), []) == ()


def test_a_sane_answer_is_handed_on() -> None:
    assert ask(Constant([GUESS]), [CROP]) == (GUESS,)


def test_a_recorded_answer_is_found_by_the_pixels() -> None:
    engine = Recorded({crop_key(CROP): GUESS})
    assert ask(engine, [CROP.copy()]) == (GUESS,)


def test_a_changed_crop_is_a_miss_and_not_a_stale_answer() -> None:
    changed = CROP.copy()
    changed[0, 0] = 254
    assert ask(Recorded({crop_key(CROP): GUESS}), [changed]) == ()


def test_the_same_pixels_in_another_shape_are_another_crop() -> None:
    assert crop_key(np.zeros((4, 6), np.uint8)) != crop_key(np.zeros((6, 4), np.uint8))


@pytest.mark.parametrize("load", [pp_ocr.load, tesseract.load], ids=["pp_ocr", "tesseract"])
def test_a_clearly_written_name_is_read(load: Callable[[], TextEngine]) -> None:
    assert ask(load(), [drawn("Anna Schulz"), drawn("Ben Krause")])[1].text == "Ben Krause"


def test_the_posteriors_spell_the_name() -> None:
    (guess,) = ask(pp_ocr.load(), [drawn("MIA BECK")])
    assert guess.posteriors is not None
    assert guess.posteriors.dtype == np.float32
    best = guess.posteriors.argmax(axis=1)
    letters = [chr(64 + now) for before, now in zip([0, *best], best, strict=False) if now and now != before]
    assert "".join(letters) == "MIABECK"


def test_the_second_opinion_spells_the_name() -> None:
    (guess,) = second_opinions(pp_ocr.load(), ask(pp_ocr.load(), [drawn("Mia Beck")]))
    assert guess.text == "MIABECK"
    assert guess.posteriors is not None
    assert guess.posteriors.sum(axis=1) == pytest.approx(1.0, abs=1e-3)


def test_who_has_no_second_opinion_gives_none() -> None:
    crop = drawn("Mia Beck")
    assert second_opinions(pp_ocr.load(), [GUESS]) == ()
    assert second_opinions(pp_ocr.load().second, [replace(GUESS, crop=crop)]) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (400, 2), (60, 4000)])
def test_a_crop_of_any_shape_is_read_as_something(shape: tuple[int, int]) -> None:
    assert len(ask(pp_ocr.load(), [np.full(shape, 255, np.uint8)])) == 1


def test_the_model_is_loaded_once() -> None:
    assert pp_ocr.load() is pp_ocr.load()


def test_marks_and_digits_are_folded_onto_the_letters() -> None:
    folding = pp_ocr.folding_of(["", *"abcdefghijklmnopqrstuvwxyz", "Ü", "ß", "0", "-", "中"])
    frames = np.eye(32, dtype=np.float32)
    folded = folding.fold(frames).argmax(axis=1)
    assert [int(folded[i]) for i in (27, 28, 29, 30)] == [21, 19, 15, 0]
    assert folding.fold(frames)[31].sum() == 0
