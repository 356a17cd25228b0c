"""PDF pages: the scanner's own pixels where it is proved that they are the page, a rendering otherwise.

Taking the image out of the file is faster than rendering and keeps every pixel, but a PDF can show something
else than the image it holds: the image turned, mirrored, inverted, masked, cut, painted over, laid in strips.
The proof is a list of what is allowed, so what nobody thought of is rendered.
"""

import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium_raw

from intake.errors import UnreadablePageError
from intake.jpeg import GRAY, RGB, check_jpeg, decode_jpeg
from intake.limits import MAX_IMAGES, MAX_OBJECTS, MAX_PIXELS
from intake.values import GrayImage

POINTS_PER_INCH = 72.0

RENDER_DPI = 200.0
"""For pages that are no single image: what the stages work at."""

MAX_RENDER_DPI = 400.0
"""A page that holds an image of more is rendered at this; finer pixels tell the stages nothing."""

COVER_TOLERANCE_PT = 1.0
"""An image may miss the page's edge by this much and still cover it: scanners round the page to whole points."""

MAX_FORM_DEPTH = 3
"""How deep images are looked for in nested drawings; scanners nest once, if at all."""

FPDF_ERR_PASSWORD = 4
"""PDFium's number for a file that asks for a password."""

for _library in ("pikepdf", "pypdfium2"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
"""They report every small fault of a file in English on stderr; what matters comes back as a reason."""

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

INVISIBLE_TEXT = 3
"""Text render mode of the layer that a scanner's text recognition adds: neither filled nor stroked."""

STATE = frozenset({"q", "Q", "cm", "w", "J", "j", "M", "d", "i", "ri", "g", "G", "rg", "RG", "k", "K", "n"})
SETS_TEXT = frozenset({"BT", "ET", "Tr", "Tf", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Ts"})
SHOWS_TEXT = frozenset({"Tj", "TJ", "'", '"'})
TAGS = frozenset({"BMC", "BDC", "EMC", "MP", "DP"})
HARMLESS = STATE | SETS_TEXT | SHOWS_TEXT | TAGS | {"Do"}
"""Operators of a page that may still be nothing but its image. Text must be invisible besides; clipping,
painting, shading, graphics states and inline images are not among them."""

OTHER_COLOURS: frozenset[str] = frozenset()
"""A colour space that needs a viewer's arithmetic."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """What a page shows, and at what resolution if the page's size is to be believed."""

    gray: GrayImage
    dpi_x: float
    dpi_y: float
    bilevel: bool


@dataclass(frozen=True, slots=True)
class _Cover:
    """How the one image that is the whole page lies there, and whether its pixels mean what they say."""

    matrix: Matrix
    rotate: int
    user_unit: float
    bilevel: bool
    plain: bool


def count_pages(path: Path) -> int:
    """How many pages the file says it has, without looking at them.

    Raises:
        UnreadablePageError: PDFium cannot open it.
    """
    with closing(_open(path)) as document:
        return len(document)


def read_page(path: Path, page: int) -> Pixels:
    """The page as a viewer would show it; pages count from 1.

    Raises:
        UnreadablePageError: The page is damaged, locked or too large.
    """
    cover, user_unit = None, 1.0
    try:
        with pikepdf.open(path) as document:
            leaf = document.pages[page - 1]
            user_unit = _number(leaf.obj.get("/UserUnit", 1))
            image, cover = _cover_of(leaf)
            if image is not None and cover is not None:
                scan = _scan(image, cover)
                if scan is not None:
                    return scan
    except (pikepdf.PdfError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        cover = None  # what QPDF stumbles over may still be a page for PDFium
    return _drawn(path, page, cover, user_unit)


def render_blank(pdf: bytes, page: int, dpi: float) -> GrayImage:
    """A page of a blank, exactly to scale, with its fields empty and without the viewer's highlight.

    Raises:
        UnreadablePageError: The bytes are no PDF, or the page does not exist.
    """
    with closing(_open(pdf)) as document:
        return _render(_load(document, page), dpi / POINTS_PER_INCH)


# ---------------------------------------------------------------- proof that one image is the page


def _cover_of(page: pikepdf.Page) -> tuple[pikepdf.Object, _Cover] | tuple[None, None]:
    """The one image that covers the page with nothing upon it, or nothing if that is not certain."""
    if _has_visible_annotations(page.obj) or not _same_box(page.mediabox, page.cropbox):
        return None, None
    resources = page.resources
    if "/Properties" in resources or "/XObject" not in resources:
        return None, None
    shown = _only_drawing(pikepdf.parse_content_stream(page))
    if shown is None:
        return None, None
    name, matrix = shown
    image = resources["/XObject"].get(name)
    if image is None or image.get("/Subtype") != "/Image" or "/OC" in image:
        return None, None
    if not _covers(matrix, [float(edge) for edge in _items(page.mediabox)]):
        return None, None
    unit = _number(page.obj.get("/UserUnit", 1))
    bilevel = image.get("/BitsPerComponent") == 1 or "/ImageMask" in image
    return image, _Cover(matrix, int(page.obj.get("/Rotate", 0)) % 360, unit, bilevel, _is_plain(image))


def _has_visible_annotations(page: pikepdf.Object) -> bool:
    """Whether anything but a link lies on the page: a stamp, ink, a note, a field."""
    return any(annotation.get("/Subtype") != "/Link" for annotation in _items(page.get("/Annots")))


def _items(array: pikepdf.Object | None) -> list[Any]:
    """The items of an array that may be missing."""
    return [] if array is None else list(array.as_list())


def _same_box(one: pikepdf.Object, other: pikepdf.Object) -> bool:
    """Whether two boxes agree to a tenth of a point."""
    pairs = zip(_items(one), _items(other), strict=True)
    return all(abs(float(a) - float(b)) < 0.1 for a, b in pairs)  # noqa: PLR2004 the sentence above says it


def _only_drawing(instructions: Iterable[Any]) -> tuple[str, Matrix] | None:
    """Name and matrix of the one thing that the page draws, or None if it draws more, less or otherwise."""
    matrix, stack, shown, mode = IDENTITY, list[tuple[Matrix, int]](), None, 0
    for count, instruction in enumerate(instructions):
        operator, operands = str(instruction.operator), instruction.operands
        if operator not in HARMLESS or count > MAX_OBJECTS:
            return None
        if operator in SHOWS_TEXT and mode != INVISIBLE_TEXT:
            return None
        match operator:
            case "q":
                stack.append((matrix, mode))
            case "Q" if stack:
                matrix, mode = stack.pop()
            case "Tr":
                mode = int(operands[0])
            case "cm":
                matrix = _times(_matrix(operands), matrix)
            case "Do" if shown is None:
                shown = str(operands[0]), matrix
            case "Do" | "Q":
                return None
            case _:
                pass
    return shown


def _matrix(operands: Iterable[Any]) -> Matrix:
    """Six numbers of a content stream."""
    a, b, c, d, e, f = (float(operand) for operand in operands)
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    """The map that applies `first`, and `then` the other (PDF 32000, 8.3.4)."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _covers(matrix: Matrix, box: list[float]) -> bool:
    """Whether the unit square goes to the page's box, upright or on its side, neither skewed nor cut."""
    a, b, c, d, e, f = matrix
    if not (max(abs(b), abs(c)) < 1e-3 or max(abs(a), abs(d)) < 1e-3):  # noqa: PLR2004 rounding in the file
        return False
    xs, ys = sorted((e, e + a + c)), sorted((f, f + b + d))
    left, low, right, high = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    wanted, got = (left, low, right, high), (xs[0], ys[0], xs[1], ys[1])
    return all(abs(w - g) <= COVER_TOLERANCE_PT for w, g in zip(wanted, got, strict=True))


# ---------------------------------------------------------------- the image itself


def _scan(image: pikepdf.Object, cover: _Cover) -> Pixels | None:
    """The pixels of a JPEG that covers the page; None for what is better left to PDFium.

    Raises:
        UnreadablePageError: The JPEG is damaged or too large.
    """
    if _filters(image) != ["/DCTDecode"] or not cover.plain or "/DecodeParms" in image:
        return None
    gray = decode_jpeg(image.read_raw_bytes(), _plain_colours(image))
    return None if gray is None else _laid(gray, cover)


def _is_plain(image: pikepdf.Object) -> bool:
    """Whether the pixels mean what they say: no mask, no inversion, grey or RGB."""
    masked = any(key in image for key in ("/SMask", "/Mask", "/Decode", "/SMaskInData"))
    return not masked and not image.get("/ImageMask", False) and bool(_plain_colours(image))


def _plain_colours(image: pikepdf.Object) -> frozenset[str]:
    """What a JPEG in this colour space must hold inside."""
    space = image.get("/ColorSpace")
    if space == "/DeviceGray":
        return GRAY
    if space == "/DeviceRGB":
        return RGB
    if isinstance(space, pikepdf.Array) and space[0] == "/ICCBased":
        return {1: GRAY, 3: RGB}.get(int(space[1].get("/N", 0)), OTHER_COLOURS)
    return OTHER_COLOURS


def _filters(image: pikepdf.Object) -> list[str]:
    """The names of the filters, however many."""
    filters = image.get("/Filter")
    if filters is None:
        return []
    return [str(name) for name in filters.as_list()] if isinstance(filters, pikepdf.Array) else [str(filters)]


def _laid(gray: GrayImage, cover: _Cover) -> Pixels:
    """The image as it lies on the page: mirrored or turned by its matrix, then turned by /Rotate."""
    a, b, c, d, _, _ = cover.matrix
    if abs(a) > abs(b):
        laid, flip_x, flip_y = gray, a < 0, d < 0
    else:
        laid, flip_x, flip_y = gray.T, c > 0, b > 0
    if flip_x:
        laid = laid[:, ::-1]
    if flip_y:
        laid = laid[::-1]
    width_pt, height_pt = (abs(a) + abs(c)) * cover.user_unit, (abs(b) + abs(d)) * cover.user_unit
    dpi_x, dpi_y = laid.shape[1] * POINTS_PER_INCH / width_pt, laid.shape[0] * POINTS_PER_INCH / height_pt
    if cover.rotate % 180:
        dpi_x, dpi_y = dpi_y, dpi_x
    turned = np.rot90(laid, -(cover.rotate // 90))
    return Pixels(np.ascontiguousarray(turned), dpi_x, dpi_y, cover.bilevel)


# ---------------------------------------------------------------- PDFium


def _open(source: Path | bytes) -> Any:
    """The document.

    Raises:
        UnreadablePageError: It asks for a password, or it is none.
    """
    try:
        document = pypdfium2.PdfDocument(source)
        document.init_forms()
        return document
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == FPDF_ERR_PASSWORD
        raise UnreadablePageError("encrypted" if locked else "damaged_pdf") from error


def _load(document: Any, page: int) -> Any:
    """The page, counted from 1.

    Raises:
        UnreadablePageError: PDFium cannot find or load it.
    """
    try:
        return document[page - 1]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise UnreadablePageError("damaged_page") from error


def _drawn(path: Path, page: int, cover: _Cover | None, user_unit: float) -> Pixels:
    """The page as PDFium gives it: its one image in full (CCITT, JBIG2, Flate), or a rendering."""
    with closing(_open(path)) as document:
        loaded = _load(document, page)
        try:
            return _shown(loaded, cover, user_unit)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise UnreadablePageError("damaged_page") from error


def _shown(page: Any, cover: _Cover | None, user_unit: float) -> Pixels:
    """The loaded page."""
    images = _images(page)
    _refuse_damaged_jpegs(images)
    if cover is not None and cover.plain and len(images) == 1:
        return _laid(_bitmap(images[0]), cover)
    dpi = _own_dpi(page, images, user_unit)
    bilevel = cover is not None and cover.bilevel
    return Pixels(_render(page, dpi * user_unit / POINTS_PER_INCH), dpi, dpi, bilevel)


def _images(page: Any) -> list[Any]:
    """The images that the page shows, also those in nested drawings.

    Raises:
        UnreadablePageError: There are more than MAX_IMAGES.
    """
    found = page.get_objects(filter=[pdfium_raw.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_FORM_DEPTH)
    images = list(islice(found, MAX_IMAGES + 1))
    if len(images) > MAX_IMAGES:
        raise UnreadablePageError("too_many_images")
    return images


def _refuse_damaged_jpegs(images: Iterable[Any]) -> None:
    """A renderer fills the missing part of a damaged JPEG without a word; a slip must not be read from that.

    Raises:
        UnreadablePageError: One of the page's JPEGs does not decode to its end.
    """
    for image in images:
        if image.get_filters()[-1:] == ["DCTDecode"]:
            check_jpeg(bytes(image.get_data(decode_simple=True)))


def _bitmap(image: Any) -> GrayImage:
    """The decoded pixels of an image.

    Raises:
        UnreadablePageError: It has more than MAX_PIXELS, or does not decode.
    """
    width, height = image.get_px_size()
    if width * height > MAX_PIXELS:
        raise UnreadablePageError("too_many_pixels")
    try:
        with closing(image.get_bitmap()) as bitmap:
            return gray_of_bgr(bitmap.to_numpy())
    except pypdfium2.PdfiumError as error:
        raise UnreadablePageError("damaged_image") from error


def _own_dpi(page: Any, images: Iterable[Any], user_unit: float) -> float:
    """The resolution of the finest image that covers a quarter of the page or more, RENDER_DPI without one."""
    width, height = page.get_size()
    finest = 0.0
    for image in images:
        left, low, right, high = image.get_bounds()
        if (right - left) * (high - low) * 4 >= width * height:
            inches = max(right - left, high - low) * user_unit / POINTS_PER_INCH
            finest = max(finest, max(image.get_px_size()) / inches)
    return min(finest, MAX_RENDER_DPI) if finest else RENDER_DPI


def _render(page: Any, px_per_pt: float) -> GrayImage:
    """The page with its annotations on white paper, at exactly this scale.

    pypdfium2's own `render` stretches the page to whole pixels, up to 0.13 mm over an A4 page at 200 dpi, which
    is more than the registration may err; the last row and column are therefore cut, not squeezed.

    Raises:
        UnreadablePageError: It would have more than MAX_PIXELS, or none.
    """
    width, height = (round(side * px_per_pt) for side in page.get_size())
    if not 0 < width * height <= MAX_PIXELS:
        raise UnreadablePageError("too_many_pixels")
    with closing(pypdfium2.PdfBitmap.new_native(width, height, pdfium_raw.FPDFBitmap_BGR)) as bitmap:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        pdfium_raw.FPDF_RenderPageBitmapWithMatrix(
            bitmap,
            page,
            pdfium_raw.FS_MATRIX(px_per_pt, 0, 0, px_per_pt, 0, 0),
            pdfium_raw.FS_RECTF(0, 0, width, height),
            pdfium_raw.FPDF_ANNOT,
        )
        if page.formenv:
            pdfium_raw.FPDF_SetFormFieldHighlightAlpha(page.formenv, 0)
            pdfium_raw.FPDF_FFLDraw(page.formenv, bitmap, page, 0, 0, width, height, 0, pdfium_raw.FPDF_ANNOT)
        return gray_of_bgr(bitmap.to_numpy())


def gray_of_bgr(pixels: npt.NDArray[np.uint8]) -> GrayImage:
    """Shape (height, width), a copy, from shape (height, width[, 1, 3 or 4]); luma 0.299 R + 0.587 G + 0.114 B.

    The darkest channel would keep coloured ink darker than luma does, but it also darkens coloured paper and
    the scanner's colour fringes, and what the stages were measured with is luma.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 1:  # noqa: PLR2004 two dimensions: already grey
        return np.array(pixels.reshape(pixels.shape[:2]))
    code = cv2.COLOR_BGR2GRAY if pixels.shape[2] == 3 else cv2.COLOR_BGRA2GRAY  # noqa: PLR2004 three channels
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), code), dtype=np.uint8)


def _number(value: Any) -> float:
    """A positive number of the file, 1 for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 1.0
    return number if number > 0 else 1.0
