"""Checks a blank before it is handed out: `ruecklauf form check`."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import combinations

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from forms.blank import Blank, NotABlankError, read_blank
from forms.code import NotOurCodeError, SlipCode, parse, verify
from forms.fields import opened, widgets_of
from forms.geometry import MM_PER_INCH, POINTS_PER_INCH, Point, Rect, bounding
from forms.model import ChoiceBox, Field, Role
from forms.pdf_objects import dictionary_at, entry

CHECK_DPI = 150
"""What a weak scanner delivers: a code that cannot be read at this resolution off the blank will not come back."""
QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
COPIES = 2
MIN_BOX_DISTANCE_MM = 10.0
"""Between the centres of two boxes of a choice: a tick's long stroke is up to 10 mm and must not reach the other."""
MIN_BOX_MM = 3.5
"""In boxes of 2.8 mm no tick is told from a stray stroke, in those of 3.2 mm about every third."""
MIN_SIGNATURE_WIDTH_MM, MIN_SIGNATURE_HEIGHT_MM = 60.0, 12.0
"""Signatures in a narrower or lower place run over the print around it, which then has to be looked at."""


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = auto()
    """Slips of this blank cannot be read, or not safely."""
    WARNING = auto()
    """Slips can be read; some people or some scans will have trouble."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `code` for programs, `message` for the office."""

    severity: Severity
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code as it lies on the page, corners in the code's own order."""

    text: str
    corners: tuple[Point, Point, Point, Point]


def check_blank(pdf: bytes) -> tuple[Finding, ...]:
    """Everything that is wrong with a blank, errors first; nothing at all for a bundled one."""
    try:
        blank = read_blank(pdf)
    except NotABlankError as error:
        return (Finding(Severity.ERROR, "not_a_blank", str(error)),)
    checks: tuple[Callable[[Blank], Iterator[Finding]], ...] = (_roles, _places, _boxes, _tooltips, _codes, _access)
    findings = [finding for check in checks for finding in check(blank)]
    return tuple(sorted(findings, key=lambda finding: finding.severity is Severity.WARNING))


