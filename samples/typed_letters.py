"""Letters of many looks with known fields, to measure what is found on them; the same seed gives the same letter.

Set with Typst: its links tell where every field lies, so the truth does not come from whoever looks for the fields.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import typst
from pypdf import PdfReader
from pypdf.generic import ArrayObject

from forms.captions import Task
from forms.fields import opened
from forms.geometry import MM_PER_POINT, Rect
from forms.model import Meaning, Role
from forms.pdf_objects import array_at, as_dictionary, dictionary_at, entry, numbers_at
from forms.typeset import FONTS

TRUTH = "x-truth:"
FAMILIES = ("Source Sans 3", "Libertinus Serif", "New Computer Modern")
RULES = ("dots", "ellipses", "underscores", "solid", "dashed", "thin")
BOXES = ("square", "small", "thick", "brackets")
LAYOUTS = ("before", "beneath", "above", "mixed")
CHOICES = ("rows", "row", "words first")
CUTS = ("none", "scissors", "dashes", "words")

BODY = (
    "am Donnerstag, dem 14. Mai, findet unser Wandertag statt. Wir treffen uns um 8.15 Uhr auf dem Schulhof, "
    "fahren mit dem "
    "Bus zum Waldlehrpfad und sind gegen 13 Uhr zurück. Bitte geben Sie Ihrem Kind wetterfeste Kleidung und ein "
    "Frühstück "
    "mit. Die Kosten von 4,50 Euro sammelt die Klassenlehrkraft ein.",
    "Für die Teilnahme brauchen wir Ihre Einwilligung. Sie ist freiwillig und kann jederzeit für die Zukunft "
    "widerrufen "
    "werden. Kinder, die nicht mitkommen, werden in der Schule betreut. Bei Fragen wenden Sie sich bitte an das "
    "Sekretariat.",
)
CAPTIONS: dict[Task, tuple[str, ...]] = {
    Role.CHILD_NAME: ("Name des Kindes", "Vor- und Nachname der Schülerin / des Schülers", "Name, Vorname des Kindes"),
    Role.CHILD_CLASS: ("Klasse", "Klasse"),
    Role.GUARDIAN_NAMES: ("Name der Erziehungsberechtigten", "Namen der Eltern", "Name der/des Sorgeberechtigten"),
    Role.PLACE_DATE: ("Ort, Datum", "Datum", "Ort und Datum"),
    Role.GUARDIAN_SIGNATURE: (
        "Unterschrift der Erziehungsberechtigten",
        "Unterschrift eines Elternteils",
        "Unterschrift der/des Sorgeberechtigten",
        "Unterschrift",
    ),
    Role.PUPIL_SIGNATURE: ("Unterschrift der Schülerin / des Schülers", "Unterschrift des Kindes"),
    Role.DETAIL: ("Telefon für Notfälle", "Geburtsdatum", "Anschrift"),
    Role.OTHER: ("Bemerkungen", "Allergien oder Medikamente"),
    Meaning.YES: ("Ja, mein Kind darf teilnehmen.", "Ja", "Wir sind einverstanden."),
    Meaning.NO: ("Nein, mein Kind darf nicht teilnehmen.", "Nein", "Wir sind nicht einverstanden."),
}


@dataclass(frozen=True, slots=True)
class TrueField:
    """A field of a typed letter: a box by its outline, a line by the strip that it underlines."""

    task: Task
    place: Rect


@dataclass(frozen=True, slots=True)
class TypedLetter:
    """A letter, what it looks like in words, its fields, and where it is cut (None: nowhere)."""

    pdf: bytes
    look: str
    fields: tuple[TrueField, ...]
    cut: float | None


def typed_letter(seed: int) -> TypedLetter:
    """The letter of this seed."""
    rng = random.Random(seed)
    look = _Look(
        family=rng.choice(FAMILIES),
        size=rng.choice((10, 11, 12)),
        margin=rng.choice((18, 22, 25)),
        rule=rng.choice(RULES),
        box=rng.choice(BOXES),
        layout=rng.choice(LAYOUTS),
        choice=rng.choice((*CHOICES, "none")),
        cut=rng.choice(CUTS),
    )
    source = "\n".join(_letter(look, rng))
    compiler = typst.Compiler(source.encode("utf-8"), font_paths=[FONTS], ignore_system_fonts=True)  # type: ignore[misc]  # typst's stubs leave the kind of source open
    pdf = compiler.compile()
    if not isinstance(pdf, bytes):
        raise TypeError("one PDF was expected")
    fields, cut = _truth(opened(pdf))
    return TypedLetter(pdf, str(look), fields, cut)


@dataclass(frozen=True, slots=True)
class _Look:
    family: str
    size: int
    margin: int
    rule: str
    box: str
    layout: str
    choice: str
    cut: str


def _letter(look: _Look, rng: random.Random) -> Iterator[str]:
    """The source, paragraph by paragraph."""
    yield f'#set page(paper: "a4", margin: {look.margin}mm)'
    yield f'#set text(font: "{look.family}", size: {look.size}pt, lang: "de")'
    yield "#set par(justify: false)"
    yield _RULES
    yield from _head(look, rng)
    yield from (f"Liebe Eltern, {BODY[0]}", "", BODY[1], "")
    if rng.random() < 0.4:
        yield "#table(columns: 3, [Abfahrt], [8.30 Uhr], [Schulhof], [Rückkehr], [13.00 Uhr], [Bushaltestelle])"
    yield "Mit freundlichen Grüßen #v(8mm) A. Lindner, Schulleitung"
    yield from _cut(look)
    yield from _slip(look, rng)


def _head(look: _Look, rng: random.Random) -> Iterator[str]:
    """What stands above: a name, a rule, a heading that may be underlined."""
    yield "#align(right)[Schule am Lindenhof · Lindenweg 1 · 12345 Musterstadt]"
    if rng.random() < 0.5:
        yield "#line(length: 100%, stroke: 0.8pt)"
    heading = "Einwilligung zum Wandertag der vierten Klassen"
    yield f"#text(size: {look.size + 3}pt)[{'#underline' if rng.random() < 0.4 else '#strong'}[{heading}]]"
    yield "#v(3mm)"


def _cut(look: _Look) -> Iterator[str]:
    match look.cut:
        case "scissors":
            mark = '#link("x-truth:cut", line(length: 100%, stroke: (thickness: 0.6pt, dash: "dashed")))'
            yield f"#v(4mm) #align(center)[#text(size: 8pt)[bitte hier abtrennen]] #v(-3mm) {mark} #v(2mm)"
        case "dashes":
            yield '#v(4mm) #link("x-truth:cut", line(length: 100%, stroke: (thickness: 1pt, dash: "dashed"))) #v(2mm)'
        case "words":
            yield '#v(4mm) #link("x-truth:cut", box(width: 100%, height: 2mm,'
            yield '[#("- " * 26) bitte hier abschneiden #(" -" * 22)])) #v(2mm)'
        case _:
            yield "#v(4mm)"
    yield "#strong[Rückmeldung zum Wandertag]"


def _slip(look: _Look, rng: random.Random) -> Iterator[str]:
    """The fields, in the order of most letters."""
    yield _line(look, rng, Role.CHILD_NAME, rng.randint(75, 110))
    yield _line(look, rng, Role.CHILD_CLASS, rng.randint(20, 35))
    if rng.random() < 0.5:
        yield _line(look, rng, rng.choice((Role.GUARDIAN_NAMES, Role.DETAIL)), rng.randint(70, 90))
    if look.choice != "none":
        yield from _boxes(look, rng)
    if rng.random() < 0.4:
        yield _line(look, rng, Role.OTHER, rng.randint(80, 110))
    yield from _signing(look, rng)


def _line(look: _Look, rng: random.Random, task: Role, width: int) -> str:
    caption = rng.choice(CAPTIONS[task])
    field = _rule(look, task, width)
    layout = rng.choice(LAYOUTS[:3]) if look.layout == "mixed" else look.layout
    if layout == "before" or (layout == "beneath" and task is not Role.PLACE_DATE):
        return f"#v(3mm) {caption}: {field}"
    if layout == "above":
        return f"#v(3mm) {caption}: #v(1mm) {field}"
    return f"#v(6mm) {field} #v(-3mm) #text(size: 8pt)[{caption}]"


def _rule(look: _Look, task: Role, width: int) -> str:
    return f'#link("{TRUTH}{task.value}", {look.rule}({width}mm))'


def _boxes(look: _Look, rng: random.Random) -> Iterator[str]:
    number = rng.randrange(3)
    yes, no = (CAPTIONS[meaning][number if look.choice == "rows" else 1] for meaning in (Meaning.YES, Meaning.NO))
    one, two = (f'#link("{TRUTH}{meaning.value}", {_box(look)})' for meaning in (Meaning.YES, Meaning.NO))
    match look.choice:
        case "rows":
            yield f"#v(3mm) {one} #h(3mm) {yes}\n\n#v(1mm) {two} #h(3mm) {no}"
        case "row":
            yield f"#v(3mm) {one} #h(2mm) {yes} #h(20mm) {two} #h(2mm) {no}"
        case _:
            yield f"#v(3mm) {yes} #h(2mm) {one} #h(20mm) {no} #h(2mm) {two}"


def _box(look: _Look) -> str:
    return {"square": "tick(4.5mm, 0.8pt)", "small": "tick(3.2mm, 0.5pt)", "thick": "tick(5mm, 1.4pt)"}.get(
        look.box, "brackets"
    )


def _signing(look: _Look, rng: random.Random) -> Iterator[str]:
    """The lines at the foot: beside one another or one after the other."""
    roles = [Role.PLACE_DATE, Role.GUARDIAN_SIGNATURE, *([Role.PUPIL_SIGNATURE] if rng.random() < 0.4 else [])]
    if look.layout == "before":
        yield from (f"#v(9mm) {rng.choice(CAPTIONS[role])}: {_rule(look, role, 70)}" for role in roles)
        return
    if look.layout == "above":
        yield from (f"#v(5mm) {rng.choice(CAPTIONS[role])}: #v(7mm) {_rule(look, role, 75)}" for role in roles)
        return
    width = 75 if len(roles) == 2 else 50
    cells = [f"[{_rule(look, role, width)} #v(-3mm) #text(size: 8pt)[{rng.choice(CAPTIONS[role])}]]" for role in roles]
    yield f"#v(14mm) #grid(columns: {len(roles)}, column-gutter: 5mm, {', '.join(cells)})"


_RULES = """
#let dots(w) = box(width: w, repeat[.])
#let ellipses(w) = box(width: w, repeat[…])
#let underscores(w) = box(width: w, repeat[\\_])
#let solid(w) = box(width: w, height: 3mm, stroke: (bottom: 0.7pt))
#let thin(w) = box(width: w, height: 3mm, stroke: (bottom: 0.4pt + luma(40%)))
#let dashed(w) = box(width: w, height: 3mm, stroke: (bottom: (thickness: 0.6pt, dash: "dashed")))
#let tick(s, t) = box(width: s, height: s, stroke: t)
#let brackets = box[\\[#h(3mm)\\]]
"""


def _truth(reader: PdfReader) -> tuple[tuple[TrueField, ...], float | None]:
    """The fields and the cut, from the links."""
    fields, cut = [], None
    tasks: dict[str, Task] = {**{role.value: role for role in Role}, **{meaning.value: meaning for meaning in Meaning}}
    for name, place in _links(reader):
        if name == "cut":
            cut = place.centre.y
        else:
            fields.append(TrueField(tasks[name], place))
    return tuple(fields), cut


def _links(reader: PdfReader) -> Iterator[tuple[str, Rect]]:
    """The marked places of the first page."""
    page = reader.pages[0]
    annotations: Sequence[object] | ArrayObject = array_at(page, "/Annots")
    for reference in annotations:
        annotation = as_dictionary(reference)  # type: ignore[arg-type]  # an array holds PDF objects
        target = str(entry(dictionary_at(annotation, "/A"), "/URI") or "")
        if target.startswith(TRUTH):
            left, bottom, right, top = numbers_at(annotation, "/Rect")
            height = float(page.mediabox.height)
            edges = (left, height - top, right - left, max(top - bottom, 0.5))
            yield target.removeprefix(TRUTH), Rect(*(edge * MM_PER_POINT for edge in edges))
