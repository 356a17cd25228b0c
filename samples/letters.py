"""Letters as schools type them in a word processor, to be adopted: dotted lines, tick boxes, a cut line, form fields.

The wording is that of the two bundled forms and of letters of our own. A letter is written as a flat OpenDocument
text, which LibreOffice turns into the PDF that an office would have; the PDFs in `letters/` were made in this way.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

LETTERS = Path(__file__).parent / "letters"

SECONDS = 180
"""LibreOffice starts in a few seconds, the first time in half a minute."""

EXPORT = 'pdf:writer_pdf_Export:{"ExportFormFields":{"type":"boolean","value":"true"}}'


class NoWordProcessorError(RuntimeError):
    """LibreOffice is not on this machine, or made no PDF."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a school's letters look: font, size in points, margins and the space between lines, and how lines are made.

    `rule` is what a line to write on is typed with, `tick` the size in points of typed boxes.
    """

    font: str
    size: float
    margin_mm: float
    leading: int
    rule: str
    tick: float


PLAIN = Style("Liberation Sans", 11, 22, 118, "…", 17)
SERIF = Style("Liberation Serif", 12, 25, 112, ".", 15)
UNDERSCORES = Style("Liberation Sans", 11, 20, 125, "_", 11)


@dataclass(frozen=True, slots=True)
class Control:
    """A form field of the word processor, `kind` is text or checkbox; lengths in millimetres."""

    kind: str
    name: str
    tooltip: str
    width: float
    height: float


Part = str | Control
"""Text with tabs, or a form field in its place."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Parts in a row; `look` names a paragraph style, `gap_mm` is the space above."""

    parts: tuple[Part, ...]
    look: str
    gap_mm: float


def text(*parts: Part, gap: float = 2.0, look: str = "Body") -> Paragraph:
    """A paragraph."""
    return Paragraph(parts, look, gap)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be made; the name is that of its file."""

    name: str
    style: Style
    body: tuple[Paragraph, ...]


def lines(style: Style, cm: float) -> str:
    """A line to write on, typed with the style's character, about so many centimetres long."""
    em = {"…": 1.0, ".": 0.278, "_": 0.556, "-": 0.333}[style.rule]
    if "Serif" in style.font:
        em = {"…": 1.0, ".": 0.25, "_": 0.5, "-": 0.333}[style.rule]
    return style.rule * round(cm / (em * style.size * 0.03528))


def secondary(style: Style = PLAIN) -> Letter:
    """The form of the secondary school: signing is the consent."""
    wording = (
        "Dies beinhaltet, dass sich die Teilnehmer gegenseitig hören und sehen und die Teilnehmer hierbei auch nicht "
        "anonym bleiben.",
        "Zusätzlich zur Datenverarbeitung auf dem IServ werden die eigentlichen Videokonferenzen auf durch die IServ "
        "GmbH betriebenen Servern durchgeführt. Die Server werden bei vertraglichen Partnern der IServ GmbH in "
        "Deutschland angemietet. Eine detaillierte Liste der Vertragspartner kann über die IServ-Homepage "
        "recherchiert werden. An die Server der IServ GmbH werden Klarnamen der Teilnehmer, IP-Adressen, "
        "Browserkennungen, Berechtigungen, Videokonferenz-Raum-Einstellungen wie beispielsweise der Raumname und die "
        "Adresse sowie eine eindeutige Identifikationsnummer des IServs übermittelt.",
        "Auf dem Videokonferenz-Server haben die Benutzer die Möglichkeit, Daten in Form von Beteiligungen am "
        "virtuellen Whiteboard, Chat-Nachrichten, hochgeladenen Präsentationen und Notizen einzugeben. Außerdem "
        "fallen Metadaten wie Dauer der Videokonferenz und Zeitstempel zu Ereignissen wie dem Beitritt oder dem "
        "Verlassen einer Konferenz an. Diese Daten werden frühestens zum Ende der Videokonferenz und spätestens nach "
        "Ablauf von sieben Tagen gelöscht. Sicherungskopien dieser Daten werden nicht angelegt.",
        "Ich/Wir habe/haben von den Nutzungshinweisen im Anhang Kenntnis genommen und trage dafür Sorge, dass meine "
        "Sohn / meine Tochter diese respektiert und einhält. Die Einwilligung ist freiwillig. Sie kann jederzeit für "
        "die Zukunft ohne Angabe von Gründen widerrufen werden.",
    )
    body = (
        text(
            "Datenschutzrechtliche Einwilligung in die Nutzung des Videokonferenzmoduls unter IServ",
            look="Heading",
            gap=0,
        ),
        text(f"Ich/Wir {lines(style, 7)} willige/willigen ein, dass unser Sohn / unsere Tochter", gap=10),
        text(
            f"{lines(style, 7)} an Videokonferenzen der Schulgemeinschaft via IServ aktiv teilnehmen darf.",
            gap=4,
        ),
        *(text(sentence, gap=3) for sentence in wording),
        text(f"{lines(style, 7.4)}\t{lines(style, 7.4)}", gap=26),
        text("[Unterschrift der Eltern]\t[Unterschrift der Schülerin / des Schülers]", gap=0, look="Small"),
    )
    return Letter("sekundar", style, body)


