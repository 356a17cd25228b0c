import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.executors import Executor, LocalPool, Lost, Serial

OURS = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
"""The environment of a program that imports this tree."""


def double(n: int) -> int:
    return n * 2


def die_on_seven(n: int) -> int:
    if n == 7:
        os._exit(1)
    return n * 2


def hang_on_three(n: int) -> int:
    if n == 3:
        time.sleep(60)
    return n * 2


def raise_on_two(n: int) -> int:
    if n == 2:
        raise ValueError("two")
    return n


@dataclass(frozen=True, slots=True)
class DieOnce:
    """Dies at job 5 the first time it is seen, as a worker does that ran out of memory beside others."""

    marker: Path

    def __call__(self, n: int) -> int:
        if n == 5 and not self.marker.exists():
            self.marker.touch()
            os._exit(1)
        return n * 2


@pytest.mark.parametrize("make", [Serial, lambda: LocalPool(2)])
def test_every_job_gets_exactly_one_answer(make: Callable[[], Executor]) -> None:
    assert Counter(make().run(double, range(40))) == Counter(n * 2 for n in range(40))


def test_no_jobs_need_no_worker() -> None:
    assert list(LocalPool(2).run(double, [])) == []


def test_a_dying_worker_loses_only_its_own_page() -> None:
    answers = list(LocalPool(2).run(die_on_seven, range(20)))
    assert [a for a in answers if isinstance(a, Lost)] == [Lost(7)]
    assert sorted(a for a in answers if isinstance(a, int)) == [n * 2 for n in range(20) if n != 7]


def test_a_page_that_dies_only_in_company_is_read_after_all(tmp_path: Path) -> None:
    answers = list(LocalPool(2).run(DieOnce(tmp_path / "died"), range(12)))
    assert sorted(a for a in answers if isinstance(a, int)) == [n * 2 for n in range(12)]


def test_a_stuck_page_is_given_up_and_the_others_are_read() -> None:
    answers = list(LocalPool(2, seconds_per_job=1.5).run(hang_on_three, range(6)))
    assert [a for a in answers if isinstance(a, Lost)] == [Lost(3)]
    assert len(answers) == 6


def test_only_a_few_jobs_are_taken_from_the_queue_ahead() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    answers = LocalPool(2).run(double, jobs())
    next(answers)
    assert len(taken) <= 5
    answers.close()  # type: ignore[attr-defined]  # run() is a generator, which its Protocol need not be


def test_whoever_stops_listening_leaves_no_worker_behind() -> None:
    answers = LocalPool(2).run(hang_on_three, range(3, 9))
    next(answers)
    started = time.monotonic()
    answers.close()  # type: ignore[attr-defined]  # run() is a generator, which its Protocol need not be
    assert time.monotonic() - started < 10
    assert multiprocessing.active_children() == []


def test_a_programming_error_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="two"):
        list(LocalPool(2).run(raise_on_two, range(4)))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL does not exist there")
def test_workers_end_when_the_program_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "stack.py"
    script.write_text(
        "import os, time\n"
        "from intake.executors import LocalPool\n"
        "def slow(n):\n    print(os.getpid(), flush=True)\n    time.sleep(60)\n"
        "if __name__ == '__main__':\n    list(LocalPool(1).run(slow, [1]))\n",
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=OURS) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
        assert _gone_within(worker, seconds=10)


@pytest.mark.skipif(sys.platform == "win32", reason="no interrupt signal from outside there")
@pytest.mark.parametrize("seconds", [0.3, 0.8])
def test_an_interrupt_reaches_only_the_program_and_not_its_workers(seconds: float, tmp_path: Path) -> None:
    script = tmp_path / "stack.py"
    script.write_text(
        "import time\n"
        "from intake.executors import LocalPool\n"
        "if __name__ != '__main__':\n    time.sleep(0.5)\n"
        "def slow(n):\n    time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    print('ready', flush=True)\n"
        "    try:\n        list(LocalPool(2).run(slow, [1, 2]))\n"
        "    except KeyboardInterrupt:\n        print('interrupted', flush=True)\n",
        encoding="utf-8",
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=pipe, stderr=pipe, text=True, start_new_session=True, env=OURS
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        time.sleep(seconds)
        os.killpg(program.pid, signal.SIGINT)
        # A busy machine may take its time; had the interrupt been lost, the workers would go on for a minute.
        assert program.communicate(timeout=50) == ("interrupted\n", "")


def _gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists() and ") Z" in stat.read_text(encoding="utf-8"):
            return True
        time.sleep(0.1)
    return False
