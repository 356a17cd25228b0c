"""How many children are known by their handwritten names, with the list of a class and with that of a whole school.

`python -m tests.accuracy.names --seeds 2026,701 --out DIR` makes the stacks of the corpus over our blanks (or uses
those that lie there), reads every page as the program does, and counts slips with a written name:

- with the list of each stack's class, as an office would read it;
- with one list of 800 children: those of all seeds given, and more made of their names, so that it is full of siblings
  and of children who share a name. The seed's own children are on it once; names that others of them bear, too, count
  as any other;
- slips of 20 children who are on no list: nobody may be named for them.

No printed code names a child here. A name that was struck out or left away is no written name; those that have vanished
in the scan count, and the last row leaves them out.
"""

import argparse
import csv
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from intake import pages
from intake.batch import settled
from intake.engines import TextEngine, pp_ocr
from intake.engines.recorded import crop_key
from intake.errors import UnreadablePageError
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.roster import split_name
from intake.sources import expand
from intake.templates import prepare
from intake.values import Child, GrayImage, PageRef, Roster, SlipReading, SlipResult, Template, TextGuess
from tests.accuracy.corpus import Generated, generate

SCHOOL, STRANGERS = 800, 20
"""Children on the list of the school; children of each seed who are taken off all lists."""

Slip = Mapping[str, Any]
"""A slip of the truth, as the generator writes it."""


class Remembering:
    """An engine that reads each crop once; the same pages are read with several lists."""

    def __init__(self, engine: TextEngine) -> None:
        """Remember nothing yet."""
        self._engine = engine
        self._known: dict[str, TextGuess] = {}

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """Read what is new."""
        return [self._read(crop) for crop in crops]

    def _read(self, crop: GrayImage) -> TextGuess:
        key = crop_key(crop)
        if key not in self._known:
            (self._known[key],) = self._engine.read_lines([crop])
        return self._known[key]


class RememberingBoth(Remembering):
    """The same for an engine with a second recogniser."""

    def __init__(self, engine: pp_ocr.PPOCR) -> None:
        """Remember nothing yet."""
        super().__init__(engine)
        self.second = Remembering(engine.second)


@dataclass(frozen=True, slots=True)
class Line:
    """One slip: where it is from, whose it is, what is known of its name, and who was named for it.

    `vanished` is the generator's own mark: less than 60 % of the name's ink came through the scan.
    """

    stack: str
    child: str
    hand: str
    listed: bool
    named: str
    vanished: bool = False

    @property
    def is_right(self) -> bool:
        """Whether the child was named."""
        return self.listed and self.named == self.child

    @property
    def is_wrong(self) -> bool:
        """Whether another was."""
        return bool(self.named) and not self.is_right


# ---------------------------------------------------------------- lists


def children_of(folder: Path, seed: int) -> dict[str, list[Child]]:
    """The children of each stack; their ids say seed and stack, since classes of one name are in several."""
    stacks: defaultdict[str, list[Child]] = defaultdict(list)
    with (folder / "rosters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, last = split_name(row["child"])
            number = f"{seed}/{row['stack']}/{row['id']}"
            stacks[row["stack"]].append(Child(number, first, last, row["cls"], "", (row["guardians"],)))
    return dict(stacks)


def strangers_of(children: Iterable[Child], wrote: Iterable[str], seed: int) -> set[str]:
    """The ids of the children whom no list will name, drawn from those who wrote."""
    ids = sorted({child.id for child in children} & set(wrote))
    return set(random.Random(seed).sample(ids, min(STRANGERS, len(ids))))  # noqa: S311 - a draw for a test


def school_of(own: Sequence[Child], others: Sequence[Child], strange: set[str], size: int, seed: int) -> Roster:
    """A list of so many children: the seed's own, those of others, and names made of both; none is named like one of
    the strangers, whom nobody could tell from it.
    """
    rng = random.Random(seed)  # noqa: S311 - a draw for a test
    words = [*own, *others]
    children = [child for child in words if child.name not in strange][:size]
    number = 0
    while len(children) < size:
        number += 1
        last = rng.choice(words)
        first = rng.choice(words).first_name
        school_class = f"{rng.randint(1, 10)}{rng.choice('abcd')}"
        made = Child(f"made-{number}", first, last.last_name, school_class, "", last.guardians)
        children += [made] if made.name not in strange else []
    return Roster(tuple(children))


# ---------------------------------------------------------------- truth and reading


def truth_of(folder: Path) -> dict[PageRef, list[Slip]]:
    """The slips of each page; file names as the reader gives them, below their stack."""
    found: dict[PageRef, list[Slip]] = {}
    with (folder / "truth.jsonl").open(encoding="utf-8") as file:
        for text in file:
            page = json.loads(text)
            number = 1 if page["file"].endswith(".jpg") else page["page"]
            found[PageRef(page["file"], number)] = [slip | {"stack": page["stack"]} for slip in page["slips"]]
    return found


def has_name(slip: Slip) -> bool:
    """Whether a name was written on the slip, and not struck out."""
    return bool(slip["written_child"]) and "name_struck" not in " ".join(slip["notes"])


def slip_at(reading: SlipReading, slips: Sequence[Slip]) -> Slip | None:
    """The slip of the truth whose line for the child lies within the outline of the one that was read."""
    outline = np.array([(p.x, p.y) for p in reading.outline], np.float32)
    for slip in slips:
        x, y = np.mean(slip["fields_quad"]["child"], axis=0)
        if cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) >= 0:
            return slip
    return None


