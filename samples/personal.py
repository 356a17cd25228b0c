"""Stacks of slips that were printed for one child each: `python -m samples.personal OUTDIR [--slips N] [--seed N]`.

A folder is made as the office has it (blanks, register, key, class list) with a folder of returned slips for each
condition, and the truth about them. Nobody writes the child's name; what is written over it is another's.
"""

import argparse
import base64
import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image

from forms.catalogue import BUNDLED, BundledForm, Personal
from forms.field_font import INSET_PT, SIZE_PT, glyphs
from forms.geometry import MM_PER_POINT, Rect
from forms.model import Form, Role
from forms.register import KEY_BYTES, KEY_FILE, Entry, Person, write_register
from samples.families import ROSTER_COLUMNS, Pupil
from samples.handwriting import hand_of, on_line
from samples.marks import PLAIN_STYLES, struck
from samples.pens import BLACK, BLUE, Ink, Pen, Stroke, drawn, inked
from samples.scanner import FLATBED, WHITE_LID, Mode, Picture, Scan, photographed, scanned, skewed
from samples.slips import (
    FRESH_PAPER,
    Answers,
    already_named,
    blank_pdf,
    consenting,
    filled,
    on_sheet,
    printed_form,
    printed_sheet,
    refusing,
    verdicts_of,
    worn,
)

FIRST_NAMES = (
    "Mia,Emir,Lena,Zofia,Jörn,Elif,Paul,Annika,Ben,Łucja,Gökçe,Theo,Charlotte,Finn,Marlene,Jonas,Defne,Björn,Szymon,"
    "Käthe,Tuğba,Lukas,Sophie,Aleksander,Frieda,Ida,Matteo,Leni,Karl,Amira,Oskar,Nele,Mats,Greta,Yusuf,Lotte,Anton,"
    "Melisa,Hannes,Ella,Levin,Thuy,Jaron,Pauline,Till,Nour,Ole,Maja,Carlotta,Noah"
)
LAST_NAMES = (
    "Schneider,Öztürk,Großmann,Wójcik,Petersen,Yılmaz,Weiß,Müller-Lüders,Hoffmann,Kamińska,Şahin,Kröger,Jäger,Fuchs,"
    "Lindemann,Nowak,Süß,Çelik,Arndt,Zieliński,Köhler,Brandt,Vogt,Becker,Haddad,Nguyen,Schäfer,Krüger,Demir,Lehmann,"
    "Albrecht,Voß,Aydın,Kuhn,Winter,Baumann,Dietz,Özdemir,Sommer,Ritter"
)
CLASSES = tuple(f"{year}{letter}" for year in range(1, 8) for letter in "abcd")

PEN_LINE_MM = 0.7
"""A ball pen's line across a code."""


