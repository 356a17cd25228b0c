"""Decodes one HEIC picture; run as a program of its own by `intake.heic`, since the decoder may crash.

    python -I heic_child.py FILE PAGE

Page 0 asks only for the count. Writes `COUNT WIDTH HEIGHT` in one line, then the luma, a byte for each pixel.
"""

import importlib
import re
import sys
from types import ModuleType

SAFE_LIBHEIF, SAFE_DECODER = (1, 23, 4), (1, 1, 3)
"""libheif and libde265 without the errors published up to September 2026 (CVE-2026-54240 and the series after it)."""

NO_DECODER, TOO_LARGE = 3, 4
"""How the program ends where it cannot do its work; any other end means that the file is damaged."""

MEMORY_BYTES, CPU_SECONDS = 2 << 30, 60
"""A photo of 64 million pixels needs 0.5 GiB and 5 seconds."""


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


def main(path: str, page: int, max_pixels: int) -> int:
    """Decode; whatever the decoder raises ends the program, which says enough."""
    module = decoder()
    if module is None:
        return NO_DECODER
    _limit()
    module.options.DECODE_THREADS = 1
    pictures = module.open_heif(path, convert_hdr_to_8bit=True)
    if page == 0:
        sys.stdout.write(f"{len(pictures)} 0 0\n")
        return 0
    picture = pictures[page - 1]
    width, height = picture.size
    if width * height > max_pixels:
        return TOO_LARGE
    luma = picture.to_pillow().convert("L")
    sys.stdout.write(f"{len(pictures)} {luma.width} {luma.height}\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(luma.tobytes())
    return 0


if sys.platform == "win32":

    def _limit() -> None:
        """No such limits there; the parent stops waiting after a while."""

else:
    import resource

    def _limit() -> None:
        """Nothing may be written to a file, and memory and time are bounded."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
