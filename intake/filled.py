"""What a PDF page holds beside its picture: form fields, annotations, text and images, and what may be hidden in it.

Only facts, as the file states them; what they mean for a slip is told in `intake.digital`. Places are millimetres from
the top-left corner of the page's crop box, before any rotation. The tree is walked here, from each widget upwards, as
viewers do: a file that came back may have any shape, so that every walk is bounded and everything odd has a word.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import islice
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium_raw

from forms.description import FILE_NAME, MAX_DESCRIPTION_BYTES
from forms.geometry import MM_PER_POINT, Rect

MAX_ANNOTATIONS = 2000
"""Of one page; a form has a dozen."""
MAX_PARENTS = 8
"""Fields inside fields; ours have one level, those of common programs two."""
MAX_FIELD_NODES = 4000
MAX_SCANNED_PAGES = 200
"""So many pages are asked which fields they show; a filled form has one or two."""
MAX_NESTED = 3
"""How deep drawings within drawings of an annotation are looked at; a stamp with a photo has two."""
MAX_TEXT = 4000
"""Letters of one field or annotation that are read."""
MAX_PAINTED = 2000
"""Operators of an appearance that are looked at."""

NO_SIZE_MM = 0.05
"""What is no wider than this cannot be seen."""

INVISIBLE, HIDDEN, NO_VIEW = 1 << 0, 1 << 1, 1 << 5
"""Annotation flags (PDF 32000, table 165)."""
RADIO, PUSH_BUTTON = 1 << 15, 1 << 16
OFF = "Off"

NOTHING_TO_SEE = frozenset({"Link", "Popup", "Widget"})
SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})
DRAWS = SHOWS_TEXT | {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh", "EI", "INLINE IMAGE"}
"""Operators that leave something on the page."""
INVISIBLE_TEXT = 3
COVERS_SHARE = 0.9
"""A picture of so much of the page hides what was set before: some scanners put recognised text under it."""

PLAIN_REASONS = frozenset(
    {
        "",
        "einwilligung",
        "unterschrift",
        "ich bin der verfasser dieses dokuments",
        "ich bin der autor dieses dokuments",
        "ich genehmige dieses dokument",
        "i am the author of this document",
        "i am approving this document",
    }
)
"""Why somebody signed, in words that signing programs offer; anything else was thought of by whoever signed."""

BROKEN = (
    pikepdf.PdfError,
    pypdfium2.PdfiumError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
)
"""What the libraries raise on broken files."""


class FileUnreadError(ValueError):
    """The file is too broken, or too large, to say what is in it."""


class FieldKind(StrEnum):
    """What can be done with a form field."""

    TEXT = auto()
    CHOICE = auto()
    SIGNATURE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Widget:
    """One visible place of a form field.

    `values` are what the field and the fields above it hold, each once and without an empty one; `state` is what the
    appearance of a box shows. `hidden` says that no viewer shows it, `drawn` that its appearance leaves something on
    the page. A signature's value is the word "signed".
    """

    field: str
    kind: FieldKind
    option: str
    place: Rect
    values: tuple[str, ...]
    state: str
    hidden: bool
    drawn: bool


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something laid over the page: `kind` as PDF names it, `text` what it says beside its picture.

    `sets_text` says that its picture contains letters set in type.
    """

    kind: str
    place: Rect
    text: str
    hidden: bool
    sets_text: bool


