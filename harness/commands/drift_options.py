"""The command line of `harness drift`: options in, a request out."""

from pathlib import Path
from typing import Annotated

import typer

from harness.commands.options import Debug, Github, Json, Junit, Markdown, Sarif, Target

__all__ = ["drift"]


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
    target: Target = "",
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
    json: Json = "",
    junit: Junit = "",
    sarif: Sarif = "",
    markdown: Markdown = "",
    github: Github = False,
    debug: Debug = False,  # noqa: ARG001 - main() looks for it
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
