"""What a letter offers to fill in, as a proposal that a person corrects.

Every box, line and form field of the page that comes back is numbered in reading order. Nothing here decides: what is
unsure stays unsure until somebody names it, and what nobody names is not taken over, so that ink there is looked at.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from forms.captions import (
    Certainty,
    Guess,
    Surroundings,
    Task,
    Word,
    meaning_said_by,
    role_said_by,
    said_of_box,
    said_of_line,
    says_cut,
    says_reply,
)
from forms.description import Kind
from forms.fields import OFF, Widget, WidgetKind
from forms.geometry import Rect
from forms.model import Meaning, Role, Rule
from forms.shapes import Line, Shapes, Stroke

SIGNATURES = (Role.GUARDIAN_SIGNATURE, Role.GUARDIAN2_SIGNATURE, Role.PUPIL_SIGNATURE)
REPEATABLE = (Role.OTHER, Role.DETAIL)
"""Any number of lines may have these roles."""
TEXT_MM, LEAST_TEXT_MM = 9.0, 4.5
SIGNATURE_MM, LEAST_SIGNATURE_MM = 18.0, 8.0
"""How high fields are where there is room, and where there is little."""
CLEAR_MM = 0.6
"""Between a field and the print above it."""
WIDGET_NEAR_MM = 2.5
"""A printed box or line so near to a form field is the same field."""
CUT_ROW_MM, CUT_WORDS_MM = 1.6, 5.0
CUT_SHARE, TOLD_CUT_SHARE = 0.72, 0.3
"""How much of the page's width a cut line takes: of its own, or where words say so."""
REPLY_BELOW_MM, HIGHEST_CUT_SHARE = 30.0, 0.3
RULE_SHARE = 0.62
"""A solid line this long without a caption is a rule for the eye, not a line to write on."""
CONTINUED_MM = 14.0
"""A line without a caption this near under another one continues it."""


