"""Reads stacks of personalised slips as the office would and counts: `python -m tests.accuracy.personal --out DIR`."""

import argparse
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms.catalogue import BUNDLED
from intake import one_shot
from samples.personal import CONDITIONS, write_stacks

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the slips of one condition."""

    name: str
    slips: int
    by_code: int
    by_name: int
    wrong: int
    lost: int
    plain: int
    settled: int
    not_true: int

    @property
    def line(self) -> str:
        """A row of the table."""
        known = self.by_code + self.by_name
        return (
            f"| {self.name} | {self.slips} | {_share(self.by_code, self.slips)} | {self.by_name} "
            f"| {_share(known, self.slips)} | {self.wrong} | {_share(self.settled, self.plain)} | {self.not_true} "
            f"| {self.lost} |"
        )


HEADING = (
    "| condition | slips | named by the code | by the printed name | together | wrong child "
    "| settled without a person, of plain | verdicts that are wrong | lost |\n|---|---|---|---|---|---|---|---|---|"
)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % of {whole}" if whole else "-"


def score(name: str, truth: Sequence[Row], results: Sequence[Row]) -> Score:
    """Compare one condition's results with its truth, slip by slip."""
    found = {Path(row["file"]).name: row for row in results}
    pairs = [(true, found[Path(true["file"]).name]) for true in truth if Path(true["file"]).name in found]
    right = [(true, row) for true, row in pairs if row["child_id"] == true["child_id"]]
    plain = [(true, row) for true, row in pairs if true["verdicts"] in {"given", "refused"}]
    return Score(
        name=name,
        slips=len(truth),
        by_code=sum(row["identified_by"] == "code" for _, row in right),
        by_name=sum(row["identified_by"] == "name" for _, row in right),
        wrong=sum(row["child_id"] not in ("", true["child_id"]) for true, row in pairs),
        lost=len(truth) - len(pairs),
        plain=len(plain),
        settled=sum(row["verdict"] != "review" for _, row in plain),
        not_true=sum(row["verdict"] not in {*true["verdicts"].split(), "review"} for true, row in pairs),
    )


def read(folder: Path, condition: str) -> list[Row]:
    """The slips of one condition, read with the class list and the register beside the blanks."""
    table = folder / f"{condition}.csv"
    one_shot.read(
        one_shot.Order(
            paths=(folder / condition,),
            forms=tuple(folder / f"{form.id}.pdf" for form in BUNDLED),
            roster=folder / "klassenliste.csv",
            output=table,
            pages=None,
            evidence=None,
            jobs=1,
        )
    )
    return rows_of(table)


def rows_of(path: Path) -> list[Row]:
    """A table as it was written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores(folder: Path) -> Iterable[Score]:
    """Each condition that was made."""
    truth = rows_of(folder / "truth.csv")
    for condition in dict.fromkeys(row["condition"] for row in truth):
        own = [row for row in truth if row["condition"] == condition]
        yield score(condition, own, read(folder, condition))


def main() -> None:
    """Make the stacks where they are missing, read them, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.personal", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--slips", type=int, default=60, help="for each condition")
    parser.add_argument("--seed", type=int, default=2020)
    asked = parser.parse_args()
    if not (asked.out / "truth.csv").exists():
        write_stacks(asked.out, asked.slips, asked.seed, CONDITIONS)
    print(HEADING)  # noqa: T201 - this is what the command is for
    for each in scores(asked.out):
        print(each.line, flush=True)  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    main()
