import pytest

from intake.stages.wording import objects


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
