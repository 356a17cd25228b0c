"""A mailbox as an office saves it: mails with slips on them, and one that only says so.

Written letter by letter, so that the same pages give the same file.
"""

import base64
import io
from collections.abc import Sequence

from PIL import Image

DATE = "Thu, 12 Mar 2020 08:00:00 +0100"
SEPARATOR = "From - Thu Mar 12 08:00:00 2020"
BOUNDARY = "=_ruecklauf-beispiel"

THANKS = "Guten Morgen,\n\nanbei der Abschnitt.\n\nViele Grüße"
CONSENT_BY_MAIL = "Guten Morgen,\n\nhiermit stimme ich zu.\n\nViele Grüße"


def mailbox(mails: Sequence[str]) -> bytes:
    """Several mails in one file (RFC 4155)."""
    return "".join(f"{SEPARATOR}\n{mail}\n\n" for mail in mails).encode()


def mail_with(sender: str, files: Sequence[tuple[str, str, bytes]]) -> str:
    """A mail with a logo in its text and with files: declared type, name, content."""
    parts = [f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{THANKS}\n"]
    parts.append(_file("image/png", "logo.png", "inline", logo()))
    parts += [_file(declared, name, "attachment", content) for declared, name, content in files]
    body = "".join(f"--{BOUNDARY}\n{part}\n" for part in parts)
    return f'{_head(sender)}Content-Type: multipart/mixed; boundary="{BOUNDARY}"\n\n{body}--{BOUNDARY}--'


def mail_of_words(sender: str) -> str:
    """A mail that says yes and brings no slip."""
    return f"{_head(sender)}Content-Type: text/plain; charset=utf-8\n\n{CONSENT_BY_MAIL}"


def _head(sender: str) -> str:
    return f"Date: {DATE}\nFrom: {sender}\nSubject: Einwilligung\nMIME-Version: 1.0\n"


def _file(declared: str, name: str, disposition: str, content: bytes) -> str:
    return (
        f'Content-Type: {declared}\nContent-Disposition: {disposition}; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(content).decode()}"
    )


def logo() -> bytes:
    """The small picture below the name of whoever writes."""
    file = io.BytesIO()
    Image.new("RGB", (120, 40), (20, 90, 160)).save(file, "PNG")
    return file.getvalue()
