"""Where a result points: the file that somebody has to look at, and the page that explains it."""

from pathlib import Path, PurePosixPath

from harness.findings import Report, Result

__all__ = ["level", "location", "page"]

_PAGES = {"DRIFT": "docs/drift.md"}


def page(check: str) -> str:
    """The page and anchor that document a check."""
    return f"{_PAGES.get(check.partition('-')[0], 'docs/checks.md')}#{check.lower()}"


def location(report: Report, result: Result) -> tuple[str, int]:
    """A path relative to where the command runs, and a line in it.

    Of drift the schema that says otherwise, of a payload its file, of a connector the module that builds it.
    """
    for key in ("schema_file", "recording"):
        told = result.evidence.get(key)
        if isinstance(told, str) and told:
            return _relative(told.partition("#")[0]), 1
    case = result.case.partition("#")[0]
    if report.command == "validate" and case:
        return _relative(case), 1
    module = report.target.partition(":")[0]
    if ":" in report.target:
        for path in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
            if Path(path).is_file():
                return path, 1
        return f"{module.replace('.', '/')}.py", 1
    return (f"harness/connectors/{result.venue}.py" if result.venue else "pyproject.toml"), 1


def level(result: Result) -> str:
    """How loud it is: a finding is an error unless its class says that it is less."""
    severity = str(result.evidence.get("class", ""))
    return {"risky": "warning", "compatible": "note"}.get(severity, "error")


def _relative(path: str) -> str:
    told = Path(path)
    if told.is_absolute() and told.is_relative_to(Path.cwd()):
        told = told.relative_to(Path.cwd())
    return str(PurePosixPath(told))
