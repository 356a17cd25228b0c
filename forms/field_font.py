"""The font in which people type into the fields: all Latin letters, also ş ğ ł ễ, in every viewer we could try.

A composite font (Type0, Identity-H) under the resource name /Wingdings. The odd name matters: the PDF engine of
Chrome and Edge (`cpdf_bafontmap.cpp`) takes an embedded field font as knowing Western letters only, except under
the names Wingdings and Webdings, where it asks the font itself. Names of resources have no meaning in the standard.
Of nine programs tried, all keep the typed letters; only pdftk draws boxes for them.
"""

import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fontTools import subset  # type: ignore[import-untyped]  # fontTools has no type information
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fontTools has no type information
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from forms.typeset import FONTS

RESOURCE_NAME = "/Wingdings"
SIZE_PT = 11
"""Fixed: with automatic size one library draws letters as tall as the field."""
INSET_PT = 2.0
"""The white before the first letter."""

FONT_NAME = "/RUEKLF+SourceSans3-Regular"
_SOURCE = FONTS / "SourceSans3-Regular.ttf"
_LATIN = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x1E00, 0x1F00),
    *map(ord, "ƒƠơƯư–—‘’‚“”„†‡•…‰‹›€™−"),
)
"""Basic Latin to Latin Extended-A, comma-below letters, Vietnamese and Welsh, and common punctuation."""
_UNITS = 1000
_STEM_WIDTH = 84
_NONSYMBOLIC = 32


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The cut-down font: its file, the glyph and the width (in 1/1000 of the size) of each letter."""

    file: bytes
    number: Mapping[str, int]
    width: Mapping[str, int]
    widths: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int

    def text_width(self, text: str, size: float) -> float:
        """The width of a line in points; letters that the font lacks take none."""
        return sum(self.width.get(letter, 0) for letter in text) * size / _UNITS

    def shown(self, text: str) -> str:
        """The line as a hexadecimal string for the `Tj` operator."""
        return "<" + "".join(f"{self.number[c]:04X}" for c in text if c in self.number) + ">"


@cache
def glyphs() -> Glyphs:
    """Cut the font to Latin, once a process (about 0.3 s)."""
    file = _subset()
    font = TTFont(io.BytesIO(file))
    order = {name: number for number, name in enumerate(font.getGlyphOrder())}
    scale = _UNITS / font["head"].unitsPerEm
    advance = {name: round(font["hmtx"][name][0] * scale) for name in order}
    letters = sorted(font.getBestCmap().items())
    head, hhea = font["head"], font["hhea"]
    return Glyphs(
        file=file,
        number={chr(code): order[name] for code, name in letters},
        width={chr(code): advance[name] for code, name in letters},
        widths=tuple(advance.values()),
        box=(
            round(head.xMin * scale),
            round(head.yMin * scale),
            round(head.xMax * scale),
            round(head.yMax * scale),
        ),
        ascent=round(hhea.ascent * scale),
        descent=round(hhea.descent * scale),
        cap_height=round(font["OS/2"].sCapHeight * scale),
    )


def as_printed(text: str) -> str:
    """Each letter with its marks as one character, and nothing but single spaces between words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def size_of(text: str, width_pt: float) -> float:
    """The size in points at which a line fits into a field of this width: the usual one, or smaller."""
    return SIZE_PT * min(1.0, (width_pt - 2 * INSET_PT) / max(glyphs().text_width(text, SIZE_PT), 1.0))


def baseline_of(size: float, height_pt: float) -> float:
    """How far above the field's lower edge the line stands, so that its capitals are in the middle; points."""
    return (height_pt - size * glyphs().cap_height / _UNITS) / 2


def picture_of(text: str, width_pt: float, height_pt: float, px_per_pt: float) -> Image.Image:
    """What a field of this size shows, black on white."""
    size = size_of(text, width_pt)
    font = ImageFont.truetype(io.BytesIO(glyphs().file), size * px_per_pt)
    picture = Image.new("L", (round(width_pt * px_per_pt), round(height_pt * px_per_pt)), 255)
    foot = (height_pt - baseline_of(size, height_pt)) * px_per_pt
    ImageDraw.Draw(picture).text((INSET_PT * px_per_pt, foot), text, fill=0, font=font, anchor="ls")
    return picture


def add_to(writer: PdfWriter) -> IndirectObject:
    """Embed the font and return its reference."""
    letters = glyphs()
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject(FONT_NAME),
            NameObject("/CIDToGIDMap"): NameObject("/Identity"),
            NameObject("/CIDSystemInfo"): DictionaryObject(
                {
                    NameObject("/Registry"): TextStringObject("Adobe"),
                    NameObject("/Ordering"): TextStringObject("Identity"),
                    NameObject("/Supplement"): NumberObject(0),
                }
            ),
            NameObject("/FontDescriptor"): _add_descriptor(writer, letters),
            NameObject("/W"): ArrayObject([NumberObject(0), _numbers(letters.widths)]),
            NameObject("/DW"): NumberObject(_UNITS // 2),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject(FONT_NAME),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
            NameObject("/ToUnicode"): writer._add_object(_deflated(_unicode_map(letters))),
        }
    )
    return writer._add_object(font)


def _subset() -> bytes:
    """The font file with Latin glyphs only, no layout tables, its time stamp untouched."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [1, 2, 6]
    options.drop_tables = [*options.drop_tables, "GPOS", "GSUB", "GDEF", "DSIG", "STAT", "meta"]
    font = TTFont(_SOURCE, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_LATIN)
    cutter.subset(font)
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _add_descriptor(writer: PdfWriter, letters: Glyphs) -> IndirectObject:
    """The font's measures and its file."""
    file = _deflated(letters.file)
    file[NameObject("/Length1")] = NumberObject(len(letters.file))
    return writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/FontDescriptor"),
                NameObject("/FontName"): NameObject(FONT_NAME),
                NameObject("/Flags"): NumberObject(_NONSYMBOLIC),
                NameObject("/FontBBox"): _numbers(letters.box),
                NameObject("/ItalicAngle"): NumberObject(0),
                NameObject("/Ascent"): NumberObject(letters.ascent),
                NameObject("/Descent"): NumberObject(letters.descent),
                NameObject("/CapHeight"): NumberObject(letters.cap_height),
                NameObject("/StemV"): NumberObject(_STEM_WIDTH),
                NameObject("/FontFile2"): writer._add_object(file),
            }
        )
    )


def _unicode_map(letters: Glyphs) -> bytes:
    """The CMap by which a viewer finds the letter of a glyph; the lowest letter wins where two share one."""
    letter_of: dict[int, str] = {}
    for letter, number in letters.number.items():
        letter_of.setdefault(number, letter)
    pairs = [f"<{number:04X}> <{ord(letter):04X}>\n" for number, letter in sorted(letter_of.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    entries = "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{entries}"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")


def _deflated(content: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(content)
    return stream.flate_encode(9)


def _numbers(values: tuple[int, ...]) -> ArrayObject:
    return ArrayObject([NumberObject(value) for value in values])
