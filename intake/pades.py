"""Certificates in a PDF (PAdES), verified by pyHanko: an extra, `pip install ruecklauf[pades]`.

Without it every certificate is UNCHECKED. Nothing is fetched: a chain that the file does not bring along, or that does
not end at a root given on the command line, is UNTRUSTED, however whole the file is.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from intake.errors import DependencyMissingError, UsageError
from intake.values import Trust

MAX_SIGNATURES = 20
"""A form has two lines to sign on; whoever signs more often is not verified."""

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, NotImplementedError)
"""What pyHanko raises on broken files besides its own errors."""

for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False
"""They report every chain that does not end, with the signer's name."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The signature in one field. `covered` is the length of the revision that was signed, in bytes; `whole` says that
    nothing was added to the file afterwards.

    pyHanko's own opinion of what was added is not asked: in a tagged form it takes a second signature for suspicious,
    because the structure tree points to the same field.
    """

    field: str
    trust: Trust
    covered: int
    whole: bool


def read_roots(path: Path) -> tuple[bytes, ...]:
    """The certificates of a PEM or DER file, each as DER.

    Raises:
        UsageError: It holds none.
        DependencyMissingError: pyHanko is not installed.
    """
    try:
        from pyhanko.keys import load_certs_from_pemder_data  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DependencyMissingError(
            "Zertifikate können nicht geprüft werden: es fehlt pyHanko (pip install 'ruecklauf[pades]')."
        ) from error
    try:
        roots = tuple(certificate.dump() for certificate in load_certs_from_pemder_data(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path} ist keine lesbare Zertifikatsdatei (PEM oder DER).") from error
    if not roots:
        raise UsageError(f"{path} enthält kein Zertifikat; erwartet ist die Wurzel einer Zertifizierungsstelle.")
    return roots


def verify(pdf: bytes, fields: Sequence[str], roots: Sequence[bytes]) -> tuple[Certificate, ...]:
    """The signatures in these fields; whatever cannot be verified is UNCHECKED."""
    try:
        from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - an extra
    except ImportError:
        return tuple(_unchecked(field) for field in fields)
    try:
        return _verified(pdf, fields, roots)
    except (PdfError, *MALFORMED):
        return tuple(_unchecked(field) for field in fields)


def _unchecked(field: str) -> Certificate:
    return Certificate(field, Trust.UNCHECKED, covered=0, whole=False)


def _verified(pdf: bytes, fields: Sequence[str], roots: Sequence[bytes]) -> tuple[Certificate, ...]:
    from asn1crypto import x509  # noqa: PLC0415 - an extra
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - an extra
    from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature  # noqa: PLC0415 - an extra
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 - an extra

    every = {one.field_name: one for one in PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures}
    if len(every) > MAX_SIGNATURES:
        raise ValueError("too many signatures")
    found = []
    for field in fields:
        signature = every.get(field)
        if signature is None:
            found.append(_unchecked(field))
            continue
        context = ValidationContext(trust_roots=[x509.Certificate.load(root) for root in roots], allow_fetching=False)
        status = validate_pdf_signature(signature, context)
        start, length = (int(number) for number in list(signature.byte_range)[2:4])
        found.append(
            Certificate(
                field=field,
                trust=_trust(intact=status.intact and status.valid, trusted=status.trusted),
                covered=start + length,
                whole=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
            )
        )
    return tuple(found)


def _trust(*, intact: bool, trusted: bool) -> Trust:
    if not intact:
        return Trust.BROKEN
    return Trust.TRUSTED if trusted else Trust.UNTRUSTED
