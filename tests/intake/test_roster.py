"""Class lists as offices have them."""

from pathlib import Path

import pytest

from intake.encodings import decode, is_garbled
from intake.errors import RosterError
from intake.roster import examine, parse_roster, read_roster, split_name
from intake.values import Child

LIST = "Import-ID;Vorname;Nachname;Klasse\n17;Jürgen;Größner;5a\n18;Zoë;Šimić;5a\n19;Ayşe;Öztürk;5b\n"
PLAIN = "Nr;Vorname;Nachname;Klasse\n1;Jürgen;Groß;5a\n2;Änne;Müller-Lüdenscheidt;5b\n3;René;Höß;5b\n"


def names(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    return [child.name for child in parse_roster(content, "klasse.csv").children]


def refused(text: str | bytes) -> str:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(RosterError) as caught:
        parse_roster(content, "klasse.csv")
    return str(caught.value)


def test_a_list_keeps_id_name_and_class() -> None:
    children = parse_roster(LIST.encode(), "klasse.csv").children
    assert children[2] == Child("19", "Ayşe", "Öztürk", "5b", "", ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_gives_the_same_names(encoding: str) -> None:
    assert names(LIST.encode(encoding)) == ["Jürgen Größner", "Zoë Šimić", "Ayşe Öztürk"]


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "latin-1"])
def test_every_western_encoding_gives_the_same_names(encoding: str) -> None:
    assert names(PLAIN.encode(encoding)) == ["Jürgen Groß", "Änne Müller-Lüdenscheidt", "René Höß"]


def test_a_latin_9_list_with_a_caron_is_not_taken_for_windows() -> None:
    assert names("Vorname;Nachname;Klasse\nŽeljko;Müller;5a\n".encode("iso8859-15")) == ["Željko Müller"]


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
def test_a_dos_or_macintosh_list_is_refused_and_not_misread(encoding: str) -> None:
    told = refused("Vorname;Nachname;Klasse\nJürgen;Köhler;5a\nÖmer;Bäcker;5a\n".encode(encoding))
    assert "Zeile 2" in told
    assert "Zeichensatz" in told


def test_a_list_that_was_garbled_before_is_refused_with_the_names_shown() -> None:
    told = refused(LIST.encode().decode("cp1252", "replace"))
    assert "Ã¼" in told
    assert "Zeile 2, Spalte „Vorname“" in told


@pytest.mark.parametrize("name", ["M?ller", "M\ufffdller", "MÃ¼ller", "K”hler", "MŸller", "Mšller"])
def test_a_lost_letter_is_seen(name: str) -> None:
    assert is_garbled(name)


@pytest.mark.parametrize(
    "name", ["Miloš", "Šimić", "Hašková", "Kršić", "O'Neill", "D’Angelo", "Łukasz", "Ngô", "Ângela", "Åsa"]
)
def test_a_name_from_elsewhere_is_not_garbled(name: str) -> None:
    assert not is_garbled(name)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_usual_separator_is_found(separator: str) -> None:
    assert names(PLAIN.replace(";", separator))[0] == "Jürgen Groß"


def test_a_comma_in_the_heading_does_not_hide_the_separator() -> None:
    (child,) = parse_roster(b"Nachname, Vorname;Klasse\nvan der Berg, Ben;3a\n", "x.csv").children
    assert (child.first_name, child.last_name, child.school_class) == ("Ben", "van der Berg", "3a")


def test_excel_s_line_about_the_separator_is_no_heading() -> None:
    assert names("sep=;\r\n" + PLAIN)[0] == "Jürgen Groß"


def test_the_name_a_child_goes_by_wins_over_the_one_in_the_register() -> None:
    text = "SchuelerIdentNummer;Vorname;SchuelerRufname;SchuelerNachname;GruppeBezeichung\n"
    text += "4711;Karl Johannes;Hannes;Beck;7c\n"
    assert parse_roster(text.encode(), "danis.csv").children[0] == Child("4711", "Hannes", "Beck", "7c", "", ())


def test_the_list_of_a_test_stack_is_read() -> None:
    text = 'stack,id,cls,child,guardians,returned\nS01,2b-04,2b,Zoë Wagner,"Frank Wagner, Thomas Wagner",1\n'
    child = parse_roster(text.encode(), "rosters.csv").children[0]
    assert child == Child("2b-04", "Zoë", "Wagner", "2b", "", ("Frank Wagner, Thomas Wagner",))


def test_without_ids_a_child_is_numbered_within_its_class() -> None:
    text = "Klasse;Familienname;Vorname\n3a;Beck;Mia\n3b;Kurz;Ole\n3a;Adam;Eva\n"
    assert [child.id for child in parse_roster(text.encode(), "x.csv").children] == ["3a-01", "3b-01", "3a-02"]


