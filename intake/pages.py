"""The only place where files become pictures; it alone enforces the limits."""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

from intake import heic, pdf, xfa
from intake.errors import UnreadablePageError
from intake.jpeg import GRAY, RGB, decode_jpeg
from intake.kinds import Kind, kind_of
from intake.limits import MAX_PAGES, MAX_PIXELS, MIN_SIDE_PX
from intake.sources import Source
from intake.values import GrayImage, PageImage, PageRef

BELIEVABLE_DPI = (98.0, 1220.0)
"""100 to 1200, with what page sizes lose to whole points. Outside of these a resolution is a default (72, 96, 1)
or a mistake: photos, pictures put into a PDF."""

SQUARE_TOLERANCE = 1.02
"""Pixels that differ more in width and height are made square: a fax has 204 x 98 or 204 x 196 dots per inch,
a feeder's stretch stays below 1.2 %."""

STRIP_OFFSETS, STRIP_BYTES = 273, 279
"""TIFF tags: where the strips of a page lie in the file, and how long they are."""

TURNS = {
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}
"""EXIF orientation: quarter turns against the clock, then whether to mirror left and right (EXIF 2.3, 4.6.4)."""


def count_pages(source: Source) -> int:
    """How many pages the file holds.

    Raises:
        UnreadablePageError: Not one page of it can be read.
    """
    count = _count(kind_of(source.path), source.path)
    if count < 1:
        raise UnreadablePageError("no_pages")
    if count > MAX_PAGES:
        raise UnreadablePageError("too_many_pages")
    return count


def read_page(source: Source, page: int) -> PageImage:
    """Decode one page, upright as the file says, with square pixels; pages count from 1.

    Raises:
        UnreadablePageError: It cannot be read without doubt.
    """
    pixels = _read(kind_of(source.path), source.path, page)
    gray, dpi = _squared(pixels)
    if min(gray.shape) < MIN_SIDE_PX:
        raise UnreadablePageError("too_few_pixels")
    return PageImage(PageRef(source.file, page), gray, dpi, pixels.bilevel)


def _count(kind: Kind, path: Path) -> int:
    """The number of pages that a file of this kind says it has."""
    match kind:
        case Kind.PDF:
            xfa.refuse_shells(path)
            return pdf.count_pages(path)
        case Kind.TIFF:
            with _opened(path, "TIFF") as image:
                return int(getattr(image, "n_frames", 1))
        case Kind.HEIC:
            return heic.count_pages(path)
        case Kind.JPEG | Kind.PNG | Kind.WEBP | Kind.GIF | Kind.BMP:
            return 1
        case Kind.MAIL | Kind.MAILBOX | Kind.ZIP:
            raise UnreadablePageError("unknown_kind")


def _read(kind: Kind, path: Path, page: int) -> pdf.Pixels:
    """The pixels of one page of a file of this kind."""
    match kind:
        case Kind.PDF:
            return pdf.read_page(path, page)
        case Kind.TIFF:
            return _tiff(path, page)
        case Kind.JPEG:
            return _photo(path)
        case Kind.HEIC:
            return pdf.Pixels(heic.read_page(path, page), 0.0, 0.0, bilevel=False)
        case Kind.PNG | Kind.WEBP | Kind.GIF | Kind.BMP:
            return _picture(path, kind)
        case Kind.MAIL | Kind.MAILBOX | Kind.ZIP:
            raise UnreadablePageError("unknown_kind")


render_blank = pdf.render_blank


# ---------------------------------------------------------------- Pillow: TIFF, PNG, WebP, GIF, BMP


