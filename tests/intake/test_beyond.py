"""A note behind a name is more than the name, whatever it says."""

import numpy as np
import pytest

from intake.beyond import EXPLAINED_RATIO, is_explained, letters_behind_date, letters_beyond, letters_perhaps_beyond
from intake.stages.match import key_of
from intake.values import TextGuess


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Holger Petersen", ["Holger Petersen"]),
        ("Hoeger Peursen", ["Holger Petersen"]),
        ("Holger und Maria Petersen", ["Holger Petersen"]),
        ("Fam. Petersen", ["Holger Petersen"]),
        ("Jana Meyer, Ulrich Meyer", ["Jana Meyer"]),
        ("Jana & Ulrich Meyer", ["Jana Meyer", "Ulrich Meyer"]),
        ("Mehrnet Lehman MichaeLehnann", ["Mehmet Lehmann, Michael Lehmann"]),
        ("Bürbel Kveh, Annu Kveh", ["Bärbel Koch, Anna Koch"]),
        ("Jana Lorent Pintr l repz", ["Jana Lorenz, Piotr Lorenz"]),
        ("Stehie von Bulw Arvor Bulow", ["Stefanie von Bülow, Anna von Bülow"]),
        ("Sönke Wübbena", ["Jana Meyer"]),
        ("Bürgerwiese CausierastxaBe", ["Bürgerwiese Carrierast"]),
        ("nur bis Mai", []),
        ("", ["Holger Petersen"]),
        ("Holger Petersen", [""]),
    ],
)
def test_names_as_people_write_them_are_no_note(text: str, listed: list[str]) -> None:
    assert letters_beyond(text, listed) < 5


@pytest.mark.parametrize(
    "text",
    [
        "Holger Petersen nur bis Mai",
        "Hoeger Petersennur bis Mai",
        "Hotger Peursen später",
        "Holger Petersen erst ab Januar",
        "Hoeger Petersennicht am Freitag",
        "ohne Ton: Holger Petersen",
        "Holger Petersen ausser Dienstag",
    ],
)
def test_a_note_beside_a_name_is_more_than_the_name(text: str) -> None:
    assert letters_beyond(text, ["Holger Petersen"]) >= 5


@pytest.mark.parametrize("listed", [["Maria Petersen", "Holger Petersen"], ["Maria Petersen, Holger Petersen"]])
@pytest.mark.parametrize("note", ["nur bis Mai", "erst ab Januar", "ausser Dienstag", "nicht am Freitag"])
@pytest.mark.parametrize("between", [" ", ", ", " & "])
def test_of_two_that_are_listed_one_may_write_a_note(between: str, note: str, listed: list[str]) -> None:
    assert letters_beyond(f"Holger Petersen{between}{note}", listed) >= 5


@pytest.mark.parametrize(
    "text",
    [
        "Berlin, 5.11.",
        "27. Okt. 2020",
        "12.10.2020",
        "den 13. März",
        "9/11/20",
        "Z7 QKT ZOZO",
        "Musterstadt, 3. Septembar",
        "Berlin",
        "",
    ],
)
def test_a_place_and_a_date_are_no_note(text: str) -> None:
    assert letters_behind_date(text) < 5


@pytest.mark.parametrize(
    "text", ["Berlin, 5.11. nur bis Mai", "den 13. Märzerst ab Januar", "3.11.20 später", "Z7 OKT ZOZO ABER NUR"]
)
def test_a_note_behind_a_date_is_more_than_the_date(text: str) -> None:
    assert letters_behind_date(text) >= 5


@pytest.mark.parametrize(("text", "note"), [("4b", False), ("Klasse 4b", False), ("4B", False), ("4b später", True)])
def test_a_note_behind_a_class_is_more_than_the_class(text: str, *, note: bool) -> None:
    assert (letters_beyond(text, ["4b", "Klasse 4b"]) >= 5) == note


def misread(text: str, meant: str = "") -> TextGuess:
    """A reading of a hand whose letters may as well be others: each in one frame, a blank after it."""
    rows = []
    for at, letter in enumerate(key_of(text)):
        row = np.full(27, 1e-4)
        row[ord(letter) - 64] = 0.6
        row[ord(key_of(meant)[at]) - 64 if meant else 0] += 0.35
        rows += [row / row.sum(), np.eye(27)[0]]
    return TextGuess(text, 0.9, np.array(rows, np.float32))


def test_a_misread_name_explains_its_line() -> None:
    guess = misread("Nicole und Melrrel Puhi", "Nicole und Mehmett Pohl")
    assert letters_beyond(guess.text, ["Nicole und Mehmet Pohl"]) >= 5
    assert is_explained(guess, ["Nicole und Mehmet Pohl"], EXPLAINED_RATIO)
    assert is_explained(misread("Mor kerne Olmuhle", "Mockerner Olmuhl"), ["Möckerner Ölmühle"], EXPLAINED_RATIO)


@pytest.mark.parametrize(
    "text",
    [
        "Holger Petersen nur bis Mai",
        "Hoeger Petersen keine",
        "Jana Petersen nicht Kamera",
        "ohne Ton: Holger Petersen",
        "Holger P. erst ab Januar",
    ],
)
@pytest.mark.parametrize("listed", [["Holger Petersen"], ["Jana Petersen, Holger Petersen"]])
def test_a_note_is_explained_by_no_name(text: str, listed: list[str]) -> None:
    assert not is_explained(misread(text), listed, EXPLAINED_RATIO)


def test_a_name_of_which_letters_are_missing_hides_no_note() -> None:
    assert letters_beyond("Horge Prse ab Januar", ["Holger Petersen"]) < 5
    assert letters_perhaps_beyond("Horge Prse ab Januar", ["Holger Petersen"]) >= 5


@pytest.mark.parametrize("listed", [["Holger Petersen-Schmidthuber"], ["Holger Schmidthuber-Petersen", "Jana Meyer"]])
@pytest.mark.parametrize("note", ["nur bis Mai", "später", "erst ab Januar", "ausser Dienstag"])
def test_half_of_a_double_name_hides_no_note(listed: list[str], note: str) -> None:
    assert letters_perhaps_beyond(f"Hoeger Petersen {note}", listed) >= 5
    assert letters_perhaps_beyond("Hoeger Petersen", listed) < 5


def test_an_engine_that_tells_no_more_explains_nothing() -> None:
    assert not is_explained(TextGuess("Holger Petersen", 1.0, None), ["Holger Petersen"], EXPLAINED_RATIO)
