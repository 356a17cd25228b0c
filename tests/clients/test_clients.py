"""Our blanks, filled by clients that know nothing of us: what was typed is what is read, and drawn as it is held.

Those that are no Python packages are skipped where they are missing; `tests/run` installs them where it may.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from pikepdf import Name, String

from forms.fields import fill
from forms.geometry import MM_PER_POINT
from intake.values import Answer, Channel, FieldsState, Reason, Verdict
from tests.intake.filling import ANSWERS, PAGE_POINTS, blank, form, outcome, place, points, signed_with_ink, strokes

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SYSTEM_PYTHON = Path("/usr/bin/python3")
SECONDS = 240
XFDF = '<?xml version="1.0" encoding="UTF-8"?>\n<xfdf xmlns="http://ns.adobe.com/xfdf/" xml:space="preserve">'

NAMES = ("Gökçe Şahin-Łuczak", "Jürgen Groß-Müller", "Nguyễn Thị Ánh")
TEXTS = {name: value for name, value in ANSWERS.items() if name != "consent"}


@dataclass(frozen=True, slots=True)
class Job:
    """One family's answers: texts by field, the option that is ticked, and where its file goes."""

    texts: Mapping[str, str]
    option: str
    out: Path

    def as_json(self, *, signing: bool) -> dict[str, object]:
        """As the scripts take it; a box is also told by its place, a signature by points in parts of the page."""
        boxes = form().boxes
        index = next(number for number, box in enumerate(boxes) if box.option == self.option)
        tick = {"field": "consent", "option": self.option, "index": index, "low": float(points(boxes[index].place)[1])}
        signature = _in_parts_of_the_page() if signing else []
        return {"texts": dict(self.texts), "tick": tick, "strokes": signature, "out": str(self.out)}


def _in_parts_of_the_page() -> list[list[list[float]]]:
    line, every = place("guardian_signature"), strokes()
    low = np.concatenate(every).min(axis=0)
    return [
        [[float(x - low[0] + line.x + 4) / 210, float(y - low[1] + line.y + 2) / 297] for x, y in path]
        for path in every
    ]


# ---------------------------------------------------------------- the clients


