"""Filled PDFs for tests: our own blanks, filled as viewers do, signed, and tampered with object by object."""

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from forms.blank import read_blank
from forms.catalogue import build_blank
from forms.fields import fill
from forms.geometry import MM_PER_POINT, Rect
from forms.model import Form
from forms.school import School
from intake.batch import PageJob, PageTask
from intake.decide import decide
from intake.engines import pp_ocr
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.sources import Source
from intake.templates import prepare
from intake.values import Child, Decision, PageReading, Returns, Roster, SlipReading, Template
from samples.signatures import manner_of, movements

PRIMARY, SECONDARY = "iserv-primar", "iserv-sekundar"
GOEKCE = Child("1", "Gökçe", "Şahin-Łuczak", "3b", "", ())
JUERGEN = Child("2", "Jürgen", "Groß-Müller", "3b", "", ())
ANH = Child("3", "Nguyễn", "Thị Ánh", "3b", "", ())
ROSTER = Roster((GOEKCE, JUERGEN, ANH, Child("4", "Anna", "Meier", "3b", "", ())))

ANSWERS = {
    "child_name": GOEKCE.name,
    "child_class": "3b",
    "guardian_names": "Jürgen Groß-Müller",
    "place_date": "Köln, 3.2.2026",
    "consent": "ja",
}
"""A family that agrees; it has still to sign."""
PAGE_POINTS = 841.8898


@lru_cache
def blank(form_id: str = PRIMARY) -> bytes:
    """A bundled blank as it is handed out."""
    return build_blank(form_id, School())


@lru_cache
def form(form_id: str = PRIMARY) -> Form:
    """What the blank says of itself."""
    return read_blank(blank(form_id)).form


@lru_cache
def templates() -> tuple[Template, ...]:
    """Both blanks, as the reader gets them from the archive."""
    return tuple(prepare(blank(form_id)) for form_id in (PRIMARY, SECONDARY))


def place(name: str, form_id: str = PRIMARY) -> Rect:
    """Where a field, or a box of a choice, lies on the blank."""
    return next(field.place for field in form(form_id).fields if name in {field.key, field.name})


def filled(**values: str) -> bytes:
    """The primary form, filled with pypdf by a family that agrees, but for these values."""
    return fill(blank(), {**ANSWERS, **values})


# ---------------------------------------------------------------- what parents, and others, do to a file


@dataclass(frozen=True, slots=True)
class Changed:
    """An opened PDF to be changed in place; `annotations` are those of its first page."""

    pdf: pikepdf.Pdf

    @property
    def page(self) -> pikepdf.Page:
        """The page that comes back."""
        return self.pdf.pages[0]

    def widget(self, name: str, option: str = "") -> pikepdf.Object:
        """The widget of a field; of a choice the box of this option."""
        for one in self.page.Annots:
            owner = one.Parent if "/Parent" in one else one
            if str(owner.get("/T", "")) == name and (not option or f"/{option}" in one.AP.N):
                return one
        raise LookupError(name)

    def choice(self, name: str) -> pikepdf.Object:
        """The field that the boxes of a choice belong to."""
        return next(one.Parent for one in self.page.Annots if "/Parent" in one and str(one.Parent.T) == name)

    def add(self, kind: str, where: Rect, **entries: object) -> Dictionary:
        """Lay an annotation over the page."""
        note = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=points(where), F=4)
        for key, value in entries.items():
            note[f"/{key}"] = value
        made = self.pdf.make_indirect(note)
        self.page.Annots.append(made)
        return made

    def drawing(self, where: Rect, content: str, **resources: object) -> Dictionary:
        """An appearance of this size; its content counts in millimetres, y downwards."""
        scale = 1 / MM_PER_POINT
        flipped = f"q {scale} 0 0 {-scale} 0 {where.height * scale} cm {content} Q"
        look = Stream(self.pdf, flipped.encode("latin-1"))
        look.Type, look.Subtype = Name.XObject, Name.Form
        look.BBox = Array([0, 0, where.width * scale, where.height * scale])
        look.Resources = Dictionary({f"/{kind}": named for kind, named in resources.items()})
        return Dictionary(N=look)


def changed(pdf: bytes, change: Callable[[Changed], object]) -> bytes:
    """The PDF after this change, saved anew."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(Changed(opened))
        file = io.BytesIO()
        opened.save(file)
        return file.getvalue()


def points(where: Rect) -> Array:
    """A place as PDF counts it."""
    scale = 1 / MM_PER_POINT
    edges = (where.x * scale, PAGE_POINTS - where.bottom * scale, where.right * scale, PAGE_POINTS - where.y * scale)
    return Array([round(edge, 3) for edge in edges])


def attach(pdf: pikepdf.Pdf, name: str, content: bytes) -> None:
    """Embed a file, in place of one of the same name."""
    if name in pdf.attachments:
        del pdf.attachments[name]
    pdf.attachments[name] = pikepdf.AttachedFileSpec(
        pdf, content, description="", filename=name, mime_type="", creation_date="", mod_date=""
    )


def strokes(person: str = "Ayşe Groß-Müller") -> list[np.ndarray]:
    """A signature: paths in millimetres around the line's left end."""
    return [np.asarray(path, np.float64) for path in movements(manner_of(person), 0.0)]


