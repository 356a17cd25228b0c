import pytest

from intake.stages.wording import is_courtesy, objects, objects_above


@pytest.mark.parametrize(
    "text",
    [
        "nur ohne Kamera",
        "Mia Krämer, Kamera aus",
        "NEIN, wir sind nicht einverstanden!",
        "Wir widersprechen!",
        "nicht einverstonden",
        "nur mit Ton",
        "nein",
        "Lena Müller aber kein Bild",
        "bitte vorher anrufen",
        "Holger Petersen ncht",
        "Ulrike Kaya neim",
    ],
)
def test_words_of_a_refusal_or_a_condition_are_no_name(text: str) -> None:
    assert objects(text)


@pytest.mark.parametrize(
    "text",
    [
        "Lena Klein",
        "Peter Hein",
        "Ina Heine",
        "Ida Kleine",
        "Jonas Bohne",
        "Nur Yılmaz",
        "Björn und Julia Nichterlein",
        "Ben Ohnesorg",
        "Thi-Mai Nguyen",
        "3b",
        "Köln, 3.2.2026",
        "Kamila Nowak",
        "Yusuf Kramer",
        "Holger Krämer",
        "Katrin & Ahmet Pohl",
        "",
    ],
)
def test_names_and_dates_object_to_nothing(text: str) -> None:
    assert not objects(text)


@pytest.mark.parametrize(
    "text",
    [
        "Vielen Dank!",
        "VelenDank!",
        "Dankeschön",
        "liebe Grüße",
        "llebe GruBe",
        "Mit freundlichen Grüßen",
        "Tel. 0170 5550123",
        "Tol 0170 5550123",
        "iel V170 5550123",
        "Handy: 0170/5550123",
    ],
)
def test_thanks_greetings_and_telephone_numbers_ask_for_nothing(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "nein",
        "nein danke",
        "Nein, vielen Dank",
        "keinen Dank",
        "Nem! Vielen Dank",
        "Vielen Dank Nan",
        "danke",
        "lieber nicht",
        "Liebe Grüße, aber nur mit Ton",
        "Vielen Dank im Voraus für ein Nein",
        "bitte vorher anrufen",
        "Tel. erst ab 18 Uhr 0170 5550123",
        "Tel. ab 12.11.2026",
        "0170 5550123",
        "bis 31.12.2026",
        "nur 0170 5550123",
        "Geld folgt",
    ],
)
def test_whatever_else_a_note_says_may_ask_for_something(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    ("text", "sure", "found"),
    [
        ("C nicht Mann", False, True),
        ("Ne!!", False, True),
        ("Tn!!nl", False, False),
        ("9/!!/20", False, False),
        ("noin Rrlm", True, True),
        ("noin Rrlm", False, False),
        ("Dint Ein Lninl", True, False),
        ("Nemin Holaen", True, False),
        ("Win widensprechen", True, True),
        ("Win widensprechen", False, False),
        ("Uans Kein", True, False),
    ],
)
def test_above_a_row_a_word_objects_with_all_of_its_letters(text: str, *, sure: bool, found: bool) -> None:
    assert objects_above(text, ["Hans Klein"], sure=sure) == found


@pytest.mark.parametrize("text", ["neing", "nneinDIN.", "nichtDn.", "A keinPt"])
def test_above_a_row_a_word_objects_with_letters_of_the_name_on_it(text: str) -> None:
    assert objects_above(text, ["Jörn Petersen"], sure=False)


def test_a_name_that_holds_an_objection_is_none_above_its_row() -> None:
    assert not objects_above("Mareike Keinath", ["Mareike Keinath"], sure=True)
    assert objects_above("neinMareike Keinath", ["Mareike Keinath"], sure=True)


@pytest.mark.parametrize(("text", "listed"), [("Cn D.nur M.", "Jörn Petersen"), ("A.Rein", "Jörn Petersen")])
def test_above_a_row_a_condition_and_a_name_of_nobody_object_if_read_with_a_sure_eye(text: str, listed: str) -> None:
    assert objects_above(text, [listed], sure=True)
    assert not objects_above(text, [listed], sure=False)
    assert not objects_above(text, [f"{listed} Nur-Rein", "Nur Rein"], sure=True)


def test_above_a_row_of_names_that_are_not_known_a_name_is_one() -> None:
    assert not objects_above("A.Rein", sure=True)


def test_above_other_names_kein_objects() -> None:
    assert objects_above("Uans Kein", ["Hans Kruse"], sure=False)