PRIMARY_LETTER = (
    "Liebe Eltern,",
    "auch in Zeiten der Schulschließung legen wir Wert auf den persönlichen Kontakt. Daher möchten wir zukünftig ein "
    "Videokonferenz-Tool nutzen, um Sitzungen innerhalb der Lerngruppen unter Leitung einer Lehrkraft zu ermöglichen. "
    "Wir nutzen hierfür unsere Kommunikationsplattform IServ, für die Ihr Kind einen Benutzerzugang besitzt, wenn Sie "
    "der IServ-Nutzung zugestimmt haben.",
    "Zusätzlich zur Datenverarbeitung auf IServ werden die eigentlichen Videokonferenzen auf von IServ GmbH "
    "betriebenen "
    "Servern durchgeführt. Die Server werden bei vertraglichen Partnern der IServ GmbH in Deutschland angemietet.",
    "Alle Inhalte der Konferenzen bleiben im Kreis der Teilnehmer*innen. Es erfolgt keine Aufzeichnung oder "
    "Speicherung "
    "von Audio- und Videoübertragungen durch die Schule oder den Anbieter.",
    "Aus der Nichterteilung oder dem Widerruf der Einwilligung entstehen keine Nachteile. Diese Einwilligung kann für "
    "die Zukunft jederzeit widerrufen werden.",
    "Mit freundlichen Grüßen",
)


def primary(style: Style = PLAIN) -> Letter:
    """The letter of the primary school with the slip below a cut line: a tick decides."""
    body = (
        text("Einwilligung für Videokonferenzen über „IServ“", look="Heading", gap=0),
        *(text(sentence) for sentence in PRIMARY_LETTER),
        text("Irina Wißmann", gap=8),
        text("Schulleitung", gap=0),
        text(
            "- - - - - - - - - - - - - - - - - - - - - - ✂ - - - bitte hier abtrennen - - - - - - - - - - - - - -",
            gap=4,
        ),
        text("Rückmeldung: Videokonferenzen über IServ", look="Heading", gap=2),
        text(f"Name des Kindes: {lines(style, 7)} Klasse: {lines(style, 2.4)}", gap=6),
        text("☐\tJa, wir sind mit der Teilnahme unseres Kindes an Videokonferenzen einverstanden.", gap=4, look="Box"),
        text("☐\tNein, wir sind mit der Teilnahme nicht einverstanden.", gap=3, look="Box"),
        text(f"Name der Erziehungsberechtigten: {lines(style, 8)}", gap=6),
        text(f"{lines(style, 5)}\t{lines(style, 7.4)}", gap=15),
        text("Ort, Datum\tUnterschrift der Erziehungsberechtigten", gap=0, look="Small"),
    )
    return Letter("primar", style, body)


