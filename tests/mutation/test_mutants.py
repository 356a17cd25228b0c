"""Whatever is changed in the code that decides, a row of its truth table notices."""

import json
import os
import subprocess
import sys
from collections import Counter
from enum import Enum, auto
from pathlib import Path

import pytest

from tests.mutation.mutants import Fault, mutants_of

ROOT = Path(__file__).parents[2]

EQUIVALENT = {
    Fault(
        "decide", "reasons or not _says_yes(reading.rule, answer)", "reasons"
    ): "every answer that is no yes has its reason: the second lock on the same door",
    Fault("_says_yes", "answer is Answer.YES", "True"): "the second lock is asked only where the first is open",
    Fault("_says_yes", "answer is Answer.NOT_ASKED", "True"): "as above, where signing is the consent",
    Fault(
        "answer_of",
        "MarkState.CORRECTED in pair and (not {MarkState.UNCLEAR, MarkState.UNREAD} & set(pair))",
        "not {MarkState.UNCLEAR, MarkState.UNREAD} & set(pair)",
    ): "a pair that is not plain, and neither unclear nor unread, has a correction in it",
    Fault("_state", "MarkState.UNREAD", "MarkState.UNCLEAR"): "either makes the answer unclear, which is all it is for",
}
"""The mutants that decide as the code does on every slip, and why."""
AT_LEAST = 1000
"""There are 1043; fewer mean that the code has shrunk, or that the mutants have."""


def test_every_mutant_of_decide_is_noticed() -> None:
    command = [sys.executable, "-m", "tests.mutation.trial"]
    # Options for the run that this test belongs to are not for the trial.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**ours, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    trial = json.loads(run.stdout)
    unnoticed = [(Fault(**each["fault"]), each["line"]) for each in trial["unnoticed"]]
    assert [(fault, line) for fault, line in unnoticed if fault not in EQUIVALENT] == []
    assert Counter(fault for fault, _ in unnoticed) == Counter(EQUIVALENT.keys())
    assert trial["tried"] >= AT_LEAST


class Light(Enum):
    """What the code below is about."""

    RED = auto()
    AMBER = auto()
    GREEN = auto()


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("return a is b", {"pass", "True", "False", "a is not b"}),
        ("return a == 1", {"pass", "True", "False", "a != 1", "a <= 1", "a >= 1", "2", "0"}),
        ("return (a, b)", {"pass", ""}),
        ("return {a: b}", {"pass", "{}"}),
        ("return a & b", {"pass", "a", "b", "a | b"}),
        ("return Light.RED", {"pass", "Light.AMBER", "Light.GREEN"}),
        ("yield a", {"pass"}),
        ("if not a: b = a", {"pass", "True", "False", "a"}),
        ("b = a or b or c", {"a and b and c", "b or c", "a or c", "a or b", "True", "False"}),
        ("b = [c for c in a if c]", {"True", "False"}),
        ("b = any(a)", {"a", "all", "None"}),
        ("assert_never(a)", {"pass", "a", "None"}),
    ],
)
def test_a_line_is_changed_in_every_way_that_a_slip_of_the_pen_could(line: str, others: set[str]) -> None:
    mutants = mutants_of(f"def f(a: int, b: int) -> int:\n    {line}\n", {"Light": Light})
    assert {mutant.fault.after for mutant in mutants} == others


def test_a_case_is_lost_and_changed_but_not_the_one_that_nothing_reaches() -> None:
    lines = ("def f(a):", " match a:", "  case Light.RED | Light.GREEN:", "   pass", "  case _:", "   assert_never(a)")
    faults = [mutant.fault for mutant in mutants_of("\n".join(lines), {"Light": Light})]
    assert [fault.after for fault in faults if fault.before.startswith("case")] == [""]
    assert {fault.after for fault in faults if fault.before == "Light.RED"} == {"Light.AMBER", "Light.GREEN"}
    assert {fault.after for fault in faults if fault.before == "Light.RED | Light.GREEN"} == {
        "Light.RED",
        "Light.GREEN",
    }
    assert [fault for fault in faults if "assert_never" in fault.before and not fault.before.startswith("match")] == []


def test_a_mutant_has_its_fault_and_no_other() -> None:
    source = "def f(a):\n    return a + 1\n\ndef g(a):\n    return a + 2\n"
    values = []
    for mutant in mutants_of(source, {}):
        space: dict[str, object] = {}
        exec(mutant.code, space)  # noqa: S102 - two lines from above
        f, g = space["f"], space["g"]
        assert callable(f)
        assert callable(g)
        values.append((f(0), g(0)))
    assert values == [(None, 2), (2, 2), (0, 2), (1, None), (1, 3), (1, 1)]