def signed_with_ink(
    pdf: bytes, name: str = "guardian_signature", colour: str = "0 0 0.6", form_id: str = PRIMARY
) -> bytes:
    """A signature drawn over a line in a viewer."""

    def draw(file: Changed) -> None:
        where = place(name, form_id)
        content = f"{colour} RG 0.6 w 1 J 1 j {signature_path(where)}"
        file.add("Ink", where, AP=file.drawing(where, content), InkList=Array([Array([0, 0, 1, 1])]))

    return changed(pdf, draw)


def signature_path(where: Rect) -> str:
    """The strokes of a signature as a drawing in millimetres of a place."""
    return " ".join(_path(path, where) for path in strokes())


def photo_of_a_signature(pdf: pikepdf.Pdf, px_per_mm: float = 8.0) -> Stream:
    """A signature on white paper, photographed and cut out: a grey image as large as the line."""
    where = place("guardian_signature")
    pixels = np.full((round(where.height * px_per_mm), round(where.width * px_per_mm)), 255, np.uint8)
    low = np.concatenate(strokes()).min(axis=0)
    for path in strokes():
        moved = (path - low + (3.0, (where.height - 12.0) / 2)) * px_per_mm
        cv2.polylines(pixels, [np.round(moved).astype(np.int32)], isClosed=False, color=40, thickness=5)
    image = Stream(pdf, pixels.tobytes())
    image.Type, image.Subtype, image.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    image.Width, image.Height, image.BitsPerComponent = pixels.shape[1], pixels.shape[0], 8
    return image


def _path(path: np.ndarray, where: Rect) -> str:
    low = np.concatenate(strokes()).min(axis=0)
    moved = path - low + (3.0, (where.height - 12.0) / 2)
    first, *rest = [f"{x:.2f} {y:.2f}" for x, y in moved]
    return f"{first} m " + " ".join(f"{step} l" for step in rest) + " S"


def note(file: Changed, where: Rect, text: str, *, colour: str = "0 0 0", paper: str = "", size: float = 4.0) -> None:
    """A text laid over the page; with a colour for its paper it covers what is beneath."""
    under = f"{paper} rg 0 0 {where.width} {where.height} re f " if paper else ""
    letters = text.encode("cp1252", "replace").decode("latin-1").replace("(", "").replace(")", "")
    written = f"BT /F {size} Tf {colour} rg 1 0 0 -1 1 {where.height * 0.7:.2f} Tm ({letters}) Tj ET"
    font = Dictionary(
        F=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    look = file.drawing(where, under + written, Font=font)
    file.add("FreeText", where, Contents=String(text), DA=String("/Helv 11 Tf 0 g"), AP=look)


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a page."""

    page: PageReading

    @property
    def slip(self) -> SlipReading:
        """The one slip on it."""
        (slip,) = self.page.slips
        return slip

    @property
    def decision(self) -> Decision:
        """What is decided about it, alone."""
        return decide(self.slip, Returns.ONLY, EVERY_LINE)

    @property
    def said(self) -> dict[str, str]:
        """The texts, by field."""
        return {text.field: text.text for text in self.slip.texts}

    @property
    def signatures(self) -> Mapping[str, str]:
        """The state of each line to sign on."""
        return {line.field: str(line.state) for line in self.slip.signatures}

    @property
    def kinds(self) -> Mapping[str, str]:
        """How each line was signed, and what is known of the certificate."""
        return {how.field: ":".join(part for part in (how.kind, how.trust) if part) for how in self.slip.file.signings}


def outcome(
    pdf: bytes | Path,
    blanks: Sequence[Template] | None = None,
    roster: Roster = ROSTER,
    roots: tuple[bytes, ...] = (),
    page: int = 1,
) -> Outcome:
    """Read a page as a worker does, with the real recogniser."""
    task = PageTask(tuple(blanks or templates()), roster, pp_ocr.load, read_page, roots)
    with tempfile.TemporaryDirectory() as folder:
        path = pdf
        if isinstance(pdf, bytes):
            path = Path(folder) / "zurueck.pdf"
            path.write_bytes(pdf)
        assert isinstance(path, Path)
        return Outcome(task(PageJob(Source(path.name, path), page)))