def printed_codes(pdf: bytes, page: int, dpi: int = CHECK_DPI) -> tuple[PrintedCode, ...]:
    """The QR codes that can be read off the rendered page (pages count from 1), places in millimetres.

    Raises:
        pypdfium2.PdfiumError: The page cannot be rendered.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[page - 1].render(scale=dpi / POINTS_PER_INCH, grayscale=True)
        found = zxingcpp.read_barcodes(bitmap.to_numpy().copy(), formats=QR_ONLY)
    finally:
        document.close()
    return tuple(PrintedCode(code.text, _corners(code.position, MM_PER_INCH / dpi)) for code in found)


def _corners(position: zxingcpp.Position, mm_per_px: float) -> tuple[Point, Point, Point, Point]:
    """From pixels to millimetres."""
    top_left, top_right, bottom_right, bottom_left = (
        Point(corner.x * mm_per_px, corner.y * mm_per_px)
        for corner in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    )
    return top_left, top_right, bottom_right, bottom_left


def _error(code: str, message: str) -> Finding:
    return Finding(Severity.ERROR, code, message)


def _warning(code: str, message: str) -> Finding:
    return Finding(Severity.WARNING, code, message)


def _roles(blank: Blank) -> Iterator[Finding]:
    """The slip must say whose it is, and no two fields may claim to say the same."""
    lines = Counter([*(text.role for text in blank.form.texts), *(line.role for line in blank.form.signatures)])
    if not lines[Role.CHILD_NAME]:
        yield _error("no_child_name", "Es gibt kein Feld für den Namen des Kindes.")
    if not blank.form.signatures:
        yield _warning("no_signature", "Es gibt keine Zeile für eine Unterschrift.")
    for role, count in lines.items():
        if count > 1 and role is not Role.OTHER:
            yield _error("role_twice", f"{count} Felder haben dieselbe Aufgabe: {role.value}.")


def _places(blank: Blank) -> Iterator[Finding]:
    """Fields lie wholly on the slip, apart from one another; signatures have room."""
    slip = blank.form.slip.place
    for field in blank.form.fields:
        if not all(slip.contains(corner) for corner in field.place.corners):
            yield _error("outside_slip", f"Das Feld {field.key} liegt nicht ganz auf dem Abschnitt, der zurückkommt.")
    for one, other in combinations(blank.form.fields, 2):
        if one.place.overlaps(other.place):
            yield _error("overlap", f"Die Felder {one.key} und {other.key} überdecken sich.")
    for line in blank.form.signatures:
        if line.place.width < MIN_SIGNATURE_WIDTH_MM or line.place.height < MIN_SIGNATURE_HEIGHT_MM:
            yield _warning("small_signature", f"Für die Unterschrift in {line.key} ist wenig Platz.")


def _boxes(blank: Blank) -> Iterator[Finding]:
    """A tick has room in its box, and beside one box must not be a tick in the other."""
    for box in blank.form.boxes:
        if min(box.place.width, box.place.height) < MIN_BOX_MM:
            yield _warning(
                "small_box",
                f"Das Kästchen {box.key} ist kleiner als 3,5 mm; viele Kreuze darin werden vorgelegt, statt "
                "gezählt zu werden. Besser im Brief vergrößern.",
            )
    for one, other in combinations(blank.form.boxes, 2):
        if _too_near(one, other):
            yield _warning(
                "boxes_near",
                f"Die Kästchen {one.key} und {other.key} liegen näher beieinander als {MIN_BOX_DISTANCE_MM:.0f} mm.",
            )


def _too_near(one: ChoiceBox, other: ChoiceBox) -> bool:
    a, b = one.place.centre, other.place.centre
    return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < MIN_BOX_DISTANCE_MM**2


def _tooltips(blank: Blank) -> Iterator[Finding]:
    """A screen reader says the tooltip; without it a field is a riddle."""
    widgets = widgets_of(opened(blank.pdf))
    for widget in widgets:
        if not widget.tooltip.strip():
            yield _warning("no_tooltip", f"Das Feld {widget.name} hat keine Beschreibung für Vorleseprogramme.")


def _codes(blank: Blank) -> Iterator[Finding]:
    """Two copies of the code, readable off the rendered page, on the part that comes back, off the fields."""
    try:
        printed = printed_codes(blank.pdf, blank.form.slip.page)
    except pypdfium2.PdfiumError:
        yield _error("not_rendered", "Die Seite lässt sich nicht darstellen.")
        return
    ours = [(place, code) for place in printed if (code := _ours(place.text)) is not None]
    if len(ours) < len(printed):
        yield _warning("foreign_code", "Auf dem Blatt steht ein QR-Code, der nicht von diesem Programm ist.")
    if {code.copy for _, code in ours} != set(range(1, COPIES + 1)):
        yield _warning("code_missing", f"Von {COPIES} gedruckten Codes sind {len(ours)} lesbar.")
    for place, code in ours:
        yield from _code(blank, bounding_of(place), code)


def bounding_of(printed: PrintedCode) -> Rect:
    """The upright rectangle around a code."""
    return bounding(Rect(corner.x, corner.y, 0.01, 0.01) for corner in printed.corners)


def _code(blank: Blank, place: Rect, code: SlipCode) -> Iterator[Finding]:
    """One of our codes: says what the form says, lies on the slip and on no field."""
    if (code.version, code.page) != (blank.form.version, blank.form.slip.page):
        yield _error("wrong_code", "Der gedruckte Code nennt eine andere Fassung oder Seite.")
    if code.is_generic and not verify(code, None):
        yield _error("wrong_code", "Die Prüfzeichen des gedruckten Codes stimmen nicht.")
    if not all(blank.form.slip.place.contains(corner) for corner in place.corners):
        yield _warning("code_outside", "Ein gedruckter Code liegt nicht auf dem Abschnitt, der zurückkommt.")
    for field in _under(place, blank.form.fields):
        yield _error("code_over_field", f"Ein gedruckter Code liegt über dem Feld {field.key}.")


def _under(place: Rect, fields: tuple[Field, ...]) -> Iterator[Field]:
    return (field for field in fields if field.place.overlaps(place))


def _ours(text: str) -> SlipCode | None:
    try:
        return parse(text)
    except NotOurCodeError:
        return None


def _access(blank: Blank) -> Iterator[Finding]:
    """What people who hear the page or use the keyboard need."""
    reader: PdfReader = opened(blank.pdf)
    root = reader.root_object
    if entry(dictionary_at(root, "/MarkInfo"), "/Marked") is None or entry(root, "/StructTreeRoot") is None:
        yield _warning("untagged", "Die Datei ist nicht für Vorleseprogramme ausgezeichnet (PDF/UA).")
    if entry(root, "/Lang") is None:
        yield _warning("no_language", "Die Datei sagt nicht, in welcher Sprache sie ist.")
    if entry(reader.pages[blank.form.slip.page - 1], "/Tabs") is None:
        yield _warning("no_tab_order", "Die Reihenfolge der Felder für die Tabulatortaste ist nicht festgelegt.")
