"""The letter says what the school's letter says: no word more, none less, spelling kept."""

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from forms.catalogue import build_blank
from forms.school import School

WORDING = Path(__file__).parent / "wording"


def words(text: str) -> str:
    """The text without dotted lines and line ends, which differ from one setting to the next."""
    without_dots = re.sub(r"[….]*…[….]*", " ", text)
    return re.sub(r"-\s+", "-", re.sub(r"\s+", " ", without_dots)).strip()


def printed(form_id: str) -> str:
    reader = PdfReader(io.BytesIO(build_blank(form_id, School())))
    return words("\n".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("form_id", ["iserv-sekundar", "iserv-primar"])
def test_the_wording_is_that_of_the_school_word_for_word(form_id: str) -> None:
    assert words((WORDING / f"{form_id}.txt").read_text(encoding="utf-8")) in printed(form_id)


def test_the_secondary_slip_adds_only_the_school_the_codes_and_where_to_return_it() -> None:
    body = words((WORDING / "iserv-sekundar.txt").read_text(encoding="utf-8"))
    before, after = printed("iserv-sekundar").split(body)
    assert before.split("RL1")[0].strip() == f"{School().name} {School().address}"
    assert after.split("Rückgabe")[1].strip() == words(School().return_sentence).removeprefix("Rückgabe ")


def test_the_primary_letter_is_followed_by_the_reply_it_asks_for() -> None:
    body = words((WORDING / "iserv-primar.txt").read_text(encoding="utf-8"))
    reply = printed("iserv-primar").split(body)[1]
    for sentence in (
        "hier abtrennen",
        "Bitte kreuzen Sie genau ein Kästchen an und unterschreiben Sie unten.",
        "Ja, ich bin / wir sind mit der Teilnahme einverstanden.",
        "Nein, ich bin / wir sind mit der Teilnahme nicht einverstanden.",
        "Die Einwilligung ist freiwillig und kann jederzeit für die Zukunft widerrufen werden.",
        "Unterschrift der Erziehungsberechtigten",
    ):
        assert sentence in reply


def test_a_missing_word_would_be_noticed() -> None:
    body = words((WORDING / "iserv-primar.txt").read_text(encoding="utf-8"))
    assert body.replace("freiwillig", "", 1) not in printed("iserv-primar")
