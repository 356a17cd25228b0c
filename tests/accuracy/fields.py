"""Counts boxes and signature lines one by one, which the corpus's own scorer does not.

What was drawn comes from `truth.jsonl`, what was read from `results.csv`; slips and rows of a page are matched as the
scorer does it: by the child, then in the order of what is left.

The table of results has one answer for a slip and no states of single boxes. So "yes", "no" and "none" say of both
boxes whether they are marked; "unclear" and "unread" leave both in doubt, and so do "both" and "corrected", which are
right on some slips and always ask a person. They are counted apart.

How certain the truth of a *box* is:

- *plain*: both boxes of a slip that has one tick, cross, v or filled box in a pen that is not faint and whose ink came
  through the scan, or no mark at all;
- *certain*: plain, or what the writer did to the box is beyond doubt, however it looks: small, overlarge or faint
  marks; both boxes marked; a box that was crossed out counts as not marked, the one that was marked instead as marked.
  So does the box beside an arguable mark: nothing was drawn there;
- *arguable*: the chosen box where a circle, a dot or a mark beside the box stands for a tick, where its words are
  circled or the other ones struck out (neither touches a box); the other box where a dot got into it; any marked box
  of which less than `SURVIVED` of the ink came through the scan, or which a faint pen marked on a photo, for there the
  truth does not say what came through. These are counted by what the writer meant.

How certain the truth of a *signature line* is: *plain* is a signature or an empty line; *certain* is also what the
scorer takes for a signature; a dash or a cross is *arguable* and meant as no signature. Ink that the scan swallowed is
no excuse here; the list of wrong ones says how much was left. A stamp on the lower half of a slip, where the lines are,
has to make doubt wherever it meets a signature; plain fields of slips without one are counted apart as well.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path
from typing import Any

Slip = Mapping[str, Any]
"""A slip of the truth, as the generator writes it."""
Row = Mapping[str, str]
"""A row of results.csv."""

PLAIN_MARKS = ("tick", "cross", "v", "fill", "felt_fill")
ARGUABLE_MARKS = ("circle", "dot", "off", "text_circled", "strike_other")
STRAY_DOT = "stray_dot_other"
STAMP = "stamp"
FAINT = "faint"
SURVIVED = 0.6
"""The generator, too, softens what it asks for where less of the ink is left."""

PLAIN_SIGNATURES = ("signature", "absent")
SIGNED = ("signature", "signature_high", "signature_low", "scribble", "initials", "block", "childname")
LINES = {"sig_guardian": "guardian_signature", "sig_pupil": "pupil_signature"}
"""The lines of our forms in the truth, and their columns in the table."""


class Part(StrEnum):
    """What is counted."""

    BOX = "boxes"
    SIGNATURE = "signature lines"


class State(StrEnum):
    """What a field shows or is said to show; a tick and a signature are both a mark."""

    MARKED = auto()
    EMPTY = auto()
    ODD = auto()
    UNCLEAR = auto()
    NO_ROW = auto()


SETTLED = (State.MARKED, State.EMPTY)
BOX_WORDS = {"none": State.EMPTY, "both": State.ODD, "corrected": State.ODD}
LINE_WORDS = {"signed": State.MARKED, "empty": State.EMPTY}


class Certainty(StrEnum):
    """How certain it is what was drawn."""

    PLAIN = auto()
    CERTAIN = auto()
    ARGUABLE = auto()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box or a line as it was filled in; `name` is the option or the column, `story` what happened there.

    `stamped` says that the slip carries a stamp on its lower half.
    """

    part: Part
    name: str
    state: State
    certainty: Certainty
    stamped: bool
    story: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A box or a line, where it stands, and what was read there; `word` is the table's own."""

    stack: str
    difficulty: str
    place: str
    drawn: Drawn
    read: State
    word: str

    @property
    def is_settled(self) -> bool:
        """Whether the reader leaves no doubt."""
        return self.read in SETTLED

    @property
    def is_right(self) -> bool:
        """Whether it says what was drawn."""
        return self.read is self.drawn.state


# ---------------------------------------------------------------- what was drawn


def drawn_on(slip: Slip) -> Iterator[Drawn]:
    """Every box and signature line of a slip."""
    if slip["mark"] is not None:
        plain = _plainly_marked(slip)
        yield from (_box(slip, option, plain) for option in ("yes", "no"))
    for line, column in LINES.items():
        if line in slip:
            yield _line(slip, line, column)


def _box(slip: Slip, option: str, plain: bool) -> Drawn:
    state = State.MARKED if slip["choice"] in (option, "both") else State.EMPTY
    certainty = Certainty.ARGUABLE if _arguable(slip, option) else Certainty.CERTAIN
    story = f"{slip['mark']} for {slip['choice']}{_ink_left(slip, 'mark')}"
    return Drawn(Part.BOX, option, state, Certainty.PLAIN if plain else certainty, _stamped(slip), story)


def _plainly_marked(slip: Slip) -> bool:
    if slip["choice"] == "none":
        return True
    usual = slip["mark"] in PLAIN_MARKS and slip["choice"] != "both" and slip["mark_pen"] != FAINT
    return usual and STRAY_DOT not in slip["notes"] and not _may_have_vanished(slip)


def _arguable(slip: Slip, option: str) -> bool:
    chosen = slip["choice"] == option
    inked = chosen or slip["choice"] == "both" or slip.get("corrected_from") == option
    if inked and _may_have_vanished(slip):
        return True
    return slip["mark"] in ARGUABLE_MARKS if chosen else STRAY_DOT in slip["notes"]


def _may_have_vanished(slip: Slip) -> bool:
    if "seen" not in slip:
        return bool(slip["mark_pen"] == FAINT)
    return bool(slip["seen"].get("mark", 1.0) < SURVIVED)


