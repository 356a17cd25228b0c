"""The command `ruecklauf`: talks to people, on stderr; data goes to files or stdout.

What a command needs is imported inside it, so that `--help` and `doctor` also work where something is missing.
"""

import gettext
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from intake.errors import ExitCode, RuecklaufError, UsageError

if TYPE_CHECKING:
    from intake.doctor import Finding

# Click takes its own words from gettext, some of them as soon as an option is declared (docs of click,
# "Internationalization"): so this comes before everything else. The German words are in locale/.
os.environ["LANGUAGE"] = "de"
gettext.bindtextdomain("messages", str(Path(__file__).parent / "locale"))

EXISTING = click.Path(exists=True, path_type=Path)
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ANY_FILE = click.Path(dir_okay=False, path_type=Path, allow_dash=True)
FOLDER = click.Path(file_okay=False, path_type=Path)


def main() -> NoReturn:
    """Run the command and end with its exit code."""
    sys.exit(call(sys.argv[1:]))


def call(arguments: Sequence[str]) -> int:
    """Run the command; every error ends in a sentence on stderr and a number."""
    try:
        return int(ruecklauf.main(list(arguments), prog_name="ruecklauf", standalone_mode=False) or 0)
    except (click.Abort, KeyboardInterrupt):
        say("Abgebrochen. Es wurde nichts gespeichert; der Aufruf kann einfach wiederholt werden.")
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except RuecklaufError as error:
        say(f"Fehler: {error}")
        return error.exit_code


def say(sentence: str) -> None:
    """Talk to the person at the keyboard."""
    click.echo(sentence, err=True)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="[OPTIONEN]",
    subcommand_metavar="BEFEHL [ANGABEN]...",
)
@click.version_option(package_name="ruecklauf", message="Rücklauf %(version)s")
def ruecklauf() -> None:
    """Einwilligungs-Abschnitte für Schulen: erzeugen, und lesen, was zurückkommt.

    Alles geschieht auf diesem Rechner; nichts wird ins Netz geschickt.
    """


# ---------------------------------------------------------------- read


@ruecklauf.command(options_metavar="[OPTIONEN]")
@click.argument("paths", metavar="PFAD...", nargs=-1, required=True, type=EXISTING)
@click.option("--form", "forms", metavar="VORLAGE.pdf", multiple=True, required=True, type=EXISTING_FILE,
              help="Ausgegebene Vorlage; für jedes Formular im Stapel einmal angeben. Liegen codes.json und "
              "schluessel.key daneben, wird jedes Kind an seinem Code erkannt.")  # fmt: skip
@click.option(
    "--roster", metavar="LISTE", type=EXISTING_FILE, help="Klassenliste (CSV, XLSX), sonst wird kein Kind erkannt."
)
@click.option("-o", "--output", metavar="DATEI", type=ANY_FILE, default="results.csv", show_default=True,
              help="Tabelle der Abschnitte, daneben dieselbe für Excel; „-“ ist die Standardausgabe.")  # fmt: skip
