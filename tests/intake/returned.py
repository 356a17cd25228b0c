"""Slips as they come back, for tests of the reader: their truth is known, and so is what an engine would read."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import typst

from forms import code, description
from forms.catalogue import bundled, codes_of, describe
from forms.geometry import Point, Rect
from forms.model import ChoiceBox, Field, Form, Meaning
from forms.school import School
from forms.typeset import FONTS, LIBRARY
from intake.decide import decide
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.stages.flatten import lay_flat
from intake.stages.names import cut_line
from intake.templates import prepare
from intake.values import (
    Child,
    Decision,
    Fit,
    GrayImage,
    LineInk,
    PageImage,
    PageReading,
    PageRef,
    Pose,
    Registration,
    Returns,
    Roster,
    SlipImage,
    Template,
    TextGuess,
    Verdict,
)
from samples import scanner
from samples.families import CLASS_4B, pupil
from samples.handwriting import hand_of, sentence
from samples.pens import BLUE, PENCIL, Colour, Pen, Stroke, drawn, inked
from samples.pens import Path as PenPath
from samples.scanner import FLATBED, Picture, Scan, scanned, sensed
from samples.slips import (
    FRESH_PAPER,
    Answers,
    Paper,
    PrintedForm,
    Signing,
    blank_pdf,
    consenting,
    filled,
    make_sheet,
    printed_form,
    printed_sheet,
    rendered,
    worn,
)

PRIMARY, SECONDARY = "iserv-primar", "iserv-sekundar"

PUPIL = pupil("406")
FAMILY = consenting(PUPIL)
"""A family that writes everything; its marks and its signature are taken away where a test draws its own."""
UNMARKED = replace(FAMILY, marks=())
UNSIGNED = replace(FAMILY, guardian=Signing.EMPTY)

FAINT_PENCIL = Pen("faint pencil", Colour(185, 185, 188), 0.45, 0.95, 0.2)
"""The pencil of the comparison with other readers: grey 190 on white."""
FELT = Pen("felt tip", Colour(20, 20, 24), 1.1, 0.96, 0.05)
STAMP = Pen("stamp", Colour(60, 60, 120), 0.5, 0.9, 0.3)
PENS = (BLUE, PENCIL, FELT)

FLAT = replace(FRESH_PAPER, offset=0.0)
CUT = replace(FRESH_PAPER, cut=True)

ROSTER = Roster(tuple(Child(p.id, p.first_name, p.last_name, p.school_class, "", ()) for p in CLASS_4B))

cv2.setNumThreads(1)
"""As in a worker: one core, and the same sums in the same order."""

Bits = Sequence[tuple[float, float, float, float]]
"""Pieces of ink: x and y in millimetres of the blank, width and height."""

Points = npt.NDArray[np.float64]
"""Shape (n, 2)."""


@dataclass(frozen=True, slots=True)
class Says:
    """An engine that reads the same name on every line, whatever stands there, and is so sure of it."""

    name: str
    score: float = 1.0

    def read_lines(self, crops: Sequence[GrayImage]) -> list[TextGuess]:
        """One guess for each crop."""
        return [TextGuess(self.name, self.score, None) for _ in crops]


# ---------------------------------------------------------------- printing and filling in


@lru_cache
def template_of(form_id: str) -> Template:
    """A bundled form as the reader uses it."""
    return prepare(blank_pdf(form_id))


def templates() -> tuple[Template, ...]:
    """Both bundled forms: every page is asked whether it is one of them."""
    return template_of(PRIMARY), template_of(SECONDARY)


@lru_cache(maxsize=64)
def sheet_of(
    form_id: str = PRIMARY, answers: Answers = FAMILY, paper: Paper = FRESH_PAPER, seed: int = 7, dpi: float = 200
) -> Picture:
    """A filled sheet before anybody scans it; drawing on it needs `with_ink`, which copies."""
    return make_sheet(form_id, answers, seed, paper=paper, dpi=dpi).sheet


def cut_slip(answers: Answers = FAMILY, seed: int = 7) -> Picture:
    """The slip of the primary form without its letter: a third of the pixels."""
    return sheet_of(PRIMARY, answers, CUT, seed)


def reworded(form_id: str, wording: str, instead: str) -> PrintedForm:
    """The same form, set again by the same typesetter, with other words in it."""
    pdf = set_again(form_id, wording, instead)
    return PrintedForm(template_of(form_id).form, rendered(pdf, bundled(form_id).slip.page, 200), 200)


def set_again(form_id: str, wording: str, instead: str) -> bytes:
    """The page of a form with other words in it, before it gets its fields: a link marks the place of each."""
    form, school = bundled(form_id), School()
    copies = [{"svg": code.drawn(copy), "lines": copy.lines} for copy in codes_of(form, None)]
    printed = {"title": form.title, "cut_mm": form.cut_mm, "on_paper": False}
    sender = {"name": school.name, "address": school.address, "head": school.head}
    inputs = {
        "form": json.dumps({**printed, "slips": [{"copies": copies, "typed": {}}]}),
        "school": json.dumps({**sender, "return_sentence": school.return_sentence}),
        "description": description.encode(describe(form)).decode(),
    }
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        shutil.copytree(LIBRARY, library, ignore=shutil.ignore_patterns("fonts"))
        source = library / f"{form_id}.typ"
        text = source.read_text(encoding="utf-8")
        assert wording in text, "the letter has been reworded: adapt the test"
        source.write_text(text.replace(wording, instead), encoding="utf-8")
        compiler = typst.Compiler(source, root=library, font_paths=[FONTS], ignore_system_fonts=True)
        pdf = compiler.compile(sys_inputs=inputs)
    assert isinstance(pdf, bytes)
    return pdf


@dataclass(frozen=True, slots=True)
class Rewording:
    """Words of a form, as its source has them, and others that somebody put in their place."""

    form_id: str
    wording: str
    instead: str


REWORDED_PARAGRAPHS = (
    Rewording(
        PRIMARY, "[Rückmeldung zu Videokonferenzen über „IServ“]", "[Rückmeldung zu Klassenfotos auf der Homepage]"
    ),
    Rewording(
        PRIMARY,
        "Die Einwilligung ist freiwillig und \\ kann jederzeit für die Zukunft \\ widerrufen werden.",
        "Die Einwilligung gilt für das \\ gesamte Schuljahr und ist \\ nicht widerruflich.",
    ),
    Rewording(
        SECONDARY,
        "Sie kann jederzeit für die Zukunft ohne Angabe von Gründen widerrufen werden.",
        "Sie gilt bis zum Ende der Schulzeit, ein Widerruf bedarf der Begründung.",
    ),
    Rewording(
        SECONDARY,
        "gegenseitig hören und sehen und die Teilnehmer hierbei auch nicht anonym bleiben",
        "nicht hören und sehen, die Konferenz aber von der Schule aufgezeichnet wird",
    ),
)
REWORDED_WORDS = (
    Rewording(PRIMARY, "mit der Teilnahme einverstanden.", "mit der Teilnahme nicht einverstanden."),
    Rewording(PRIMARY, "wir sind mit der Teilnahme nicht", "wir sind mit der Teilnahme sehr"),
    Rewording(PRIMARY, "wir sind mit der Teilnahme einv", "wir sind mit der Aufnahme einv"),
    Rewording(SECONDARY, "IServ aktiv teilnehmen darf", "IServ nicht teilnehmen darf"),
    Rewording(SECONDARY, "werden nicht angelegt", "werden stets angelegt"),
    Rewording(SECONDARY, "von sieben Tagen", "von vierzig Tagen"),
)


@lru_cache(maxsize=16)
def reworded_sheet(change: Rewording, answers: Answers = FAMILY) -> Picture:
    """A filled sheet of a form with other words in it; of the primary form only what comes back."""
    printed = reworded(change.form_id, change.wording, change.instead)
    return filled_in(printed, answers, CUT if change.form_id == PRIMARY else FRESH_PAPER)


def filled_in(printed: PrintedForm, answers: Answers = FAMILY, paper: Paper = FRESH_PAPER, seed: int = 7) -> Picture:
    """A sheet of a form that is not bundled as it is, filled in."""
    sheet = printed_sheet(printed, paper, np.random.default_rng(seed))
    written = filled(sheet, printed.form, answers, seed)
    return worn(written, printed.form, paper, scanner.WHITE_LID, np.random.default_rng(seed))


# ---------------------------------------------------------------- drawing and painting over


def with_ink(sheet: Picture, paths: Sequence[PenPath], pen: Pen = BLUE) -> Picture:
    """Draw paths, in millimetres of the blank, onto a sheet."""
    pixels = sheet.pixels.copy()
    strokes = [Stroke(_on_sheet(sheet, path), np.ones(len(path))) for path in paths]
    inked(pixels, drawn(strokes, pen.width, sheet.px_per_mm), pen, np.random.default_rng(5))
    return replace(sheet, pixels=pixels)


def with_strokes(sheet: Picture, strokes: Sequence[Stroke], pen: Pen = BLUE) -> Picture:
    """Draw strokes, in millimetres of the blank, onto a sheet."""
    pixels = sheet.pixels.copy()
    moved = [Stroke(_on_sheet(sheet, stroke.path), stroke.pressure) for stroke in strokes]
    inked(pixels, drawn(moved, pen.width, sheet.px_per_mm), pen, np.random.default_rng(5))
    return replace(sheet, pixels=pixels)


def painted(sheet: Picture, place: Rect, gray: int = 250) -> Picture:
    """Cover a place of the blank: correction fluid, a sticker, a black bar."""
    pixels = sheet.pixels.copy()
    corners = np.round(sheet.corners_of(place)).astype(np.int32)
    cv2.fillConvexPoly(pixels, corners, (gray, gray, gray), cv2.LINE_AA)
    return replace(sheet, pixels=pixels)


def with_words(sheet: Picture, words: str, start: Point, seed: int = 1, pen: Pen = BLUE) -> Picture:
    """Write words by hand, their first letter standing on a point of the blank."""
    rng = np.random.default_rng(seed)
    ink = sentence(words, hand_of(PUPIL.guardians, words), sheet.px_per_mm, rng)
    x, y = _on_sheet(sheet, np.array([[start.x, start.y]]))[0]
    pixels = sheet.pixels.copy()
    inked(pixels, ink.moved(float(x), float(y)), pen, rng)
    return replace(sheet, pixels=pixels)


def with_bits(slip: SlipImage, bits: Bits, dark: int = 60) -> SlipImage:
    """Add pieces of ink, each from x, y in millimetres of the blank, so wide and so high, and so dark."""
    ink, raw = slip.ink.copy(), slip.raw.copy()
    for number, (x, y, wide, high) in enumerate(bits, start=int(ink.max(initial=0)) + 1):
        left, top = (round((at - start) * slip.px_per_mm) for at, start in ((x, slip.origin.x), (y, slip.origin.y)))
        window = slice(top, top + round(high * slip.px_per_mm)), slice(left, left + round(wide * slip.px_per_mm))
        ink[window], raw[window] = number, dark
    return replace(slip, ink=ink, raw=raw)


def stamped(sheet: Picture, place: Rect) -> Picture:
    """Stamp a frame with three lines of print."""
    steps = np.linspace(place.y, place.bottom, 5)[1:-1]
    lines = [line((place.x + 4, float(y)), (place.right - 4, float(y))) for y in steps]
    return with_ink(sheet, [frame(place), *lines], STAMP)


def _on_sheet(sheet: Picture, mm: Points) -> Points:
    seen = np.column_stack([mm, np.ones(len(mm))]) @ sheet.maps[0].T
    return np.asarray(seen[:, :2] / seen[:, 2:] / sheet.px_per_mm, np.float64)


def line(*corners: tuple[float, float]) -> PenPath:
    """A straight or broken line through points in millimetres."""
    return np.array(corners, np.float64)


def oval(place: Rect, reach: float = 0.0) -> PenPath:
    """A closed curve around a place, `reach` millimetres off it."""
    wide = place.grown(reach, reach, reach, reach)
    angle = np.linspace(0, 2 * np.pi, 60)
    return np.column_stack(
        [wide.centre.x + wide.width / 2 * np.cos(angle), wide.centre.y + wide.height / 2 * np.sin(angle)]
    )


def frame(place: Rect) -> PenPath:
    """The outline of a rectangle, such as a stamp's."""
    first, second, third, fourth = ((p.x, p.y) for p in place.corners)
    return line(first, second, third, fourth, first)