def with_pypdf(pdf: bytes, jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.out.write_bytes(fill(pdf, {**job.texts, "consent": job.option}))


def with_pikepdf(pdf: bytes, jobs: Sequence[Job]) -> None:
    """QPDF by pikepdf: values only, and the wish that the next viewer may draw them."""
    for job in jobs:
        with pikepdf.open(_written(job, pdf), allow_overwriting_input=True) as opened:
            opened.Root.AcroForm.NeedAppearances = True
            for widget in opened.pages[0].Annots:
                if str(widget.get("/T", "")) in job.texts:
                    widget.V = String(job.texts[str(widget.T)])
                    del widget["/AP"]
                if "/Parent" in widget and f"/{job.option}" in widget.AP.N:
                    widget.AS = widget.Parent.V = Name(f"/{job.option}")
            opened.save(job.out)


def with_pdfium(pdf: bytes, jobs: Sequence[Job]) -> None:
    """Chrome's and Edge's engine: a click into each field, then letter by letter."""
    for job in jobs:
        document = pypdfium2.PdfDocument(pdf)
        document.init_forms()
        page = document[0]
        for name, value in job.texts.items():
            _click(page, name)
            for unit in np.frombuffer(value.encode("utf-16-le"), np.uint16):
                pdfium.FORM_OnChar(page.formenv, page, int(unit), 0)
        _click(page, f"consent.{job.option}")
        pdfium.FORM_ForceToKillFocus(page.formenv)
        document.save(job.out)
        page.close()
        document.close()


def _click(page: pypdfium2.PdfPage, name: str) -> None:
    middle = place(name).centre
    x, y = middle.x / MM_PER_POINT, PAGE_POINTS - middle.y / MM_PER_POINT
    pdfium.FORM_OnMouseMove(page.formenv, page, 0, x, y)
    pdfium.FORM_OnLButtonDown(page.formenv, page, 0, x, y)
    pdfium.FORM_OnLButtonUp(page.formenv, page, 0, x, y)


def with_pdf_js(pdf: bytes, jobs: Sequence[Job]) -> None:
    """Firefox's viewer in a real Chromium: clicks, keys, and a signature drawn with the mouse."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    _node("pdf_js.mjs", "pdfjs-dist", pdf, jobs, CHROMIUM, signing=True)


def with_pdf_lib(pdf: bytes, jobs: Sequence[Job]) -> None:
    _node("pdf_lib.mjs", "pdf-lib", pdf, jobs)


def with_pdftk(pdf: bytes, jobs: Sequence[Job]) -> None:
    """pdftk with XFDF; its own drawing of letters beyond Windows-1252 is boxes, so it asks the next viewer."""
    pdftk = shutil.which("pdftk")
    if pdftk is None:
        pytest.skip("pdftk is not installed")
    for job in jobs:
        fields = "".join(
            f'<field name="{name}"><value>{escape(value)}</value></field>'
            for name, value in {**job.texts, "consent": job.option}.items()
        )
        xfdf = _written(job, f"{XFDF}<fields>{fields}</fields></xfdf>".encode(), ".xfdf")
        _ran(
            pdftk, str(_written(job, pdf, ".blank")), "fill_form", str(xfdf), "output", str(job.out), "need_appearances"
        )


def with_poppler(pdf: bytes, jobs: Sequence[Job]) -> None:
    """The engine of Evince and Okular."""
    asked = "import gi; gi.require_version('Poppler', '0.18'); from gi.repository import Poppler"
    if (
        not SYSTEM_PYTHON.exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", asked], capture_output=True, check=False).returncode
    ):
        pytest.skip("Poppler's introspection is not installed")
    _ran(str(SYSTEM_PYTHON), str(HERE / "poppler.py"), *_files(pdf, jobs, signing=False))


def with_mupdf(pdf: bytes, jobs: Sequence[Job]) -> None:
    """The engine of many readers on phones and tablets, by its own command."""
    mutool = shutil.which("mutool")
    if mutool is None:
        pytest.skip("MuPDF's tools are not installed")
    _ran(mutool, "run", str(HERE / "mupdf.js"), *_files(pdf, jobs, signing=False))


def _node(script: str, package: str, pdf: bytes, jobs: Sequence[Job], *more: str, signing: bool = False) -> None:
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / package).is_dir():
        pytest.skip(f"node or its package {package} is not installed")
    _ran(node, str(HERE / script), *_files(pdf, jobs, signing=signing), *more)


def _files(pdf: bytes, jobs: Sequence[Job], *, signing: bool) -> tuple[str, str]:
    listed = _written(jobs[0], json.dumps([job.as_json(signing=signing) for job in jobs]).encode(), ".json")
    return str(_written(jobs[0], pdf, ".blank")), str(listed)


def _written(job: Job, content: bytes, suffix: str = ".pdf") -> Path:
    path = job.out.with_suffix(suffix)
    path.write_bytes(content)
    return path


def _ran(*command: str) -> None:
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert ran.returncode == 0, ran.stderr


# ---------------------------------------------------------------- what they wrote

CLIENTS = (with_pypdf, with_pikepdf, with_pdfium, with_pdf_js, with_pdf_lib, with_pdftk, with_poppler, with_mupdf)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_what_was_typed_is_what_is_read(client: Callable[[bytes, Sequence[Job]], None], tmp_path: Path) -> None:
    jobs = [
        Job({**TEXTS, "child_name": name, "guardian_names": other}, "ja", tmp_path / f"{number}.pdf")
        for number, (name, other) in enumerate(zip(NAMES, reversed(NAMES), strict=True))
    ]
    client(blank(), jobs)
    for job in jobs:
        content = job.out.read_bytes()
        read = outcome(content if client is with_pdf_js else signed_with_ink(content))
        assert (read.slip.channel, read.slip.file.fields) == (Channel.DIGITAL, FieldsState.AGREE), read.slip.file
        assert read.said == job.texts
        assert (read.decision.verdict, read.decision.answer) == (Verdict.GIVEN, Answer.YES), read.decision
        assert read.slip.identity.child is not None
        assert read.slip.identity.child.name == job.texts["child_name"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_no_stays_a_no_and_a_missing_signature_is_missed(
    client: Callable[[bytes, Sequence[Job]], None], tmp_path: Path
) -> None:
    job = Job(TEXTS, "nein", tmp_path / "nein.pdf")
    client(blank(), [job])
    read = outcome(job.out)
    assert (read.decision.verdict, read.decision.answer) == (Verdict.REFUSED, Answer.NO)
    if client is with_pypdf:
        unsigned = Job(TEXTS, "ja", tmp_path / "ja.pdf")
        client(blank(), [unsigned])
        assert outcome(unsigned.out).decision.reasons == (Reason.SIGNATURE_MISSING,)