def _line(slip: Slip, line: str, column: str) -> Drawn:
    kind = slip[line]["kind"]
    certainty = Certainty.CERTAIN if kind in SIGNED else Certainty.ARGUABLE
    return Drawn(
        Part.SIGNATURE,
        column,
        State.MARKED if kind in SIGNED else State.EMPTY,
        Certainty.PLAIN if kind in PLAIN_SIGNATURES else certainty,
        _stamped(slip),
        f"{kind}{_ink_left(slip, line)}",
    )


def _stamped(slip: Slip) -> bool:
    return STAMP in slip["paper_ev"]


def _ink_left(slip: Slip, field: str) -> str:
    share = slip.get("seen", {}).get(field)
    return "" if share is None else f", ink left {share:.2f}"


# ---------------------------------------------------------------- what was read


def outcomes(pages: Iterable[Mapping[str, Any]], rows: Iterable[Row]) -> list[Outcome]:
    """Every box and line of the truth's pages with what the rows say of it."""
    of_page: dict[tuple[str, int], list[Row]] = {}
    for line in rows:
        of_page.setdefault((line["file"], int(line["page"])), []).append(line)
    found = []
    for page in pages:
        number = 1 if page["file"].endswith(".jpg") else page["page"]
        for slip, row in matched(page["slips"], of_page.get((page["file"], number), [])):
            place = f"{page['file']} page {number} {slip['child']} ({slip['id']})"
            for drawn in drawn_on(slip):
                word = _word(drawn, row)
                found.append(Outcome(page["stack"], page["difficulty"], place, drawn, _state(drawn, word), word))
    return found


def matched(slips: Sequence[Slip], rows: Sequence[Row]) -> list[tuple[Slip, Row | None]]:
    """Each slip of a page with its row: the one of its child, or the next that is left."""
    left = list(rows)
    by_child: dict[str, Row] = {}
    for slip in slips:
        mine = next((row for row in left if row["child_id"] == slip["id"]), None)
        if mine is not None:
            left.remove(mine)
            by_child[slip["id"]] = mine
    return [(slip, by_child.get(slip["id"]) or (left.pop(0) if left else None)) for slip in slips]


def _word(drawn: Drawn, row: Row | None) -> str:
    if row is None:
        return "no row"
    return row["answer" if drawn.part is Part.BOX else drawn.name]


def _state(drawn: Drawn, word: str) -> State:
    """What the table's word says of this field; a word that says nothing of it leaves it unclear."""
    if word == "no row":
        return State.NO_ROW
    if drawn.part is Part.SIGNATURE:
        return LINE_WORDS.get(word, State.UNCLEAR)
    if word in ("yes", "no"):
        return State.MARKED if word == drawn.name else State.EMPTY
    return BOX_WORDS.get(word, State.UNCLEAR)


# ---------------------------------------------------------------- the tables


def read_outcomes(truth: Path, results: Path) -> list[Outcome]:
    """The outcomes of a generated set and the table that was read from it."""
    pages = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    with results.open(encoding="utf-8-sig", newline="") as file:
        return outcomes(pages, csv.DictReader(file))


def report(found: Sequence[Outcome]) -> str:
    """A table of boxes and one of signature lines, by difficulty and by stack, and below it each wrong one."""
    return "\n".join(_table([one for one in found if one.drawn.part is part], part) for part in Part)


HEAD = (
    "no row",
    "doubt",
    "of it unclear",
    "plain: doubt",
    "no stamp: doubt",
    "plain: right",
    "certain: right",
    "arguable: meant",
)


def _table(found: Sequence[Outcome], part: Part) -> str:
    groups = _grouped(found, lambda one: one.difficulty) | _grouped(found, lambda one: one.stack) | {"all": found}
    lines = [_spaced(part, HEAD), *(_spaced(name, _cells(group)) for name, group in groups.items())]
    return "\n".join([*lines, *_wrong(found)]) + "\n"


def _grouped(found: Sequence[Outcome], name_of: Callable[[Outcome], str]) -> dict[str, Sequence[Outcome]]:
    names = sorted({name_of(one) for one in found})
    return {name: [one for one in found if name_of(one) == name] for name in names}


def _spaced(name: str, cells: Sequence[str]) -> str:
    return f"{name:22}" + "".join(f"{cell:>17}" for cell in cells)


def _cells(found: Sequence[Outcome]) -> tuple[str, ...]:
    """Doubt is a share of the fields with a row; what is right, of those that were settled."""
    with_row = [one for one in found if one.read is not State.NO_ROW]
    plain = [one for one in with_row if one.drawn.certainty is Certainty.PLAIN]
    certain = [one for one in with_row if one.drawn.certainty is not Certainty.ARGUABLE]
    arguable = [one for one in with_row if one.drawn.certainty is Certainty.ARGUABLE]
    return (
        f"{len(found) - len(with_row)} of {len(found)}",
        _share([not one.is_settled for one in with_row]),
        _share([one.read is State.UNCLEAR for one in with_row]),
        _share([not one.is_settled for one in plain]),
        _share([not one.is_settled for one in plain if not one.drawn.stamped]),
        *(_share([one.is_right for one in some if one.is_settled]) for some in (plain, certain, arguable)),
    )


def _share(facts: Sequence[bool]) -> str:
    return f"{sum(facts)}/{len(facts)} {sum(facts) / len(facts):7.1%}" if facts else "-"


def _wrong(found: Sequence[Outcome]) -> Iterator[str]:
    for one in found:
        if one.is_settled and not one.is_right:
            drawn = one.drawn
            head = "arguable" if drawn.certainty is Certainty.ARGUABLE else "WRONG"
            yield f"{head}: {one.place} {drawn.name} was {drawn.state} ({drawn.story}), read {one.word}"