def brackets(style: Style = UNDERSCORES) -> Letter:
    """A letter of one column with typed brackets for boxes, and a line for remarks."""
    body = (
        text("Einverständnis zum Unterrichtsgang in das Naturkundemuseum", look="Heading", gap=0),
        text("Liebe Eltern der Klassen 4a und 4b,", gap=6),
        text(
            "am Mittwoch, dem 18. März, besuchen wir mit der ganzen Jahrgangsstufe das Naturkundemuseum. Wir "
            "fahren mit "
            "dem Bus um 8.30 Uhr an der Schule ab und sind gegen 12.45 Uhr wieder zurück. Der Eintritt ist frei, die "
            "Fahrt kostet 3,50 Euro und wird von der Klassenlehrkraft eingesammelt.",
        ),
        text(
            "Bitte geben Sie Ihrem Kind ein kleines Frühstück, ein Getränk und wetterfeste Kleidung mit. Kinder, die "
            "nicht mitkommen, werden an diesem Vormittag in der Schule betreut. Bitte füllen Sie den Zettel "
            "vollständig "
            "aus und geben Sie ihn bis zum Freitag der Klassenlehrkraft.",
        ),
        text("Name, Vorname des Kindes:", gap=8),
        text(lines(style, 11), gap=5),
        text("Klasse:", gap=3),
        text(lines(style, 4), gap=5),
        text("Mein Kind darf am Unterrichtsgang teilnehmen:", gap=4),
        text("[   ] Ja\t[   ] Nein", gap=5, look="Box"),
        text("Bemerkungen (Allergien, Medikamente):", gap=5),
        text(lines(style, 14), gap=6),
        text("Datum:", gap=4),
        text(lines(style, 5), gap=5),
        text("Unterschrift eines Erziehungsberechtigten:", gap=5),
        text(lines(style, 9), gap=14),
    )
    return Letter("klammern", style, body)


def fillable(style: Style = PLAIN) -> Letter:
    """A form made with the word processor's own form fields; the signature has a typed line only."""

    def line(name: str, tooltip: str, width: float) -> Control:
        return Control("text", name, tooltip, width, 8)

    body = (
        text("Einwilligung in Foto- und Filmaufnahmen", look="Heading", gap=0),
        text(
            "Liebe Eltern, auf Festen, Ausflügen und im Unterricht entstehen Fotos, die wir auf der Homepage der "
            "Schule und im Jahresheft zeigen möchten. Wir nennen dabei keine Namen. Die Einwilligung ist freiwillig "
            "und kann jederzeit für die Zukunft widerrufen werden; es entstehen keine Nachteile.",
            gap=6,
        ),
        text("Name des Kindes: ", line("Name Kind", "Vor- und Nachname", 90), gap=8),
        text("Klasse: ", line("Klasse", "", 30), gap=4),
        text(
            Control("checkbox", "Kontrollkästchen 1", "Ja, einverstanden", 6, 6), " Ja, wir sind einverstanden.", gap=8
        ),
        text(Control("checkbox", "Kontrollkästchen 2", "Nein", 6, 6), " Nein, wir sind nicht einverstanden.", gap=8),
        text("Name der Eltern: ", line("Textfeld 3", "", 90), gap=8),
        text("Bemerkungen: ", line("Textfeld 4", "", 110), gap=8),
        text("Ort, Datum: ", line("Textfeld 5", "", 70), gap=8),
        text(lines(UNDERSCORES, 8), gap=18),
        text("Unterschrift der Erziehungsberechtigten", gap=0, look="Small"),
    )
    return Letter("formular", style, body)


ALL = (secondary, primary, brackets, fillable)


# ---------------------------------------------------------------- as a flat OpenDocument text


def as_document(letter: Letter) -> str:
    """The letter as a flat OpenDocument text (.fodt)."""
    controls = [part for paragraph in letter.body for part in paragraph.parts if isinstance(part, Control)]
    numbers = {control.name: f"control{n}" for n, control in enumerate(controls)}
    body = "".join(_paragraph(n, paragraph, numbers) for n, paragraph in enumerate(letter.body))
    return _DOCUMENT.format(
        styles="".join(_gap(n, paragraph) for n, paragraph in enumerate(letter.body)),
        forms="".join(_form_field(control, numbers[control.name]) for control in controls),
        body=body,
        font=escape(letter.style.font),
        size=letter.style.size,
        tick=letter.style.tick,
        margin=letter.style.margin_mm,
        leading=letter.style.leading,
    )


def _gap(number: int, paragraph: Paragraph) -> str:
    """A style of its own for the space above a paragraph."""
    return (
        f'<style:style style:name="P{number}" style:family="paragraph" style:parent-style-name="{paragraph.look}">'
        f'<style:paragraph-properties fo:margin-top="{paragraph.gap_mm}mm"/></style:style>'
    )


