"""JPEG, strictly: a picture that does not decode to its end without complaint is not read at all."""

import simplejpeg

from intake.errors import UnreadablePageError
from intake.limits import MAX_PIXELS
from intake.values import GrayImage

GRAY = frozenset({"Gray"})
RGB = frozenset({"YCbCr", "RGB"})
"""What a JPEG may hold inside, in libjpeg's words."""


def decode_jpeg(jpeg: bytes, colours: frozenset[str]) -> GrayImage | None:
    """The luma of a JPEG, EXIF orientation left alone; None if it holds other colours than these.

    Other decoders fill what is missing with mid-grey and say nothing: a tick box there is half dark, which is a
    road to a false "yes" (OpenCV and Pillow accept a JPEG cut at 30 % with an end marker; this one does not).

    Raises:
        UnreadablePageError: It is damaged, or has more than MAX_PIXELS.
    """
    if _colours_inside(jpeg) not in colours:
        return None
    return _decoded(jpeg, "GRAY")


def check_jpeg(jpeg: bytes) -> None:
    """Refuse a JPEG that somebody else will decode less strictly.

    Raises:
        UnreadablePageError: It is damaged, or has more than MAX_PIXELS.
    """
    _decoded(jpeg, "GRAY" if _colours_inside(jpeg) in GRAY | RGB else "CMYK")


def _colours_inside(jpeg: bytes) -> str:
    """Libjpeg's word, read from the header, after looking at the size."""
    try:
        height, width, inside, _ = simplejpeg.decode_jpeg_header(jpeg)
    except ValueError as error:
        raise UnreadablePageError("damaged_jpeg") from error
    if height * width > MAX_PIXELS:
        raise UnreadablePageError("too_many_pixels")
    return str(inside)


def _decoded(jpeg: bytes, colours: str) -> GrayImage:
    """Shape (height, width): the first channel, every coefficient read."""
    try:
        decoded: GrayImage = simplejpeg.decode_jpeg(jpeg, colours)
    except ValueError as error:
        raise UnreadablePageError("damaged_jpeg") from error
    return decoded[:, :, 0]
