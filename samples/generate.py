"""Make the sample stacks and the truth about them: `python -m samples.generate OUTDIR [--seed N] [--stack NAME]`."""

import argparse
import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import typst
from PIL import Image

from forms.geometry import Point
from forms.model import Meaning
from samples.families import Pupil, pupil, write_roster
from samples.marks import MarkStyle
from samples.pens import BLACK, PENCIL
from samples.post import mail_of_words, mail_with, mailbox
from samples.scanner import (
    BLACK_LID,
    FLATBED,
    GREY_LID,
    WHITE_LID,
    Mode,
    Picture,
    Pose,
    Scan,
    back_of,
    on_glass,
    photographed,
    scanned,
    skewed,
)
from samples.slips import (
    FRESH_PAPER,
    RECYCLED_PAPER,
    WHITE_PAPER,
    Answers,
    BoxMark,
    MadeSlip,
    Paper,
    Signing,
    SlipTruth,
    consenting,
    make_sheet,
    make_slip,
    refusing,
    rendered,
)

SEED = 2020
PRIMARY = "iserv-primar"
SECONDARY = "iserv-sekundar"

FOREIGN_LETTER = Path(__file__).parent / "foreign.typ"

ROSTER_FILE = "klassenliste.csv"
TRUTH_FILE = "truth.csv"
TRUTH_COLUMNS = (
    "file",
    "page",
    "kind",
    "slip",
    "form",
    "child_id",
    "child_name",
    "answer",
    "guardian_signature",
    "pupil_signature",
    "verdicts",
)

PDF_JPEG_QUALITY = 62
"""What a copier sends at its "normal" setting; 12 pages at 150 dpi stay under 2 MB."""
PHOTO_JPEG_QUALITY = 78

BACK_SHOWS_THROUGH = 0.05
"""Thin copier paper lets 4 to 9 % of the front's darkness through."""

FILE_DATE = time.struct_time((2020, 3, 12, 8, 0, 0, 3, 72, 0))
"""Written into the PDF instead of now, so that the same seed gives the same file."""

CUT_PAPER = replace(FRESH_PAPER, cut=True)


@dataclass(frozen=True, slots=True, eq=False)
class StackPage:
    """A page of a stack; `kind` is the word of pages.csv, `slips` stand in reading order."""

    picture: Picture
    kind: str
    slips: tuple[SlipTruth, ...]


@dataclass(frozen=True, slots=True)
class TruthRow:
    """A line of truth.csv: a slip, or a page without one (`slip` is None)."""

    file: str
    page: int
    kind: str
    number: int
    slip: SlipTruth | None


# ---------------------------------------------------------------- pages


def slip_page(made: MadeSlip) -> StackPage:
    """A page with one slip."""
    return StackPage(made.page, "slip", (made.truth,))


def one(
    form_id: str,
    answers: Answers,
    seed: int,
    *,
    paper: Paper = FRESH_PAPER,
    scan: Scan = FLATBED,
    dpi: float = 150,
) -> StackPage:
    """A page with one slip, made on the spot."""
    return slip_page(make_slip(form_id, answers, seed, paper=paper, scan=scan, dpi=dpi))


def blank_back(form_id: str, answers: Answers, seed: int, scan: Scan, dpi: float) -> StackPage:
    """The empty back of a filled sheet."""
    front = make_sheet(form_id, answers, seed, dpi=dpi)
    back = back_of(front.sheet, BACK_SHOWS_THROUGH, WHITE_PAPER)
    rng = np.random.default_rng([seed, 2])
    return StackPage(scanned(skewed(back, scan.skew_deg, scan.lid), scan, rng), "blank", ())


@lru_cache
def foreign_sheet(dpi: float) -> Picture:
    """A letter that is not a slip at all."""
    return Picture(rendered(typst.compile(FOREIGN_LETTER), 1, dpi), dpi, ())


def foreign_page(seed: int, scan: Scan, dpi: float) -> StackPage:
    """The letter, scanned with the rest by mistake."""
    rng = np.random.default_rng([seed, 3])
    page = scanned(skewed(foreign_sheet(dpi), scan.skew_deg, scan.lid), scan, rng)
    return StackPage(page, "foreign", ())


