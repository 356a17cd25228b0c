"""HEIC, an iPhone's own photo format, where the office has installed a decoder for it (extra `heic`).

The decoder is C++ that parses strangers' bytes; it had errors that let a photo run code, and still has ones that let a
photo end the process (one byte of a picture's metadata changed: a crash). So it is optional, is not used in versions
with published holes, and works in a process of its own, whose end costs nothing but the photo.
"""

import subprocess
import sys
from pathlib import Path
from threading import Timer

import numpy as np

from intake import heic_child
from intake.errors import UnreadablePageError
from intake.limits import MAX_PIXELS
from intake.values import GrayImage

PACKAGE = "pi-heif-decoder"

SECONDS = 90.0
"""Then the decoder counts as stuck."""

HEADING = 64
"""Bytes of the line before the pixels, at most."""


def is_read() -> bool:
    """Whether there is a decoder that may be used."""
    return heic_child.decoder() is not None


def count_pages(path: Path) -> int:
    """How many pictures the file holds, without its thumbnails and depth maps.

    Raises:
        UnreadablePageError: It is damaged, or there is no decoder.
    """
    (count, _, _), _ = _ask(path, 0)
    return count


def read_page(path: Path, page: int) -> GrayImage:
    """The luma of one picture, upright: the decoder turns it as the file says.

    Raises:
        UnreadablePageError: It is damaged or too large, or there is no decoder.
    """
    (_, width, height), luma = _ask(path, page)
    if not 0 < width * height == len(luma) <= MAX_PIXELS:
        raise UnreadablePageError("damaged_heic")
    return np.frombuffer(luma, np.uint8).reshape(height, width).copy()


def _ask(path: Path, page: int) -> tuple[tuple[int, int, int], bytes]:
    """What the child says: three numbers, and the pixels if asked for."""
    code, said = _run(path.resolve(), page)
    if code == heic_child.NO_DECODER:
        raise UnreadablePageError("heic_not_read")
    if code == heic_child.TOO_LARGE:
        raise UnreadablePageError("too_many_pixels")
    heading, _, luma = said.partition(b"\n")
    numbers = heading.split()
    if code != 0 or len(numbers) != 3 or not all(number.isdigit() for number in numbers):  # noqa: PLR2004 as above
        raise UnreadablePageError("damaged_heic")
    return (int(numbers[0]), int(numbers[1]), int(numbers[2])), luma


def _run(path: Path, page: int) -> tuple[int, bytes]:
    """The child's exit code and output, of which no more is taken than a picture can have."""
    program = [sys.executable, "-I", heic_child.__file__, str(path), str(page), str(MAX_PIXELS)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(program, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as child:  # noqa: S603 - our own
        stuck = Timer(SECONDS, child.kill)
        stuck.start()
        try:
            said = child.stdout.read(MAX_PIXELS + HEADING) if child.stdout else b""
            if len(said) >= MAX_PIXELS + HEADING:
                child.kill()
            return child.wait(), said
        finally:
            stuck.cancel()
            child.kill()
