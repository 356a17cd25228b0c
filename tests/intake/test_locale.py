"""The German words of the command line; run as a program, it makes messages.mo again."""

import ast
import gettext
import re
import struct
from pathlib import Path

import click
import pytest

from intake.cli import call
from intake.errors import ExitCode

FOLDER = Path(__file__).parents[2] / "intake" / "locale" / "de" / "LC_MESSAGES"
ENTRY = re.compile(r'^(msgid_plural|msgid|msgstr)(?:\[\d\])? (".*")$', re.MULTILINE)


def compiled(text: str) -> bytes:
    """A .po file in the binary form that `gettext` reads (GNU gettext manual, 10.3)."""
    pairs: list[list[str]] = []
    for word, quoted in ENTRY.findall(text):
        value = ast.literal_eval(quoted)
        if word == "msgid":
            pairs.append([value])
        elif word == "msgid_plural":
            pairs[-1][0] += "\0" + value
        else:
            pairs[-1].append(value)
    table = sorted((entry[0].encode(), "\0".join(entry[1:]).encode()) for entry in pairs)
    start = 28 + 16 * len(table)
    index, strings = [b"", b""], b""
    for column in (0, 1):
        for pair in table:
            index[column] += struct.pack("<II", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(table), 28, 28 + 8 * len(table), 0, start)
    return head + index[0] + index[1] + strings


def test_the_binary_words_are_those_of_the_source() -> None:
    source = (FOLDER / "messages.po").read_text(encoding="utf-8")
    assert (FOLDER / "messages.mo").read_bytes() == compiled(source)


def test_every_translated_sentence_is_one_that_click_says() -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        known = gettext.GNUTranslations(file)
    package = Path(click.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in package.glob("*.py"))
    source = (FOLDER / "messages.po").read_text(encoding="utf-8")
    sentences = [ast.literal_eval(quoted) for word, quoted in ENTRY.findall(source) if word == "msgid"]
    assert [s for s in sentences if s and f'"{s}"' not in code] == []
    assert known.gettext("Usage:") == "Aufruf:"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["read"], "Es fehlt"),
        (["lesen"], "Den Befehl 'lesen' gibt es nicht."),
        (["read", ".", "--form", "x.pdf"], "Datei 'x.pdf' gibt es nicht."),
        (["read", ".", "--form", "pyproject.toml", "-j", "0"], "liegt nicht im Bereich"),
        (["form", "list", "zuviel"], "zu viel"),
        (["read", "--farbe"], "Die Option '--farbe' gibt es nicht."),
    ],
)
def test_a_wrong_call_is_answered_in_german(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(arguments) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert words in said
    assert "Fehler: " in said


def test_help_is_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    call(["read", "--help"])
    said = capsys.readouterr().out
    assert said.startswith("Aufruf: ruecklauf read")
    assert "Optionen:" in said
    assert "Diese Hilfe zeigen." in said
    assert not re.search(r"Usage|Options|Show|OPTIONS", said)


if __name__ == "__main__":
    (FOLDER / "messages.mo").write_bytes(compiled((FOLDER / "messages.po").read_text(encoding="utf-8")))