class OtherName(StrEnum):
    """What a family may do with the name that stands on their slip already."""

    KEPT = "kept"
    WRITTEN_OVER = "written over"
    STRUCK = "struck"
    ZIGZAG = "zigzag"
    BESIDE = "beside"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a slip comes back. `lines` is how many of its two codes a pen line crosses; `dpi` None is a phone."""

    name: str
    dpi: float | None
    mode: Mode
    long_side: int = 0
    shake_mm: float = 0.0
    lines: int = 0
    other: OtherName = OtherName.KEPT


CONDITIONS = (
    Condition("grau-300", 300, Mode.GREY),
    Condition("grau-200", 200, Mode.GREY),
    Condition("schwarzweiss-200", 200, Mode.BILEVEL),
    Condition("foto", None, Mode.COLOUR, long_side=2400),
    Condition("foto-klein", None, Mode.COLOUR, long_side=1600),
    Condition("foto-verwackelt", None, Mode.COLOUR, long_side=2400, shake_mm=0.3),
    Condition("strich-1", 200, Mode.GREY, lines=1),
    Condition("strich-2", 200, Mode.GREY, lines=2),
    Condition("name-darueber", 200, Mode.GREY, other=OtherName.WRITTEN_OVER),
    Condition("name-gestrichen", 200, Mode.GREY, other=OtherName.STRUCK),
    Condition("name-zickzack", 200, Mode.GREY, other=OtherName.ZIGZAG),
    Condition("name-daneben", 200, Mode.GREY, other=OtherName.BESIDE),
)

SMALL = tuple(
    replace(condition, mode=Mode.BILEVEL)
    for condition in CONDITIONS
    if condition.name in {"schwarzweiss-200", "strich-1", "name-darueber", "name-zickzack"}
)
"""The committed stack: black and white, so that it stays small."""


@dataclass(frozen=True, slots=True)
class OwnTruth:
    """A line of truth.csv: whose slip it was printed for, and which verdicts are not wrong."""

    file: str
    condition: str
    form: str
    child_id: str
    child_name: str
    answer: str
    verdicts: str


# ---------------------------------------------------------------- the school


def school_of(count: int, rng: np.random.Generator) -> tuple[Pupil, ...]:
    """So many children, no two of one name; siblings share theirs by chance."""
    firsts, lasts = FIRST_NAMES.split(","), LAST_NAMES.split(",")
    chosen = rng.choice(len(firsts) * len(lasts), count, replace=False)
    pupils = []
    for number, pair in enumerate(chosen):
        first, last = firsts[pair % len(firsts)], lasts[pair // len(firsts)]
        school_class = CLASSES[number * len(CLASSES) // count]
        pupils.append(Pupil(str(1000 + number), first, last, school_class, "", f"Andrea {last}"))
    return tuple(pupils)


def write_list(pupils: Sequence[Pupil], path: Path) -> None:
    """The class list, as a German spreadsheet saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(ROSTER_COLUMNS)
        writer.writerows((p.id, p.first_name, p.last_name, p.school_class, p.birth_date, p.guardians) for p in pupils)


def entries_of(pupils: Sequence[Pupil], rng: np.random.Generator) -> list[Entry]:
    """A register of all forms for all children; the tokens are drawn from the seed, so that the slips are the same."""
    return [
        Entry(
            base64.b32encode(rng.bytes(6)).decode()[:9],
            form.code,
            form.version,
            Person(p.id, p.first_name, p.last_name, p.school_class, ""),
        )
        for form in BUNDLED
        for p in pupils
    ]


# ---------------------------------------------------------------- one slip


def typed_place(form: Form, sheet: Picture, name: str) -> Rect:
    """Where the printed name stands, in millimetres on this sheet."""
    line = next(text.place for text in form.texts if text.role is Role.CHILD_NAME)
    width = (glyphs().text_width(name, SIZE_PT) + 2 * INSET_PT) * MM_PER_POINT
    return on_sheet(Rect(line.x, line.y, min(width, line.width), line.height), sheet)


def other_name(  # noqa: PLR0917 - a slip, and whose name is written on it
    form: Form, sheet: Picture, condition: Condition, pupil: Pupil, other: Pupil, rng: np.random.Generator
) -> list[Ink]:
    """What is written where the child's name is printed already."""
    k, typed = sheet.px_per_mm, typed_place(form, sheet, pupil.name)
    line = next(text.place for text in form.texts if text.role is Role.CHILD_NAME)
    whole = on_sheet(line, sheet)
    beside = Rect(typed.right + 2, whole.y, whole.right - typed.right - 2, whole.height)
    hand = hand_of(other.guardians, other.name)
    middle = Rect(typed.x, typed.y + 1.5, typed.width, typed.height - 4.5)
    match condition.other:
        case OtherName.WRITTEN_OVER:
            return [on_line(other.name, whole, hand, k, rng)]
        case OtherName.STRUCK:
            return [drawn(struck(middle, rng), 0.5, k), on_line(other.name, beside, hand, k, rng)]
        case OtherName.ZIGZAG:
            return [drawn([zigzag(middle)], 0.5, k), on_line(other.name, beside, hand, k, rng)]
        case OtherName.BESIDE:
            return [on_line(other.name, beside, hand, k, rng)]
        case OtherName.KEPT:
            return []