@dataclass(frozen=True, slots=True)
class FormName:
    """The form that a file says it is."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Filled:
    """One page, as the file states it. `odd` names what no picture shows: scripts, layers, attachments."""

    form: FormName | None
    turned: bool
    widgets: tuple[Widget, ...]
    annotations: tuple[Annotation, ...]
    images: tuple[Rect, ...]
    odd: tuple[str, ...]


# ---------------------------------------------------------------- the cheap question


def is_filled(path: Path, page: int) -> bool:
    """Whether a page is more than a picture of paper: it has fields, annotations, or letters that can be seen.

    Scans have no fonts, or only those of an invisible layer of recognised text, and answer within milliseconds.
    """
    try:
        return _has_more(path, page)
    except BROKEN:
        return _seems_filled(path, page)


def _has_more(path: Path, page: int) -> bool:
    with pikepdf.open(path) as document:
        leaf = document.pages[page - 1]
        if any(_name(one.get("/Subtype")) != "Link" for one in _annotations(leaf)):
            return True
        if not _has_fonts(leaf.obj.get("/Resources") or leaf.resources, MAX_NESTED):
            return False
    return _shows_letters(path, page)


def _seems_filled(path: Path, page: int) -> bool:
    """What PDFium thinks of a file that QPDF stumbles over; if it stumbles, too, nothing will be read anyway."""
    try:
        with closing(pypdfium2.PdfDocument(path)) as document:
            return pdfium_raw.FPDFPage_GetAnnotCount(document[page - 1]) > 0 or _shows_letters(path, page)
    except BROKEN:
        return False


def _has_fonts(resources: Any, depth: int) -> bool:
    """Whether the page, or a drawing on it, could show text at all."""
    if "/Font" in resources and len(resources["/Font"].keys()):
        return True
    drawings = resources.get("/XObject", {})
    inner = (drawings[key].get("/Resources") for key in islice(drawings.keys(), MAX_ANNOTATIONS))
    return depth > 0 and any(_has_fonts(one, depth - 1) for one in inner if one is not None)


def _shows_letters(path: Path, page: int) -> bool:
    """Whether the page shows text that a printer would print: neither invisible nor under a picture of the page."""
    kinds = [pdfium_raw.FPDF_PAGEOBJ_TEXT, pdfium_raw.FPDF_PAGEOBJ_IMAGE]
    with closing(pypdfium2.PdfDocument(path)) as document:
        leaf = document[page - 1]
        width, height = leaf.get_size()
        shown = False
        for one in leaf.get_objects(filter=kinds, max_depth=MAX_NESTED):
            if one.type == pdfium_raw.FPDF_PAGEOBJ_IMAGE:
                left, low, right, high = one.get_bounds()
                shown &= (right - left) * (high - low) < COVERS_SHARE * width * height
            else:
                shown |= pdfium_raw.FPDFTextObj_GetTextRenderMode(one) != INVISIBLE_TEXT
        return shown


# ---------------------------------------------------------------- the page


def read_filled(path: Path | bytes, page: int) -> Filled:
    """Everything that the file states of one page.

    Raises:
        FileUnreadError: It is too broken to tell.
    """
    try:
        with pikepdf.open(_stream(path)) as document:
            leaf = document.pages[page - 1]
            corner = _corner(leaf)
            found = _annotations(leaf)
            odd = [*_odd_parts(document), *_odd_actions(document, leaf, found), *_fields_without_place(document)]
            return Filled(
                form=_form_name(document),
                turned=bool(int(leaf.obj.get("/Rotate", 0)) % 360) or float(leaf.obj.get("/UserUnit", 1)) != 1.0,
                widgets=tuple(_widget(one, corner) for one in found if _name(one.get("/Subtype")) == "Widget"),
                annotations=tuple(_annotation(one, leaf) for one in found if _counts(one)),
                images=_images(path, page, corner),
                odd=tuple(dict.fromkeys(odd)),
            )
    except BROKEN as error:
        raise FileUnreadError("the fields and annotations cannot be read") from error


def texts_at(path: Path, page: int, places: Sequence[Rect]) -> tuple[str, ...]:
    """What the page itself (not its fields, not its annotations) sets in type at each place; empty where nothing.

    Raises:
        FileUnreadError: It is too broken to tell.
    """
    try:
        with pikepdf.open(path) as document:
            corner = _corner(document.pages[page - 1])
        with closing(pypdfium2.PdfDocument(path)) as drawn:
            text = drawn[page - 1].get_textpage()
            return tuple(_plain(text.get_text_bounded(*_points(place, corner))) for place in places)
    except BROKEN as error:
        raise FileUnreadError("the text of the page cannot be read") from error


@dataclass(frozen=True, slots=True)
class _Corner:
    """The top-left corner of the crop box, and its size, in points."""

    left: float
    top: float
    width: float
    height: float


def _stream(path: Path | bytes) -> Any:
    from io import BytesIO  # noqa: PLC0415 - only where a revision is read from memory

    return BytesIO(path) if isinstance(path, bytes) else path


def _corner(leaf: pikepdf.Page) -> _Corner:
    x0, y0, x1, y1 = (float(edge) for edge in leaf.cropbox.as_list())
    return _Corner(min(x0, x1), max(y0, y1), abs(x1 - x0), abs(y1 - y0))


def _rect(box: Any, corner: _Corner) -> Rect:
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return Rect(
        (min(x0, x1) - corner.left) * MM_PER_POINT,
        (corner.top - max(y0, y1)) * MM_PER_POINT,
        max(abs(x1 - x0) * MM_PER_POINT, NO_SIZE_MM),
        max(abs(y1 - y0) * MM_PER_POINT, NO_SIZE_MM),
    )


def _points(place: Rect, corner: _Corner) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in the page's own points."""
    return (
        corner.left + place.x / MM_PER_POINT,
        corner.top - place.bottom / MM_PER_POINT,
        corner.left + place.right / MM_PER_POINT,
        corner.top - place.y / MM_PER_POINT,
    )


def _annotations(leaf: pikepdf.Page) -> list[Any]:
    """The annotations of a page.

    Raises:
        ValueError: There are more than any form has.
    """
    found = leaf.obj.get("/Annots")
    every = [] if found is None else [one for one in found.as_list() if isinstance(one, pikepdf.Dictionary)]
    if len(every) > MAX_ANNOTATIONS:
        raise ValueError("too many annotations")
    return every


