"""The command `harness`: options in, exit code out. Everything heavy is imported by the command that needs it."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import HarnessFault, UsageError

__all__ = ["app", "main"]

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Contract tests for exchange connectors: Extended, Lighter and Hyperliquid.",
    epilog="Exit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 a fault of the harness itself.",
)

_Json = Annotated[
    str, typer.Option("--json", metavar="FILE", help="Write every result as one JSON document; - is standard output.")
]
_Junit = Annotated[str, typer.Option("--junit", metavar="FILE", help="Write every result as JUnit XML.")]
_Sarif = Annotated[str, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF, for code scanning.")]
_Markdown = Annotated[str, typer.Option("--markdown", metavar="FILE", help="Write a report for an issue or a chat.")]
_Github = Annotated[
    bool, typer.Option("--github", help="Print annotations for GitHub Actions and add to the job's summary.")
]
_Target = Annotated[
    str, typer.Option(metavar="MODULE:FACTORY", help="The connector; without it, the reference connectors.")
]
_Venues = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="extended, lighter or hyperliquid; repeatable.")
]
_Methods = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only this method, _update_balances say; repeatable.")
]
_Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of a fault of the harness, as HARNESS_DEBUG=1 does.")
]


@app.callback()
def _root() -> None:
    """Keep the names of the subcommands even while there is only one."""


@app.command()
def check(  # noqa: PLR0913 - an option each
    *,
    target: _Target = "",
    venue: _Venues = None,
    method: _Methods = None,
    check: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this check or family, STATE say; repeatable.")
    ] = None,
    payloads: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Payload files that become cases too.", show_default=False)
    ] = None,
    cassettes: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Findings that fuzz --save wrote.", show_default=False)
    ] = None,
    json: _Json = "",
    junit: _Junit = "",
    sarif: _Sarif = "",
    markdown: _Markdown = "",
    github: _Github = False,
    debug: _Debug = False,  # noqa: ARG001 - main() looks for it, so that it holds for faults at any point
) -> int:
    """Run the checks on a connector and say what is wrong with it."""
    from harness.commands.check import Request, run
    from harness.commands.outputs import Outputs

    request = Request(
        target=target,
        venues=tuple(venue or ()),
        methods=tuple(method or ()),
        checks=tuple(check or ()),
        payloads=payloads,
        cassettes=cassettes,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command()
def validate(  # noqa: PLR0913 - an option each
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Payload files, cassettes or folders.")],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Only payloads of this provenance, recorded say; repeatable."),
    ] = None,
    json: _Json = "",
    junit: _Junit = "",
    sarif: _Sarif = "",
    markdown: _Markdown = "",
    github: _Github = False,
    debug: _Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Validate recorded payloads against the schemas of their endpoints and channels."""
    from harness.commands.outputs import Outputs
    from harness.commands.validate import run

    return run(
        tuple(paths), tuple(kind or ()), Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github)
    )


@app.command()
def fuzz(  # noqa: PLR0913 - an option each
    *,
    target: _Target = "",
    venue: _Venues = None,
    method: _Methods = None,
    examples: Annotated[
        int | None, typer.Option(metavar="N", help="Generated plays a method; 1000 unless told.", show_default=False)
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(metavar="M", help="Instead of a number of examples.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="The same seed, the same plays.", show_default=False)
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes that work side by side.")] = 1,
    save: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write each finding as a cassette for check --cassettes.", show_default=False),
    ] = None,
    database: Annotated[
        str,
        typer.Option(
            metavar="WHERE",
            envvar="HARNESS_DATABASE",
            help="Where failing examples are remembered: a folder, redis://HOST:PORT/N, or none.",
        ),
    ] = "",
    json: _Json = "",
    junit: _Junit = "",
    sarif: _Sarif = "",
    markdown: _Markdown = "",
    github: _Github = False,
    debug: _Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Play generated answers and faults to a connector and shrink what goes wrong."""
    from harness.commands.fuzz import Request, run
    from harness.commands.outputs import Outputs

    request = Request(
        target=target,
        venues=tuple(venue or ()),
        methods=tuple(method or ()),
        examples=examples,
        minutes=minutes,
        seed=seed,
        jobs=jobs,
        save=save,
        database=database,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command()
def drift(  # noqa: PLR0913 - an option each
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...",
            help="Recordings; or: sdk NAME==OLD NAME==NEW, sdk NAME, openapi OLD NEW, schemas OLD NEW.",
            show_default=False,
        ),
    ] = None,
    *,
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Older recordings, or the summary that --save wrote; repeatable."),
    ] = None,
    venue: Annotated[str, typer.Option(metavar="NAME", help="Only this venue; --live and --target need it.")] = "",
    topic: Annotated[
        str, typer.Option(metavar="NAME", help="What the lines of a .jsonl file answer: lighter/rest/account.")
    ] = "",
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only payloads of this provenance; repeatable.")
    ] = None,
    target: _Target = "",
    fail_on: Annotated[str, typer.Option(metavar="CLASS", help="breaking, risky or compatible.")] = "breaking",
    all_fields: Annotated[bool, typer.Option("--all-fields", help="Judge every field as if it were read.")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes that read side by side.")] = 1,
    engine: Annotated[str, typer.Option(metavar="NAME", help="processes or dask.")] = "processes",
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of a Dask cluster; else one on this machine.")
    ] = "",
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the summary of what was read.", show_default=False)
    ] = None,
    propose: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the change as a patch for review.", show_default=False)
    ] = None,
    live: Annotated[str, typer.Option(metavar="ENV", help="Ask the venue's public routes: mainnet or testnet.")] = "",
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter for --live; repeatable.")
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The only authority to trust with --live.", show_default=False)
    ] = None,
    json: _Json = "",
    junit: _Junit = "",
    sarif: _Sarif = "",
    markdown: _Markdown = "",
    github: _Github = False,
    debug: _Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Say what has changed at an exchange, and what it breaks."""
    from harness.commands.drift import Request, run
    from harness.commands.outputs import Outputs

    request = Request(
        what=tuple(what or ()),
        against=tuple(against or ()),
        venue=venue,
        topic=topic,
        kinds=tuple(kind or ()),
        target=target,
        fail_on=fail_on,
        every=all_fields,
        jobs=jobs,
        engine=engine,
        scheduler=scheduler,
        save=save,
        propose=propose,
        live=live,
        params=tuple(param or ()),
        authority=ca,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with these arguments, those of the process by default, and return the exit code.

    0 nothing found, 1 findings, 2 wrong usage or configuration (one line on standard error), 3 a fault of the harness,
    130 interrupted after reporting what was found until then.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a payload can hold what a terminal's encoding cannot
    try:
        code = int(app(given, prog_name="harness", standalone_mode=False) or 0)
        sys.stdout.flush()
    except typer.TyperException as wrong:
        return _complain(f"{wrong.format_message().rstrip('.')}; see 'harness --help'", 2)
    except UsageError as wrong:
        return _complain(str(wrong), 2)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as fault:  # noqa: BLE001 - whatever it is, it ends in an exit code of its own
        if "--debug" in given or os.environ.get("HARNESS_DEBUG", "") not in {"", "0"}:
            import traceback

            traceback.print_exc()
        told = str(fault) if isinstance(fault, HarnessFault) else f"{type(fault).__name__}: {fault}"
        return _complain(f"a fault of the harness: {told}; --debug shows where", 3)
    return code


def _complain(message: str, code: int) -> int:
    print("harness:", " ".join(message.split()), file=sys.stderr)  # noqa: T201 - the one line that is promised
    return code


if __name__ == "__main__":
    sys.exit(main())