@dataclass(frozen=True, slots=True, eq=False)
class LetterPage:
    """A page of a letter as the proposal is made of it, millimetres. `number` counts from 1."""

    number: int
    width: float
    height: float
    shapes: Shapes
    words: tuple[Word, ...]
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """One field; `number` is what a person calls it. `widget` is the letter's own form field, if it had one.

    `line` is where the printed box, frame or line is, from which `place` follows once the task is known.
    """

    number: int
    task: Task
    certainty: Certainty
    caption: str
    line: Rect
    free: float
    widget: Widget | None

    @property
    def kind(self) -> Kind:
        """The word for `ruecklauf.json`."""
        if isinstance(self.task, Meaning):
            return "choice"
        return "signature" if self.task in SIGNATURES else "text"

    @property
    def place(self) -> Rect:
        """Where people write: a box as it is, a line with the white above it."""
        if self.kind == "choice" or self.line.height >= LEAST_TEXT_MM:
            return self.line
        most, least = (SIGNATURE_MM, LEAST_SIGNATURE_MM) if self.kind == "signature" else (TEXT_MM, LEAST_TEXT_MM)
        height = min(max(self.free - CLEAR_MM, least), most)
        return Rect(self.line.x, self.line.bottom - height, self.line.width, height)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The fields of the page that comes back, and where it is cut off; `left` says what was not taken, in German."""

    page: int
    width: float
    height: float
    cut: float | None
    cut_certainty: Certainty
    fields: tuple[Proposed, ...]
    left: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """A tick decides wherever there is one to be set."""
        return Rule.TICK if any(field.kind == "choice" for field in self.fields) else Rule.SIGNATURES

    @property
    def slip(self) -> Rect:
        """The part of the page that comes back."""
        top = self.cut or 0.0
        return Rect(0.0, top, self.width, self.height - top)


def propose(page: LetterPage, cut: float | None = None, whole: bool = False) -> Proposal:
    """Propose the fields of a page; `cut` is where a person says it is cut, `whole` that it is not."""
    cuts = list(_cut_rows(page))
    found = None if whole else cut if cut is not None else next((y for y, _ in cuts), None)
    certainty = Certainty.SURE if whole or cut is not None or not cuts else cuts[0][1]
    seeds = [seed for seed in _seeds(page) if not any(abs(seed.line.centre.y - y) < CUT_ROW_MM for y, _ in cuts)]
    kept = [seed for seed in seeds if found is None or seed.line.y > found]
    words = tuple(word for word in page.words if found is None or word.place.y > found - 1.0)
    around = Surroundings(words, tuple(seed.line for seed in kept))
    guessed = [(seed, guess) for seed in kept if (guess := _guess(seed, around)) is not None]
    fields, left = _settled(_only_fields(guessed, page), page)
    above = sum(seed.widget is not None for seed in seeds) - sum(seed.widget is not None for seed in kept)
    if above:
        left = (*left, f"Über der Schnittlinie: {above} Formularfelder, die nicht zurückkommen.")
    return Proposal(page.number, page.width, page.height, found, certainty, fields, left)


# ---------------------------------------------------------------- what may be a field


@dataclass(frozen=True, slots=True)
class _Seed:
    """A printed shape or a form field that may be a field of the slip."""

    line: Rect
    free: float
    box: bool
    solid: bool
    widget: Widget | None


def _seeds(page: LetterPage) -> list[_Seed]:
    """All shapes and form fields of a page, in reading order; a shape under a form field is that field."""
    shapes = page.shapes
    widgets = [widget for widget in page.widgets if widget.kind is not WidgetKind.OTHER]
    drawn = [
        *(_Seed(box, 0.0, box=True, solid=False, widget=None) for box in shapes.boxes),
        *(_Seed(frame, 0.0, box=False, solid=False, widget=None) for frame in shapes.frames),
        *(_Seed(line.place, line.free, box=False, solid=_is_solid(line), widget=None) for line in shapes.lines),
    ]
    seeds = [_of_widget(widget, drawn) for widget in widgets]
    seeds += [seed for seed in drawn if not any(_same(seed.line, widget.place) for widget in widgets)]
    return _in_rows(seeds)


def _is_solid(line: Line) -> bool:
    return line.stroke is Stroke.SOLID


def _in_rows(seeds: Sequence[_Seed]) -> list[_Seed]:
    """Row by row, left to right; a row is what stands on about one line."""
    rows: list[list[_Seed]] = []
    for seed in sorted(seeds, key=lambda one: one.line.bottom):
        if rows and seed.line.bottom - rows[-1][0].line.bottom < WIDGET_NEAR_MM:
            rows[-1].append(seed)
        else:
            rows.append([seed])
    return [seed for row in rows for seed in sorted(row, key=lambda one: one.line.x)]


def _of_widget(widget: Widget, drawn: Sequence[_Seed]) -> _Seed:
    """A form field; a box is taken to be where its frame is printed."""
    box = widget.kind in (WidgetKind.RADIO, WidgetKind.CHECKBOX)
    frame = next((seed.line for seed in drawn if seed.box and box and _same(seed.line, widget.place)), widget.place)
    return _Seed(frame, 0.0, box=box, solid=False, widget=widget)


def _same(shape: Rect, field: Rect) -> bool:
    """Whether a printed shape is that of a form field."""
    near = field.grown(*[WIDGET_NEAR_MM] * 4)
    return shape.overlaps(field) or (near.contains(shape.centre) and shape.width < 1.5 * field.width)


def _only_fields(guessed: Sequence[tuple[_Seed, Guess]], page: LetterPage) -> list[tuple[_Seed, Guess]]:
    """Without rules that serve the eye; a line under another without words of its own continues it."""
    kept: list[tuple[_Seed, Guess]] = []
    for seed, guess in guessed:
        said = guess.certainty is not Certainty.UNSURE or seed.widget is not None
        before = kept[-1] if kept else None
        if not said and before is not None and _continues(seed, before[0]):
            kept.append((seed, replace(guess, task=_continued(before[1].task), certainty=Certainty.LIKELY)))
        elif said or seed.box or not (seed.solid and seed.line.width > RULE_SHARE * page.width):
            kept.append((seed, guess))
    return kept


def _continues(seed: _Seed, before: _Seed) -> bool:
    below = 0.0 < seed.line.y - before.line.bottom <= CONTINUED_MM
    return below and not before.box and abs(seed.line.x - before.line.x) < SIGNATURE_MM and not seed.box


def _continued(task: Task) -> Task:
    """A second line for a name or a remark is not a second name."""
    return Role.DETAIL if task is Role.DETAIL else Role.OTHER


# ---------------------------------------------------------------- what each is for


def _guess(seed: _Seed, around: Surroundings) -> Guess | None:
    """What a shape is for by its words; a form field is asked by its own name and tooltip first."""
    printed = said_of_box(seed.line, around) if seed.box else said_of_line(seed.line, around)
    if seed.widget is None:
        return printed
    own = _said_by_widget(seed.widget, seed.box)
    if own is None or printed is None:
        return printed or own or Guess(Role.OTHER, Certainty.UNSURE, seed.widget.tooltip or seed.widget.name)
    if printed.certainty is Certainty.UNSURE or printed.task is own.task:
        return replace(own, caption=own.caption or printed.caption)
    if seed.box:
        return replace(printed, certainty=Certainty.UNSURE)
    return own if own.certainty is Certainty.SURE else printed


def _said_by_widget(widget: Widget, box: bool) -> Guess | None:
    """What a form field says of itself: by a name of ours, its tooltip, its name, or the name of its on-state."""
    if not box and widget.name in set(Role) - {Role.CONSENT}:
        return Guess(Role(widget.name), Certainty.SURE, widget.tooltip)
    for words in (widget.tooltip, widget.name.rsplit(".", 1)[-1].replace("_", " "), widget.option):
        said = meaning_said_by(words) if box else role_said_by(words)
        if said is not None and said[0] is not None and (not box or words != OFF):
            return Guess(said[0], said[1], widget.tooltip)
    return None


def _settled(guessed: Sequence[tuple[_Seed, Guess]], page: LetterPage) -> tuple[tuple[Proposed, ...], tuple[str, ...]]:
    """Numbered, each role once, boxes that say neither yes nor no left out where a pair is there."""
    pair = {guess.task for seed, guess in guessed if seed.box and guess.certainty is not Certainty.UNSURE}
    enough = pair >= {Meaning.YES, Meaning.NO}
    spare = [seed for seed, guess in guessed if seed.box and enough and guess.certainty is Certainty.UNSURE]
    fields = [
        Proposed(number, guess.task, guess.certainty, guess.caption, seed.line, seed.free, seed.widget)
        for number, (seed, guess) in enumerate(
            (entry for entry in guessed if not any(entry[0] is one for one in spare)), start=1
        )
    ]
    note = f"Kästchen, bei denen weder Ja noch Nein steht: {len(spare)}. Ein Kreuz dort wird immer vorgelegt."
    return tuple(_each_role_once(fields)), (note,) if spare else ()


def _each_role_once(fields: Sequence[Proposed]) -> Iterator[Proposed]:
    """The surest field keeps its role; of two signatures of guardians the second is the second one's."""
    order = list(Certainty)
    for field in fields:
        rivals = [one for one in fields if one.task is field.task and one is not field]
        better = [
            one
            for one in rivals
            if (order.index(one.certainty), one.number) < (order.index(field.certainty), field.number)
        ]
        if not better or field.task in REPEATABLE:
            yield field
        elif isinstance(field.task, Meaning):
            yield replace(field, certainty=Certainty.UNSURE)
        elif field.task is Role.GUARDIAN_SIGNATURE and len(better) == 1:
            taken = any(one.task is Role.GUARDIAN2_SIGNATURE for one in fields)
            task = Role.OTHER if taken else Role.GUARDIAN2_SIGNATURE
            yield replace(field, task=task, certainty=Certainty.UNSURE if taken else Certainty.LIKELY)
        else:
            yield replace(field, task=Role.OTHER, certainty=Certainty.UNSURE)


