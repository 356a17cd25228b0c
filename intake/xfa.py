"""PDFs whose pages are not what they hold: forms that only Adobe's reader draws, and folders of other files."""

from pathlib import Path

import pikepdf

from intake.errors import UnreadablePageError

PLACEHOLDER = (b"Please wait", b"Bitte warten")
"""What every viewer but Adobe's shows in place of a dynamic XFA form (Adobe's words, in its two usual languages)."""

READ_AHEAD = 64 << 10
"""The placeholder page is a few lines; more of its content stream is not looked at."""


def refuse_shells(path: Path) -> None:
    """Refuse a PDF that shows a notice instead of its content: nobody would notice that something was lost.

    Raises:
        UnreadablePageError: It is a dynamic XFA form or a portfolio.
    """
    try:
        with pikepdf.open(path) as document:
            if "/Collection" in document.Root:
                raise UnreadablePageError("pdf_portfolio")
            if _is_dynamic(document):
                raise UnreadablePageError("xfa_form")
    except (
        pikepdf.PdfError,
        pikepdf.PasswordError,
        RuntimeError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
    ):
        return  # what QPDF stumbles over is judged by PDFium


def _is_dynamic(document: pikepdf.Pdf) -> bool:
    """Whether the form is made by the viewer and not stored as pages (XFA 3.3, "dynamic form")."""
    form = document.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary) or "/XFA" not in form:
        return False
    if bool(document.Root.get("/NeedsRendering", False)):
        return True
    return len(document.pages) == 1 and _shows_placeholder(document.pages[0])


def _shows_placeholder(page: pikepdf.Page) -> bool:
    """Whether the page's words are the placeholder's."""
    shown = b"".join(
        bytes(operand)
        for count, instruction in enumerate(pikepdf.parse_content_stream(page, "Tj TJ"))
        if count < READ_AHEAD
        for operand in _strings(instruction.operands)
    )
    squeezed = b"".join(shown.split())
    return any(b"".join(words.split()) in squeezed for words in PLACEHOLDER)


def _strings(operands: object) -> list[pikepdf.String]:
    """The pieces of text that an operator shows, spacing left out."""
    found: list[pikepdf.String] = []
    for operand in operands:  # type: ignore[attr-defined]  # pikepdf's operands have no type of their own
        if isinstance(operand, pikepdf.String):
            found.append(operand)
        elif isinstance(operand, pikepdf.Array):
            found += [piece for piece in operand.as_list() if isinstance(piece, pikepdf.String)]
    return found