# ---------------------------------------------------------------- the page in the office


def scan_of(sheet: Picture, scan: Scan = FLATBED, seed: int = 3) -> Picture:
    """Lay a sheet on the glass and scan it."""
    return scanned(tilted(sheet, scan.skew_deg, scan.lid), scan, np.random.default_rng(seed))


def tilted(sheet: Picture, skew_deg: float, lid: Colour) -> Picture:
    """Turn a sheet on a glass that is a little larger than it: a quarter of the time of a whole A4."""
    height, width = sheet.pixels.shape[:2]
    rim = round(8 * sheet.px_per_mm)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -skew_deg, 1.0)
    sine = abs(np.sin(np.radians(skew_deg)))
    right, down = rim + round(height * sine / 2), rim + round(width * sine / 2)
    turn[:, 2] += (right, down)
    size = (width + 2 * right, height + 2 * down)
    pixels = cv2.warpAffine(sheet.pixels, turn, size, borderValue=(lid.red, lid.green, lid.blue))
    matrix = np.vstack([turn, (0.0, 0.0, 1.0)])
    return Picture(np.asarray(pixels, np.uint8), sheet.dpi, tuple(matrix @ old for old in sheet.maps))


def page_of(picture: Picture, *, photo: bool = False, bilevel: bool = False) -> PageImage:
    """A picture as the decoder hands it over."""
    return page_from(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), None if photo else picture.dpi, bilevel=bilevel)


