"""Make the pictures of the documentation: `python -m samples.pictures [FOLDER]`.

The blanks are rendered here; the picture of a reading is made by the program itself, which is called like any
other program: what makes the truth must not know the reader.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from samples.generate import PRIMARY, SECONDARY
from samples.slips import blank_pdf, rendered

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
STACKS = Path(__file__).parent / "stacks"

PICTURE_DPI = 100
"""A page is 827 pixels wide then: sharp in a README, and under 150 KB."""

EVIDENCE = "*-seite8.png"
"""The corrected slip of gemischt.pdf."""

RIM = 1
RIM_COLOUR = (190, 190, 190)
PALETTE = 64
"""Colours of a saved picture; print on white needs no more, and the file is a third as large."""


def save_page(form_id: str, folder: Path) -> Path:
    """The picture of a blank, with a thin rim so that the page shows on white."""
    page = Image.fromarray(rendered(blank_pdf(form_id), 1, PICTURE_DPI))
    path = folder / f"{form_id}.png"
    save_small(ImageOps.expand(page, RIM, RIM_COLOUR), path)
    return path


def save_small(picture: Image.Image, path: Path) -> None:
    """Save a picture with a small palette."""
    picture.convert("RGB").quantize(PALETTE).save(path, optimize=True)


def read_with_evidence(work: Path) -> Path:
    """Let the program read the sample stack; the folder with its evidence pictures."""
    blanks: list[str] = []
    for form_id in (PRIMARY, SECONDARY):
        blank = work / f"{form_id}.pdf"
        blank.write_bytes(blank_pdf(form_id))
        blanks += ["--form", str(blank)]
    evidence = work / "evidence"
    command = [
        sys.executable,
        "-m",
        "intake.cli",
        "read",
        "gemischt.pdf",
        *blanks,
        "--roster",
        str(STACKS / "klassenliste.csv"),
    ]
    outputs = ["-o", str(work / "results.csv"), "--pages", str(work / "pages.csv"), "--evidence", str(evidence)]
    done = subprocess.run([*command, *outputs], check=False, cwd=STACKS)  # noqa: S603 - our own program, fixed arguments
    if done.returncode not in (0, 1):
        raise SystemExit(f"ruecklauf read ended with {done.returncode}")
    return evidence


def save_evidence(folder: Path) -> Path:
    """What the program read on the slip that shows most: a correction, and a signature.

    Raises:
        SystemExit: The program wrote no such picture.
    """
    with tempfile.TemporaryDirectory() as work:
        found = sorted(read_with_evidence(Path(work)).rglob(EVIDENCE))
        if not found:
            raise SystemExit(f"ruecklauf read wrote no picture {EVIDENCE}")
        path = folder / "evidence.png"
        with Image.open(found[0]) as picture:
            save_small(picture, path)
    return path


def main() -> None:
    """Make all pictures, or only those of the blanks."""
    parser = argparse.ArgumentParser(prog="python -m samples.pictures", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES)
    parser.add_argument("--blanks-only", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for form_id in (PRIMARY, SECONDARY):
        print(save_page(form_id, asked.folder))
    if not asked.blanks_only:
        print(save_evidence(asked.folder))


if __name__ == "__main__":
    main()
