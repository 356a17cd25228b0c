"""Nineteen files that real clients made of two other blanks, read with those blanks from the archive."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pikepdf
import pytest

from intake.pades import read_roots
from intake.templates import prepare
from intake.values import Answer, Channel, Child, Reason, Roster, Template, Verdict
from tests.intake.filling import Outcome, attach, outcome

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "digital"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus beside the project is missing")

CHILD = Child("1", "Gökçe", "Şahin-Łuczak", "3b", "", ())
OTHER = Child("2", "Gökçe", "Müller", "3b", "", ())
LISTED = Roster((CHILD, OTHER, Child("3", "Anna", "Meier", "3b", "", ())))

A4 = {"page": 1, "rect_mm": [0, 0, 210, 297]}
PRIMARY = {
    "schema": 1,
    "form": "gs-video",
    "version": 1,
    "title": "Einwilligung für Videokonferenzen über „IServ“",
    "language": "de",
    "rule": "tick",
    "slip": A4,
    "cut_mm": None,
    "options": {"ja": "yes", "nein": "no"},
    "fields": {
        "child_name": {"role": "child_name", "kind": "text"},
        "child_class": {"role": "child_class", "kind": "text"},
        "consent": {"role": "consent", "kind": "choice"},
        "read_rules": {"role": "acknowledgement", "kind": "choice"},
        "date": {"role": "place_date", "kind": "text"},
        "guardian_signature": {"role": "guardian_signature", "kind": "signature"},
    },
}
SECONDARY = {
    **PRIMARY,
    "form": "sek-video",
    "rule": "signatures",
    "options": {},
    "fields": {
        "guardian_name": {"role": "guardian_names", "kind": "text"},
        "child_name": {"role": "child_name", "kind": "text"},
        "child_birthdate": {"role": "other", "kind": "text"},
        "remark": {"role": "other", "kind": "text"},
        "guardian_signature": {"role": "guardian_signature", "kind": "signature"},
        "child_signature": {"role": "pupil_signature", "kind": "signature"},
    },
}
"""What the office would say of two blanks that carry no description of their own."""

GS = {"child_name": CHILD.name, "child_class": "3b", "date": "Köln, 3.2.2026"}
SEK = {
    "guardian_name": "Ayşe und Jürgen Groß-Müller",
    "child_name": CHILD.name,
    "child_birthdate": "24122014",
    "remark": "Bitte nur mit Kamera aus – danke.",
}


def described(name: str, description: Mapping[str, object]) -> bytes:
    """A blank with its description, as it lies in the archive."""
    with pikepdf.open(CORPUS / name) as pdf:
        content = json.dumps(description, ensure_ascii=False).encode()
        attach(pdf, "ruecklauf.json", content)
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


@lru_cache
def archived() -> tuple[Template, ...]:
    return prepare(described("gs_00_blank.pdf", PRIMARY)), prepare(described("sek_00_blank.pdf", SECONDARY))


@lru_cache
def read(name: str, *, trusting: bool = False) -> Outcome:
    roots = read_roots(CORPUS / "test_ca.pem") if trusting else ()
    return outcome(next(CORPUS.glob(f"{name}*.pdf")), archived(), LISTED, roots)


@dataclass(frozen=True, slots=True)
class Returned:
    """A file and what must become of it; `reasons` only those that must be among them."""

    file: str
    answer: Answer
    verdict: Verdict
    reasons: tuple[Reason, ...]
    kinds: Mapping[str, str]
    values: Mapping[str, str]
    channel: Channel = Channel.DIGITAL


def consenting(file: str, kind: str, channel: Channel = Channel.DIGITAL) -> Returned:
    kinds = {"guardian_signature": kind} if kind else {}
    return Returned(file, Answer.YES, Verdict.GIVEN, (), kinds, GS, channel)


def doubtful(file: str, kind: str, *reasons: Reason) -> Returned:
    kinds = {"guardian_signature": kind} if kind else {}
    return Returned(file, Answer.YES, Verdict.REVIEW, reasons, kinds, GS)


RETURNED = [
    Returned("gs_00", Answer.NONE, Verdict.REVIEW, (Reason.BOX_NONE, Reason.CHILD_NO_NAME), {}, dict.fromkeys(GS, "")),
    doubtful("gs_01", "", Reason.SIGNATURE_MISSING),
    doubtful("gs_02", "certificate:untrusted", Reason.SIGNATURE_UNVERIFIED),
    Returned(
        "gs_03",
        Answer.YES,
        Verdict.REVIEW,
        (Reason.CHANGED_AFTER_SIGNING,),
        {"guardian_signature": "certificate:changed"},
        {**GS, "child_name": "Jemand Anders"},
    ),
    consenting("gs_04", "ink"),
    consenting("gs_05", "stamp"),
    doubtful("gs_06", "typed", Reason.SIGNATURE_TYPED),
    Returned(
        "gs_07",
        Answer.YES,
        Verdict.GIVEN,
        (),
        {"guardian_signature": "ink"},
        {**GS, "child_name": OTHER.name},
    ),
    consenting("gs_08", "image"),
    consenting("gs_09", "drawn"),
    consenting("gs_10", "ink"),
    consenting("gs_11", "drawn"),
    consenting("gs_12", "drawn"),
    consenting("gs_13", "", Channel.SCAN),
    consenting("gs_14", "ink"),
    doubtful("gs_15", "typed", Reason.SIGNATURE_TYPED),
    Returned("sek_00", Answer.NOT_ASKED, Verdict.REVIEW, (Reason.SIGNATURE_MISSING,), {}, dict.fromkeys(SEK, "")),
    Returned("sek_01", Answer.NOT_ASKED, Verdict.REVIEW, (Reason.SIGNATURE_MISSING, Reason.WORDS_OBJECT), {}, SEK),
    Returned(
        "sek_02",
        Answer.NOT_ASKED,
        Verdict.REVIEW,
        (Reason.SIGNATURE_UNVERIFIED, Reason.SIGNATURE_MISSING, Reason.WORDS_OBJECT),
        {"guardian_signature": "certificate:untrusted"},
        SEK,
    ),
]


def test_no_file_of_the_corpus_is_left_out() -> None:
    assert {path.name.split("_")[0] + "_" + path.name.split("_")[1] for path in CORPUS.glob("*.pdf")} == {
        one.file for one in RETURNED
    }


@pytest.mark.parametrize("returned", RETURNED, ids=lambda one: one.file)
def test_each_file_becomes_what_it_says(returned: Returned) -> None:
    became = read(returned.file)
    decision = became.decision
    assert became.slip.channel is returned.channel
    assert (decision.verdict, decision.answer) == (returned.verdict, returned.answer)
    assert set(returned.reasons) <= set(decision.reasons)
    assert became.kinds == returned.kinds
    assert became.said == returned.values


@pytest.mark.parametrize(
    "returned", [one for one in RETURNED if one.verdict is Verdict.GIVEN], ids=lambda one: one.file
)
def test_whoever_consents_is_named(returned: Returned) -> None:
    child = read(returned.file).slip.identity.child
    assert child is not None
    assert child.name == returned.values["child_name"]


def test_a_signed_file_says_no_other_reason_than_that_nobody_vouches_for_it() -> None:
    assert read("gs_02").decision.reasons == (Reason.SIGNATURE_UNVERIFIED,)
    trusted = read("gs_02", trusting=True)
    assert (trusted.decision.verdict, trusted.kinds) == (Verdict.GIVEN, {"guardian_signature": "certificate:trusted"})


@pytest.mark.parametrize("trusting", [False, True])
def test_a_name_changed_after_signing_is_named_whoever_vouches(trusting: bool) -> None:
    became = read("gs_03", trusting=trusting)
    assert became.slip.file.signings[0].changes == ("child_name",)
    assert Reason.CHANGED_AFTER_SIGNING in became.decision.reasons
