"""`form build`: the blank and, with a class list, a slip for every child; what was printed is known from then on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms.catalogue import UnknownFormError, build_blank, bundled
from forms.merge import OwnSlip, UnprintableNameError, batches, check_names, joined, own_slips
from forms.register import KEY_FILE, REGISTER_FILE, RegisterError, entered
from forms.school import School, SchoolError, read_school
from forms.typeset import TypesettingError
from intake.codebook import person_of
from intake.errors import UsageError
from intake.export import write_file
from intake.roster import read_roster
from intake.values import Child

PRINT_RUN = "{form}-druck.pdf"

__all__ = ["KEY_FILE", "REGISTER_FILE", "HandedOut", "Order", "build"]


@dataclass(frozen=True, slots=True)
class Order:
    """What the office asked for; without a roster only the blank is made."""

    form_id: str
    school: Path | None
    roster: Path | None
    output: Path


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What was made: the blank, and for how many children; `print_run` and `folder` are None without a roster."""

    blank: Path
    children: int
    print_run: Path | None
    folder: Path | None


def build(order: Order, progress: Callable[[int, int], None]) -> HandedOut:
    """Make the blank and, with a roster, the register, a file for each child and the print run.

    `progress` is told for how many children it is done, and how many there are.

    Raises:
        RuecklaufError: A file cannot be used or written, or the texts do not fit.
    """
    children = read_roster(order.roster).children if order.roster else ()
    blank = order.output / f"{order.form_id}.pdf"
    try:
        check_names(person_of(child) for child in children)
        school = read_school(order.school) if order.school else School()
        write_file(blank, build_blank(order.form_id, school))
        if not children:
            return HandedOut(blank, 0, None, None)
        slips = _registered(order, children)
        folder, run = order.output / order.form_id, order.output / PRINT_RUN.format(form=order.form_id)
        _write_slips(order.form_id, school, slips, folder, run, progress)
    except (UnknownFormError, SchoolError, TypesettingError, UnprintableNameError, RegisterError) as error:
        raise UsageError(str(error)) from error
    return HandedOut(blank, len(slips), run, folder)


def _registered(order: Order, children: Sequence[Child]) -> list[OwnSlip]:
    """The children's slips, after it was written down whose they are."""
    form = bundled(order.form_id)
    persons = [person_of(child) for child in children]
    tokens, key = entered(order.output, form.code, form.version, persons)
    return own_slips(persons, tokens, key)


def _write_slips(  # noqa: PLR0917 - what, for whom, and where to
    form_id: str,
    school: School,
    slips: Sequence[OwnSlip],
    folder: Path,
    run: Path,
    progress: Callable[[int, int], None],
) -> None:
    """A file for each child, and at the end what is to be printed."""
    printed: list[bytes] = []
    done = 0
    for batch in batches(form_id, school, slips):
        printed.append(batch.printed)
        for name, pdf in batch.files:
            write_file(folder / name, pdf)
            done += 1
            progress(done, len(slips))
    write_file(run, joined(printed))