def read_stack(
    stack: Path, templates: Sequence[Template], rosters: Sequence[Roster], engine: TextEngine
) -> list[list[SlipResult]]:
    """The slips of a stack, read and settled with each of the lists."""
    slips: list[list[SlipReading]] = [[] for _ in rosters]
    for source in expand([stack]).sources:
        try:
            for number in range(1, pages.count_pages(source) + 1):
                page = pages.read_page(source, number)
                page = replace(page, ref=PageRef(f"{stack.name}/{source.file}", number))
                for roster, found in zip(rosters, slips, strict=True):
                    found.extend(read_page(page, templates, roster, engine).slips)
        except UnreadablePageError:
            continue
    return [settled(found, EVERY_LINE) for found in slips]


def lines_of(results: Iterable[SlipResult], truth: Mapping[PageRef, Sequence[Slip]], seed: int,
             strangers: set[str]) -> Iterator[Line]:  # fmt: skip
    """Each slip that was found and bears a name."""
    for result in results:
        slip = slip_at(result.reading, truth.get(result.reading.ref, ()))
        if slip is None or not has_name(slip):
            continue
        child = result.reading.identity.child
        whose = f"{seed}/{slip['stack']}/{slip['id']}"
        named = child.id if child else ""
        vanished = "name_vanished" in slip["notes"]
        yield Line(slip["stack"], whose, slip["hand"], whose not in strangers, named, vanished)


# ---------------------------------------------------------------- tables


def report(lines: Sequence[Line]) -> str:
    """A row for each stack and hand, and one for all."""
    rows = ["| slips | with a name | named | wrong child | on no list | of these named |", "|---|---|---|---|---|---|"]
    groups = [(stack, [one for one in lines if one.stack == stack]) for stack in sorted({one.stack for one in lines})]
    groups += [(f"hand: {hand}", [one for one in lines if one.hand == hand]) for hand in ("real", "font")]
    legible = ("all but the vanished", [one for one in lines if not one.vanished])
    return "\n".join([*rows, *(_row(name, some) for name, some in [*groups, ("all", lines), legible])])


def _row(name: str, lines: Sequence[Line]) -> str:
    listed = [one for one in lines if one.listed]
    strange = [one for one in lines if not one.listed]
    right, wrong = sum(one.is_right for one in listed), sum(one.is_wrong for one in listed)
    share = f"{100 * right / len(listed):.1f} %" if listed else "-"
    return f"| {name} | {len(listed)} | {share} | {wrong} | {len(strange)} | {sum(one.is_wrong for one in strange)} |"


def unsure(lines: Iterable[Line]) -> str:
    """Whose slips were left to a person."""
    return "\n".join(
        f"{one.stack}: {one.child} ({one.hand}): {one.named or 'nobody'}"
        for one in lines
        if one.is_wrong or (one.listed and not one.is_right)
    )


def measure(made: Generated, seed: int, others: Sequence[Child], only: Sequence[str]) -> tuple[list[Line], list[Line]]:
    """What becomes of the slips of one seed, with class lists and with the list of the school."""
    truth = truth_of(made.folder)
    classes = children_of(made.folder, seed)
    wrote = Counter(
        f"{seed}/{slip['stack']}/{slip['id']}" for slips in truth.values() for slip in slips if has_name(slip)
    )
    every = [child for children in classes.values() for child in children]
    strangers = strangers_of(every, wrote, seed)
    listed = {name: [c for c in children if c.id not in strangers] for name, children in classes.items()}
    own = [child for children in listed.values() for child in children]
    strange = {child.name for child in every if child.id in strangers}
    school = school_of(own, others, strange, SCHOOL, seed)
    templates = [prepare(blank.read_bytes()) for blank in made.blanks]
    engine = RememberingBoth(pp_ocr.load())
    lines: tuple[list[Line], list[Line]] = ([], [])
    for name in sorted(classes):
        if only and not name.startswith(tuple(only)):
            continue
        read = read_stack(made.folder / name, templates, (Roster(tuple(listed[name])), school), engine)
        for found, results in zip(lines, read, strict=True):
            found.extend(lines_of(results, truth, seed, strangers))
    return lines


def main() -> None:
    """Make or find the stacks, read them, print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="2026")
    parser.add_argument("--stacks", default="", help="such as S01,S10; all where nothing is said")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--list", action="store_true", help="also list the slips whose child was not named")
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    made = {int(seed): generate(chosen.out, int(seed), [], 1.0) for seed in chosen.seeds.split(",")}
    every = {seed: [c for some in children_of(one.folder, seed).values() for c in some] for seed, one in made.items()}
    totals: tuple[list[Line], list[Line]] = ([], [])
    for seed, one in made.items():
        others = [child for other, children in every.items() if other != seed for child in children]
        found = measure(one, seed, others, [name for name in chosen.stacks.split(",") if name])
        for total, lines, words in zip(totals, found, ("class lists", f"one list of {SCHOOL}"), strict=True):
            total.extend(lines)
            sys.stdout.write(f"\n# seed {seed}, {words}\n{report(lines)}\n")
            sys.stdout.write(f"{unsure(lines)}\n" if chosen.list else "")
            sys.stdout.flush()
    for total, words in zip(totals, ("class lists", f"one list of {SCHOOL}"), strict=True):
        sys.stdout.write(f"\n# all seeds, {words}\n{report(total)}\n")


if __name__ == "__main__":
    main()