def zigzag(place: Rect) -> Stroke:
    """Up and down through a word, as fast as a hand goes."""
    turns = max(4, round(place.width / 2.5))
    x = np.linspace(place.x, place.right, turns)
    y = np.where(np.arange(turns) % 2, place.y + 0.6, place.bottom - 0.4)
    return Stroke(np.column_stack([x, y]), np.ones(turns))


def crossed_codes(sheet: Picture, lines: int, rng: np.random.Generator) -> Picture:
    """A pen line across so many of the codes on a slip."""
    pixels = sheet.pixels.copy()
    places = code_places(sheet)
    for corners in [places[i] for i in rng.permutation(len(places))[:lines]]:
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        height = rng.uniform(0.2, 0.8, 2) * (bottom - top) + top
        thickness = max(1, round(PEN_LINE_MM * sheet.px_per_mm))
        ends = (round(left - 20), round(float(height[0]))), (round(right + 20), round(float(height[1])))
        cv2.line(pixels, *ends, (40, 40, 120), thickness, cv2.LINE_AA)
    return replace(sheet, pixels=pixels)


def code_places(sheet: Picture) -> list[npt.NDArray[np.float64]]:
    """The corners of the codes on a sheet that nobody has touched yet, shape (4, 2) each, pixels."""
    found = zxingcpp.read_barcodes(sheet.pixels)
    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    return [np.array([(getattr(c.position, n).x, getattr(c.position, n).y) for n in names], float) for c in found]


@dataclass(frozen=True, slots=True, eq=False)
class Returned:
    """A page as it came back, and whether its only right verdict is a person's."""

    picture: Picture
    form: Form
    answers: Answers


def returned(  # noqa: PLR0917 - a slip, and what happens to it
    bundled: BundledForm, pupil: Pupil, other: Pupil, token: str, key: bytes, condition: Condition, seed: int
) -> Returned:
    """One slip of a child, printed, filled in, and scanned or photographed; the same seed gives the same pixels."""
    rng = np.random.default_rng([seed, crc32(condition.name.encode())])
    dpi = condition.dpi or 250
    pen = replace(BLUE if rng.random() < 0.5 else BLACK)
    answers = _answers(pupil, pen, rng)
    paper = replace(
        FRESH_PAPER,
        print_scale=float(rng.choice([1.0, 1.0, 0.96])),
        cut=bundled.cut_mm is not None,
        folded=bool(rng.random() < 0.3),
    )
    printed = printed_form(bundled.id, dpi, Personal(pupil.name, pupil.school_class, token, key))
    sheet = printed_sheet(printed, paper, rng)
    if condition.lines:
        sheet = crossed_codes(sheet, condition.lines, rng)
    sheet = filled(sheet, printed.form, answers, seed)
    for ink in other_name(printed.form, sheet, condition, pupil, other, rng):
        inked(sheet.pixels, ink, pen, rng)
    sheet = worn(sheet, printed.form, paper, WHITE_LID, rng)
    return Returned(_taken(sheet, condition, rng), printed.form, answers)


def _answers(pupil: Pupil, pen: Pen, rng: np.random.Generator) -> Answers:
    styles = sorted(PLAIN_STYLES)
    style = styles[int(rng.integers(len(styles)))]
    says = consenting if rng.random() < 0.75 else refusing
    return already_named(says(pupil, pen, style))


def _taken(sheet: Picture, condition: Condition, rng: np.random.Generator) -> Picture:
    """The sheet as the office gets it."""
    if condition.dpi is None:
        if condition.shake_mm:
            pixels = cv2.GaussianBlur(sheet.pixels, (0, 0), condition.shake_mm * sheet.px_per_mm)
            sheet = replace(sheet, pixels=np.asarray(pixels, np.uint8))
        return photographed(sheet, condition.long_side, rng)
    scan = Scan(
        skew_deg=float(rng.uniform(-2.0, 2.0)),
        quarter_turns=int(rng.choice([0, 0, 2])),
        lid=WHITE_LID,
        blur_mm=float(rng.uniform(0.04, 0.1)),
        noise=float(rng.uniform(0.5, 5.0)),
        streaks=0,
        mode=condition.mode,
    )
    return scanned(skewed(sheet, scan.skew_deg, scan.lid), scan, rng)


