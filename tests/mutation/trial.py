"""`python -m tests.mutation.trial`: the tests of `intake/decide.py` against every mutant of it.

Prints how many mutants were tried, then each that no test noticed. The tests are collected once; then the functions
that they call are exchanged, mutant by mutant, in memory. The file is never touched.
"""

import json
import sys
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from intake import decide as judge
from tests.mutation.mutants import Mutant, mutants_of

SOURCE = Path(judge.__file__)
TESTS = SOURCE.parents[1] / "tests" / "intake" / "test_decide.py"
OPTIONS = ("-p", "no:terminal", "-p", "no:cacheprovider", "-m", "not hypothesis")
"""Without what is drawn by chance: the rows of the truth table notice every mutant, or a row is missing."""


class Trial:
    """A pytest plugin that runs the collected tests once for each mutant, until one of them fails."""

    def __init__(self) -> None:
        self.tried = 0
        self.unnoticed: list[Mutant] = []
        self._failed = False

    def pytest_configure(self, config: pytest.Config) -> None:
        """Failures are counted and not shown: to find their lines in the source takes longer than the tests."""
        config.option.tbstyle = "native"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure, wherever it happened."""
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every mutant, after the code as it is, which has to pass in the same way."""
        items = list(session.items)
        source = SOURCE.read_text(encoding="utf-8")
        if not items or self._is_noticed(items, compile(source, SOURCE, "exec")):
            raise session.Failed("the tests fail without a mutant")
        for mutant in mutants_of(source, _enums()):
            self.tried += 1
            if not self._is_noticed(items, mutant.code):
                self.unnoticed.append(mutant)
        return True

    def _is_noticed(self, items: list[pytest.Item], code: CodeType) -> bool:
        """Whether a test fails; it goes first from then on, as the next mutant is often much like this one."""
        _exchange({item.module for item in items if isinstance(item, pytest.Function)}, code)
        self._failed = False
        for item in items:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if self._failed:
                items.remove(item)
                items.insert(0, item)
                return True
        return False


def _enums() -> dict[str, type[Enum]]:
    return {name: value for name, value in vars(judge).items() if isinstance(value, type) and issubclass(value, Enum)}


def _exchange(modules: set[ModuleType], code: CodeType) -> None:
    """Let the tests call the functions of this code by the names that they imported."""
    mutated = ModuleType(judge.__name__)
    exec(code, vars(mutated))  # noqa: S102 - our own code with one fault
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value.__module__ == judge.__name__:
                setattr(module, name, getattr(mutated, name))


def main() -> int:
    """One JSON object on stdout; 1 where the trial did not run to its end."""
    trial = Trial()
    status = pytest.main([*OPTIONS, str(TESTS)], plugins=[trial])
    unnoticed = [{"line": mutant.line, "fault": asdict(mutant.fault)} for mutant in trial.unnoticed]
    json.dump({"tried": trial.tried, "unnoticed": unnoticed}, sys.stdout, indent=1)
    return 0 if trial.tried and status == pytest.ExitCode.TESTS_FAILED else 1


if __name__ == "__main__":
    sys.exit(main())
