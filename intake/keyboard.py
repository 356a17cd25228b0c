"""How `form adopt` talks to a person: the proposal as a table, one question for each field that is unsure."""

from pathlib import Path

import click

from forms.captions import Certainty
from forms.model import Rule
from forms.proposal import CorrectionError, Proposal, Proposed, task_named

CERTAINTIES = {Certainty.SURE: "sicher", Certainty.LIKELY: "wahrscheinlich", Certainty.UNSURE: "bitte prüfen"}
RULES = {Rule.TICK: "das Kreuz bei Ja oder Nein", Rule.SIGNATURES: "die Unterschrift"}
MOST_CAPTION = 48


class Nobody:
    """Nobody is asked: the proposal is shown, and stays as it is."""

    def show(self, proposal: Proposal, rule: Rule, preview: Path) -> None:
        """Print the table."""
        click.echo(table(proposal))
        click.echo(f"Es entscheidet {RULES[rule]}. {cut_of(proposal)}", err=True)
        for sentence in proposal.left:
            click.echo(sentence, err=True)
        click.echo(f"Bild des Vorschlags: {preview}", err=True)

    def name(self, field: Proposed) -> str:
        """No answer."""
        return ""

    def agrees(self) -> bool:
        """No."""
        return False


class AtKeyboard(Nobody):
    """Asks on the terminal."""

    def name(self, field: Proposed) -> str:
        """Ask what an unsure field is for, again after a slip of the keys; nobody says yes by pressing Enter alone."""
        words = f" („{field.caption[:MOST_CAPTION]}“)" if field.caption else ""
        question = f"Feld {field.number}{words}: Aufgabe, - lässt es weg"
        proposed = None if field.kind == "choice" else field.task.value
        return str(click.prompt(question, default=proposed, value_proc=_answer, err=True))

    def agrees(self) -> bool:
        """Ask for the last word."""
        question = "Stimmen Nummern, Aufgaben und Plätze? Übernehmen [j/N]"
        answer = click.prompt(question, default="n", show_default=False, err=True)
        return str(answer).strip().casefold() in {"j", "ja"}


def _answer(text: str) -> str:
    """A task, or "-"."""
    answer = text.strip()
    if answer != "-":
        try:
            task_named(answer)
        except CorrectionError as error:
            raise click.UsageError(str(error)) from error
    return answer


def table(proposal: Proposal) -> str:
    """One row for each field: number, task, certainty, place in millimetres, caption."""
    rows = [
        (
            str(field.number),
            field.task.value,
            CERTAINTIES[field.certainty],
            f"{field.place.x:.0f},{field.place.y:.0f},{field.place.width:.0f},{field.place.height:.0f}",
            (field.caption or (field.widget.name if field.widget else ""))[:MOST_CAPTION],
        )
        for field in proposal.fields
    ]
    lines = [("Feld", "Aufgabe", "", "x,y,b,h (mm)", "Beschriftung"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(w) for cell, w in zip(line, widths, strict=False)), line[4]]) for line in lines
    )


def cut_of(proposal: Proposal) -> str:
    """Where the slip is cut off, for people."""
    if proposal.cut is None:
        return "Die ganze Seite kommt zurück."
    return f"Abgeschnitten wird bei {proposal.cut:.0f} mm ({CERTAINTIES[proposal.cut_certainty]})."
