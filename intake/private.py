"""A folder for what came in mails: closed to other users, and gone when the run is."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from intake.errors import UsageError

PREFIX, LOCK = "ruecklauf-", "in-use"
STARTING = 60.0
"""Seconds in which a run may still be about to lock its folder."""


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder, removed at the end, also after an error; what a killed run left behind is removed as well.

    Raises:
        UsageError: There is no place for one.
    """
    sweep()
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise UsageError(
            f"Es lässt sich kein Ordner zum Auspacken anlegen ({error.strerror}). Ist auf der Festplatte noch Platz?"
        ) from error
    try:
        with (folder / LOCK).open("wb") as lock:
            _hold(lock)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of runs that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            lock = folder / LOCK
            if not folder.is_symlink() and time.time() - lock.stat().st_mtime > STARTING and _is_left(lock):
                shutil.rmtree(folder, ignore_errors=True)


if sys.platform == "win32":

    def _hold(lock: IO[bytes]) -> None:
        """An open file cannot be removed there, which is lock enough."""

    def _is_left(lock: Path) -> bool:
        lock.unlink()
        return True

else:
    import fcntl

    def _hold(lock: IO[bytes]) -> None:
        """Gone with the process, however it ends."""
        fcntl.flock(lock, fcntl.LOCK_EX)

    def _is_left(lock: Path) -> bool:
        """Whether the lock is there and free; another user's cannot be opened."""
        with lock.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
