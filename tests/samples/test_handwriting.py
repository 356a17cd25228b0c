"""Hands, signatures and pens."""

import numpy as np

from samples.families import SCHOOL
from samples.handwriting import fonts, hand_of, letters_of, sentence
from samples.pens import BLUE
from samples.signatures import manner_of, signature

NAMES = sorted({child.name for child in SCHOOL} | {child.signing_guardian for child in SCHOOL})


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_there_are_six_hands_that_write_umlauts() -> None:
    assert len(fonts()) == 6
    assert all(set("äöüßÄÖÜéçğşŁłŻ") <= letters_of(font) for font in fonts())


def test_every_typeface_comes_with_its_licence() -> None:
    for font in fonts():
        assert "SIL Open Font License" in font.with_name(f"{font.stem}-OFL.txt").read_text(encoding="utf-8")
        assert font.stat().st_size <= 150 * 1024


def test_nobody_gets_a_hand_that_lacks_a_letter_of_the_name() -> None:
    for name in NAMES:
        assert set(name) <= letters_of(hand_of(name).font)


def test_a_person_keeps_hand_and_signature_and_differs_from_others() -> None:
    assert hand_of("Ayşe Öztürk") == hand_of("Ayşe Öztürk")
    assert len({manner_of(name) for name in NAMES}) == len(NAMES)


def test_no_signature_is_written_the_same_way_twice() -> None:
    generator = rng()
    first, second = (signature("Ayşe Öztürk", BLUE.width, 8.0, generator) for _ in range(2))
    assert first.alpha.shape != second.alpha.shape or not np.array_equal(first.alpha, second.alpha)


def test_signatures_have_the_size_of_signatures() -> None:
    for name in NAMES:
        ink = signature(name, BLUE.width, 8.0, rng())
        rows, columns = np.nonzero(ink.alpha > 0.3)
        assert 20 < np.ptp(columns) / 8.0 < 70
        assert 5 < np.ptp(rows) / 8.0 < 26


def test_writing_stands_on_its_baseline() -> None:
    ink = sentence("anna", hand_of("Anna Weber"), 8.0, rng())
    rows = np.nonzero(ink.alpha > 0.5)[0] / 8.0 + ink.y
    assert -4.5 < rows.min() < -1.5
    assert -0.8 < rows.max() < 0.9
