"""Where the work runs. An executor answers every job, whatever happens to a worker."""

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Item = TypeVar("Item")

JOBS_AHEAD = 2
"""Jobs handed out per worker: one under way and one waiting. More would only be lost together when a worker
dies; fewer leaves workers idle."""

SECONDS_PER_JOB = 120.0
"""After this a job counts as stuck and its worker is ended. A page takes about a second; the slowest hostile
PDF measured took 8 (bug1978317 of pdf.js), on a loaded machine 20."""


@dataclass(frozen=True, slots=True)
class Lost(Generic[Item]):
    """A job whose worker died twice, the second time with nothing beside it; a person has to look at it."""

    job: Item


class Executor(Protocol):
    """Runs a pure task over jobs, in any order."""

    def run(self, task: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result | Lost[Job]]:
        """Yield exactly one answer per job."""
        ...


class Serial:
    """Runs everything here; for tests, debuggers and machines with one core."""

    def run(self, task: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result | Lost[Job]]:
        """Yield each result in order."""
        yield from map(task, jobs)


class LocalPool:
    """Runs on the cores of this machine, holding few jobs in flight.

    The task travels once to each worker, so it may carry megabytes; jobs and results should be small.
    """

    def __init__(self, workers: int, seconds_per_job: float = SECONDS_PER_JOB) -> None:
        """`workers` processes, none of which may spend more than `seconds_per_job` on one job."""
        self._workers = workers
        self._seconds = seconds_per_job

    def run(self, task: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result | Lost[Job]]:
        """Yield results as they arrive; what a dying worker took with it is tried once more, each job alone.

        Raises:
            Exception: What the task raised; a task that must not stop the run catches for itself.
        """
        queue = iter(jobs)
        while suspects := (yield from self._until_a_worker_dies(task, queue, self._workers, JOBS_AHEAD)):
            again = iter(suspects)
            while guilty := (yield from self._until_a_worker_dies(task, again, 1, 1)):
                yield from map(Lost, guilty)

    def _until_a_worker_dies(
        self, task: Callable[[Job], Result], queue: Iterator[Job], workers: int, ahead: int
    ) -> Generator[Result | Lost[Job], None, list[Job]]:
        """Yield results; return the jobs that were in flight when a worker died, none if all is done."""
        flying: dict[Future[Result], Job] = {}
        lost: list[Job] = []
        pool = self._pool(task, workers)
        others = set(multiprocessing.active_children())
        try:
            while not lost:
                for job in islice(queue, workers * ahead - len(flying)):
                    _submit(pool, job, flying, lost)
                if not flying:
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    job = flying.pop(future)
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        lost.append(job)
        except BaseException:
            _end(pool, others)
            raise
        pool.shutdown(wait=True, cancel_futures=True)
        for future, job in flying.items():
            if future.cancelled() or isinstance(future.exception(), BrokenProcessPool):
                lost.append(job)
            else:
                yield future.result()
        return lost

    def _pool(self, task: Callable[[Job], Result], workers: int) -> ProcessPoolExecutor:
        """Spawned, never forked: the same on every system, and no thread's lock is copied half-way."""
        return ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(task, self._seconds),
        )


def _submit(pool: ProcessPoolExecutor, job: Job, flying: dict[Future[Result], Job], lost: list[Job]) -> None:
    """Hand out a job, or count it as lost if a worker has just died."""
    try:
        with _interrupts_held_back():
            flying[pool.submit(_work, job)] = job
    except BrokenProcessPool:
        lost.append(job)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back while a worker may be started: it inherits that, and leaves interrupts to its parent.

    Without it a worker that is still loading answers with a traceback on the screen. Windows has no such mask.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(pool: ProcessPoolExecutor, others: set[Any]) -> None:
    """Stop at once: nobody waits for the jobs under way. `others` are processes that are not the pool's."""
    for child in multiprocessing.active_children():
        if child not in others:
            child.terminate()
    pool.shutdown(wait=True, cancel_futures=True)


# ---------------------------------------------------------------- inside a worker


@dataclass(slots=True)
class _Bench:
    """What a worker process holds between jobs: the one place of this module that changes."""

    task: Callable[[Any], Any]
    seconds: float


_benches: list[_Bench] = []


def _start_worker(task: Callable[[Any], Any], seconds: float) -> None:
    """Leave Ctrl-C to the parent, end with it, and keep the task."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _benches.append(_Bench(task, seconds))


def _end_with_the_parent() -> None:
    """A worker whose parent was killed would otherwise wait for jobs for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(job: Any) -> Any:
    """Do one job; a watchdog ends the process if it gets stuck, also inside a C library."""
    bench = _benches[-1]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(bench.seconds, exit=True, file=nowhere)
        try:
            return bench.task(job)
        finally:
            faulthandler.cancel_dump_traceback_later()
