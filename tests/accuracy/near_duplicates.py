"""Returned pages of forms that are ours but for one paragraph: none may be read as the form we know.

`python -m tests.accuracy.near_duplicates --out DIR` sets our blanks again with one paragraph in other words of about
the same length, so that everything else stays where it is and the codes are those of the true form. It prints and fills
in whole stacks of them, reads these with the true blanks as an office would, and says what became of every page.

No page may be given or refused: that is the promise. Most slips of the corpus go to a person for other reasons, though.
So what really counts is whether the reader *noticed*: a page that it calls foreign or unreadable, or whose slips all
carry one of the reasons `NOTICED`. Of the primary form a phone photo may show the slip without the letter; where the
letter is what was reworded, such a page does not show it and is left out.
"""

import argparse
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from zlib import crc32

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from forms.acroform import written
from tests.accuracy import corpus
from tests.intake.returned import PRIMARY, SECONDARY, Rewording, set_again

STACKS = ("S01", "S03", "S08", "S09")
"""Whole pages: grey 200 dpi, black and white, photos, grey 150 dpi."""
NOTICED = ("print_altered", "print_damaged", "form_doubtful")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A form that is ours but for one paragraph; `in_letter` says that it is cut off before the slip comes back."""

    name: str
    change: Rewording
    in_letter: bool = False


SECONDARY_ONES = tuple(
    NearDuplicate(name, Rewording(SECONDARY, wording, instead))
    for name, wording, instead in (
        (
            "sek hören und sehen",
            "Dies beinhaltet, dass sich die Teilnehmer gegenseitig hören und sehen und die Teilnehmer hierbei auch "
            "nicht anonym bleiben.",
            "Dabei werden Bild und Ton aller Kinder übertragen, und ihre Namen sind für die übrige Gruppe während der "
            "Stunde lesbar.",
        ),
        (
            "sek Löschfrist",
            "Diese Daten werden frühestens zum Ende der Videokonferenz und spätestens nach Ablauf von sieben Tagen "
            "gelöscht.",
            "Solche Angaben bleiben mindestens bis zum Schuljahresende und höchstens für die Dauer der Schulzeit "
            "erhalten.",
        ),
        (
            "sek Nutzungshinweise",
            "Ich/Wir habe/haben von den Nutzungshinweisen im Anhang Kenntnis genommen und trage dafür Sorge, dass "
            "meine Sohn / meine Tochter diese respektiert und einhält.",
            "Mir/Uns ist bekannt, dass die Schule Verstöße gegen ihre Hausordnung ahndet und dass mein Sohn / meine "
            "Tochter danach von allem ausgeschlossen werden kann.",
        ),
        (
            "sek Widerruf",
            "Die Einwilligung ist freiwillig. Sie kann jederzeit für die Zukunft ohne Angabe von Gründen widerrufen "
            "werden.",
            "Diese Erklärung gilt ein Schuljahr. Eine Rücknahme ist nur mit schriftlicher Begründung zum Halbjahr "
            "möglich.",
        ),
        (
            "sek Angemietete Server",
            "Die Server werden bei vertraglichen Partnern der IServ GmbH in Deutschland angemietet.",
            "Diese Rechner stehen bei wechselnden Anbietern innerhalb und außerhalb von Europa.",
        ),
        (
            "sek Whiteboard",
            "haben die Benutzer die Möglichkeit, Daten in Form von Beteiligungen am virtuellen Whiteboard, "
            "Chat-Nachrichten, hochgeladenen Präsentationen und Notizen einzugeben.",
            "wird alles gespeichert, was Kinder dort zeichnen, sagen oder schreiben, dazu gehören auch Fotos, "
            "Hausaufgaben, private Mitteilungen und Noten.",
        ),
    )
)
LETTER_ONES = tuple(
    NearDuplicate(name, Rewording(PRIMARY, wording, instead), in_letter=True)
    for name, wording, instead in (
        (
            "prim Brief: Aufzeichnung",
            "Es erfolgt keine Aufzeichnung oder Speicherung von Audio- und Videoübertragungen durch die Schule oder "
            "den Anbieter. Der Mitschnitt der Videokonferenz durch die Teilnehmenden ist untersagt.",
            "Einzelne Stunden werden von der Lehrkraft in Bild und Ton mitgeschnitten und auf der Lernplattform bereit "
            "gestellt. Kinder dürfen diese Filme auch zu Hause noch einmal ansehen.",
        ),
        (
            "prim Brief: Auswertung",
            "wertet angefallene Daten zusätzlich zur Bereitstellung des Dienstes ausschließlich zu diagnostischen und "
            "in anonymisierter Form zu statistischen Zwecken aus. Eine Weitergabe von personenbezogenen Daten an "
            "Dritte findet nicht statt.",
            "nutzt gewonnene Angaben außer für den eigentlichen Betrieb auch zur Verbesserung ihrer Angebote und für "
            "eigene Werbung bei den Schulen. Sie darf persönliche Angaben an verbundene Unternehmen weitergeben, "
            "sofern diese zustimmen.",
        ),
        (
            "prim Brief: Freiwilligkeit",
            "Aus der Nichterteilung oder dem Widerruf der Einwilligung entstehen keine Nachteile und wir werden in "
            "diesem Fall mit Ihnen gerne Alternativen beraten. Diese Einwilligung kann für die Zukunft jederzeit "
            "widerrufen werden.",
            "Ohne diese Zustimmung ist eine Teilnahme am Unterricht leider nur eingeschränkt möglich, und wir bitten "
            "Sie um Verständnis für den Mehraufwand. Eine Rücknahme der Zustimmung ist immer zum Ende eines Halbjahres "
            "vorgesehen.",
        ),
    )
)
SLIP_ONES = tuple(
    NearDuplicate(name, Rewording(PRIMARY, wording, instead))
    for name, wording, instead in (
        (
            "prim Abschnitt: Ja-Satz",
            "ich bin / wir sind mit der Teilnahme einverstanden.",
            "mein / unser Kind darf dabei gefilmt werden.",
        ),
        (
            "prim Abschnitt: Anweisung",
            "Bitte kreuzen Sie genau ein Kästchen an und unterschreiben Sie unten.",
            "Wer nichts ankreuzt, stimmt allen Punkten dieses Schreibens zu.",
        ),
        (
            "prim Abschnitt: Widerruf",
            "Die Einwilligung ist freiwillig und \\ kann jederzeit für die Zukunft \\ widerrufen werden.",
            "Diese Zustimmung gilt bis zum \\ Ende der Grundschulzeit, auch \\ für Fotoaufnahmen.",
        ),
    )
)
SETS = tuple(zip(SECONDARY_ONES, (*LETTER_ONES, *SLIP_ONES), strict=True))
"""Stacks show both forms: each set of them has one near-duplicate of either."""


def reworded_blank(change: Rewording) -> bytes:
    """The true blank with the print of the reworded page beneath its fields.

    Raises:
        ValueError: The new words have moved a field; they are no near-duplicate.
    """
    page = PdfReader(io.BytesIO(set_again(change.form_id, change.wording, change.instead))).pages[0]
    writer = PdfWriter(clone_from=io.BytesIO(corpus.true_blank(change.form_id)))
    blank = writer.pages[0]
    if _places(page["/Annots"]) != _places(blank["/Annots"]):
        raise ValueError(f"{change.instead[:30]!r} moves a field of {change.form_id}")
    for key in ("/Contents", "/Resources"):
        blank[NameObject(key)] = page.raw_get(key).clone(writer)
    return written(writer)


def _places(annotations: Any) -> list[list[float]]:
    """Where the fields lie, or the links that mark their places, in points."""
    return sorted([round(float(edge), 1) for edge in one.get_object()["/Rect"]] for one in annotations)


# ---------------------------------------------------------------- what became of a page


class Fate(StrEnum):
    """What the reader makes of a page."""

    KNOWN = "given or refused"
    NOTICED = "review, noticed"
    OVERLOOKED = "review, missed"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Returned:
    """A page of a near-duplicate as it was read; `reasons` are those of all its slips."""

    form: str
    stack: str
    place: str
    fate: Fate
    verdicts: tuple[str, ...]
    reasons: tuple[str, ...]


def fate_of(kind: str, rows: Sequence[Row]) -> Fate:
    """What became of a page of this kind with these rows."""
    if not rows:
        return Fate(kind)
    if any(row["verdict"] != "review" for row in rows):
        return Fate.KNOWN
    noticed = all(set(NOTICED) & set(row["reasons"].split()) for row in rows)
    return Fate.NOTICED if noticed else Fate.OVERLOOKED


def shows_rewording(slip: Mapping[str, Any], form: NearDuplicate) -> bool:
    """Whether the reworded paragraph is on the paper that came back."""
    return not (form.in_letter and "cut" in slip["paper_ev"])


def pages_of(truth: Path, results: Path, pages: Path, forms: Sequence[NearDuplicate]) -> Iterator[Returned]:
    """Every page of a set that shows its rewording, and what became of it."""
    of_form = {corpus.NAMES[form.change.form_id]: form for form in forms}
    rows, kinds = corpus.rows_of(results), {_key(row): row["kind"] for row in corpus.rows_of(pages)}
    for line in truth.read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        form = of_form[page["slips"][0]["form"]]
        if not shows_rewording(page["slips"][0], form):
            continue
        key = (page["file"], "1" if page["file"].endswith(".jpg") else str(page["page"]))
        mine = [row for row in rows if _key(row) == key]
        yield Returned(
            form=form.name,
            stack=page["stack"],
            place=f"{truth.parent.parent.name}/{key[0]} page {key[1]}",
            fate=fate_of(kinds[key], mine),
            verdicts=tuple(row["verdict"] for row in mine),
            reasons=tuple(reason for row in mine for reason in row["reasons"].split()),
        )


def _key(row: Row) -> tuple[str, str]:
    return row["file"], row["page"]


# ---------------------------------------------------------------- making, reading, telling


def read_all(out: Path, seed: int, scale: float, workers: int) -> list[Returned]:
    """Print, fill in, scan and read stacks of every near-duplicate; each set has its own seed."""
    blanks = _true_blanks(out / "true")
    found: list[Returned] = []
    for number, forms in enumerate(SETS):
        prints = {form.change.form_id: reworded_blank(form.change) for form in forms}
        digest = crc32(b"".join(prints.values()))
        made = corpus.generate(out / f"set{number + 1}-{digest:08x}", seed + number, STACKS, scale, prints.__getitem__)
        results, pages = corpus.read(replace(made, blanks=blanks), workers)
        found += pages_of(made.folder / "truth.jsonl", results, pages, forms)
    return found


def _true_blanks(folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {form: folder / f"{form}.pdf" for form in corpus.NAMES}
    for form, path in paths.items():
        path.write_bytes(corpus.true_blank(form))
    return tuple(paths.values())


def report(found: Sequence[Returned]) -> str:
    """What became of the pages, by rewording and by stack; then each page that the reader took for the known form."""
    names = [form.name for forms in zip(*SETS, strict=True) for form in forms]
    groups = [(name, [one for one in found if one.form == name]) for name in names]
    groups += [(stack, [one for one in found if one.stack == stack]) for stack in sorted({one.stack for one in found})]
    lines = [_spaced("", ["pages", *Fate, *NOTICED])]
    lines += [_spaced(name, _counts(group)) for name, group in (*groups, ("all", list(found))) if group]
    lines += [_listed("READ AS KNOWN", one) for one in found if one.fate is Fate.KNOWN]
    lines += [_listed("overlooked", one) for one in found if one.fate is Fate.OVERLOOKED]
    return "\n".join(lines) + "\n"


def _counts(found: Sequence[Returned]) -> list[str]:
    fates = Counter(one.fate for one in found)
    reasons = Counter(reason for one in found for reason in set(one.reasons))
    return [str(count) for count in (len(found), *(fates[fate] for fate in Fate), *(reasons[one] for one in NOTICED))]


def _spaced(name: str, cells: Sequence[str]) -> str:
    return f"{name:28}" + "".join(f"{cell:>17}" for cell in cells)


def _listed(head: str, one: Returned) -> str:
    return f"{head}: {one.form}, {one.place}: {' '.join(one.verdicts)} ({' '.join(one.reasons) or 'no reason'})"


def main() -> None:
    """Make, read and tell; the exit code is 1 if a page was read as the form we know."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--scale", type=float, default=0.14)
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    found = read_all(chosen.out, chosen.seed, chosen.scale, chosen.j)
    sys.stdout.write(report(found))
    sys.exit(any(one.fate is Fate.KNOWN for one in found))


if __name__ == "__main__":
    main()