def test_one_line_for_each_parent_gives_one_child_with_both() -> None:
    text = "Kind-ID;Vorname;Nachname;Eltern\n7;Mia;Beck;Anna Beck\n7;Mia;Beck;Jan Kurz\n"
    (child,) = parse_roster(text.encode(), "eltern.csv").children
    assert child.guardians == ("Anna Beck", "Jan Kurz")


def test_the_columns_of_both_parents_are_read() -> None:
    text = "ID;Vorname;Nachname;Vorname Mutter;Nachname Mutter;Vorname Vater;Nachname Vater\n"
    text += "7;Mia;Beck;Anna;Beck;Jan;Kurz\n"
    assert parse_roster(text.encode(), "x.csv").children[0].guardians == ("Anna Beck", "Jan Kurz")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1.9.2013", "2013-09-01"), ("01.09.2013", "2013-09-01"), ("2013-09-01", "2013-09-01"), ("", "")],
)
def test_a_birth_date_is_kept_as_year_month_day(written: str, meant: str) -> None:
    text = f"ID;Vorname;Nachname;Geburtsdatum\n7;Mia;Beck;{written}\n"
    assert parse_roster(text.encode(), "x.csv").children[0].birth_date == meant


def test_all_problems_are_told_at_once_with_line_and_column() -> None:
    told = refused("ID;Vorname;Nachname;Geburtsdatum\n7;Mia;;31.02.2013\n;Ole;Kurz;1.1.2014\n7;Eva;Adam;2.2.2014\n")
    assert "Zeile 2, Spalte „Nachname“" in told
    assert "Zeile 2, Spalte „Geburtsdatum“: „31.02.2013“" in told
    assert "Zeile 3, Spalte „ID“" in told
    assert "Zeile 4: Diese Kennung steht schon in Zeile 2." in told


def test_the_same_child_twice_without_an_id_is_asked_about() -> None:
    assert "steht schon in Zeile 2" in refused("Klasse;Vorname;Nachname\n3a;Mia;Beck\n3a;Mia;Beck\n")


def test_a_list_without_a_heading_is_refused_with_what_is_needed() -> None:
    told = refused("Mia;Beck\nOle;Kurz\n")
    assert "Kopfzeile" in told
    assert "„Nachname“" in told


@pytest.mark.parametrize(
    "text",
    [
        "Mia;Beck;3a\nOle;Kurz;3a\nPaul;Adam;3b\n",
        "3a;Beck;Mia\n3a;Kurz;Ole\n3b;Adam;Paul\n",
        "17;Beck;Mia;3a;01.02.2014\n18;Kurz;Ole;3a;2.3.2014\n19;Adam;Paul;3b;3.3.2014\n",
        '"Beck, Mia";3a\n"Kurz, Ole";3a\n"Adam, Paul";3b\n',
        "Beck, Mia\nKurz, Ole\nAdam, Paul\n",
    ],
)
def test_a_list_without_a_heading_is_understood_where_it_explains_itself(text: str) -> None:
    examined = examine(text.encode(), "x.csv")
    assert [child.name for child in examined.roster.children] == ["Mia Beck", "Ole Kurz", "Paul Adam"]
    assert examined.guessed


@pytest.mark.parametrize(
    "text",
    [
        "Bxq;Ywz;3a\nKlm;Prt;3a\nTrw;Zzz;3b\n",  # no frequent first name in either column
        "Simon;Paul;3a\nPaul;Simon;3a\nLeo;Anna;3b\n",  # in both
        "SchülerVN;SchülerNN;Kl\nMia;Beck;3a\nOle;Kurz;3a\n",  # an unknown heading is no child
        "VN;NN;K\nMia;Beck;3a\nOle;Kurz;3a\n",
        "Mia;Beck;Anna;3a\nOle;Kurz;Jan;3a\n",  # three columns of names
    ],
)
def test_a_list_without_a_heading_that_may_be_read_in_two_ways_is_refused(text: str) -> None:
    assert "Kopfzeile" in refused(text)


@pytest.mark.parametrize(
    "content", [b"", b"\0\1\2\3", b"\xff\xfea", b"Vorname;Nachname\n", b'Vorname;Nachname\n"' + b"x" * 200_000]
)
def test_any_bytes_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    with pytest.raises(RosterError):
        parse_roster(content, "x.csv")


def test_columns_that_are_not_needed_are_not_kept_and_said_to_be() -> None:
    examined = examine(b"ID;Vorname;Nachname;Telefon Mutter\n7;Mia;Beck;0170\n", "x.csv")
    assert "0170" not in repr(examined)
    assert examined.unused == ("Telefon Mutter",)


