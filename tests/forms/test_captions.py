import pytest

from forms.captions import (
    Certainty,
    Surroundings,
    Word,
    meaning_said_by,
    role_said_by,
    said_of_box,
    said_of_line,
    says_cut,
)
from forms.geometry import Rect
from forms.model import Meaning, Role


@pytest.mark.parametrize(
    ("caption", "role"),
    [
        ("Unterschrift der Erziehungsberechtigten", Role.GUARDIAN_SIGNATURE),
        ("[Unterschrift der Eltern]", Role.GUARDIAN_SIGNATURE),
        ("Datum, Unterschrift:", Role.GUARDIAN_SIGNATURE),
        ("Unterschrift Erziehungsberechtigte/r 2", Role.GUARDIAN2_SIGNATURE),
        ("[Unterschrift der Schülerin / des Schülers]", Role.PUPIL_SIGNATURE),
        ("Name des Kindes:", Role.CHILD_NAME),
        ("Vor- und Nachname der Schülerin", Role.CHILD_NAME),
        ("dass unser Sohn / unsere Tochter", Role.CHILD_NAME),
        ("Name der Erziehungsberechtigten", Role.GUARDIAN_NAMES),
        ("Ich/Wir", Role.GUARDIAN_NAMES),
        ("Klasse:", Role.CHILD_CLASS),
        ("Ort, Datum", Role.PLACE_DATE),
        ("Bemerkungen (Allergien, Medikamente):", Role.OTHER),
        ("Telefon für Notfälle", Role.DETAIL),
    ],
)
def test_german_captions_name_their_role(caption: str, role: Role) -> None:
    said = role_said_by(caption)
    assert said is not None
    assert said[0] is role


def test_the_line_of_the_head_is_nobodys_at_home() -> None:
    assert role_said_by("Unterschrift der Schulleitung") == (None, Certainty.SURE)


def test_words_without_meaning_name_no_role() -> None:
    assert role_said_by("Wir fahren mit dem Bus") is None


@pytest.mark.parametrize(
    ("caption", "meaning", "certainty"),
    [
        ("Ja, mein Kind darf teilnehmen.", Meaning.YES, Certainty.SURE),
        ("Nein, mein Kind darf nicht teilnehmen.", Meaning.NO, Certainty.SURE),
        ("Wir sind einverstanden.", Meaning.YES, Certainty.LIKELY),
        ("Wir sind nicht einverstanden.", Meaning.NO, Certainty.LIKELY),
        ("Mein Kind nimmt keinesfalls teil, kein Interesse", Meaning.NO, Certainty.LIKELY),
        ("Ja, aber nicht mit dem Bus", Meaning.YES, Certainty.UNSURE),
    ],
)
def test_a_no_is_never_taken_for_a_sure_yes(caption: str, meaning: Meaning, certainty: Certainty) -> None:
    assert meaning_said_by(caption) == (meaning, certainty)


def test_a_weekday_says_neither() -> None:
    assert meaning_said_by("Mo") is None


def words(*told: tuple[str, float, float]) -> tuple[Word, ...]:
    """Words of 11 pt: text, left edge and baseline."""
    return tuple(Word(text, Rect(x, y - 3.0, 2.0 * len(text), 4.0)) for text, x, y in told)


def test_a_box_has_its_words_behind_it() -> None:
    yes, no = Rect(20.0, 50.0, 4.0, 4.0), Rect(60.0, 50.0, 4.0, 4.0)
    around = Surroundings(words(("Ja", 26.0, 54.0), ("Nein", 66.0, 54.0)), (yes, no))
    assert said_of_box(yes, around).task is Meaning.YES
    assert said_of_box(no, around).task is Meaning.NO


def test_a_row_that_begins_with_words_has_its_boxes_behind_them() -> None:
    yes, no = Rect(30.0, 50.0, 4.0, 4.0), Rect(60.0, 50.0, 4.0, 4.0)
    around = Surroundings(words(("Ja", 22.0, 54.0), ("Nein", 48.0, 54.0)), (yes, no))
    guesses = said_of_box(yes, around), said_of_box(no, around)
    assert [guess.task for guess in guesses] == [Meaning.YES, Meaning.NO]


def test_a_box_between_two_answers_is_asked_about() -> None:
    one, two = Rect(30.0, 50.0, 4.0, 4.0), Rect(46.0, 50.0, 4.0, 4.0)
    around = Surroundings(words(("Ja", 24.0, 54.0), ("Nein", 36.0, 54.0)), (one, two))
    assert said_of_box(one, around).certainty is Certainty.UNSURE


def test_captions_above_and_beneath_that_differ_leave_a_doubt() -> None:
    line = Rect(20.0, 60.0, 60.0, 0.4)
    around = Surroundings(words(("Klasse", 20.0, 55.0), ("Datum", 20.0, 66.0)), (line,))
    guess = said_of_line(line, around)
    assert guess is not None
    assert guess.certainty is Certainty.UNSURE


def test_a_colon_points_to_what_follows() -> None:
    first, second = Rect(20.0, 60.0, 60.0, 0.4), Rect(20.0, 75.0, 60.0, 0.4)
    told = words(("Name", 20.0, 54.0), ("des", 30.0, 54.0), ("Kindes:", 38.0, 54.0), ("Klasse:", 20.0, 68.0))
    around = Surroundings(told, (first, second))
    guesses = [said_of_line(line, around) for line in (first, second)]
    assert [guess.task for guess in guesses if guess] == [Role.CHILD_NAME, Role.CHILD_CLASS]


def test_a_line_without_words_is_for_remarks_and_unsure() -> None:
    line = Rect(20.0, 60.0, 60.0, 0.4)
    guess = said_of_line(line, Surroundings((), (line,)))
    assert guess is not None
    assert (guess.task, guess.certainty) == (Role.OTHER, Certainty.UNSURE)


def test_words_and_scissors_say_where_to_cut() -> None:
    assert says_cut("bitte hier abtrennen")
    assert says_cut("✂")
    assert not says_cut("Bitte geben Sie den Zettel ab")