def _paragraph(number: int, paragraph: Paragraph, numbers: dict[str, str]) -> str:
    inside = "".join(_part(part, numbers) for part in paragraph.parts)
    return f'<text:p text:style-name="P{number}">{inside}</text:p>'


def _part(part: Part, numbers: dict[str, str]) -> str:
    if isinstance(part, Control):
        return (
            f'<draw:control text:anchor-type="as-char" draw:style-name="C" svg:width="{part.width}mm" '
            f'svg:height="{part.height}mm" draw:control="{numbers[part.name]}"/>'
        )
    ticks = escape(part).replace("☐", '<text:span text:style-name="Tick">☐</text:span>')
    return ticks.replace("\t", "<text:tab/>").replace("   ", '<text:s text:c="3"/>')


def _form_field(control: Control, number: str) -> str:
    """The field itself; where it stands is told in the text."""
    shared = f"form:name={quoteattr(control.name)} form:title={quoteattr(control.tooltip)} form:id={quoteattr(number)}"
    shared += f" xml:id={quoteattr(number)}"
    if control.kind == "text":
        return f'<form:text {shared} form:control-implementation="ooo:com.sun.star.form.component.TextField"/>'
    return f'<form:checkbox {shared} form:control-implementation="ooo:com.sun.star.form.component.CheckBox"/>'


_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:ooo="http://openoffice.org/2004/office"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="F" svg:font-family="'{font}'"/></office:font-face-decls>
<office:styles>
<style:style style:name="Body" style:family="paragraph"><style:paragraph-properties fo:line-height="{leading}%">
<style:tab-stops><style:tab-stop style:position="90mm"/></style:tab-stops></style:paragraph-properties>
<style:text-properties style:font-name="F" fo:font-size="{size}pt" fo:language="de" fo:country="DE"/></style:style>
<style:style style:name="Box" style:family="paragraph" style:parent-style-name="Body"><style:paragraph-properties>
<style:tab-stops><style:tab-stop style:position="9mm"/><style:tab-stop style:position="45mm"/></style:tab-stops>
</style:paragraph-properties></style:style>
<style:style style:name="Tick" style:family="text"><style:text-properties fo:font-size="{tick}pt"/></style:style>
<style:style style:name="Small" style:family="paragraph" style:parent-style-name="Body">
<style:text-properties fo:font-size="9pt"/></style:style>
<style:style style:name="Heading" style:family="paragraph" style:parent-style-name="Body">
<style:text-properties fo:font-size="13pt" fo:font-weight="bold"/></style:style>
</office:styles>
<office:automatic-styles>{styles}
<style:style style:name="C" style:family="graphic"><style:graphic-properties style:vertical-pos="middle"
 style:vertical-rel="line"/></style:style>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="210mm" fo:page-height="297mm"
 fo:margin="{margin}mm"/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L"/></office:master-styles>
<office:body><office:text>
<office:forms form:automatic-focus="false" form:apply-design-mode="false"><form:form form:name="Formular"
 form:control-implementation="ooo:com.sun.star.form.component.Form">{forms}</form:form></office:forms>
{body}</office:text></office:body></office:document>
"""


def typeset(letters: Sequence[Letter], folder: Path) -> list[Path]:
    """Make the PDF of each letter with LibreOffice.

    Raises:
        NoWordProcessorError: There is none, or it made no PDF.
    """
    office = shutil.which("soffice")
    if office is None:
        raise NoWordProcessorError("LibreOffice (soffice) is not installed")
    with tempfile.TemporaryDirectory() as scratch:
        sources = [Path(scratch, f"{letter.name}.fodt") for letter in letters]
        for letter, source in zip(letters, sources, strict=True):
            source.write_text(as_document(letter), encoding="utf-8")
        command = [office, "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to", EXPORT]
        subprocess.run(  # noqa: S603 - our own files, the system's own program
            [*command, "--outdir", str(folder), *map(str, sources)], check=True, capture_output=True, timeout=SECONDS
        )
    made = [folder / f"{letter.name}.pdf" for letter in letters]
    if not all(path.exists() for path in made):
        raise NoWordProcessorError("LibreOffice made no PDF")
    return made


def main() -> None:
    """Make the committed letters again: `python -m samples.letters`."""
    LETTERS.mkdir(exist_ok=True)
    for path in typeset([make() for make in ALL], LETTERS):
        print(path)


if __name__ == "__main__":
    main()
