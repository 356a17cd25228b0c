"""Makes stacks of the corpus over our own blanks, reads them as an office would, and scores what came out.

`python -m tests.accuracy.corpus --seeds 2026 --stacks S01,S05 --out DIR` prints the scorer's tables, and those of
`fields` about single boxes and signature lines. The corpus lies beside the project and is not part of it.
"""

import argparse
import csv
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms.catalogue import build_blank
from forms.school import School
from tests.accuracy.fields import Outcome, read_outcomes, report

PROJECT = Path(__file__).parents[2]
CORPUS = PROJECT.parent / "shared" / "corpus"
NAMES = {"iserv-sekundar": "sek", "iserv-primar": "prim"}
"""What the generator calls our forms."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A folder of stacks with their truth, and the blanks to read them with."""

    folder: Path
    blanks: tuple[Path, ...]


def true_blank(form_id: str) -> bytes:
    """The blank as the school hands it out."""
    return build_blank(form_id, School())


def generate(
    folder: Path,
    seed: int,
    stacks: Sequence[str],
    scale: float,
    printed_from: Callable[[str], bytes] = true_blank,
) -> Generated:
    """Make stacks of the forms printed from these blanks; they lie in the folder's `own` and are to be read with.

    What an earlier call with the same words made is used again.
    """
    own = folder / "own"
    blanks = tuple(_blank(form, own, printed_from(form)) for form in NAMES)
    out = folder / f"seed{seed}-{scale:g}-{'-'.join(stacks) or 'all'}"
    if not (out / "truth.jsonl").exists():
        _python(
            CORPUS / "slipgen.py",
            "--half",
            "dev",
            "--own",
            own,
            "--out",
            out,
            "--seed",
            seed,
            "--scale",
            scale,
            "--stacks",
            ",".join(stacks),
        )
    return Generated(out, blanks)


def _blank(form: str, own: Path, pdf: bytes) -> Path:
    own.mkdir(parents=True, exist_ok=True)
    path = own / f"{form}.pdf"
    path.write_bytes(pdf)
    _python(CORPUS / "from_blank.py", path, NAMES[form], "--out", own)
    return path


def read(made: Generated, workers: int, school_roster: Path | None = None) -> tuple[Path, Path]:
    """Read each stack with its own class roster, or all with one; returns the two tables."""
    results: list[dict[str, str]] = []
    pages: list[dict[str, str]] = []
    for stack in sorted(path for path in made.folder.iterdir() if path.is_dir()):
        roster = school_roster or _class_roster(made.folder, stack.name)
        _ruecklauf(stack, made.blanks, roster, workers)
        for rows, name in ((results, "results.csv"), (pages, "pages.csv")):
            rows += [row | {"file": f"{stack.name}/{row['file']}"} for row in rows_of(made.folder / name)]
    return _write(made.folder / "all_results.csv", results), _write(made.folder / "all_pages.csv", pages)


def _class_roster(folder: Path, stack: str) -> Path:
    rows = [row for row in rows_of(folder / "rosters.csv") if row["stack"] == stack]
    return _write(folder / "roster.csv", rows)


def _ruecklauf(stack: Path, blanks: Sequence[Path], roster: Path, workers: int) -> None:
    folder = stack.parent
    arguments = ["read", stack, "--roster", roster, "-o", folder / "results.csv", "--pages", folder / "pages.csv"]
    for blank in blanks:
        arguments += ["--form", blank]
    command = [sys.executable, "-m", "intake.cli", *map(str, arguments), "-j", str(workers)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, env=_quiet())
    if done.returncode > 3:
        raise RuntimeError(f"{stack.name}: {done.stderr}")


def score(made: Generated, results: Path, pages: Path, by: str, *more: str) -> str:
    """The scorer's table; its last line tells of lost pages and invented rows."""
    command = [sys.executable, *map(str, (CORPUS / "score.py", made.folder, results, pages)), "--by", by, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _python(script: Path, *arguments: object) -> None:
    command = [sys.executable, str(script), *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, env=_quiet())


def _quiet() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1"}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    columns = list(rows[0]) if rows else ["file", "page"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def main() -> None:
    """Generate, read, score, count boxes and signature lines, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="2026")
    parser.add_argument("--stacks", default="S01,S03,S05,S07,S10")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--by", default="difficulty,stack")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    every: list[Outcome] = []
    for seed in map(int, chosen.seeds.split(",")):
        made = generate(chosen.out, seed, [s for s in chosen.stacks.split(",") if s], chosen.scale)
        results, pages = read(made, chosen.j)
        for by in chosen.by.split(","):
            sys.stdout.write(f"\n# seed {seed}, by {by}\n{score(made, results, pages, by)}")
        found = read_outcomes(made.folder / "truth.jsonl", results)
        sys.stdout.write(f"\n# seed {seed}, boxes and signature lines\n{report(found)}")
        every += found
    if "," in chosen.seeds:
        sys.stdout.write(f"\n# all seeds, boxes and signature lines\n{report(every)}")


if __name__ == "__main__":
    main()