# ---------------------------------------------------------------- where it is cut


def _cut_rows(page: LetterPage) -> Iterator[tuple[float, Certainty]]:
    """Where lines or words say that the slip is cut off, the surest first."""
    told, drawn, ruled = [], [], []
    for row in _line_rows(page.shapes.lines):
        y = sum(line.place.centre.y for line in row) / len(row)
        share = sum(line.place.width for line in row) / page.width
        dashed = any(line.stroke is not Stroke.SOLID for line in row)
        near = [word.text for word in page.words if abs(word.place.centre.y - y) < CUT_WORDS_MM]
        if says_cut(" ".join(near)) and share >= TOLD_CUT_SHARE:
            told.append((y, Certainty.SURE))
        elif share >= CUT_SHARE and all(line.stroke is Stroke.DASHED for line in row):
            drawn.append((y, Certainty.LIKELY))
        elif share >= CUT_SHARE and y > HIGHEST_CUT_SHARE * page.height and _heads_reply(y, page):
            ruled.append((y, Certainty.LIKELY if dashed else Certainty.UNSURE))
    yield from (*told, *_words_alone(page, told), *drawn, *ruled)


def _words_alone(page: LetterPage, told: Sequence[tuple[float, Certainty]]) -> Iterator[tuple[float, Certainty]]:
    """Words that say "cut here" without a line that was found."""
    if not told:
        rows = {round(word.place.centre.y / CUT_ROW_MM) for word in page.words}
        for row in sorted(rows):
            here = [word for word in page.words if round(word.place.centre.y / CUT_ROW_MM) == row]
            text = " ".join(word.text for word in here)
            if says_cut(text) and len(here) <= 8:  # noqa: PLR2004 - more is a sentence about cutting
                yield here[0].place.centre.y, Certainty.LIKELY


