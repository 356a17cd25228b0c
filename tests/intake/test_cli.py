import json
import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from intake import doctor
from intake.cli import call, ruecklauf
from intake.errors import ExitCode
from intake.export import PageRow
from intake.one_shot import Tally

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blanks")
    assert call(["form", "build", "iserv-primar", "-o", str(folder)]) == ExitCode.SETTLED
    return folder / "iserv-primar.pdf"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """Two white pages and a file that is no page."""
    folder = tmp_path / "stapel"
    folder.mkdir()
    white = Image.fromarray(np.full((1169, 827), 250, np.uint8))
    white.save(folder / "leer.tif", save_all=True, append_images=[white], dpi=(100, 100))
    (folder / "notiz.txt").write_text("Ja, ist ok.", encoding="utf-8")
    (folder / ".DS_Store").touch()
    return folder


@pytest.fixture
def class_list(tmp_path: Path) -> Path:
    path = tmp_path / "klasse.csv"
    path.write_text("Nr;Vorname;Nachname;Klasse\n1;Zoë;Wójcik;1a\n2;Leo;Öztürk;1a\n", encoding="utf-8")
    return path


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, *path, name)
    return found


# ---------------------------------------------------------------- read


def test_the_count_closes_and_the_tables_are_written(
    blank: Path, stack: Path, class_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "aus"
    tables = ["-o", str(out / "results.csv"), "--pages", str(out / "pages.csv"), "--evidence", str(out / "belege")]
    code = call(["read", str(stack), "--form", str(blank), "--roster", str(class_list), "-j", "1", *tables])
    assert code == ExitCode.UNREADABLE_INPUT
    assert sorted(path.name for path in out.iterdir()) == ["belege", "pages.csv", "results.csv", "results.xlsx"]
    assert (out / "pages.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "leer.tif,1,blank,,0,,",
        "leer.tif,2,blank,,0,,",
        "notiz.txt,1,unreadable,,0,unknown_kind,",
    ]
    said = capsys.readouterr()
    assert said.out == ""
    assert "3 Seiten gelesen = 0 mit Abschnitt + 2 leer + 0 fremd + 1 unlesbar." in said.err
    assert "Aus der Klassenliste fehlen 2 Kinder." in said.err
    assert "1 Systemdatei" in said.err


def test_a_program_gets_the_count_as_json_and_nothing_else(
    blank: Path, stack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(["read", str(stack / "leer.tif"), "--form", str(blank), "-j", "1", "-o", str(tmp_path / "r.csv"), "--json"])
    count = json.loads(capsys.readouterr().out)
    assert count["pages"] == count["blank_pages"] == 2
    assert count["missing"] is None


def test_the_table_goes_to_the_standard_output_when_asked(
    blank: Path, stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["read", str(stack / "leer.tif"), "--form", str(blank), "-j", "1", "-o", str(tmp_path / "r.csv")]
    assert call([*arguments, "--pages", "-"]) == ExitCode.SETTLED
    sys.stdout.flush()
    heading, *rows = capfdbinary.readouterr().out.decode().splitlines()
    assert heading.split(",") == list(PageRow.__slots__)
    assert len(rows) == 2
    assert all(row.endswith(",blank,,0,,") for row in rows)


def test_only_one_thing_goes_to_the_standard_output(blank: Path, stack: Path) -> None:
    assert call(["read", str(stack), "--form", str(blank), "-o", "-", "--json"]) == ExitCode.USAGE


def test_a_file_that_is_no_blank_is_refused_with_a_sentence(
    stack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "brief.pdf"
    wrong.write_bytes(b"%PDF-1.7\n")
    assert call(["read", str(stack), "--form", str(wrong)]) == ExitCode.USAGE
    assert "brief.pdf ist keine Vorlage von Rücklauf." in capsys.readouterr().err


def test_the_same_form_twice_is_refused(blank: Path, stack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["read", str(stack), "--form", str(blank), "--form", str(blank)]) == ExitCode.USAGE
    assert "zweimal" in capsys.readouterr().err


def test_a_run_needs_no_net(blank: Path, stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("the run asked the net")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    arguments = ["read", str(stack / "leer.tif"), "--form", str(blank), "-j", "1", "-o", str(tmp_path / "r.csv")]
    assert call(arguments) == ExitCode.SETTLED


@pytest.mark.skipif(sys.platform == "win32", reason="no interrupt signal from outside there")
def test_an_interrupted_run_says_so(blank: Path, stack: Path, tmp_path: Path) -> None:
    script = (
        "import sys, intake.read_slip, intake.one_shot\n"
        "from intake.cli import call\n"
        "def stop(*a): raise KeyboardInterrupt\n"
        "intake.one_shot.read_page = stop\n"
        "sys.exit(call(sys.argv[1:]))"
    )
    arguments = ["read", str(stack / "leer.tif"), "--form", str(blank), "-j", "1", "-o", str(tmp_path / "r.csv")]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, (tmp_path / "r.csv").exists()) == (ExitCode.INTERRUPTED, False)
    assert "Abgebrochen" in done.stderr


# ---------------------------------------------------------------- the tally


def tally(**changed: int) -> Tally:
    counts = dict.fromkeys(Tally.__slots__, 0) | changed
    return Tally(**counts)


def test_the_exit_code_tells_the_worst() -> None:
    assert tally().exit_code is ExitCode.SETTLED
    assert tally(review=1).exit_code is ExitCode.REVIEW_NEEDED
    assert tally(review=1, unreadable_pages=1).exit_code is ExitCode.UNREADABLE_INPUT


def test_one_is_not_said_as_many() -> None:
    sentences = tally(pages=1, slips=1, missing=1, litter=1).sentences
    assert "1 Seite gelesen" in sentences
    assert "1 Abschnitt:" in sentences
    assert "fehlt 1 Kind." in sentences


def test_certificates_that_could_not_be_verified_come_with_a_hint() -> None:
    assert "pip install 'ruecklauf[pades]'" in tally(unchecked=2).sentences
    assert "pades" not in tally().sentences


# ---------------------------------------------------------------- forms, rosters, doctor, help


def test_a_built_blank_passes_its_check(blank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["form", "check", str(blank)]) == ExitCode.SETTLED
    assert "in Ordnung" in capsys.readouterr().err


def test_the_bundled_forms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["form", "list"]) == ExitCode.SETTLED
    assert {line.split("\t")[0] for line in capsys.readouterr().out.splitlines()} == {"iserv-primar", "iserv-sekundar"}


def test_an_unknown_form_is_named_with_those_that_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["form", "build", "ausflug", "-o", str(tmp_path)]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "ausflug" in said
    assert "iserv-primar" in said


def test_a_class_list_is_shown_as_it_was_understood(class_list: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["roster", "check", str(class_list)]) == ExitCode.SETTLED
    said = capsys.readouterr()
    assert "Zoë Wójcik" in said.out
    assert "2 Kinder" in said.err
    assert "UTF-8" in said.err
    assert "„Vorname“ = Vorname" in said.err
    assert "Namen mit besonderen Buchstaben: " in said.err


def test_columns_that_are_ignored_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "klasse.csv"
    path.write_text("Vorname;Nachname;Klasse;Telefon\nMia;Beck;3a;0170\n", encoding="cp1252")
    assert call(["roster", "check", str(path)]) == ExitCode.SETTLED
    said = capsys.readouterr()
    assert "Nicht gebraucht und nicht gespeichert: Telefon." in said.err
    assert "0170" not in said.out + said.err


def test_the_doctor_finds_everything_that_is_declared(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["doctor"]) == ExitCode.SETTLED
    said = capsys.readouterr().out
    assert "✗" not in said
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {part.package for part in doctor.PARTS} == {entry.split(">=")[0] for entry in declared}


@pytest.mark.parametrize("command", [(), *commands(ruecklauf)], ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert call([*command, "--help"]) == ExitCode.SETTLED
    assert len(capsys.readouterr().out.splitlines()) > 5


@pytest.mark.parametrize("command", commands(ruecklauf), ids=" ".join)
def test_every_command_is_documented(command: tuple[str, ...]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"ruecklauf {' '.join(command)}" in text


def test_a_wrong_call_is_a_usage_error() -> None:
    assert call(["read"]) == ExitCode.USAGE
    assert call(["lesen"]) == ExitCode.USAGE
