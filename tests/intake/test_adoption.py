"""`form adopt` from the letter to the slip that came back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forms.adopt import NewForm, adopt
from forms.blank import read_blank
from forms.captions import Certainty
from forms.model import Meaning, Role, Rule, TextLine
from forms.proposal import Proposal, Proposed, propose
from intake import adoption, cli
from intake.adoption import Order
from intake.decide import decide
from intake.errors import ExitCode, UsageError
from intake.policy import EVERY_LINE
from intake.read_slip import read_page
from intake.straighten import NoSheetError, straightened
from intake.templates import prepare
from intake.values import Decision, PageImage, PageRef, Reason, Returns, Verdict
from samples.handwriting import hand_of, on_line
from samples.letters import LETTERS
from samples.marks import MarkStyle
from samples.pens import BLUE, inked
from samples.scanner import FLATBED, GREY_LID, Picture, photographed, scaled, scanned, skewed
from samples.slips import FRESH_PAPER, BoxMark, PrintedForm, filled, on_sheet, printed_sheet, rendered
from tests.intake.returned import FAMILY, PUPIL, ROSTER, Says


@dataclass
class Someone:
    """A person at the keyboard with answers learnt by heart."""

    answers: dict[int, str] = field(default_factory=dict)
    agreed: bool = True
    asked: list[int] = field(default_factory=list)

    def show(self, proposal: Proposal, rule: Rule, preview: Path) -> None:
        assert preview.exists()

    def name(self, field: Proposed) -> str:
        self.asked.append(field.number)
        return self.answers.get(field.number, "")

    def agrees(self) -> bool:
        return self.agreed


def order(letter: Path, output: Path) -> Order:
    return Order(
        letter=letter,
        output=output,
        page=None,
        roles=(),
        dropped=(),
        added=(),
        cut=None,
        whole=False,
        rule=None,
        form_id="",
        version=1,
        title="",
        accepted=False,
    )


@cache
def adopted(name: str) -> bytes:
    """The blank of a committed letter, as proposed."""
    letter = adoption.read_letter(LETTERS / f"{name}.pdf", None, None, False)
    proposal = propose(letter.page)
    form = NewForm(name, 1, name, "de", proposal.rule)
    return adopt(letter.source, proposal, form)


# ---------------------------------------------------------------- what comes back


def returned(name: str, remark: str = "", marks: Sequence[BoxMark] = FAMILY.marks) -> Decision:
    """A slip of an adopted letter, filled in by a family that consents, scanned, read and decided."""
    pdf = adopted(name)
    form = read_blank(pdf).form
    printed = PrintedForm(form, rendered(pdf, form.slip.page, 200), 200)
    rng = np.random.default_rng(5)
    answers = replace(FAMILY, marks=tuple(marks))
    sheet = filled(printed_sheet(printed, FRESH_PAPER, rng), form, answers, 5)
    if remark:
        line = next(f for f in form.fields if isinstance(f, TextLine) and f.role is Role.OTHER)
        ink = on_line(remark, on_sheet(line.place, sheet), hand_of("Mutter", remark), sheet.px_per_mm, rng)
        inked(sheet.pixels, ink, BLUE, rng)
    page = scanned(skewed(sheet, 0.3, FLATBED.lid), FLATBED, rng)
    gray = page.pixels[..., 0].copy()
    image = PageImage(PageRef("stack.pdf", 1), gray, 200.0, bilevel=False)
    (slip,) = read_page(image, [prepare(pdf)], ROSTER, Says(PUPIL.name)).slips
    return decide(slip, Returns.ONLY, EVERY_LINE)


@pytest.mark.parametrize("name", ["sekundar", "primar", "klammern", "formular"])
def test_a_consent_on_an_adopted_letter_is_read(name: str) -> None:
    decision = returned(name)
    assert (decision.verdict, decision.reasons) == (Verdict.GIVEN, ())


def test_a_remark_on_an_adopted_letter_is_never_a_plain_consent() -> None:
    decision = returned("klammern", remark="nur ohne Bus")
    assert decision.verdict is Verdict.REVIEW
    assert Reason.REMARK_WRITTEN in decision.reasons


@pytest.mark.parametrize("name", ["klammern", "formular"])
def test_an_adopted_letter_without_a_tick_is_no_consent(name: str) -> None:
    assert returned(name, marks=()).reasons == (Reason.BOX_NONE,)


@pytest.mark.parametrize("taken_back", [False, True])
def test_small_boxes_marked_both_are_no_consent(taken_back: bool) -> None:
    no = BoxMark(Meaning.NO, MarkStyle.CROSS, taken_back=taken_back)
    for yes in (MarkStyle.TICK, MarkStyle.SMALL):
        assert returned("formular", marks=[BoxMark(Meaning.YES, yes, taken_back=False), no]).verdict is Verdict.REVIEW
    only_taken_back = [BoxMark(Meaning.YES, MarkStyle.CROSS, taken_back=True)]
    assert returned("formular", marks=only_taken_back).verdict is Verdict.REVIEW


# ---------------------------------------------------------------- the command


def call(*arguments: object) -> int:
    return cli.call([str(one) for one in ("form", "adopt", *arguments)])


def test_with_yes_a_sure_proposal_becomes_a_blank(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "vorlage.pdf"
    code = call(LETTERS / "primar.pdf", "-o", output, "--yes", "--id", "wandertag", "--title", "Der Wandertag")
    assert code == ExitCode.SETTLED
    form = read_blank(output.read_bytes()).form
    assert (form.id, form.title, form.rule) == ("wandertag", "Der Wandertag", Rule.TICK)
    said = capsys.readouterr()
    assert "guardian_signature" in said.out
    assert "Abgeschnitten wird bei" in said.err
    assert (tmp_path / "vorlage-vorschlag.png").exists()


def test_without_agreement_only_the_proposal_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "vorlage.pdf"
    assert call(LETTERS / "primar.pdf", "-o", output) == ExitCode.REVIEW_NEEDED
    assert not output.exists()
    with Image.open(tmp_path / "vorlage-vorschlag.png") as shown:
        assert shown.size[0] > 1000
    assert "--yes" in capsys.readouterr().err


def test_corrections_are_taken_over(tmp_path: Path) -> None:
    output = tmp_path / "v.pdf"
    code = call(
        *(LETTERS / "formular.pdf", "-o", output, "--yes", "--role", "Textfeld 4=detail", "--drop", "7"),
        *("--add", "22,200,80,9=place_date", "--rule", "tick", "--whole"),
    )
    assert code == ExitCode.SETTLED
    roles = {f.name: f.role for f in read_blank(output.read_bytes()).form.texts}
    assert roles["Textfeld 4"] is Role.DETAIL
    assert "Textfeld 5" not in roles
    assert roles["place_date"] is Role.PLACE_DATE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "3"), "FELD=AUFGABE"),
        (("--role", "3=unterschrift"), "Aufgabe 'unterschrift' gibt es nicht"),
        (("--role", "99=other"), "'99'"),
        (("--add", "1,2,3=other"), "Millimetern"),
        (("--add", "1,2,0,3=other"), "Millimetern"),
        (("--page", "2"), "keine Seite 2"),
        (("--cut", "40", "--whole"), "schließen einander aus"),
    ],
)
def test_a_wrong_correction_is_said(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(LETTERS / "primar.pdf", "-o", tmp_path / "v.pdf", "--yes", *arguments) == ExitCode.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "v.pdf").exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"\xff\xd8\xff junk", b"hello"])
def test_what_is_no_letter_is_refused_with_a_sentence(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "brief.pdf"
    path.write_bytes(content)
    assert call(path, "--yes") == ExitCode.USAGE
    assert "Bitte" in capsys.readouterr().err


# ---------------------------------------------------------------- a person is asked


def test_what_is_unsure_is_asked_and_the_answer_taken(tmp_path: Path) -> None:
    person = Someone(answers={2: "child_class"})
    asked = order(LETTERS / "primar.pdf", tmp_path / "v.pdf")
    letter = adoption.read_letter(asked.letter, None, None, False)
    sure = propose(letter.page)
    doubt = replace(sure.fields[1], certainty=Certainty.UNSURE, task=Role.OTHER)
    unsure = replace(sure, fields=(sure.fields[0], doubt, *sure.fields[2:]))
    outcome = adoption.agreed(letter, unsure, asked, person)
    assert person.asked == [2]
    assert outcome.blank == tmp_path / "v.pdf"
    assert read_blank((tmp_path / "v.pdf").read_bytes()).form.texts[1].role is Role.CHILD_CLASS
    nobody = adoption.agreed(letter, unsure, replace(asked, accepted=True), Someone())
    assert nobody.blank is None
    assert "Feld 2 ist unsicher" in nobody.open_questions[0]


def test_who_does_not_agree_gets_no_blank(tmp_path: Path) -> None:
    outcome = adoption.run(order(LETTERS / "sekundar.pdf", tmp_path / "v.pdf"), Someone(agreed=False))
    assert (outcome.blank, outcome.open_questions) == (None, ())
    assert not (tmp_path / "v.pdf").exists()


# ---------------------------------------------------------------- scans and photos of the letter


@cache
def scan_of(name: str, degrees: float) -> bytes:
    rng = np.random.default_rng(3)
    picture = Picture(rendered((LETTERS / f"{name}.pdf").read_bytes(), 1, 200), 200, (scaled(200 / 25.4),))
    page = scanned(skewed(picture, degrees, GREY_LID), FLATBED, rng)
    file = BytesIO()
    Image.fromarray(page.pixels[..., 0]).save(file, "PNG", dpi=(200, 200))
    return file.getvalue()


def test_a_scan_of_a_letter_becomes_a_blank(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(scan_of("sekundar", 0.8))
    assert call(path, "-o", tmp_path / "v.pdf", "--yes") == ExitCode.SETTLED
    blank = read_blank((tmp_path / "v.pdf").read_bytes())
    assert blank.page_size == (210.0, 297.0)
    assert {line.role for line in blank.form.signatures} == {Role.GUARDIAN_SIGNATURE, Role.PUPIL_SIGNATURE}
    vector = read_blank(adopted("sekundar")).form
    for scanned_field, typed in zip(blank.form.fields, vector.fields, strict=True):
        assert abs(scanned_field.place.bottom - typed.place.bottom) < 1.0
        assert abs(scanned_field.place.x - typed.place.x) < 1.0


def test_a_scan_is_laid_straight() -> None:
    image = Image.open(BytesIO(scan_of("sekundar", 0.8)))
    sheet = straightened(PageImage(PageRef("scan.png", 1), np.array(image), 200.0, bilevel=False))
    assert (sheet.width, sheet.height) == (210.0, 297.0)
    assert (sheet.gray == 255).mean() > 0.8
    rows = (sheet.gray < 128).any(axis=1)
    assert np.abs(np.diff(rows.astype(int))).sum() > 40


def test_a_photo_of_a_letter_is_seen_from_above() -> None:
    rng = np.random.default_rng(3)
    picture = Picture(rendered((LETTERS / "primar.pdf").read_bytes(), 1, 150), 150, (scaled(150 / 25.4),))
    photo = photographed(picture, 2400, rng).pixels
    sheet = straightened(PageImage(PageRef("foto.jpg", 1), photo[..., 1].copy(), None, bilevel=False))
    assert (sheet.width, sheet.height) == (210.0, 297.0)


def test_a_photo_without_a_sheet_is_refused(tmp_path: Path) -> None:
    dark = np.random.default_rng(1).integers(0, 80, (900, 700), np.uint8)
    with pytest.raises(NoSheetError):
        straightened(PageImage(PageRef("foto.jpg", 1), dark, None, bilevel=False))
    path = tmp_path / "foto.jpg"
    Image.fromarray(dark).save(path)
    with pytest.raises(UsageError, match="kein Blatt"):
        adoption.run(order(path, tmp_path / "v.pdf"), Someone())