@click.option("--pages", metavar="DATEI", type=ANY_FILE, help="Tabelle aller Seiten, eine Zeile je Seite.")
@click.option("--evidence", metavar="ORDNER", type=FOLDER, help="Bilder der Belege in diesen Ordner schreiben.")
@click.option("--trust", metavar="DATEI.pem", type=EXISTING_FILE,
              help="Zertifizierungsstelle, die für Unterschriften mit Zertifikat bürgt (PEM oder DER).")  # fmt: skip
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(min=1), help="So viele Seiten gleichzeitig lesen.")
@click.option("--json", "as_json", is_flag=True, help="Die Zählung als JSON auf die Standardausgabe schreiben.")
def read(
    *,
    paths: tuple[Path, ...],
    forms: tuple[Path, ...],
    roster: Path | None,
    output: Path,
    pages: Path | None,
    evidence: Path | None,
    trust: Path | None,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Zurückgekommene Abschnitte lesen: PDF, TIFF, Fotos, Mails, Postfächer, Zip-Archive und Ordner davon."""
    from intake import one_shot

    if one_shot.STDOUT in (output, pages) and (as_json or output == pages):
        raise UsageError("Nur eines von -o, --pages und --json kann auf die Standardausgabe schreiben.")
    tally = one_shot.read(one_shot.Order(paths, forms, roster, output, pages, evidence, jobs, trust))
    if as_json:
        click.echo(json.dumps(asdict(tally), ensure_ascii=False))
    say(tally.sentences)
    if output != one_shot.STDOUT:
        say(f"Tabelle: {output}, für Excel: {output.with_suffix('.xlsx')}")
    return tally.exit_code


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# ---------------------------------------------------------------- form


@ruecklauf.group(options_metavar="[OPTIONEN]", subcommand_metavar="BEFEHL [ANGABEN]...")
def form() -> None:
    """Vorlagen: mitgelieferte zeigen, erzeugen, prüfen; vorhandene Briefe übernehmen."""


@form.command("list", options_metavar="[OPTIONEN]")
def form_list() -> None:
    """Die mitgelieferten Formulare."""
    from forms.catalogue import BUNDLED

    for bundled in BUNDLED:
        click.echo(f"{bundled.id}\t{bundled.title}")


@form.command("build", options_metavar="[OPTIONEN]")
@click.argument("form_id", metavar="FORMULAR")
@click.option("--school", metavar="school.toml", type=EXISTING_FILE, help="Name, Anschrift, Leitung, Frist der Schule.")
@click.option("--roster", metavar="LISTE", type=EXISTING_FILE,
              help="Klassenliste (CSV): für jedes Kind ein eigener Abschnitt mit eigenem Code.")  # fmt: skip
@click.option("-o", "--output", metavar="ORDNER", type=FOLDER, default=".", help="Wohin die Vorlage kommt.")
def form_build(*, form_id: str, school: Path | None, roster: Path | None, output: Path) -> None:
    """Die ausfüllbare Vorlage eines Formulars als PDF erzeugen.

    Mit --roster außerdem für jedes Kind eine ausfüllbare Datei und für alle eine Druckdatei. Die Codeliste codes.json
    und der Schlüssel schluessel.key entstehen neben der Vorlage: gut aufheben, „read“ braucht beide.
    """
    from intake import hand_out
    from intake.progress import bar

    with bar("Abschnitte") as progress:
        made = hand_out.build(hand_out.Order(form_id, school, roster, output), progress)
    say(f"Vorlage geschrieben: {made.blank}")
    if made.print_run:
        say(f"Für {_count(made.children, 'Kind', 'Kinder')}: zum Drucken {made.print_run}, einzeln in {made.folder}/")
        say(f"Bitte sichern: {output / hand_out.REGISTER_FILE} und {output / hand_out.KEY_FILE}. Ohne sie werden die "
            "ausgegebenen Abschnitte nicht erkannt.")  # fmt: skip


@form.command("check", options_metavar="[OPTIONEN]")
@click.argument("file", metavar="DATEI", type=EXISTING_FILE)
def form_check(*, file: Path) -> int:
    """Prüfen, ob eine Vorlage vollständig und lesbar ist."""
    from forms.check import check_blank

    findings = check_blank(file.read_bytes())
    for finding in findings:
        click.echo(f"{finding.severity}\t{finding.code}\t{finding.message}")
    say(f"{file}: " + (_count(len(findings), "Befund", "Befunde") if findings else "in Ordnung"))
    return ExitCode.REVIEW_NEEDED if findings else ExitCode.SETTLED


@form.command("adopt", options_metavar="[OPTIONEN]")
@click.argument("file", metavar="DATEI", type=EXISTING_FILE)
@click.option("-o", "--output", metavar="VORLAGE.pdf", type=ANY_FILE, help="Wohin die Vorlage kommt.")
@click.option("--page", metavar="N", type=click.IntRange(min=1), help="Die Seite, die zurückkommt.")
@click.option("--role", "roles", metavar="FELD=AUFGABE", multiple=True,
              help="Wofür ein Feld des Vorschlags ist, nach Nummer oder Name.")  # fmt: skip
@click.option("--drop", "dropped", metavar="FELD", multiple=True, help="Ein Feld des Vorschlags weglassen.")
@click.option("--add", "added", metavar="X,Y,B,H=AUFGABE", multiple=True,
              help="Ein Feld, das nicht gefunden wurde; Millimeter von oben links.")  # fmt: skip
@click.option("--cut", metavar="MM", type=click.FloatRange(min=1), help="Wo abgeschnitten wird, von oben gemessen.")
@click.option("--whole", is_flag=True, help="Die ganze Seite kommt zurück, es wird nichts abgeschnitten.")
@click.option("--rule", type=click.Choice(["tick", "signatures"]),
              help="Ob ein Kreuz entscheidet oder die Unterschrift; sonst nach den Kästchen.")  # fmt: skip
@click.option("--id", "form_id", metavar="NAME", default="", help="Kurzer Name des Formulars, sonst der der Datei.")
@click.option("--form-version", metavar="N", type=click.IntRange(min=1), default=1, help="Die Fassung, sonst 1.")
@click.option("--title", metavar="TEXT", default="", help="Überschrift für Vorleseprogramme, sonst der Dateiname.")
@click.option("--yes", "accepted", is_flag=True, help="Den Vorschlag ohne Rückfrage übernehmen, wenn er sicher ist.")
def form_adopt(
    *,
    file: Path,
    output: Path | None,
    page: int | None,
    roles: tuple[str, ...],
    dropped: tuple[str, ...],
    added: tuple[str, ...],
    cut: float | None,
    whole: bool,
    rule: str | None,
    form_id: str,
    form_version: int,
    title: str,
    accepted: bool,
) -> int:
    """Einen vorhandenen Brief als Vorlage übernehmen: PDF, Scan oder Foto des leeren Briefs.

    Zeigt, was auf dem Brief auszufüllen ist, und schreibt erst nach Zustimmung. Aufgaben: child_name, child_class,
    guardian_names, place_date, guardian_signature, guardian2_signature, pupil_signature, detail (unverfängliche
    Angabe), other (Bemerkung, wird vorgelegt); für Kästchen yes und no.
    """
    from forms.model import Rule
    from intake import adoption, keyboard

    if whole and cut is not None:
        raise UsageError("--cut und --whole schließen einander aus.")
    order = adoption.Order(
        letter=file,
        output=output,
        page=page,
        roles=roles,
        dropped=dropped,
        added=added,
        cut=cut,
        whole=whole,
        rule=Rule(rule) if rule else None,
        form_id=form_id,
        version=form_version,
        title=title,
        accepted=accepted,
    )
    at_keyboard = sys.stdin.isatty() and not accepted
    outcome = adoption.run(order, keyboard.AtKeyboard() if at_keyboard else keyboard.Nobody())
    for finding in outcome.findings:
        say(f"{finding.severity}: {finding.message}")
    for question in outcome.open_questions:
        say(f"Offen: {question}")
    if outcome.blank is None:
        say("Noch nicht übernommen. Stimmt der Vorschlag, dann mit --yes wiederholen.")
        return ExitCode.REVIEW_NEEDED
    say(f"Vorlage geschrieben: {outcome.blank}")
    return ExitCode.SETTLED


# ---------------------------------------------------------------- roster, doctor


@ruecklauf.group(options_metavar="[OPTIONEN]", subcommand_metavar="BEFEHL [ANGABEN]...")
def roster() -> None:
    """Klassenlisten."""


@roster.command("check", options_metavar="[OPTIONEN]")
@click.argument("file", metavar="DATEI", type=EXISTING_FILE)
def roster_check(*, file: Path) -> None:
    """Zeigen, wie eine Klassenliste verstanden wird."""
    from intake.roster import examine_roster

    examined = examine_roster(file)
    children = examined.roster.children
    for school_class in sorted({child.school_class for child in children}):
        names = [child.name for child in children if child.school_class == school_class]
        click.echo(f"{school_class or 'ohne Klasse'}\t{len(names)}\t{', '.join(names)}")
    say(f"{file}: {_count(len(children), 'Kind', 'Kinder')}, gelesen als {examined.encoding}.")
    used = ", ".join(f"„{column.heading}“ = {column.meaning}" for column in examined.columns)
    say(f"Verstandene Spalten{' (ohne Kopfzeile, bitte prüfen)' if examined.guessed else ''}: {used}.")
    if examined.unused:
        say(f"Nicht gebraucht und nicht gespeichert: {', '.join(examined.unused)}.")
    if examined.marked_names:
        say(f"Namen mit besonderen Buchstaben: {', '.join(examined.marked_names)}.")
    say("Stimmen die Umlaute, die Klassen und die Zahl der Kinder?")


@ruecklauf.command(options_metavar="[OPTIONEN]")
def doctor() -> int:
    """Prüfen, ob auf diesem Rechner alles da ist."""
    from intake.doctor import examine

    return _report(examine())


def _report(findings: "Iterable[Finding]") -> int:
    """One line for each part; what is missing also says what to do."""
    absent = 0
    for finding in findings:
        click.echo(f"{'✓' if finding.present else '✗'} {finding.part}: {finding.detail}")
        absent += not finding.present
    say("Es fehlt etwas; bitte Rücklauf neu einrichten (samples/setup)." if absent else "Alles vorhanden.")
    return ExitCode.DEPENDENCY_MISSING if absent else ExitCode.SETTLED


if __name__ == "__main__":
    main()
