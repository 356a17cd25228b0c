"""Certificates: whole and vouched for, or a person has to look."""

import builtins
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pikepdf import Name
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from forms.fields import fill
from forms.pdf_objects import array_at, as_dictionary, entry
from intake.errors import UsageError
from intake.pades import read_roots, verify
from intake.values import Reason, Trust, Verdict
from tests.intake.filling import (
    GOEKCE,
    SECONDARY,
    Changed,
    blank,
    changed,
    filled,
    note,
    outcome,
    place,
    signed_with_ink,
)

OFFICE, PARENT = "Prüfstelle", "Ayşe Groß-Müller"
LINE, PUPIL = "guardian_signature", "pupil_signature"
LONG_AGO, FAR_OFF = datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) + timedelta(days=3650)


@lru_cache
def authority(name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A certificate that may vouch for others."""
    key = rsa.generate_private_key(65537, 2048)
    return key, _certificate(name, key, name, key, vouches=True)


def _certificate(
    subject: str, key: rsa.RSAPrivateKey, issuer: str, by: rsa.RSAPrivateKey, *, vouches: bool
) -> x509.Certificate:
    def named(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=vouches,
        crl_sign=vouches,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO)
        .not_valid_after(FAR_OFF)
        .add_extension(x509.BasicConstraints(ca=vouches, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by, hashes.SHA256())
    )


@lru_cache
def signer(person: str) -> signers.SimpleSigner:
    """Somebody with a certificate of the authority."""
    key, (ca_key, ca) = rsa.generate_private_key(65537, 2048), authority(OFFICE)
    certificate = _certificate(person, key, OFFICE, ca_key, vouches=False)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    store = SimpleCertificateStore.from_certs([_loaded(ca)])  # type: ignore[no-untyped-call] # pyHanko says nothing
    return signers.SimpleSigner(
        signing_cert=_loaded(certificate),
        signing_key=load_private_key_from_pemder_data(pem, None),
        cert_registry=store,
    )


def _loaded(certificate: x509.Certificate) -> object:
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def roots(name: str = OFFICE) -> tuple[bytes, ...]:
    return (authority(name)[1].public_bytes(serialization.Encoding.DER),)


def signed(pdf: bytes, field: str = LINE, person: str = PARENT, reason: str | None = None) -> bytes:
    meta = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, reason=reason)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    file = io.BytesIO()
    signers.sign_pdf(writer, meta, signer=signer(person), existing_fields_only=True, output=file)
    return file.getvalue()


def afterwards(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Texts of the signed file, changed as a viewer saves: appended, so that the signature stays valid."""
    writer = PdfWriter(io.BytesIO(pdf), incremental=True)
    for reference in array_at(writer.pages[0], "/Annots"):
        node = as_dictionary(reference)
        name = str(entry(node, "/T") or "")
        if name in values:
            node[NameObject("/V")] = TextStringObject(values[name])
    file = io.BytesIO()
    writer.write(file)
    assert file.getvalue().startswith(pdf)
    return file.getvalue()


# ---------------------------------------------------------------- what a certificate is worth


def test_a_certificate_that_somebody_known_vouches_for_is_a_signature() -> None:
    read = outcome(signed(filled()), roots=roots())
    assert (read.decision.verdict, read.kinds) == (Verdict.GIVEN, {LINE: "certificate:trusted"})


@pytest.mark.parametrize("known", [(), roots("Andere")])
def test_a_certificate_that_nobody_known_vouches_for_is_for_a_person(known: tuple[bytes, ...]) -> None:
    read = outcome(signed(filled()), roots=known)
    assert (read.decision.reasons, read.kinds) == ((Reason.SIGNATURE_UNVERIFIED,), {LINE: "certificate:untrusted"})


def test_a_change_after_signing_is_named() -> None:
    read = outcome(afterwards(signed(filled()), {"place_date": "Bonn, 4.2.2026"}), roots=roots())
    assert Reason.CHANGED_AFTER_SIGNING in read.decision.reasons
    assert read.slip.file.signings[0].changes == ("place_date",)


def test_ink_added_after_signing_is_named() -> None:
    def add(pdf: bytes) -> bytes:
        inked = PdfReader(io.BytesIO(signed_with_ink(filled(), "place_date")))
        ink = next(one for one in array_at(inked.pages[0], "/Annots") if as_dictionary(one).get("/Subtype") == "/Ink")
        writer = PdfWriter(io.BytesIO(pdf), incremental=True)
        writer.add_annotation(0, as_dictionary(ink).clone(writer))
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()

    read = outcome(add(signed(filled())), roots=roots())
    assert Reason.CHANGED_AFTER_SIGNING in read.decision.reasons
    assert "annotations" in read.slip.file.signings[0].changes


def test_a_byte_changed_inside_what_was_signed_breaks_the_certificate() -> None:
    pdf = signed(filled())
    place = pdf.index(b"/Tabs")
    broken = pdf[:place] + b"/Tabz" + pdf[place + 5 :]
    read = outcome(broken, roots=roots())
    assert read.kinds == {LINE: "certificate:broken"}
    assert Reason.CHANGED_AFTER_SIGNING in read.decision.reasons


def test_whoever_rewrites_a_signed_file_has_no_certificate_left() -> None:
    read = outcome(changed(signed(filled()), lambda file: None), roots=roots())
    assert read.decision.verdict is Verdict.REVIEW
    assert read.signatures[LINE] in {"changed", "unverified"}


def test_the_second_signature_is_no_change_of_the_first() -> None:
    names = {"guardian_names": "Ayşe Groß-Müller", "child_name": GOEKCE.name}
    both = signed(signed(fill(blank(SECONDARY), names)), PUPIL, "Gökçe Şahin-Łuczak")
    read = outcome(both, roots=roots())
    assert read.kinds == {LINE: "certificate:trusted", PUPIL: "certificate:trusted"}
    assert read.decision.verdict is Verdict.GIVEN


def test_words_printed_into_a_signed_file_are_named() -> None:
    writer = PdfWriter(io.BytesIO(signed(filled())), incremental=True)
    page = writer.pages[0]
    content = page.get_contents()
    assert content is not None
    content.set_data(content.get_data() + b" q 0 0 0 rg 100 700 200 4 re f Q")
    page[NameObject("/Contents")] = writer._add_object(content)
    file = io.BytesIO()
    writer.write(file)
    read = outcome(file.getvalue(), roots=roots())
    assert read.slip.file.signings[0].changes == ("picture",)
    assert Reason.CHANGED_AFTER_SIGNING in read.decision.reasons


def test_words_on_the_line_or_in_the_certificate_are_for_a_person() -> None:
    noted = changed(filled(), lambda file: note(file, place(LINE), "unter Vorbehalt", size=6.0))
    assert outcome(signed(noted), roots=roots()).decision.reasons == (Reason.SIGNATURE_UNCLEAR,)
    reasoned = signed(filled(), reason="Ich bin dagegen")
    assert outcome(reasoned, roots=roots()).decision.reasons == (Reason.CONTENT_HIDDEN,)


def test_a_certificate_makes_no_tick() -> None:
    def untick(file: Changed) -> None:
        file.choice("consent").V = Name("/Off")
        file.widget("consent", "ja").AS = Name("/Off")

    read = outcome(signed(changed(filled(), untick)), roots=roots())
    assert read.decision.reasons == (Reason.BOX_NONE,)


def test_without_pyhanko_a_certificate_is_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name.startswith("pyhanko"):
            raise ImportError(name)
        return found(name, *rest)  # type: ignore[arg-type] # passed on as it came

    pdf = signed(filled())
    monkeypatch.setattr(builtins, "__import__", missing)
    assert verify(pdf, (LINE,), roots())[0].trust is Trust.UNCHECKED
    read = outcome(pdf)
    assert (read.decision.reasons, read.kinds) == ((Reason.SIGNATURE_UNVERIFIED,), {LINE: "certificate:unchecked"})


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", blank(), filled()[:20_000]])
def test_what_cannot_be_verified_is_unchecked(pdf: bytes) -> None:
    assert [one.trust for one in verify(pdf, (LINE,), ())] == [Trust.UNCHECKED]


# ---------------------------------------------------------------- who vouches


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_the_roots_are_read_from_both_kinds_of_file(encoding: serialization.Encoding, tmp_path: Path) -> None:
    path = tmp_path / "ca"
    path.write_bytes(authority(OFFICE)[1].public_bytes(encoding))
    assert read_roots(path) == roots()


@pytest.mark.parametrize(
    "content", [b"", b"kein Zertifikat", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_a_file_without_a_root_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"ca\.pem"):
        read_roots(path)
