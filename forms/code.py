"""The code on a slip: 29 characters that say which form, page and copy this is, and whose, without a name.

They fill one QR symbol of version 2 with error correction Q. Of the 18 pairings of symbol and printed size that
were degraded in 17 ways (skew, blur, fax, 1-bit, toner, stains, folds), this one at 15 mm and more was read most
often (95 %), and never wrongly.
"""

import base64
import hashlib
import hmac
import io
import re
import secrets
from dataclasses import dataclass, replace
from functools import lru_cache

import segno

PREFIX = "RL1"
CODE_LENGTH = 29
"""All that the alphanumeric mode of QR version 2-Q holds."""
GENERIC_TOKEN = "0" * 9
"""Belongs to no child: 0 is no base-32 digit, so no drawn token can be this one."""
FIRST_COPY, SECOND_COPY = 1, 2
MAX_PAGE = 9

_TOKEN_LENGTH, _TOKEN_BYTES = len(GENERIC_TOKEN), 6
_MAC_LENGTH = 10
_TOKEN = re.compile(r"[A-Z2-7]{9}", re.ASCII)
_SYNTAX = re.compile(r"RL1([A-Z0-9]{4})([0-9]{2})([1-9A-I])(0{9}|[A-Z2-7]{9})([A-Z2-7]{10})", re.ASCII)


class NotOurCodeError(ValueError):
    """A text that no slip of ours carries."""


@dataclass(frozen=True, slots=True)
class SlipCode:
    """What one printed code says; `page` counts from 1, `copy` is 1 or 2, `token` stands for the child.

    Raises:
        ValueError: A part does not fit its place among the 29 characters.
    """

    form_code: str
    version: int
    page: int
    copy: int
    token: str
    mac: str

    def __post_init__(self) -> None:
        """Refuse parts that would shift the others."""
        if self.copy not in (FIRST_COPY, SECOND_COPY) or _SYNTAX.fullmatch(encode(self)) is None:
            raise ValueError(f"no such code: {encode(self)!r}")

    @property
    def is_generic(self) -> bool:
        """Whether the code names the form only, not a child."""
        return self.token == GENERIC_TOKEN

    @property
    def lines(self) -> tuple[str, str]:
        """The clear text printed beneath: the form's part, the child's part."""
        return (
            f"{PREFIX} {self.form_code} {self.version:02d} {_copy_mark(self.page, self.copy)}",
            f"{self.token} {self.mac}",
        )


def new_code(form_code: str, version: int, page: int, token: str = GENERIC_TOKEN, key: bytes = b"") -> SlipCode:
    """The code of the first copy; the generic token is checked without a key, any other needs one.

    Raises:
        ValueError: A part does not fit, or a child's token comes without a key.
    """
    if token != GENERIC_TOKEN and not key:
        raise ValueError("a code for a child needs a key")
    unsealed = SlipCode(form_code, version, page, FIRST_COPY, token, "A" * _MAC_LENGTH)
    return replace(unsealed, mac=_mac(unsealed, key))


def new_token() -> str:
    """Nine letters that stand for a child: 45 random bits, which nobody guesses and no two children share."""
    return base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode("ascii")[:_TOKEN_LENGTH]


def is_token(text: str) -> bool:
    """Whether this can stand for a child."""
    return _TOKEN.fullmatch(text) is not None


def on_copy(code: SlipCode, copy: int, key: bytes = b"") -> SlipCode:
    """The same code as another copy on the page says it."""
    other = replace(code, copy=copy)
    return replace(other, mac=_mac(other, key))


def encode(code: SlipCode) -> str:
    """The 29 characters in the symbol."""
    return _body(code) + code.mac


def parse(text: str) -> SlipCode:
    """The parts of a code; says nothing about whether it is genuine, see `verify`.

    Raises:
        NotOurCodeError: The text is not one of our codes.
    """
    found = _SYNTAX.fullmatch(text)
    if found is None:
        raise NotOurCodeError(f"not a code of ours ({len(text)} characters)")
    form_code, version, mark, token, mac = found.groups()
    copy = FIRST_COPY if mark.isdigit() else SECOND_COPY
    page = int(mark) if copy == FIRST_COPY else ord(mark) - ord("A") + 1
    return SlipCode(form_code, int(version), page, copy, token, mac)


def verify(code: SlipCode, key: bytes | None) -> bool:
    """Whether the last ten characters belong to the others; a child's code needs the key it was made with."""
    if not code.is_generic and not key:
        return False
    return hmac.compare_digest(code.mac, _mac(code, key or b""))


@lru_cache(maxsize=256)
def drawn(code: SlipCode) -> str:
    """The symbol as SVG, without its quiet zone (the page leaves at least 2.6 mm white around it).

    It takes 4 ms, and is drawn twice for each child: in its file and in the print run.
    """
    symbol = segno.make(encode(code), version=2, error="q", mode="alphanumeric", boost_error=False)
    svg = io.BytesIO()
    symbol.save(svg, kind="svg", border=0, xmldecl=False, omitsize=True)
    return svg.getvalue().decode("utf-8")


def _copy_mark(page: int, copy: int) -> str:
    """One character for page and copy: 1 to 9 on the first copy, A to I on the second."""
    return str(page) if copy == FIRST_COPY else chr(ord("A") + page - 1)


def _body(code: SlipCode) -> str:
    """The 19 characters that the last ten seal."""
    return f"{PREFIX}{code.form_code}{code.version:02d}{_copy_mark(code.page, code.copy)}{code.token}"


def _mac(code: SlipCode, key: bytes) -> str:
    """50 bits: a keyed seal for a child's code, a plain check sum for a generic one."""
    body = _body(code).encode("ascii")
    digest = hashlib.sha256(body).digest() if code.is_generic else hmac.digest(key, body, "sha256")
    return base64.b32encode(digest).decode("ascii")[:_MAC_LENGTH]
