"""How named children are counted."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from forms.geometry import Point
from intake.values import Child, GrayImage, SlipReading, TextGuess
from tests.accuracy.names import Line, Remembering, children_of, has_name, report, school_of, slip_at, strangers_of

MIA, OLE = Child("1", "Mia", "Beck", "3a", "", ()), Child("2", "Ole", "Kurz", "3a", "", ())


class Counting:
    """An engine that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        self.asked += len(crops)
        return [TextGuess("Mia", 1.0, None) for _ in crops]


def line(named: str, *, listed: bool = True) -> Line:
    return Line("S01", "1", "real", listed, named)


def test_a_named_stranger_is_wrong_whoever_was_named() -> None:
    assert line("1").is_right
    assert line("2").is_wrong
    assert not line("").is_wrong
    assert line("1", listed=False).is_wrong
    assert not line("1", listed=False).is_right


def test_strangers_are_counted_apart() -> None:
    last = report([line("1"), line(""), line("2"), line("", listed=False), line("2", listed=False)]).splitlines()[-1]
    assert last == "| all | 3 | 33.3 % | 1 | 2 | 1 |"


def test_a_school_holds_everybody_once_and_as_many_as_asked() -> None:
    school = school_of([MIA], [OLE], set(), 50, seed=1)
    assert len(school.children) == 50
    assert len({child.id for child in school.children}) == 50
    assert school.children[:2] == (MIA, OLE)
    assert {child.first_name for child in school.children} == {"Mia", "Ole"}
    assert school == school_of([MIA], [OLE], set(), 50, seed=1)


def test_nobody_at_the_school_is_named_like_a_stranger() -> None:
    school = school_of([MIA], [OLE], {"Ole Beck", "Ole Kurz"}, 30, seed=1)
    assert {child.name for child in school.children} == {"Mia Beck", "Mia Kurz"}


def test_strangers_are_drawn_from_those_who_wrote() -> None:
    assert strangers_of([MIA, OLE], ["2", "3"], seed=1) == {"2"}


def test_a_name_struck_left_away_or_vanished_is_none() -> None:
    plain: dict[str, object] = {"written_child": "Mia Beck", "notes": [], "seen": {"child": 0.9}}
    assert has_name(plain)
    assert not has_name(plain | {"written_child": ""})
    assert not has_name(plain | {"notes": ["name_struck"]})
    assert not has_name(plain | {"seen": {"child": 0.01}})


def test_children_of_two_stacks_never_share_an_id(tmp_path: Path) -> None:
    with (tmp_path / "rosters.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["stack", "id", "cls", "child", "guardians", "returned"])
        writer.writerows([["S01", "3a-01", "3a", "Mia Beck", "Jan Beck", 1], ["S02", "3a-01", "3a", "Ole Kurz", "", 0]])
    children = children_of(tmp_path, 7)
    assert [child.id for some in children.values() for child in some] == ["7/S01/3a-01", "7/S02/3a-01"]


def test_a_crop_is_read_once() -> None:
    engine = Counting()
    remembering = Remembering(engine)
    crop = np.zeros((4, 5), np.uint8)
    assert remembering.read_lines([crop, crop]) == remembering.read_lines([crop.copy(), crop])
    assert engine.asked == 1


def test_a_slip_is_known_by_where_its_line_lies(make_slip: Callable[..., SlipReading]) -> None:
    corners = (Point(0, 0), Point(100, 0), Point(100, 50), Point(0, 50))
    here = {"fields_quad": {"child": [[10, 10], [20, 10], [20, 20], [10, 20]]}}
    there = {"fields_quad": {"child": [[10, 110], [20, 110], [20, 120], [10, 120]]}}
    reading = replace(make_slip(None), outline=corners)
    assert slip_at(reading, [there, here]) is here
    assert slip_at(reading, [there]) is None