def two_on_a_page(upper: Answers, lower: Answers, seed: int, scan: Scan, dpi: float) -> StackPage:
    """Two slips that were cut off, laid on the glass one above the other."""
    made = [
        make_sheet(PRIMARY, upper, seed, paper=CUT_PAPER, lid=scan.lid, dpi=dpi),
        make_sheet(PRIMARY, lower, seed + 1, paper=CUT_PAPER, lid=scan.lid, dpi=dpi),
    ]
    poses = [Pose(Point(1.0, 8.0), 0.6), Pose(Point(0.5, 158.0), -0.4)]
    page = on_glass([m.sheet for m in made], poses, scan.lid)
    rng = np.random.default_rng([seed, 4])
    return StackPage(scanned(page, scan, rng), "slip", tuple(m.truth for m in made))


def photo(answers: Answers, seed: int) -> StackPage:
    """A slip photographed with a phone at home; hard enough that asking a person is not wrong."""
    made = make_sheet(PRIMARY, answers, seed, paper=replace(CUT_PAPER, folded=True))
    picture = photographed(made.sheet, 2000, np.random.default_rng([seed, 5]))
    verdicts = tuple(dict.fromkeys((*made.truth.verdicts, "review")))
    return StackPage(picture, "slip", (replace(made.truth, verdicts=verdicts),))


# ---------------------------------------------------------------- answers that are not plain


def corrected(child: Pupil) -> Answers:
    """No, taken back, and yes."""
    marks = (
        BoxMark(Meaning.NO, MarkStyle.CROSS, taken_back=True),
        BoxMark(Meaning.YES, MarkStyle.CROSS, taken_back=False),
    )
    return replace(consenting(child), marks=marks)


def both(child: Pupil) -> Answers:
    """Yes and no."""
    marks = tuple(BoxMark(m, MarkStyle.TICK, taken_back=False) for m in (Meaning.YES, Meaning.NO))
    return replace(consenting(child), marks=marks)


def undecided(child: Pupil) -> Answers:
    """Everything but a tick."""
    return replace(consenting(child), marks=())


def unsigned(child: Pupil) -> Answers:
    """Everything but the guardian's signature."""
    return replace(consenting(child), guardian=Signing.EMPTY)


# ---------------------------------------------------------------- stacks


def mixed_stack(seed: int) -> tuple[StackPage, ...]:
    """Both forms as they come out of the tray: grey, 150 dpi."""
    upside_down = replace(FLATBED, quarter_turns=2, skew_deg=-0.8)
    tilted = replace(FLATBED, skew_deg=1.9, lid=GREY_LID)
    grey_lid = replace(FLATBED, lid=GREY_LID)
    on_black = replace(FLATBED, lid=BLACK_LID, quarter_turns=1, skew_deg=-1.2)
    shrunk = replace(FRESH_PAPER, print_scale=0.96, folded=True)
    conditional = replace(consenting(pupil("705"), BLACK), note="nur ohne Kamera")
    return (
        one(PRIMARY, consenting(pupil("401")), seed + 1, paper=replace(FRESH_PAPER, punched=True), scan=grey_lid),
        one(PRIMARY, consenting(pupil("402"), BLACK, MarkStyle.TICK), seed + 2, scan=upside_down),
        blank_back(PRIMARY, consenting(pupil("402"), BLACK, MarkStyle.TICK), seed + 2, upside_down, 150),
        one(SECONDARY, consenting(pupil("701")), seed + 3),
        one(SECONDARY, unsigned(pupil("702")), seed + 4, paper=replace(FRESH_PAPER, folded=True)),
        foreign_page(seed + 5, FLATBED, 150),
        one(PRIMARY, refusing(pupil("403")), seed + 6, paper=CUT_PAPER),
        one(PRIMARY, corrected(pupil("404")), seed + 7, paper=CUT_PAPER, scan=tilted),
        one(PRIMARY, both(pupil("406")), seed + 8),
        one(SECONDARY, consenting(pupil("703"), BLACK), seed + 9, paper=shrunk, scan=replace(FLATBED, skew_deg=-2.3)),
        one(PRIMARY, consenting(pupil("407"), style=MarkStyle.FILL), seed + 10, paper=CUT_PAPER, scan=on_black),
        two_on_a_page(consenting(pupil("405")), refusing(pupil("408"), BLACK), seed + 11, FLATBED, 150),
        one(SECONDARY, conditional, seed + 13),
    )