EXPORTS = {
    "ASV": ("Familienname;Rufname;Vornamen;Klasse;Geburtsdatum;Ortsteil", "Beck;Mia;Maria Mia;3a;01.02.2014;Nord"),
    "SchILD": (
        "Nachname;Vorname;Klasse;Geburtsdatum;Erzieher 1: Vorname;Erzieher 1: Nachname;Erzieher 2: Vorname;"
        "Erzieher 2: Nachname;Erzieher 1: Telefon",
        "Beck;Mia;3a;01.02.2014;Anna;Beck;Jan;Kurz;0170",
    ),
    "DaNiS": ("SchuelerIdentNummer;SchuelerRufname;SchuelerNachname;GruppeBezeichung", "4711;Mia;Beck;3a"),
    "LUSD": (
        "Schueler_Nachname;Schueler_Rufname;Schueler_Vornamen;Klassen_Klassenbezeichnung;Schueler_Geburtsdatum",
        "Beck;Mia;Maria;3a;01.02.2014",
    ),
    "WebUntis": (
        "name\tlongName\tforeName\tgender\tbirthDate\tklasse.name\tid\texternKey",
        "BeckMia\tBeck\tMia\tw\t01.02.2014\t3a\t12\t4711",
    ),
    "IServ": ("Import-ID;Account;Vorname;Nachname;Klasse/Information", "4711;mia.beck;Mia;Beck;3a"),
    "edoo.sys": ("Familienname;Rufname;Klasse 2026/27;Geb.-Datum", "Beck;Mia;3a;01.02.2014"),
    "hand": ("Lfd. Nr.;Name, Vorname;Kl.;Eltern", "1;Beck, Mia;3a;Anna Beck / Jan Kurz"),
}


@pytest.mark.parametrize("source", EXPORTS)
def test_the_exports_of_schools_programs_are_understood(source: str) -> None:
    heading, line = EXPORTS[source]
    (child,) = parse_roster(f"{heading}\n{line}\n".encode(), "x.csv").children
    assert (child.first_name, child.last_name, child.school_class) == ("Mia", "Beck", "3a")


@pytest.mark.parametrize(
    "heading",
    [
        "Vorname Mutter;Nachname Mutter;Vorname Vater;Nachname Vater",
        "Erziehungsberechtigte/r 1 - Vorname;Erziehungsberechtigte/r 1 - Nachname;"
        "Erziehungsberechtigte/r 2 - Vorname;Erziehungsberechtigte/r 2 - Nachname",
        "Elternteil Vorname;Elternteil Name;Elternteil Vorname;Elternteil Name",
        "Erste Sorgeberechtigte Vorname;Erste Sorgeberechtigte Familienname;"
        "Zweite Sorgeberechtigte Vorname;Zweite Sorgeberechtigte Familienname",
    ],
)
def test_both_guardians_are_read_whatever_their_columns_are_called(heading: str) -> None:
    text = f"ID;Vorname;Nachname;{heading}\n7;Mia;Beck;Anna;Beck;Jan;Kurz\n"
    assert parse_roster(text.encode(), "x.csv").children[0].guardians == ("Anna Beck", "Jan Kurz")


def test_a_second_guardian_named_whole_is_kept() -> None:
    text = "ID;Vorname;Nachname;Mutter;Vater\n7;Mia;Beck;Anna Beck;Jan Kurz\n"
    assert parse_roster(text.encode(), "x.csv").children[0].guardians == ("Anna Beck", "Jan Kurz")


def test_a_running_number_that_starts_again_with_each_class_is_no_id() -> None:
    text = "Lfd. Nr.;Klasse;Vorname;Nachname\n1;3a;Mia;Beck\n1;3b;Ole;Kurz\n"
    assert [child.id for child in parse_roster(text.encode(), "x.csv").children] == ["3a-01", "3b-01"]


def test_a_title_above_the_heading_is_no_child() -> None:
    assert names("Klassenliste 3a;;\nStand: 1.9.2026;;\n;;\nVorname;Nachname;Klasse\nMia;Beck;3a\n") == ["Mia Beck"]


def test_a_separator_within_a_name_is_told() -> None:
    assert "Zeile 2" in refused("Vorname;Nachname;Klasse\nMia;von;Beck;3a\n")


def test_a_quote_that_is_never_closed_swallows_no_child() -> None:
    assert "Anführungszeichen" in refused('Vorname;Nachname;Klasse\nMia;"Beck;3a\nOle;Kurz;3a\n')
    assert "ist kein Name" in refused('Vorname;Nachname;Klasse\nMia;"Beck;3a\nOle;Kurz";3a\n')


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("Mia Beck", ("Mia", "Beck")),
        ("Anna Lena Beck", ("Anna Lena", "Beck")),
        ("Ben van der Berg", ("Ben", "van der Berg")),
        ("Madonna", ("", "Madonna")),
        ("", ("", "")),
    ],
)
def test_a_whole_name_is_split_before_its_particles(whole: str, parts: tuple[str, str]) -> None:
    assert split_name(whole) == parts


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match=r"klasse\.csv"):
        read_roster(tmp_path / "klasse.csv")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "klasse.csv"
    path.write_text(PLAIN, encoding="cp1252")
    assert len(read_roster(path).children) == 3


def test_the_ladder_prefers_the_mark_in_front() -> None:
    assert decode(b"\xef\xbb\xbfName").text == "Name"
