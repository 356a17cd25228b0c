import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from intake import private
from intake.private import LOCK, private_folder, sweep

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders go: nothing of anybody else is swept."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_closed_to_others_and_gone_afterwards(own_place: Path) -> None:
    with private_folder() as folder:
        (folder / "x").write_bytes(b"x")
        assert folder.parent == own_place
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_the_folder_is_gone_after_an_error() -> None:
    with pytest.raises(KeyboardInterrupt), private_folder() as folder:
        raise KeyboardInterrupt
    assert not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="kills a process as POSIX does")
def test_what_a_killed_run_left_is_swept_and_what_a_living_one_holds_is_not(own_place: Path) -> None:
    code = (
        "import os, signal, sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from intake.private import private_folder\n"
        "with private_folder() as folder: os.kill(os.getpid(), signal.SIGKILL)"
    )
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(own_place)], env=here, check=False)
    (left,) = own_place.iterdir()
    with private_folder() as held:
        assert left.exists(), "it may only just have begun"
        past = time.time() - private.STARTING - 1
        for folder in (left, held):
            os.utime(folder / LOCK, (past, past))
        sweep()
        assert not left.exists()
        assert held.exists()


def test_other_folders_are_left_alone(own_place: Path) -> None:
    other = own_place / f"{private.PREFIX}notizen"
    other.mkdir()
    sweep()
    assert other.exists()