def page_from(gray: npt.NDArray[np.generic], dpi: float | None = 200, *, bilevel: bool = False) -> PageImage:
    """Any grey pixels as the decoder hands them over."""
    return PageImage(PageRef("stapel.pdf", 1), np.ascontiguousarray(gray, np.uint8), dpi, bilevel)


def seen(sheet: Picture, scan: Scan = FLATBED, seed: int = 3) -> Picture:
    """A sheet that fills the glass, lying straight: quicker than `scan_of`."""
    return sensed(sheet, scan, np.random.default_rng(seed))


def true_place(picture: Picture, template: Template, slip: int = 0) -> Registration:
    """Where the slip lies, as only the maker of the picture knows."""
    return Registration(Pose(template, picture.maps[slip], "", close=False), None, Fit(1.0, 1.0, 0.0, 0.0))


@lru_cache(maxsize=32)
def laid_flat(sheet: Picture, form_id: str = PRIMARY, *, bilevel: bool = False) -> SlipImage:
    """A sheet as a flatbed sees it, laid flat by the true map: what the stages after registration get."""
    mode = scanner.Mode.BILEVEL if bilevel else scanner.Mode.GREY
    picture = seen(sheet, replace(FLATBED, mode=mode))
    return lay_flat(page_of(picture, bilevel=bilevel), true_place(picture, template_of(form_id)), None)


