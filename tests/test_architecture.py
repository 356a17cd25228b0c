"""The shape of the code is kept."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import intake

ROOT = Path(__file__).parent.parent
PACKAGES = ("forms", "intake", "samples")
TOP = {
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
    "docs",
    "forms",
    "intake",
    "samples",
    "tests",
}


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def contracts_kept(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=root, env=_only(root), capture_output=True, text=True, check=False)


def _only(root: Path) -> dict[str, str]:
    """The environment of a process that imports this copy of the tree and no other."""
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONUTF8": "1"}


def test_import_contracts_are_kept() -> None:
    kept = contracts_kept(ROOT)
    assert kept.returncode == 0, kept.stdout


@pytest.mark.parametrize(
    ("breaker", "line"),
    [
        ("samples/breach.py", "import intake.values"),
        ("forms/breach.py", "import intake.values"),
        ("intake/stages/breach.py", "import pathlib"),
        ("intake/stages/breach.py", "import intake.export"),
        ("intake/stages/breach.py", "import intake.stages.blank"),
        ("intake/homeless.py", ""),
    ],
)
def test_a_breach_of_the_contracts_is_found(breaker: str, line: str, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "stacks"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / breaker).write_text(line + "\n", encoding="utf-8")
    assert contracts_kept(tmp_path).returncode != 0


def test_only_decide_can_say_given() -> None:
    said = {
        path.name
        for path in modules("intake")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "GIVEN" and not _is_key(node, tree(path))
    }
    assert said == {"decide.py"}


def _is_key(node: ast.Attribute, module: ast.Module) -> bool:
    """Whether the word is only looked up, as the key of a table of words."""
    keys = [key for table in ast.walk(module) if isinstance(table, ast.Dict) for key in table.keys if key]
    return any((key.lineno, key.col_offset) == (node.lineno, node.col_offset) for key in keys)


def test_nobody_makes_a_verdict_from_a_word() -> None:
    calls = [
        f"{path.name}:{node.lineno}"
        for path in modules("intake")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Verdict"
    ]
    assert calls == []


def test_the_spine_fits_on_a_screen_or_two() -> None:
    lines = (ROOT / "intake" / "read_slip.py").read_text(encoding="utf-8").splitlines()
    assert len(_code(lines)) <= 80


def _code(lines: list[str]) -> list[str]:
    """The lines below the imports."""
    last = max(number for number, line in enumerate(lines) if line.startswith(("import ", "from ", ")")))
    return [line for line in lines[last + 1 :] if line.strip()]


def test_catching_everything_happens_only_where_foreign_work_ends() -> None:
    caught = {
        path.relative_to(ROOT).as_posix()
        for path in modules("intake", "forms")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception"
    }
    assert caught <= {"intake/batch.py", "intake/engines/__init__.py"}


def test_exceptions_to_the_rules_give_a_reason() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules("forms", "intake", "samples", "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for mark in ("# noqa", "# type: ignore")
        if mark in line and '"' + mark not in line and len(line.split(mark, 1)[1].split()) < 3
    ]
    assert bare == []


def test_no_machine_is_named_in_the_tree() -> None:
    texts = [path for path in _texts() if path.name != Path(__file__).name]
    named = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in texts
        for word in (f"/{folder}/" for folder in ("work", "home", "root", "tmp"))
        if word in path.read_text(encoding="utf-8")
    ]
    assert named == []


def _texts() -> Iterator[Path]:
    for suffix in ("*.py", "*.md", "*.toml", "*.json", "*.typ", "*.txt"):
        for path in sorted(ROOT.rglob(suffix)):
            if not any(
                part.startswith(".") or part in {"out", "node_modules"} for part in path.relative_to(ROOT).parts
            ):
                yield path


def test_the_top_of_the_tree_stays_small() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: which files belong to the project is not known")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    top = {line.split("/", 1)[0] for line in listed}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_intake_is_ours_and_not_the_data_catalogue() -> None:
    assert intake.__file__ is not None
    assert Path(intake.__file__).parent == ROOT / "intake"


def test_samples_and_tests_stay_out_of_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["forms", "intake"]


def test_every_dependency_is_pinned_as_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].casefold() for line in lines if "==" in line}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {entry.split(">=")[0].split("==")[0].split("[")[0].casefold() for entry in wanted}
    assert names <= pinned
