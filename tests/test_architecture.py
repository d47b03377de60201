"""The house stands: floors, walls, and what every module owes its readers."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    1: (
        "harness",
        "harness.model",
        "harness.exact",
        "harness.errors",
        "harness.findings",
        "harness.resources",
        "harness.spellings",
    ),
    2: ("harness.venues",),
    3: ("harness.contract", "harness.connectors"),
    4: ("harness.cassette",),
    5: ("harness.gateway", "harness.sim"),
    6: ("harness.targets",),
    7: ("harness.checks", "harness.fuzz", "harness.drift", "harness.audit"),
    8: ("harness.report", "harness.commands", "harness.plugin", "harness.cli", "harness.__main__"),
}
LINES = 400
SECONDS = {"harness.connectors.retry"}
"""Modules that make floats of times."""
EXACT = ("harness/connectors", "harness/contract", "harness/model.py", "harness/exact.py")


def name_of(path):
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted((ROOT / "harness").rglob("*.py")) if "data" not in path.parts}
modules = pytest.mark.parametrize("name", MODULES)


@cache
def tree_of(path):
    """The parsed module."""
    return ast.parse(path.read_text("utf-8"), str(path))


def named_in_text(call):
    """The beginning of what `import_module` is given, up to what is only known when it runs."""
    is_import = isinstance(call.func, ast.Name | ast.Attribute) and "import_module" in ast.unparse(call.func)
    if not is_import or not call.args:
        return ""
    first = call.args[0].values[0] if isinstance(call.args[0], ast.JoinedStr) else call.args[0]
    return str(first.value).strip(".") if isinstance(first, ast.Constant) else ""


def imports(name, path):
    """Pairs of module and imported name, lazy ones inside functions included; the name is empty for a whole module."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            for _ in range(node.level - 1):
                package = package.rpartition(".")[0]
            source = ".".join(part for part in (package if node.level else "", node.module or "") if part)
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield (whole, "") if whole in MODULES else (source, alias.name)
        elif isinstance(node, ast.Call) and (told := named_in_text(node)):
            yield told, ""


def floor_of(module):
    """The floor on which a module lies."""
    rooms = {room: floor for floor, found in FLOORS.items() for room in found}
    while module and (module not in rooms or (module == "harness")):
        if module == "harness":
            return 1
        module = module.rpartition(".")[0]
    return rooms[module]


def test_every_room_has_a_floor():
    """A new one is put on one here, knowingly."""
    rooms = {".".join(name.split(".")[:2]) for name in MODULES}
    assert not rooms - {room for found in FLOORS.values() for room in found}


@modules
def test_a_module_imports_nothing_from_a_higher_floor(name):
    """Not even where it is used."""
    told = [module for module, _ in imports(name, MODULES[name]) if module.split(".")[0] == "harness"]
    assert not [module for module in told if floor_of(module) > floor_of(name)]


@pytest.mark.parametrize(
    ("room", "other"), [("harness.contract", "harness.connectors"), ("harness.connectors", "harness.contract")]
)
def test_the_oracle_and_the_connectors_know_nothing_of_each_other(room, other):
    """Otherwise a wrong field name is wrong on both sides, and the test passes."""
    inside = [name for name in MODULES if name.startswith(room)]
    assert inside
    assert not [name for name in inside for module, _ in imports(name, MODULES[name]) if module.startswith(other)]


def test_the_parser_of_this_test_sees_every_kind_of_import():
    """Lazy, relative, and by name; else the walls would be painted ones."""
    seen = set(imports("harness.contract.oracle", MODULES["harness.contract.oracle"]))
    assert ("harness.contract", "") in seen
    assert ("harness.exact", "") in seen
    assert ("harness.errors", "UsageError") in seen
    lazy = set(imports("harness.contract.schemas", MODULES["harness.contract.schemas"]))
    assert ("jsonschema.exceptions", "best_match") in lazy
    assert [floor_of(name) for name in ("harness", "harness.venues.lighter.params", "harness.cli")] == [1, 2, 8]


@modules
def test_a_module_uses_no_private_part_of_another(name):
    """Neither of a library nor of a neighbour: `hypothesis.internal` broke whoever relied on it."""
    found = [
        (module, taken)
        for module, taken in imports(name, MODULES[name])
        if ".internal" in module
        or any(part.startswith("_") and not part.startswith("__") for part in [*module.split("."), taken])
    ]
    assert not found


@modules
def test_a_name_that_is_imported_elsewhere_is_public_there(name):
    """It stands in `__all__` of its module."""
    for module, taken in imports(name, MODULES[name]):
        if taken and module in MODULES:
            assert taken in exported(module), f"{module}.{taken}"


def exported(name):
    """`__all__`, or `None` where there is none."""
    for node in tree_of(MODULES[name]).body:
        if isinstance(node, ast.Assign) and any(isinstance(at, ast.Name) and at.id == "__all__" for at in node.targets):
            return ast.literal_eval(node.value)
    return ()


def defined(name):
    """Top-level names of a module, imported ones too."""
    for node in tree_of(MODULES[name]).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (at.id for at in node.targets if isinstance(at, ast.Name))
        elif isinstance(node, ast.AnnAssign | ast.TypeAlias if hasattr(ast, "TypeAlias") else ast.AnnAssign):
            yield node.target.id if isinstance(node, ast.AnnAssign) else node.name.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def is_registered(node):
    """Whether a function is reached by the id of its check and not by its name."""
    return any(ast.unparse(mark).startswith("check(") for mark in node.decorator_list)


@modules
def test_a_module_says_what_it_is_for_and_what_of_it_is_public(name):
    """A docstring, and `__all__` where there is anything to import, with names that exist."""
    tree = tree_of(MODULES[name])
    assert ast.get_docstring(tree), "no docstring"
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    public = [node.name for node in tree.body if isinstance(node, functions) and not node.name.startswith("_")]
    checks = [node.name for node in tree.body if isinstance(node, functions) and is_registered(node)]
    if set(public) - set(checks) and not name.endswith("__main__"):
        assert exported(name), f"no __all__, but {', '.join(public)}"
    assert not set(exported(name)) - set(defined(name))


@modules
def test_a_module_is_short_enough_to_be_read_at_once(name):
    """Four hundred lines at most."""
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= LINES


@pytest.mark.parametrize(
    "name", [name for name, path in MODULES.items() if str(path.relative_to(ROOT)).startswith(EXACT)]
)
def test_no_float_comes_near_money(name):
    """Neither made of a number, nor left to JSON to make."""
    made = {"json.loads", "json.load"} if name in SECONDS else {"float", "json.loads", "json.load"}
    calls = [node for node in ast.walk(tree_of(MODULES[name])) if isinstance(node, ast.Call)]
    found = [node for node in calls if ast.unparse(node.func) in made]
    assert not [ast.unparse(node) for node in found if not any(key.arg == "parse_float" for key in node.keywords)]
