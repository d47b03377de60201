"""A program of its own: prints the response models of an SDK as JSON Schemas. Nothing of it runs in the harness.

`python sdk_models.py FOLDER PACKAGE...` prints `{"models": {name: schema}, "endpoints": [{"method", "path", "model"}],
"skipped": {module: reason}}`. A package's own `__init__` is not run: a model needs no client, signer or network.
"""

import ast
import importlib
import json
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["endpoints", "main", "schema_of"]

_MODEL = re.compile(r"^class \w+\(.*(Model|TypedDict)|TypedDict\(", re.MULTILINE)
_METHOD = re.compile(r"(?:^|[._])(get|post|put|patch|delete)(?:_request)?$")


def main(folder: Path, packages: list[str]) -> dict[str, Any]:
    """Everything that is known of the packages below a folder."""
    sys.path.insert(0, str(folder))
    import typing_extensions

    typing.TypedDict = typing_extensions.TypedDict  # the only one that pydantic takes before Python 3.12
    told: dict[str, Any] = {"models": {}, "endpoints": [], "skipped": {}}
    found: dict[str, Any] = {}
    for package in packages:
        bare = types.ModuleType(package)
        bare.__path__ = [str(folder / package)]
        sys.modules[package] = bare
        for path in sorted((folder / package).rglob("*.py")):
            text = path.read_text("utf-8", "replace")
            told["endpoints"] += endpoints(text)
            if not _MODEL.search(text) or path.name == "__init__.py":
                continue
            name = ".".join(path.relative_to(folder).with_suffix("").parts)
            try:
                module = importlib.import_module(name)
            except BaseException as error:  # noqa: BLE001 - foreign code ends in foreign ways
                told["skipped"][name] = f"{type(error).__name__}: {error}"[:200]
                continue
            for value in [value for value in vars(module).values() if _is_model(value, name)]:
                other = found.setdefault(value.__name__, value)
                if other is not value:  # of two with one name, that of the package that was named first
                    found[f"{name}.{value.__name__}"] = value
    for name, model in found.items():
        try:
            told["models"][name] = schema_of(model, found)
        except Exception as error:  # noqa: BLE001 - as above
            told["skipped"][name] = f"{type(error).__name__}: {error}"[:200]
    return told


def _is_model(value: Any, module: str) -> bool:
    """Whether a value is a class of this module that describes answers: pydantic's, or a typed dictionary."""
    from pydantic import BaseModel
    from typing_extensions import is_typeddict

    if not isinstance(value, type) or value.__module__ != module:
        return False
    return issubclass(value, BaseModel) or is_typeddict(value)


def schema_of(model: Any, known: dict[str, Any]) -> dict[str, Any]:
    """The schema of what a model is made from, with the names that are on the wire."""
    from pydantic import TypeAdapter

    schema: dict[str, Any] = TypeAdapter(model).json_schema(by_alias=False)
    _rename(schema, model)
    for name, part in schema.get("$defs", {}).items():
        owner = known.get(name) or known.get(name.rpartition("__")[2])
        if owner is not None and "properties" in part:
            _rename(part, owner)
    return schema


def _rename(schema: dict[str, Any], model: Any) -> None:
    fields = getattr(model, "model_fields", None) or {}  # typed dictionaries have no other names
    names = {name: _wire_name(name, field) for name, field in fields.items()}
    if "properties" in schema:
        schema["properties"] = {names.get(name, name): part for name, part in schema["properties"].items()}
    if "required" in schema:
        schema["required"] = [names.get(name, name) for name in schema["required"]]
    schema.get("properties", {}).pop("additional_properties", None)


def _wire_name(name: str, field: Any) -> str:
    """What an answer calls a field. Of several names, the first that is not the model's own."""
    choices = [choice for choice in getattr(field.validation_alias, "choices", ()) if choice != name]
    aliases = (*choices, field.serialization_alias, field.alias, field.validation_alias)
    return next((alias for alias in aliases if isinstance(alias, str)), name)


def endpoints(text: str) -> Iterator[dict[str, str]]:
    """The routes that a module of a client asks, with the model of the answer: a method's annotation and its texts."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        functions = {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for name, function in functions.items():
            source = functions.get(f"_{name}_serialize", function)
            path = next((value for value in _texts(source) if re.match(r"/\w", value)), "")
            if path and function.returns is not None and not name.startswith("_"):
                model = ast.unparse(function.returns)
                yield {"method": _method(source), "path": re.sub(r"<(\w+)>", r"{\1}", path), "model": model}


def _texts(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _method(function: ast.AST) -> str:
    """GET unless a keyword or the name of a helper says otherwise; `get` is also what mappings are asked with."""
    for node in ast.walk(function):
        if isinstance(node, ast.keyword) and node.arg == "method" and isinstance(node.value, ast.Constant):
            return str(node.value.value).upper()
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    asked = [found[1] for call in calls if (found := _METHOD.search(ast.unparse(call.func)))]
    return next((each for each in asked if each != "get"), "get").upper()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2:])))  # noqa: T201 - read by whoever started it
