"""The command `harness`: options in, exit code out. Everything heavy is imported by the command that needs it."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from harness.commands.drift_options import drift
from harness.commands.options import (
    Debug,
    Github,
    Json,
    Junit,
    Markdown,
    Methods,
    Sarif,
    Scale,
    SecretEnv,
    Secrets,
    Target,
    Venues,
)
from harness.errors import HarnessFault, UsageError

__all__ = ["app", "main"]

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Contract tests for exchange connectors: Extended, Lighter and Hyperliquid.",
    epilog="Exit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 a fault of the harness itself.",
)


@app.callback()
def _root() -> None:
    """Keep the names of the subcommands even while there is only one."""


@app.command()
def check(  # noqa: PLR0913 - an option each
    *,
    target: Target = "",
    venue: Venues = None,
    method: Methods = None,
    check: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this check or family, STATE say; repeatable.")
    ] = None,
    payloads: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Payload files that become cases too.", show_default=False)
    ] = None,
    cassettes: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Findings that fuzz --save wrote.", show_default=False)
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="DAYS", help="Fail on older recordings; without it they are mentioned.", show_default=False
        ),
    ] = None,
    unplayed: Annotated[bool, typer.Option("--unplayed", help="Fail on recordings that no check plays.")] = False,
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - main() looks for it, so that it holds for faults at any point
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
        max_age=max_age,
        unplayed=unplayed,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command()
def validate(  # noqa: PLR0913 - an option each
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Payload files, cassettes, tapes or folders.")],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Only payloads of this provenance, recorded say; repeatable."),
    ] = None,
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Validate recorded payloads against the schemas of their endpoints and channels."""
    from harness.commands.outputs import Outputs
    from harness.commands.validate import run

    return run(
        tuple(paths), tuple(kind or ()), Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github)
    )


@app.command()
def scan(  # noqa: PLR0913 - an option each
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders, of any kind.")],
    *,
    secret_env: SecretEnv = None,
    secrets: Secrets = None,
    allow: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Look-alikes that are none, with reasons.", show_default=False)
    ] = None,
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Search files for known secrets in every form, and for what looks like a credential."""
    from harness.commands.outputs import Outputs
    from harness.commands.scan import Request, run

    request = Request(paths=tuple(paths), variables=tuple(secret_env or ()), secrets=secrets, allow=allow)
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command("import")
def import_(  # noqa: PLR0913 - an option each
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="HAR and flow files, cassettes, payload files, folders.")
    ],
    *,
    to: Annotated[Path, typer.Option(metavar="DIR", help="Where DIR/VENUE/SCENARIO.yaml is written.")],
    venue: Annotated[str, typer.Option(metavar="NAME", help="extended, lighter or hyperliquid.")],
    scenario: Annotated[str, typer.Option(metavar="NAME", help="The name of the first source, unless told.")] = "",
    environment: Annotated[
        str, typer.Option(metavar="NAME", help="Only what is from here: mainnet, testnet or documentation.")
    ] = "",
    secret_env: SecretEnv = None,
    secrets: Secrets = None,
    key_env: Annotated[
        str, typer.Option(metavar="NAME", help="The environment variable with the key of pseudonyms.")
    ] = "HARNESS_PSEUDONYM_KEY",
    scale: Scale = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a recording of this name.")] = False,
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Take over what other tools recorded, redacted and searched for leaks."""
    from harness.commands.importing import Request, run
    from harness.commands.outputs import Outputs

    request = Request(
        sources=tuple(sources),
        to=to,
        venue=venue,
        scenario=scenario,
        environment=environment,
        variables=tuple(secret_env or ()),
        secrets=secrets,
        key_variable=key_env,
        scale=scale,
        force=force,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command()
def fuzz(  # noqa: PLR0913 - an option each
    *,
    target: Target = "",
    venue: Venues = None,
    method: Methods = None,
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
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - as above
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


app.command()(drift)


@app.command()
def record(  # noqa: PLR0913 - an option each
    *,
    venue: Annotated[str, typer.Option(metavar="NAME", help="extended, lighter or hyperliquid.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder of recordings.")],
    scenario: Annotated[str, typer.Option(metavar="NAME", help="What the account situation is called.")],
    environment: Annotated[str, typer.Option(metavar="NAME", help="testnet or mainnet.")] = "testnet",
    pair: Annotated[str, typer.Option(metavar="PAIR", help="The market of what needs one; BTC unless told.")] = "",
    seconds: Annotated[float, typer.Option(min=0, metavar="N", help="How long channels are listened to.")] = 10.0,
    listen: Annotated[bool, typer.Option("--listen", help="Record what clients of yours ask, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(metavar="N", help="With --listen; 0 is a free one, which is printed.")] = 0,
    credentials: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON, TOML or .env, outside any repository.", show_default=False),
    ] = None,
    scale: Scale = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a recording that is there.")] = False,
    trading: Annotated[bool, typer.Option("--trading", help="With --listen, let orders through.")] = False,
    trading_on_mainnet: Annotated[bool, typer.Option("--trading-on-mainnet", help="On mainnet too.")] = False,
    certificates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Authorities to trust instead of the system's.", show_default=False),
    ] = None,
    connect_to: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST:PORT:ADDRESS:PORT", help="Where a host of the venue is; repeatable."),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="NAME", envvar="HARNESS_RECORDED_BY", help="Who records, for the provenance.")
    ] = "",
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Record what a venue answers, redacted, from testnet or mainnet."""
    from harness.commands.outputs import Outputs
    from harness.commands.record import Request, run

    request = Request(
        venue=venue,
        to=to,
        scenario=scenario,
        environment=environment,
        pair=pair,
        seconds=seconds,
        listen=listen,
        port=port,
        credentials=credentials,
        scale=scale,
        force=force,
        trading=trading,
        trading_on_mainnet=trading_on_mainnet,
        certificates=certificates,
        connect_to=tuple(connect_to or ()),
        by=by,
    )
    return run(request, Outputs(json=json, junit=junit, sarif=sarif, markdown=markdown, github=github))


@app.command()
def serve(  # noqa: PLR0913 - an option each
    *,
    venue: Annotated[str, typer.Option(metavar="NAME", help="extended, lighter or hyperliquid.")],
    scenario: Annotated[
        str, typer.Option(metavar="NAME|PATH", help="A scenario, a cassette, a tape, or a folder of them.")
    ] = "long_and_short",
    port: Annotated[int, typer.Option(metavar="N", help="0 is a free one, which is printed.")] = 0,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    expose: Annotated[bool, typer.Option("--expose", help="Let --host be reachable from other machines.")] = False,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Another name that clients ask by; repeatable.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:ENDPOINT]", help="Fail from the start, http-503:user-balance say; repeatable."),
    ] = None,
    pace: Annotated[str, typer.Option(metavar="PACE", help="Of tapes: recorded or fast.")] = "recorded",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no requests.")] = False,
    debug: Debug = False,  # noqa: ARG001 - as above
) -> int:
    """Serve recordings of a venue on a port, to any client, until interrupted."""
    from harness.commands.serve import Request, run

    request = Request(
        venue=venue,
        scenario=scenario,
        host=host,
        port=port,
        expose=expose,
        allowed_hosts=tuple(allow_host or ()),
        faults=tuple(fault or ()),
        pace=pace,
        quiet=quiet,
    )
    return run(request)


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