def lines_shown(slip: SlipImage, form: Form) -> LineInk:
    """What an engine would be shown of the lines."""
    return {line.name: cut_line(slip, line).labels for line in form.texts}


def error_mm(found: Registration, picture: Picture, slip: int = 0) -> float:
    """How far the corners of any field are from where they truly are, at worst, in millimetres of the slip."""
    places = [field.place for field in found.pose.template.form.fields]
    mm = np.array([(p.x, p.y) for place in places for p in place.corners])
    apart = np.linalg.norm(found.pixels_of(mm) - _centres(picture, places, slip), axis=1)
    return float(apart.max() / _px_per_mm(picture, places, slip))


def _centres(picture: Picture, places: Sequence[Rect], slip: int) -> Points:
    """Corners in the reader's pixels, which count from the middle of the first one; the maker's from its edge."""
    return np.vstack([picture.corners_of(place, slip) for place in places]) - 0.5


def _px_per_mm(picture: Picture, places: Sequence[Rect], slip: int) -> float:
    first = places[0]
    left, right = picture.corners_of(first, slip)[:2]
    return float(np.linalg.norm(right - left) / first.width)


# ---------------------------------------------------------------- reading


def read(page: PageImage, name: str = PUPIL.name, roster: Roster = ROSTER) -> PageReading:
    """Read a page with both forms, the class list, and an engine that reads this name."""
    return read_page(page, templates(), roster, Says(name))


def decisions(page: PageImage, name: str = PUPIL.name) -> list[Decision]:
    """The decision about each slip on the page."""
    return [decide(slip, Returns.ONLY, EVERY_LINE) for slip in read(page, name).slips]


def verdicts(page: PageImage, name: str = PUPIL.name) -> list[Verdict]:
    """The verdict about each slip on the page."""
    return [decision.verdict for decision in decisions(page, name)]


# ---------------------------------------------------------------- places


def box(meaning: Meaning, form: Form | None = None) -> ChoiceBox:
    """The box that means yes or no."""
    every = (form or template_of(PRIMARY).form).boxes
    return next(one for one in every if one.meaning is meaning)


def field(name: str, form_id: str = PRIMARY) -> Field:
    """A field by its name."""
    return next(one for one in template_of(form_id).form.fields if one.name == name)


def code_places(form_id: str = PRIMARY) -> list[Rect]:
    """Where the codes lie on the blank, with a rim."""
    places = []
    for printed in template_of(form_id).codes:
        xs, ys = [p.x for p in printed.corners], [p.y for p in printed.corners]
        places.append(Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).grown(1.5, 1.5, 1.5, 1.5))
    return places


def upright(place: Point, turn_deg: float = 0.0) -> scanner.Pose:
    """A piece of paper laid down at a place of the glass."""
    return scanner.Pose(place, turn_deg)


@lru_cache
def blank_sheet() -> Picture:
    """The slip of the primary form as nobody has filled it in."""
    printed = printed_form(PRIMARY, 200)
    return worn(
        printed_sheet(printed, FLAT, np.random.default_rng(1)),
        printed.form,
        CUT,
        scanner.WHITE_LID,
        np.random.default_rng(1),
    )
