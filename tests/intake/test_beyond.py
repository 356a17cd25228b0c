"""A note behind a name is more than the name, whatever it says."""

import pytest

from intake.beyond import letters_behind_date, letters_beyond


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
        "Musterstadt, 3. Septembar",
        "Berlin",
        "",
    ],
)
def test_a_place_and_a_date_are_no_note(text: str) -> None:
    assert letters_behind_date(text) < 5


@pytest.mark.parametrize("text", ["Berlin, 5.11. nur bis Mai", "den 13. Märzerst ab Januar", "3.11.20 später"])
def test_a_note_behind_a_date_is_more_than_the_date(text: str) -> None:
    assert letters_behind_date(text) >= 5


@pytest.mark.parametrize(("text", "note"), [("4b", False), ("Klasse 4b", False), ("4B", False), ("4b später", True)])
def test_a_note_behind_a_class_is_more_than_the_class(text: str, *, note: bool) -> None:
    assert (letters_beyond(text, ["4b", "Klasse 4b"]) >= 5) == note
