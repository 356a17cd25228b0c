"""Slips for the children of a list: one fillable file for each, and one print run for all of them."""

import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pikepdf

from forms.catalogue import Personal, build_blank, build_print_run
from forms.field_font import as_printed, glyphs
from forms.register import Person
from forms.school import School

AT_ONCE = 32
"""So many slips are set by one call: 800 took 1.3 GB of memory, 32 take 130 MB and no longer for each."""

FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""
LONGEST_NAME = 80
WITHOUT_CLASS, WITHOUT_NAME = "ohne Klasse", "ohne Namen"


class UnprintableNameError(ValueError):
    """Names with letters that the fields' font lacks; the message tells all of them, for the office."""


@dataclass(frozen=True, slots=True)
class OwnSlip:
    """The slip of one child: where its file belongs, relative to the folder of the form, and what it carries."""

    file: str
    personal: Personal


def check_names(children: Iterable[Person]) -> None:
    """Refuse names that could only be printed with gaps, before anything is made.

    Raises:
        UnprintableNameError: There are such names.
    """
    letters = glyphs().number
    wrong = [
        f"  {_name(child)} ({child.school_class or WITHOUT_CLASS}): {' '.join(sorted(missing))}"
        for child in children
        if (missing := {c for c in _name(child) + as_printed(child.school_class) if c not in letters})
    ]
    if wrong:
        raise UnprintableNameError(
            "Diese Namen enthalten Zeichen, die sich nicht drucken lassen; bitte in der Klassenliste mit lateinischen "
            "Buchstaben schreiben:\n" + "\n".join(wrong)
        )


def own_slips(children: Sequence[Person], tokens: Mapping[str, str], key: bytes) -> list[OwnSlip]:
    """The slips of all children, class by class as the classes first appear, each class in the order of the list.

    Args:
        children: The list.
        tokens: The token of each child, by the child's id.
        key: What the codes are sealed with.
    """
    classes: dict[str, list[Person]] = defaultdict(list)
    for child in children:
        classes[child.school_class].append(child)
    in_order = [child for together in classes.values() for child in together]
    files = _file_names(in_order)
    return [
        OwnSlip(file, Personal(_name(child), as_printed(child.school_class), tokens[child.id], key))
        for file, child in zip(files, in_order, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the slips: their part of the print run, and a fillable file for each, by its name."""

    printed: bytes
    files: Iterator[tuple[str, bytes]]


def batches(form_id: str, school: School, slips: Sequence[OwnSlip]) -> Iterator[Batch]:
    """All slips in order, few at a time; raises as `build_blank` and `build_print_run`."""
    for start in range(0, len(slips), AT_ONCE):
        some = slips[start : start + AT_ONCE]
        yield Batch(
            printed=build_print_run(form_id, school, [slip.personal for slip in some]),
            files=((slip.file, build_blank(form_id, school, slip.personal)) for slip in some),
        )


def joined(parts: Iterable[bytes]) -> bytes:
    """One PDF of the parts of a print run; without tags for screen readers, as it is only to be printed."""
    with pikepdf.new() as run:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as pages:
                for page in pages.pages:
                    del page.obj["/StructParents"]
                run.pages.extend(pages.pages)
        file = io.BytesIO()
        run.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return file.getvalue()


def _name(child: Person) -> str:
    return as_printed(f"{child.first_name} {child.last_name}")


def _file_names(children: Iterable[Person]) -> Iterator[str]:
    """Such as 3a/Müller_Lena.pdf; where two children share one, the second is 3a/Müller_Lena (2).pdf."""
    used: set[str] = set()
    for child in children:
        folder = _harmless(child.school_class, WITHOUT_CLASS)
        stem = _harmless("_".join(part for part in (child.last_name, child.first_name) if part), WITHOUT_NAME)
        name, number = f"{folder}/{stem}.pdf", 2
        while name.casefold() in used:
            name, number = f"{folder}/{stem} ({number}).pdf", number + 1
        used.add(name.casefold())
        yield name


def _harmless(text: str, otherwise: str) -> str:
    """The text as the name of a file or folder on any system, umlauts and all."""
    plain = FORBIDDEN.sub("-", unicodedata.normalize("NFC", text))[:LONGEST_NAME].strip(" .")
    return f"_{plain}" if RESERVED.fullmatch(plain) else plain or otherwise
