"""Small faults in the code of a module, one at a time: what its tests have to notice.

Left alone is what a fault cannot change: docstrings, annotations, imports, and the `assert_never` arms that no
value reaches as long as mypy finds them unreachable.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum
from types import CodeType
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Part = TypeVar("Part")

Enums = Mapping[str, type[Enum]]
"""The enums of the module, by the name it uses for them."""

OPPOSITES: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
"""`is` never becomes `==`: for the members of an enum they are the same."""
QUANTIFIERS = {"any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Fault:
    """In the function or constant `where`, what reads `before` should read `after`; nothing where it is lost."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """The module with one fault."""

    fault: Fault
    line: int
    code: CodeType


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs in the tree."""

    parent: ast.AST
    field: str
    node: ast.AST

    def put(self, other: ast.AST | None) -> object:
        """Hang another node here, or none; returns what hung in the field before."""
        before = getattr(self.parent, self.field)
        after: object = other
        if isinstance(before, list):
            nodes = [other if each is self.node else each for each in before]
            after = [each for each in nodes if each is not None]
        setattr(self.parent, self.field, after)
        return before


def mutants_of(source: str, enums: Enums) -> Iterator[Mutant]:
    """Every mutant of a module that differs from it in a function or a constant."""
    tree = ast.parse(source)
    for top in tree.body:
        for place in _places(top):
            line = getattr(place.node, "lineno", getattr(place.parent, "lineno", 0))
            for other in _others(place, enums):
                fault = Fault(_name(top), ast.unparse(place.node), ast.unparse(other) if other else "")
                yield Mutant(fault, line, _compiled(tree, place, other))


def _compiled(tree: ast.Module, place: Place, other: ast.AST | None) -> CodeType:
    """The module with this in that place; the tree is as before when it returns."""
    if other:
        ast.fix_missing_locations(ast.copy_location(other, place.node))
    before = place.put(other)
    try:
        return compile(tree, "<mutant>", "exec")
    finally:
        setattr(place.parent, place.field, before)


def _name(top: ast.stmt) -> str:
    match top:
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return ""


def _places(parent: ast.AST) -> Iterator[Place]:
    """Every node below that a fault may change, from the top down."""
    for field, value in ast.iter_fields(parent):
        for node in value if isinstance(value, list) else [value]:
            if field not in {"annotation", "returns"} and isinstance(node, ast.AST) and not _is_left_alone(node):
                yield Place(parent, field, node)
                yield from _places(node)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.alias() | ast.arguments():
            return True
        case ast.match_case(body=[ast.Expr(value=ast.Call(func=ast.Name(id="assert_never")))]):
            return True
        case _:
            return False


def _others(place: Place, enums: Enums) -> Iterator[ast.AST | None]:
    """What could stand in this place by mistake; None where it could be missing."""
    yield from _losses(place)
    yield from _constant_conditions(place)
    match place.node:
        case ast.Compare(ops=[op]):
            yield from (_with(place.node, ops=[other()]) for other in OPPOSITES[type(op)])
        case ast.BoolOp(op=op, values=values):
            yield _with(place.node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            yield from _each_lost(place.node, "values", values)
        case ast.MatchOr(patterns=patterns):
            yield from _each_lost(place.node, "patterns", patterns)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
            yield from (left, right, _with(place.node, op=ast.BitOr()))
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in enums:
            yield from (_with(place.node, attr=other.name) for other in enums[name] if other.name != attr)
        case ast.Name(id=name) if name in QUANTIFIERS:
            yield _with(place.node, id=QUANTIFIERS[name])
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            yield from (ast.Constant(other) for other in (number + 1, number - 1) if other >= 0)
        case ast.Call(args=[only]):
            yield only
        case ast.Dict(keys=keys, values=values):
            for lost in range(len(keys)):
                yield _with(place.node, keys=_without(keys, lost), values=_without(values, lost))
        case _:
            pass


def _losses(place: Place) -> Iterator[ast.AST | None]:
    """A step, an element or a case that was forgotten."""
    match place.parent, place.field, place.node:
        case _, "body" | "orelse", ast.Expr() | ast.If() | ast.For() | ast.Match() | ast.Return():
            yield ast.Pass()
        case ast.Tuple() | ast.List() | ast.Set(), "elts", _:
            yield None
        case ast.Match(), "cases", _:
            yield None
        case ast.Call(), "args", ast.Name() | ast.Tuple():
            yield ast.Constant(None)
        case _:
            pass


def _constant_conditions(place: Place) -> Iterator[ast.Constant]:
    """A condition that no longer asks. Those within `and` and `or` are lost there."""
    asks = isinstance(place.node, ast.Compare | ast.BoolOp | ast.UnaryOp)
    if place.field in {"test", "ifs"} or (asks and place.field in {"value", "elt"}):
        yield from (ast.Constant(True), ast.Constant(False))


def _each_lost(node: ast.AST, field: str, parts: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The node without each of its parts; where one is left, that one."""
    for lost in range(len(parts)):
        left = _without(parts, lost)
        yield _with(node, **{field: left}) if len(left) > 1 else left[0]


def _with(node: Node, **fields: object) -> Node:
    changed = copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


def _without(parts: Sequence[Part], lost: int) -> list[Part]:
    return [*parts[:lost], *parts[lost + 1 :]]