def _form_name(document: pikepdf.Pdf) -> FormName | None:
    """What the embedded description says which form this is; a returned file is believed nothing else of it."""
    for name, attached in document.attachments.items():
        if name.rsplit("/", 1)[-1] == FILE_NAME:
            content = attached.get_file().read_bytes()
            if len(content) <= MAX_DESCRIPTION_BYTES:
                members = json.loads(content)
                return FormName(str(members.get("form")), int(members.get("version", 0)))
    return None


# ---------------------------------------------------------------- fields


def _widget(node: pikepdf.Dictionary, corner: _Corner) -> Widget:
    line = _upwards(node)
    kind = _kind(_inherited(line, "/FT"), int(_inherited(line, "/Ff") or 0))
    option = _option(node) if kind is FieldKind.CHOICE else ""
    return Widget(
        field=".".join(reversed([_plain(str(one["/T"])) for one in line if "/T" in one])),
        kind=kind,
        option=option,
        place=_rect(node["/Rect"], corner),
        values=tuple(dict.fromkeys(value for one in line if (value := _value(one.get("/V"), kind)))),
        state=_name(node.get("/AS")) if kind is FieldKind.CHOICE else "",
        hidden=_is_hidden(node),
        drawn=_paints(_appearance(node), DRAWS, MAX_NESTED),
    )


def _upwards(node: pikepdf.Dictionary) -> list[pikepdf.Dictionary]:
    """A widget and the fields it belongs to, from below.

    Raises:
        ValueError: They go round in circles.
    """
    line = [node]
    while isinstance(above := line[-1].get("/Parent"), pikepdf.Dictionary):
        line.append(above)
        if len(line) > MAX_PARENTS:
            raise ValueError("fields without an end")
    return line


def _inherited(line: Iterable[pikepdf.Dictionary], key: str) -> Any:
    return next((one[key] for one in line if key in one), None)


def _kind(field_type: Any, flags: int) -> FieldKind:
    match _name(field_type):
        case "Tx":
            return FieldKind.TEXT
        case "Sig":
            return FieldKind.SIGNATURE
        case "Btn" if not flags & PUSH_BUTTON:
            return FieldKind.CHOICE
        case _:
            return FieldKind.OTHER


def _option(node: pikepdf.Dictionary) -> str:
    """The on-state of a box: the one of its two appearances that is not Off."""
    looks = _part(_part(node, "/AP"), "/N")
    states = () if looks is None else looks.keys()
    return next((_plain(state).removeprefix("/") for state in states if state != f"/{OFF}"), "")


def _value(value: Any, kind: FieldKind) -> str:
    """What a field holds, as text; nothing for an empty one and for a choice that is off."""
    if value is None:
        return ""
    if kind is FieldKind.SIGNATURE:
        return "signed" if isinstance(value, pikepdf.Dictionary) else ""
    text = _text(value)
    if kind is FieldKind.CHOICE:
        text = text.removeprefix("/")
        return "" if text == OFF else text
    return text


def _text(value: Any) -> str:
    """A text of the file: a string in either encoding, a name, or a stream with a long text."""
    if isinstance(value, pikepdf.Stream):
        return _plain(str(pikepdf.String(value.read_bytes()[:MAX_TEXT])))
    if isinstance(value, pikepdf.Array):
        return _plain(" ".join(str(one) for one in islice(value.as_list(), MAX_NESTED)))
    return _plain(str(value))


def _plain(text: str) -> str:
    """One kind of line end, composed letters (NFC), nothing around it."""
    lines = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return unicodedata.normalize("NFC", lines).strip()


def _part(node: Any, key: str) -> Any:
    """The dictionary or stream under a key; nothing where there is none."""
    found = None if node is None else node.get(key)
    return found if isinstance(found, pikepdf.Dictionary | pikepdf.Stream) else None


def _name(value: Any) -> str:
    return "" if value is None else str(value).removeprefix("/")


def _fields_without_place(document: pikepdf.Pdf) -> Iterator[str]:
    """Fields that hold something and are shown on no page."""
    form = _part(document.Root, "/AcroForm")
    shown = {
        one.objgen
        for leaf in islice(document.pages, MAX_SCANNED_PAGES)
        for one in _annotations(leaf)
        if _name(one.get("/Subtype")) == "Widget"
    }
    for node in _leaves(None if form is None else form.get("/Fields")):
        if node.objgen not in shown and _holds_something(node):
            yield "field_without_place"


def _holds_something(node: pikepdf.Dictionary) -> bool:
    line = _upwards(node)
    kind = _kind(_inherited(line, "/FT"), int(_inherited(line, "/Ff") or 0))
    return any(_value(one.get("/V"), kind) for one in line)


