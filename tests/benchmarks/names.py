"""What it costs to name the child of a slip: cutting its lines, reading them, matching with the list; one thread.

`python -m tests.benchmarks.names` prints the processor time for a slip, with the list of a class and with that of a
school: of the child's line, which names it, and of all lines, whose words have to be looked at for objections as well;
and how much of that is not for the name, but for notes that may be squeezed in above a row of letters. The slips are
our own, written by generated hands.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import cv2
import numpy as np

from forms.model import Role
from intake import naming
from intake.engines import pp_ocr
from intake.values import Child, CodeReading, CodeState, Roster, SlipImage, TextReading
from samples.families import CLASS_4B, CLASS_7A, SCHOOL, Pupil
from samples.slips import consenting
from tests.intake.returned import CUT, PRIMARY, SECONDARY, laid_flat, sheet_of, template_of

CLASS_BAR = 60.0
"""Milliseconds that a slip may cost at most with the list of its class."""
SCHOOL_SIZE = 800
ROUNDS = 3

NO_CODE = CodeReading(CodeState.NONE, "", ())


@dataclass(frozen=True, slots=True)
class Written:
    """A slip laid flat, and whose it is."""

    form: str
    slip: SlipImage
    child: Child


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for each slip of a set, the quickest of all rounds; how many of these went into looking for notes
    above the letters; and how many children were named.
    """

    name: str
    each: tuple[float, ...]
    notes: tuple[float, ...]
    named: int

    def __str__(self) -> str:
        """For the screen."""
        mean, high, notes = np.mean(self.each), np.percentile(self.each, 95), np.mean(self.notes)
        return (
            f"{self.name:54s} mean {mean:6.1f} ms  95 % {high:6.1f} ms  "
            f"name {mean - notes:6.1f} ms, notes above it {notes:5.1f} ms  named {self.named} of {len(self.each)}"
        )


@contextmanager
def spent_on_notes() -> Iterator[list[float]]:
    """A list to which every look for notes above a row of letters adds the seconds that it took."""
    looked, spent = naming.unless_rows, list[float]()

    @wraps(looked)
    def timed(*known: Any, **named: Any) -> TextReading:
        start = time.process_time()
        found = looked(*known, **named)
        spent.append(time.process_time() - start)
        return found

    naming.unless_rows = timed
    try:
        yield spent
    finally:
        naming.unless_rows = looked


def child_of(pupil: Pupil) -> Child:
    """The child as a list has it."""
    return Child(pupil.id, pupil.first_name, pupil.last_name, pupil.school_class, "", (pupil.guardians,))


def written_by(pupils: Sequence[Pupil], form: str) -> list[Written]:
    """One slip for each."""
    sheets = [
        sheet_of(form, consenting(pupil), seed=seed)
        if form == SECONDARY
        else sheet_of(form, consenting(pupil), CUT, seed)
        for seed, pupil in enumerate(pupils, start=1)
    ]
    return [Written(form, laid_flat(sheet, form), child_of(pupil)) for sheet, pupil in zip(sheets, pupils, strict=True)]


def school_of(size: int) -> Roster:
    """The children of the samples, and as many more by crossing their names."""
    children = [child_of(pupil) for pupil in SCHOOL]
    crossed = (Child(f"{a.id}-{b.id}", a.first_name, b.last_name, f"{1 + i % 30}x", "", ())
               for i, a in enumerate(children) for b in children if a is not b)  # fmt: skip
    return Roster(tuple([*children, *crossed][:size]))


def measured(name: str, slips: Sequence[Written], roster: Roster, *, all_lines: bool) -> Cost:
    """What naming costs with this list."""
    engine = pp_ocr.load()
    times, notes, named = [], [], 0
    for one in slips:
        every = template_of(one.form).form.texts
        lines = [line for line in every if all_lines or line.role is Role.CHILD_NAME]
        rounds = []
        identity = None
        for _ in range(ROUNDS):
            with spent_on_notes() as spent:
                start = time.process_time()
                _, identity, _ = naming.read_names(one.slip, lines, NO_CODE, roster, engine)
                rounds.append((time.process_time() - start, sum(spent)))
        named += identity is not None and identity.child is not None and identity.child.id == one.child.id
        quickest = min(rounds)
        times.append(1000 * quickest[0])
        notes.append(1000 * quickest[1])
    return Cost(name, tuple(times), tuple(notes), named)


def main() -> None:
    """Print a line for each form and list."""
    cv2.setNumThreads(1)
    school = school_of(SCHOOL_SIZE)
    for form, pupils in ((PRIMARY, CLASS_4B), (SECONDARY, CLASS_7A)):
        slips = written_by(pupils, form)
        of_class = Roster(tuple(child_of(pupil) for pupil in pupils))
        for roster, words in ((of_class, "list of the class"), (school, f"list of {SCHOOL_SIZE}")):
            for all_lines, part in ((False, "child's line"), (True, "all lines")):
                cost = measured(f"{form}, {part}, {words}", slips, roster, all_lines=all_lines)
                sys.stdout.write(f"{cost}\n")
    sys.stdout.write(f"bar for the child's line with the list of the class: {CLASS_BAR:.0f} ms\n")


if __name__ == "__main__":
    main()