# ---------------------------------------------------------------- the folder


def truth_of(made: Returned, file: str, pupil: Pupil, condition: Condition) -> OwnTruth:
    """What a reader may make of it: a name that was changed is for a person, a photo may be."""
    verdicts = verdicts_of(made.form, made.answers, FLATBED)
    if condition.other is not OtherName.KEPT:
        verdicts = ("review",)
    answer = next((mark.meaning.value for mark in made.answers.marks), "") if made.form.boxes else ""
    return OwnTruth(file, condition.name, made.form.id, pupil.id, pupil.name, answer, " ".join(verdicts))


def save(page: Picture, condition: Condition, path: Path) -> None:
    """A page as scanners and phones save it."""
    if condition.mode is Mode.BILEVEL:
        image = Image.fromarray(page.pixels[..., 0]).convert("1", dither=Image.Dither.NONE)
        image.save(path, compression="group4", dpi=(page.dpi, page.dpi))
    elif condition.dpi is None:
        Image.fromarray(page.pixels).save(path, quality=75)
    else:
        Image.fromarray(page.pixels[..., 0]).save(path, quality=80, dpi=(round(page.dpi),) * 2)


def write_stacks(folder: Path, slips: int, seed: int, conditions: Sequence[Condition]) -> list[OwnTruth]:
    """So many slips of each condition, of both forms in turn, with everything that the office has."""
    rng = np.random.default_rng(seed)
    pupils = school_of(max(slips, 60), rng)
    entries, key = entries_of(pupils, rng), rng.bytes(KEY_BYTES)
    folder.mkdir(parents=True, exist_ok=True)
    write_list(pupils, folder / "klassenliste.csv")
    write_register(folder, entries)
    (folder / KEY_FILE).write_bytes(key)
    for form in BUNDLED:
        (folder / f"{form.id}.pdf").write_bytes(blank_pdf(form.id))
    tokens = {(entry.form, entry.child.id): entry.token for entry in entries}
    truth: list[OwnTruth] = []
    for condition in conditions:
        (folder / condition.name).mkdir(exist_ok=True)
        for number in range(slips):
            form = BUNDLED[number % len(BUNDLED)]
            pupil, other = pupils[number], pupils[number - 7]
            made = returned(form, pupil, other, tokens[form.code, pupil.id], key, condition, seed + number)
            suffix = "tif" if condition.mode is Mode.BILEVEL else "jpg"
            file = f"{condition.name}/{number:04d}.{suffix}"
            save(made.picture, condition, folder / file)
            truth.append(truth_of(made, file, pupil, condition))
    write_truth(truth, folder / "truth.csv")
    return truth


def write_truth(rows: Sequence[OwnTruth], path: Path) -> None:
    """In the dialect of results.csv."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(OwnTruth)])
        writer.writerows(astuple(row) for row in rows)


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m samples.personal", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="OUTDIR")
    parser.add_argument("--slips", type=int, default=40, help="for each condition")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--condition", choices=[c.name for c in CONDITIONS], action="append", help="only these")
    parser.add_argument("--small", action="store_true", help="the committed stack: two slips each, in black and white")
    asked = parser.parse_args()
    chosen = [c for c in CONDITIONS if not asked.condition or c.name in asked.condition]
    slips, chosen = (2, list(SMALL)) if asked.small else (asked.slips, chosen)
    rows = write_stacks(asked.folder, slips, asked.seed, chosen)
    print(f"{len(rows)} slips in {asked.folder}")


if __name__ == "__main__":
    main()
