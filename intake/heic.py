"""HEIC, an iPhone's own photo format, where the office has installed a decoder for it (extra `heic`).

The decoder is C++ that parses strangers' bytes and had errors that let a photo run code, so it is optional, and not
used at all in versions known to have them.
"""

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from intake.errors import UnreadablePageError
from intake.limits import MAX_PIXELS
from intake.values import GrayImage

PACKAGE = "pi-heif-decoder"

SAFE_LIBHEIF, SAFE_DECODER = (1, 23, 4), (1, 1, 3)
"""libheif and libde265 without the errors published up to September 2026 (CVE-2026-54240 and the series after it)."""

DAMAGE = (OSError, SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RuntimeError)
"""What the package raises at a damaged file."""


def decoder() -> ModuleType | None:
    """The decoder, None if it is missing or one with known holes."""
    try:
        module = importlib.import_module("pi_heif")
        info = module.libheif_info()
        safe = _version(info["libheif"]) >= SAFE_LIBHEIF and _version(info["decoders"]["libde265"]) >= SAFE_DECODER
    except (ImportError, OSError, LookupError, TypeError, AttributeError):
        return None
    return module if safe else None


def _version(text: str) -> tuple[int, ...]:
    """The number in "libde265 HEVC decoder, version 1.1.3"."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def count_pages(path: Path) -> int:
    """How many pictures the file holds, without its thumbnails and depth maps."""
    return len(_opened(path))


def read_page(path: Path, page: int) -> GrayImage:
    """The luma of one picture, upright: the decoder turns it as the file says.

    Raises:
        UnreadablePageError: It is damaged or too large, or there is no decoder.
    """
    try:
        picture = _opened(path)[page - 1]
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise UnreadablePageError("too_many_pixels")
        return np.array(picture.to_pillow().convert("L"))
    except DAMAGE as error:
        raise UnreadablePageError("damaged_heic") from error


def _opened(path: Path) -> Any:
    """The file, not decoded yet."""
    module = decoder()
    if module is None:
        raise UnreadablePageError("heic_not_read")
    module.options.DECODE_THREADS = 1
    try:
        return module.open_heif(path, convert_hdr_to_8bit=True)
    except DAMAGE as error:
        raise UnreadablePageError("damaged_heic") from error
