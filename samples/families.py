"""The school of the samples: made-up children, their guardians, and the class list."""

import csv
from dataclasses import dataclass
from pathlib import Path

ROSTER_COLUMNS = ("Nr", "Vorname", "Nachname", "Klasse", "Geburtsdatum", "Erziehungsberechtigte")


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child of the class list; `guardians` as they write themselves."""

    id: str
    first_name: str
    last_name: str
    school_class: str
    birth_date: str
    guardians: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def signing_guardian(self) -> str:
        """Who signs: the first of the guardians, with a last name."""
        first, *others = self.guardians.replace(" und ", ", ").split(", ")
        return first if " " in first else f"{first} {' '.join(others[-1].split()[1:])}"


CLASS_4B = (
    Pupil("401", "Mia", "Schneider", "4b", "14.03.2015", "Sabine Schneider"),
    Pupil("402", "Emir", "Öztürk", "4b", "02.09.2014", "Ayşe und Mehmet Öztürk"),
    Pupil("403", "Lena", "Großmann", "4b", "21.11.2014", "Petra Großmann"),
    Pupil("404", "Zofia", "Wójcik", "4b", "30.01.2015", "Katarzyna Wójcik"),
    Pupil("405", "Jakub", "Wójcik", "4b", "30.01.2015", "Katarzyna Wójcik"),
    Pupil("406", "Jörn", "Petersen", "4b", "08.06.2015", "Holger Petersen"),
    Pupil("407", "Elif", "Yılmaz", "4b", "17.07.2015", "Fatma Yılmaz"),
    Pupil("408", "Paul", "Weiß", "4b", "05.05.2015", "Julia Weiß und Thomas Brandt"),
    Pupil("409", "Annika", "Müller-Lüders", "4b", "12.12.2014", "Ulrike Müller-Lüders"),
    Pupil("410", "Ben", "Hoffmann", "4b", "26.02.2015", "Stefan Hoffmann"),
    Pupil("411", "Łucja", "Kamińska", "4b", "19.10.2014", "Marek Kamiński"),
    Pupil("412", "Gökçe", "Şahin", "4b", "03.04.2015", "Emine Şahin"),
    Pupil("413", "Theo", "Kröger", "4b", "23.08.2014", "Anja Kröger"),
    Pupil("414", "Charlotte", "von Bülow", "4b", "11.01.2015", "Friederike von Bülow"),
    Pupil("415", "Finn", "Jäger", "4b", "29.06.2015", "Nicole Jäger"),
    Pupil("416", "Marlene", "Fuchs", "4b", "07.02.2015", "Andreas Fuchs"),
)

CLASS_7A = (
    Pupil("701", "Jonas", "Schneider", "7a", "09.04.2012", "Sabine Schneider"),
    Pupil("702", "Defne", "Öztürk", "7a", "28.12.2011", "Ayşe und Mehmet Öztürk"),
    Pupil("703", "Björn", "Lindemann", "7a", "16.05.2012", "Kerstin Lindemann"),
    Pupil("704", "Szymon", "Nowak", "7a", "01.10.2011", "Piotr Nowak"),
    Pupil("705", "Käthe", "Süß", "7a", "22.03.2012", "Bärbel Süß"),
    Pupil("706", "Tuğba", "Çelik", "7a", "13.02.2012", "Hatice Çelik"),
    Pupil("707", "Lukas", "Hoffmann", "7a", "24.09.2011", "Stefan Hoffmann"),
    Pupil("708", "Sophie", "Arndt", "7a", "06.07.2012", "Melanie Arndt"),
    Pupil("709", "Aleksander", "Zieliński", "7a", "18.01.2012", "Agnieszka Zielińska"),
    Pupil("710", "Frieda", "Köhler", "7a", "31.08.2012", "Frank Köhler"),
)

SCHOOL = CLASS_4B + CLASS_7A


def pupil(number: str) -> Pupil:
    """The child with this number in the class list."""
    return next(child for child in SCHOOL if child.id == number)


def write_roster(path: Path) -> None:
    """Write the class list as a German spreadsheet saves it: semicolons, UTF-8 with a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(ROSTER_COLUMNS)
        for p in SCHOOL:
            writer.writerow((p.id, p.first_name, p.last_name, p.school_class, p.birth_date, p.guardians))