def _leaves(fields: Any) -> Iterator[pikepdf.Dictionary]:
    """All fields without fields below them.

    Raises:
        ValueError: There is no end to them.
    """
    waiting = [] if fields is None else list(fields.as_list())
    seen = 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > MAX_FIELD_NODES:
            raise ValueError("fields without an end")
        if isinstance(node, pikepdf.Dictionary):
            kids = node.get("/Kids")
            if kids is None:
                yield node
            else:
                waiting += kids.as_list()


# ---------------------------------------------------------------- annotations


def _counts(node: pikepdf.Dictionary) -> bool:
    """Whether an annotation may say something: a link does not, nor does the empty window of a note."""
    kind = _name(node.get("/Subtype"))
    return kind not in NOTHING_TO_SEE or (kind == "Popup" and bool(_text(node.get("/Contents", ""))))


def _annotation(node: pikepdf.Dictionary, leaf: pikepdf.Page) -> Annotation:
    corner = _corner(leaf)
    place = _rect(node["/Rect"], corner)
    page = Rect(0.0, 0.0, corner.width * MM_PER_POINT, corner.height * MM_PER_POINT)
    outside = not place.overlaps(page) or min(place.width, place.height) <= NO_SIZE_MM
    return Annotation(
        kind=_name(node.get("/Subtype")),
        place=place,
        text=_text(node.get("/Contents", "")),
        hidden=_is_hidden(node) or outside or "/OC" in node,
        sets_text=_paints(_appearance(node), SHOWS_TEXT, MAX_NESTED),
    )


def _is_hidden(node: pikepdf.Dictionary) -> bool:
    return bool(int(node.get("/F", 0)) & (INVISIBLE | HIDDEN | NO_VIEW))


def _appearance(node: pikepdf.Dictionary) -> Any:
    """The normal appearance that is shown, or nothing."""
    looks = _part(node, "/AP")
    look = None if looks is None else looks.get("/N")
    if isinstance(look, pikepdf.Dictionary) and not isinstance(look, pikepdf.Stream):
        look = look.get(f"/{_name(node.get('/AS'))}")
    return look if isinstance(look, pikepdf.Stream) else None


def _paints(look: Any, operators: frozenset[str], depth: int) -> bool:
    """Whether a drawing, or one nested in it, uses one of these operators; too much to look at counts as yes."""
    if look is None or depth <= 0:
        return False
    for count, instruction in enumerate(pikepdf.parse_content_stream(look)):
        operator = str(instruction.operator)
        if operator in operators or count > MAX_PAINTED:
            return True
        if operator == "Do":
            drawings = _part(_part(look, "/Resources"), "/XObject")
            nested = None if drawings is None else drawings.get(str(instruction.operands[0]))
            if nested is not None and nested.get("/Subtype") == "/Form" and _paints(nested, operators, depth - 1):
                return True
    return False


def _images(path: Path | bytes, page: int, corner: _Corner) -> tuple[Rect, ...]:
    """Where the page itself shows pictures."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        found = document[page - 1].get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_NESTED)
        return tuple(_rect(image.get_bounds(), corner) for image in islice(found, MAX_ANNOTATIONS))


# ---------------------------------------------------------------- what no picture shows


def _odd_parts(document: pikepdf.Pdf) -> Iterator[str]:
    """Parts of a file that a blank does not have and a viewer may act upon."""
    root = document.Root
    if "/OCProperties" in root:
        yield "layers"
    if "/XFA" in (_part(root, "/AcroForm") or ()):
        yield "xfa"
    if "/JavaScript" in (_part(root, "/Names") or ()):
        yield "script"
    if any(name.rsplit("/", 1)[-1] != FILE_NAME for name in document.attachments):
        yield "attachment"


def _odd_actions(document: pikepdf.Pdf, leaf: pikepdf.Page, annotations: Iterable[Any]) -> Iterator[str]:
    """Scripts that run when the file is opened or a field is used, and what was written into a signature."""
    opened = document.Root.get("/OpenAction")
    if isinstance(opened, pikepdf.Dictionary) and _name(opened.get("/S")) != "GoTo":
        yield "script"
    fields = [one for node in annotations for one in _upwards(node)]
    if any("/AA" in node for node in (document.Root, leaf.obj, *fields)):
        yield "script"
    signatures = (_part(node, "/V") for node in fields)
    said = (_text(one.get("/Reason", "")) for one in signatures if one is not None)
    if any(reason.casefold() not in PLAIN_REASONS for reason in said):
        yield "signature_reason"
    actions = (node.get("/A") for node in annotations)
    if any(isinstance(one, pikepdf.Dictionary) and _name(one.get("/S")) == "JavaScript" for one in actions):
        yield "script"