def _line_rows(lines: Sequence[Line]) -> Iterator[list[Line]]:
    row: list[Line] = []
    for line in sorted(lines, key=lambda one: one.place.centre.y):
        if row and line.place.centre.y - row[0].place.centre.y > CUT_ROW_MM:
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _heads_reply(y: float, page: LetterPage) -> bool:
    """Whether the heading of a reply stands under a rule."""
    return says_reply(" ".join(w.text for w in page.words if 0.0 < w.place.y - y < REPLY_BELOW_MM))


# ---------------------------------------------------------------- what a person says to it


class CorrectionError(ValueError):
    """A correction that does not fit the proposal; the message is for the office."""


@dataclass(frozen=True, slots=True)
class Added:
    """A field that nobody found."""

    place: Rect
    task: Task


def task_named(word: str) -> Task:
    """The task of this name.

    Raises:
        CorrectionError: There is none.
    """
    names: dict[str, Task] = {
        **{role.value: role for role in Role if role is not Role.CONSENT},
        **{meaning.value: meaning for meaning in Meaning},
        "ja": Meaning.YES,
        "nein": Meaning.NO,
    }
    if word not in names:
        raise CorrectionError(f"Die Aufgabe {word!r} gibt es nicht. Möglich sind: {', '.join(names)}.")
    return names[word]


def corrected(
    proposal: Proposal, *, roles: Sequence[tuple[str, Task]], dropped: Sequence[str], added: Sequence[Added]
) -> Proposal:
    """The proposal with what a person says; fields are called by their number or by the letter's own name for them.

    Raises:
        CorrectionError: There is no such field, or it cannot have this task.
    """
    fields = {field.number: field for field in proposal.fields}
    for name, task in roles:
        field = fields[_numbered(proposal, name)]
        fields[field.number] = replace(_able(field, task), task=task, certainty=Certainty.SURE)
    for name in dropped:
        fields.pop(_numbered(proposal, name), None)
    for number, extra in enumerate(added, start=max(fields, default=0) + 1):
        fields[number] = Proposed(number, extra.task, Certainty.SURE, "", extra.place, extra.place.height, None)
    return replace(proposal, fields=tuple(fields[number] for number in sorted(fields)))


def _numbered(proposal: Proposal, name: str) -> int:
    """The number of the field that is called so."""
    for field in proposal.fields:
        if name in (str(field.number), field.widget.name if field.widget else ""):
            return field.number
    known = ", ".join(str(field.number) for field in proposal.fields)
    raise CorrectionError(f"Ein Feld {name!r} gibt es im Vorschlag nicht; er hat die Felder {known}.")


def _able(field: Proposed, task: Task) -> Proposed:
    """A box cannot hold a name, and a line cannot be ticked."""
    box = isinstance(field.task, Meaning)
    if box is not isinstance(task, Meaning):
        what = "ein Kästchen und kann nur yes oder no sein" if box else "eine Zeile und kann nicht yes oder no sein"
        raise CorrectionError(f"Feld {field.number} ist {what}.")
    return field


def problems(proposal: Proposal, rule: Rule) -> tuple[str, ...]:
    """Why the proposal cannot become a blank yet, as sentences for the office."""
    return tuple(_problems(proposal, rule))


def _problems(proposal: Proposal, rule: Rule) -> Iterator[str]:
    tasks = Counter(field.task for field in proposal.fields)
    if not tasks[Role.CHILD_NAME]:
        yield "Es gibt kein Feld für den Namen des Kindes (--role NUMMER=child_name oder --add X,Y,B,H=child_name)."
    for task, count in tasks.items():
        if count > 1 and task not in REPEATABLE:
            yield (
                f"{count} Felder haben dieselbe Aufgabe {task.value}; bitte eines ändern (--role) oder weglassen "
                f"(--drop)."
            )
    match rule:
        case Rule.TICK:
            if not (tasks[Meaning.YES] and tasks[Meaning.NO]):
                yield (
                    "Ein Kreuz soll entscheiden, aber es gibt nicht je ein Kästchen für Ja und für Nein. Wer gar nicht "
                    "ankreuzen soll, sondern mit der Unterschrift einwilligt: --rule signatures."
                )
        case Rule.SIGNATURES:
            if not any(task in SIGNATURES for task in tasks):
                yield (
                    "Die Unterschrift soll entscheiden, aber es gibt keine Zeile dafür (--role "
                    "NUMMER=guardian_signature)."
                )
        case _:
            assert_never(rule)
    for field in proposal.fields:
        if not all(proposal.slip.contains(corner) for corner in field.place.corners):
            yield f"Feld {field.number} liegt nicht ganz auf dem Abschnitt, der zurückkommt."