def bilevel_stack(seed: int) -> tuple[StackPage, ...]:
    """What a feeder sends as a fax would: black or white, 200 dpi, a streak here and there."""
    feeder = Scan(0.5, 0, WHITE_LID, 0.06, 6.0, 0, Mode.BILEVEL)
    upside_down = replace(feeder, quarter_turns=2, skew_deg=-1.1)
    dirty = replace(feeder, streaks=1)
    shrunk = replace(FRESH_PAPER, print_scale=0.97)
    pencilled = consenting(pupil("707"), PENCIL)
    return (
        one(PRIMARY, consenting(pupil("409"), BLACK), seed + 1, paper=CUT_PAPER, scan=feeder, dpi=200),
        one(PRIMARY, undecided(pupil("410")), seed + 2, paper=CUT_PAPER, scan=feeder, dpi=200),
        one(PRIMARY, consenting(pupil("411"), style=MarkStyle.VEE), seed + 3, paper=shrunk, scan=upside_down, dpi=200),
        one(SECONDARY, consenting(pupil("704"), BLACK), seed + 4, paper=FRESH_PAPER, scan=feeder, dpi=200),
        one(SECONDARY, consenting(pupil("706")), seed + 5, paper=shrunk, scan=dirty, dpi=200),
        one(SECONDARY, pencilled, seed + 6, paper=FRESH_PAPER, scan=feeder, dpi=200),
    )


def photo_stack(seed: int) -> tuple[StackPage, ...]:
    """What families send by e-mail: colour scans of a home printer, and a photo."""
    home = Scan(-0.6, 0, WHITE_LID, 0.07, 2.0, 0, Mode.COLOUR)
    recycled = replace(CUT_PAPER, colour=RECYCLED_PAPER)
    first_name_only = replace(consenting(pupil("412")), written_name="Gökçe")
    return (
        photo(consenting(pupil("415"), BLACK, MarkStyle.CROSS), seed + 1),
        one(PRIMARY, refusing(pupil("413"), BLACK), seed + 2, paper=CUT_PAPER, scan=home, dpi=200),
        one(PRIMARY, first_name_only, seed + 3, paper=recycled, scan=home, dpi=200),
        one(SECONDARY, consenting(pupil("708")), seed + 4, paper=FRESH_PAPER, scan=home, dpi=150),
    )


def post_stack(seed: int) -> tuple[StackPage, ...]:
    """What hangs on the mails of a family: the slip, scanned at home."""
    home = Scan(0.8, 0, WHITE_LID, 0.06, 2.0, 0, Mode.GREY)
    return (one(PRIMARY, consenting(pupil("414"), BLACK), seed + 1, paper=CUT_PAPER, scan=home, dpi=150),)


# ---------------------------------------------------------------- files


def as_image(page: StackPage) -> Image.Image:
    """The page for saving; grey where it has no colour."""
    pixels = page.picture.pixels
    grey = bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 1] == pixels[..., 2]).all())
    return Image.fromarray(pixels[..., 0]) if grey else Image.fromarray(pixels)


def rows_of(file: str, first: int, pages: Sequence[StackPage]) -> list[TruthRow]:
    """The truth about pages of one file, which are numbered from `first`."""
    rows: list[TruthRow] = []
    for number, page in enumerate(pages, first):
        slips: tuple[SlipTruth | None, ...] = page.slips or (None,)
        rows += [TruthRow(file, number, page.kind, i, slip) for i, slip in enumerate(slips, 1)]
    return rows


def write_pdf(pages: Sequence[StackPage], folder: Path) -> list[TruthRow]:
    """All pages as one PDF of JPEG pictures."""
    first, *others = [as_image(page) for page in pages]
    first.save(
        folder / "gemischt.pdf",
        save_all=True,
        append_images=others,
        resolution=pages[0].picture.dpi,
        quality=PDF_JPEG_QUALITY,
        creationDate=FILE_DATE,
        modDate=FILE_DATE,
    )
    return rows_of("gemischt.pdf", 1, pages)


