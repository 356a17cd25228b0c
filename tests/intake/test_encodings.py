"""No list is read wrongly without a word, whatever it was written in."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.encodings import Encoding, decode, is_doubtful
from intake.errors import RosterError
from intake.roster import parse_roster

GERMAN = ("Jürgen Groß", "Änne Müller-Lüdenscheidt", "Özil Jäger", "Übel Weiß", "Björn Höß", "Mia Beck")
FRENCH = ("René Lefèvre", "Hélène Muñoz", "Zoë Conceição", "Anaïs D'Angelo", "João Simões", "Søren Kjær", "Åsa Berg")
TURKISH = ("Ayşe Öztürk", "Gökçe Yıldız", "İlkay Doğan", "Tuğba Çelik", "Şule Gür", "Işıl Ünal")
POLISH = ("Łukasz Wójcik", "Zofia Kamińska", "Jędrzej Śliwa", "Michał Żak", "Kuźma Dębski", "Błażej Kowalczyk")
CROATIAN = ("Marko Petrović", "Željko Kovačević", "Šime Babić", "Đorđe Hadžić", "Miloš Dušan", "Ana Kučera")
CZECH = ("Jiří Dvořák", "Tereza Němcová", "Zdeněk Růžička", "Lucie Novotná", "Ondřej Říha", "Šárka Ťoupalová")
VIETNAMESE = ("Ngọc Nguyễn", "Ánh Trần", "Linh Phạm", "Đức Võ", "Huyền Lê", "Thảo Bùi")
CYRILLIC = ("Иван Петров", "Лариса Смирнова", "Олег Жук")

NAMES = (*GERMAN, *FRENCH, *TURKISH, *POLISH, *CROATIAN, *CZECH, *VIETNAMESE, *CYRILLIC)

READ = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-15", "latin-1")
"""Encodings of offices; the last three hold only Western names."""
REFUSED = ("cp1250", "iso8859-2", "cp1254", "iso8859-9", "cp1258", "cp1251", "cp850", "cp437", "mac_roman", "cp1257")
"""Encodings whose bytes are other letters in those."""
BIG_ENDIAN_MARK = "utf-16-be with mark"


def encoded(text: str, codec: str) -> bytes | None:
    """The text in an encoding, None where that does not hold it; the Vietnamese one writes marks apart."""
    if codec == BIG_ENDIAN_MARK:
        return b"\xfe\xff" + text.encode("utf-16-be")
    for form in (text, _marks_apart(text)):
        try:
            return form.encode(codec)
        except UnicodeEncodeError:
            continue
    return None


def _marks_apart(text: str) -> str:
    """Tones as signs of their own, â ê ô and ă ơ ư as letters."""
    parts = []
    for letter in text:
        bare = unicodedata.normalize("NFD", letter)
        tones = "".join(sign for sign in bare[1:] if sign in "\u0300\u0301\u0303\u0309\u0323")
        parts.append(unicodedata.normalize("NFC", "".join(s for s in bare if s not in tones)) + tones)
    return "".join(parts)


def listed(names: Sequence[str], separator: str) -> str:
    rows = ["Klasse;Vorname;Nachname", *(f"3a;{';'.join(name.split(' '))}" for name in names)]
    return "".join(f"{row}\r\n" for row in rows).replace(";", separator)


def read(content: bytes) -> list[str] | None:
    """The names, None for a list that was refused."""
    try:
        return [unicodedata.normalize("NFC", child.name) for child in parse_roster(content, "x.csv").children]
    except RosterError:
        return None


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("codec", [*READ, BIG_ENDIAN_MARK])
def test_every_name_that_an_encoding_holds_is_read(codec: str, separator: str) -> None:
    holds = [name for name in (NAMES if "utf" in codec else (*GERMAN, *FRENCH)) if name.encode(_plain(codec))]
    content = encoded(listed(holds, separator), codec)
    assert content is not None
    assert read(content) == holds


def _plain(codec: str) -> str:
    return "utf-8" if codec == BIG_ENDIAN_MARK else codec


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("codec", [*READ, BIG_ENDIAN_MARK, *REFUSED])
@pytest.mark.parametrize("name", NAMES)
def test_a_list_of_one_name_is_read_rightly_or_refused(name: str, codec: str, separator: str) -> None:
    content = encoded(listed([name], separator), codec)
    if content is not None:
        assert read(content) in (None, [name])


@pytest.mark.parametrize("codec", ["cp1250", "iso8859-2", "cp1254", "cp1251", "cp850", "mac_roman"])
def test_a_list_in_another_encoding_is_refused_with_the_name_shown(codec: str) -> None:
    names = {"cp1254": TURKISH, "cp1251": CYRILLIC, "cp850": GERMAN, "mac_roman": GERMAN}.get(codec, POLISH)
    content = encoded(listed(names, ";"), codec)
    assert content is not None
    with pytest.raises(RosterError, match=r"Zeile 2, Spalte „.*Zeichensatz"):
        parse_roster(content, "x.csv")


@pytest.mark.parametrize(
    "name",
    [
        "Adrián",
        "László",
        "Kjær",
        "Jørgensen",
        "Miloš",
        "Željko",
        "O´Neill",
        "D’Angelo",
        "Inês",
        "Lê",
        "Nicolò",
        "Zoë",
        "Jürgen",
        "Großmann",
        "Hélène",
        "Muñoz",
        "Anaïs",
        "Conceição",
        "Simões",
        "Østergaard",
    ],
)
def test_a_western_name_in_a_western_encoding_is_beyond_doubt(name: str) -> None:
    assert not is_doubtful(name, Encoding.WINDOWS)


@pytest.mark.parametrize(
    "name", ["Kamiñski", "Dêbska", "Petroviæ", "Kuèera", "Dvoøák", "Groá", "Žnne", "šbel", "Yýldýz", "Thiò", "£ukasz"]
)
def test_a_name_that_is_another_one_elsewhere_is_in_doubt(name: str) -> None:
    assert is_doubtful(name, Encoding.WINDOWS)
    assert not is_doubtful("Kamiñski", Encoding.UTF_8)


def test_an_accent_for_an_apostrophe_does_not_make_a_list_latin_9() -> None:
    assert decode("Pat;O´Neill\n".encode("cp1252")).text == "Pat;O´Neill\n"


LETTERS = "".join(sorted(set("".join(NAMES)) - {" "}))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).map(
            lambda pair: f"{pair[0].split()[0]} {pair[1].split()[1]}"
        ),
        min_size=1,
        max_size=30,
        unique=True,
    ),
    st.sampled_from([*READ, BIG_ENDIAN_MARK, *REFUSED]),
    st.sampled_from(";,\t|"),
)
def test_random_lists_are_read_rightly_or_refused(names: list[str], codec: str, separator: str) -> None:
    content = encoded(listed(names, separator), codec)
    if content is None:
        return
    found = read(content)
    assert found in (None, names)
    if "utf" in codec:
        assert found == names


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from(LETTERS), min_size=2, max_size=12).map(str.capitalize), st.sampled_from(READ[:6]))
def test_any_letters_survive_unicode(name: str, codec: str) -> None:
    found = read(listed([f"{name} Beck"], ";").encode(codec))
    assert found in (None, [f"{name} Beck"])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read(content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 80), st.sampled_from(READ))
def test_a_damaged_list_is_read_or_refused(damage: bytes, at: int, codec: str) -> None:
    content = listed(GERMAN, ";").encode(codec)
    read(content[:at] + damage + content[at + len(damage) :])