@contextmanager
def _opened(path: Path, kind: str) -> Iterator[Image.Image]:
    """The image, opened as this kind and no other; whatever goes wrong inside means that it is damaged.

    It is opened as a stream: an uncompressed TIFF given by name is mapped into memory with its sides exchanged where
    its orientation lays it on its side, and comes out squeezed (Pillow 13). A decoder's warning counts as damage,
    except for those about descriptive tags, which many scanners get wrong.

    Raises:
        UnreadablePageError: Damaged, or with more than MAX_PIXELS.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Metadata Warning")
        try:
            with path.open("rb") as file, Image.open(file, formats=[kind]) as image:
                yield image
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UnreadablePageError("too_many_pixels") from error
        except (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, UserWarning) as error:
            raise UnreadablePageError(f"damaged_{kind.lower()}") from error


def _picture(path: Path, kind: Kind) -> pdf.Pixels:
    """A file of one picture, turned as its EXIF orientation says.

    Raises:
        UnreadablePageError: It moves: what it says may stand in any of its pictures.
    """
    with _opened(path, kind.upper()) as image:
        if int(getattr(image, "n_frames", 1)) > 1:
            raise UnreadablePageError("animated_picture")
        return _turned(_pixels(image), _orientation(image))


def _tiff(path: Path, page: int) -> pdf.Pixels:
    """One page of a TIFF; Pillow turns it by its orientation tag."""
    with _opened(path, "TIFF") as image:
        image.seek(page - 1)
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            _refuse_cut_strips(image, path.stat().st_size)
        return _pixels(image)


def _refuse_cut_strips(image: TiffImagePlugin.TiffImageFile, size: int) -> None:
    """A fax decoder makes white paper of what the file no longer holds; ask whether it holds everything.

    Raises:
        UnreadablePageError: A strip reaches beyond the end of the file.
    """
    starts, lengths = image.tag_v2.get(STRIP_OFFSETS, ()), image.tag_v2.get(STRIP_BYTES, ())
    if len(starts) != len(lengths) or any(s + n > size for s, n in zip(starts, lengths, strict=True)):
        raise UnreadablePageError("damaged_tiff")


def _pixels(image: Image.Image) -> pdf.Pixels:
    """The luma of an opened image (0.299 R + 0.587 G + 0.114 B), laid on white where it is transparent."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadablePageError("too_many_pixels")
    bilevel = image.mode == "1"
    dpi_x, dpi_y = _told_dpi(image)
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        return pdf.Pixels((deep >> 8).astype(np.uint8), dpi_x, dpi_y, bilevel)
    if image.has_transparency_data:
        image.load()
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return pdf.Pixels(np.array(image.convert("L")), dpi_x, dpi_y, bilevel)


def _told_dpi(image: Image.Image) -> tuple[float, float]:
    """What the file says of its resolution, 0 where it says nothing."""
    x, y = image.info.get("dpi", (0.0, 0.0))
    return float(x), float(y)


# ---------------------------------------------------------------- JPEG files


def _photo(path: Path) -> pdf.Pixels:
    """A photo or a scan as JPEG, turned as its EXIF orientation says: phones store every photo lying down."""
    jpeg = path.read_bytes()
    gray = decode_jpeg(jpeg, GRAY | RGB)
    if gray is None:
        raise UnreadablePageError("unusual_colours")
    orientation, dpi_x, dpi_y = _told_by_jpeg(jpeg)
    return _turned(pdf.Pixels(gray, dpi_x, dpi_y, bilevel=False), orientation)


def _told_by_jpeg(jpeg: bytes) -> tuple[int, float, float]:
    """EXIF orientation (1 is upright) and resolution (0 where nothing is said); a broken note says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
                return _orientation(image), *_told_dpi(image)
        except (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError):
            return 1, 0.0, 0.0


# ---------------------------------------------------------------- which way up, at what resolution


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation; 1 is upright, and what is said where nothing is."""
    return int(image.getexif().get(ExifTags.Base.Orientation, 1))


def _turned(pixels: pdf.Pixels, orientation: int) -> pdf.Pixels:
    """The page upright."""
    quarters, mirrored = TURNS.get(orientation, (0, False))
    turned = np.rot90(pixels.gray, quarters)
    if mirrored:
        turned = turned[:, ::-1]
    dpi_x, dpi_y = (pixels.dpi_y, pixels.dpi_x) if quarters % 2 else (pixels.dpi_x, pixels.dpi_y)
    return pdf.Pixels(np.ascontiguousarray(turned), dpi_x, dpi_y, pixels.bilevel)


def _squared(pixels: pdf.Pixels) -> tuple[GrayImage, float | None]:
    """The page with square pixels, and their resolution if it is to be believed."""
    x, y = pixels.dpi_x, pixels.dpi_y
    if not (_is_believable(x) and (_is_believable(y) or _is_believable(2 * y))):
        return pixels.gray, None
    finer = max(x, y)
    if finer / min(x, y) <= SQUARE_TOLERANCE:
        return pixels.gray, math.sqrt(x * y)
    height, width = pixels.gray.shape
    size = (round(width * finer / x), round(height * finer / y))
    if size[0] * size[1] > MAX_PIXELS:
        raise UnreadablePageError("too_many_pixels")
    return np.asarray(cv2.resize(pixels.gray, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), finer


def _is_believable(dpi: float) -> bool:
    """Whether a scanner may have worked at this resolution."""
    return BELIEVABLE_DPI[0] <= dpi <= BELIEVABLE_DPI[1]