def write_tiff(pages: Sequence[StackPage], folder: Path) -> list[TruthRow]:
    """All pages as one black-and-white TIFF."""
    first, *others = [as_image(page).convert("1", dither=Image.Dither.NONE) for page in pages]
    dpi = pages[0].picture.dpi
    first.save(folder / "stapel.tif", save_all=True, append_images=others, compression="group4", dpi=(dpi, dpi))
    return rows_of("stapel.tif", 1, pages)


def write_photos(pages: Sequence[StackPage], folder: Path) -> list[TruthRow]:
    """Each page as a JPEG of its own; only the scans know their resolution."""
    (folder / "fotos").mkdir(exist_ok=True)
    rows: list[TruthRow] = []
    for number, page in enumerate(pages):
        name = f"fotos/{'IMG' if number == 0 else 'Scan'}_{412 + number:04d}.jpg"
        image = as_image(page)
        if number > 0:
            image.info["dpi"] = (round(page.picture.dpi),) * 2
        image.save(folder / name, quality=PHOTO_JPEG_QUALITY, dpi=image.info.get("dpi", (0, 0)))
        rows += rows_of(name, 1, [page])
    return rows


def write_post(pages: Sequence[StackPage], folder: Path) -> list[TruthRow]:
    """A mailbox: a mail with each page as a JPEG that calls itself a PDF, and one mail of words alone."""
    mails, rows = [], []
    for number, page in enumerate(pages, start=1):
        scan = io.BytesIO()
        as_image(page).save(scan, "JPEG", quality=PDF_JPEG_QUALITY, dpi=(page.picture.dpi,) * 2)
        mails.append(mail_with("familie@beispiel.example", [("application/pdf", "Abschnitt.pdf", scan.getvalue())]))
        rows += rows_of(f"post.mbox/{number}/Abschnitt.pdf", 1, [page])
    mails.append(mail_of_words("noch.eine@beispiel.example"))
    (folder / "post.mbox").write_bytes(mailbox(mails))
    return [*rows, TruthRow(f"post.mbox/{len(mails)}", 1, "unreadable", 1, None)]


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack by name: how its pages are made and how they are saved."""

    name: str
    pages: Callable[[int], tuple[StackPage, ...]]
    write: Callable[[Sequence[StackPage], Path], list[TruthRow]]


STACKS = (
    Stack("gemischt", mixed_stack, write_pdf),
    Stack("stapel", bilevel_stack, write_tiff),
    Stack("fotos", photo_stack, write_photos),
    Stack("post", post_stack, write_post),
)


def cells(row: TruthRow) -> tuple[str, ...]:
    """A row as truth.csv shows it."""
    place = (row.file, str(row.page), row.kind)
    if row.slip is None:
        return (*place, *[""] * (len(TRUTH_COLUMNS) - len(place)))
    slip = row.slip
    return (
        *place,
        str(row.number),
        slip.form,
        slip.child_id,
        slip.child_name,
        slip.answer,
        slip.guardian_signature,
        slip.pupil_signature,
        " ".join(slip.verdicts),
    )


def write_truth(rows: Sequence[TruthRow], path: Path) -> None:
    """Write truth.csv in the dialect of results.csv: UTF-8, comma, LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRUTH_COLUMNS)
        writer.writerows(cells(row) for row in rows)


def write_stacks(folder: Path, seed: int, stacks: Sequence[Stack]) -> list[TruthRow]:
    """Make stacks, the class list and the truth in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[TruthRow] = []
    for stack in stacks:
        rows += stack.write(stack.pages(seed), folder)
    write_roster(folder / ROSTER_FILE)
    write_truth(rows, folder / TRUTH_FILE)
    return rows


def main() -> None:
    """Make the stacks that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m samples.generate", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="OUTDIR")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--stack", choices=[stack.name for stack in STACKS], help="only this one")
    asked = parser.parse_args()
    chosen = [stack for stack in STACKS if asked.stack in (None, stack.name)]
    rows = write_stacks(asked.folder, asked.seed, chosen)
    print(f"{len(rows)} rows of truth in {asked.folder / TRUTH_FILE}")


if __name__ == "__main__":
    main()
