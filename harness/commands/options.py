"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Debug",
    "Github",
    "Json",
    "Junit",
    "Markdown",
    "Methods",
    "Sarif",
    "Scale",
    "SecretEnv",
    "Secrets",
    "Target",
    "Venues",
]

Json = Annotated[
    str, typer.Option("--json", metavar="FILE", help="Write every result as one JSON document; - is standard output.")
]
Junit = Annotated[str, typer.Option("--junit", metavar="FILE", help="Write every result as JUnit XML.")]
Sarif = Annotated[str, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF, for code scanning.")]
Markdown = Annotated[str, typer.Option("--markdown", metavar="FILE", help="Write a report for an issue or a chat.")]
Github = Annotated[
    bool, typer.Option("--github", help="Print annotations for GitHub Actions and add to the job's summary.")
]
Target = Annotated[
    str, typer.Option(metavar="MODULE:FACTORY", help="The connector; without it, the reference connectors.")
]
Venues = Annotated[list[str] | None, typer.Option(metavar="NAME", help="extended, lighter or hyperliquid; repeatable.")]
Methods = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only this method, _update_balances say; repeatable.")
]
SecretEnv = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="An environment variable that holds a secret; repeatable."),
]
Secrets = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="JSON, TOML or .env of secrets, outside the repository.", show_default=False),
]
Scale = Annotated[str, typer.Option(metavar="FACTOR", help="Multiply the account's amounts by this.")]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of a fault of the harness, as HARNESS_DEBUG=1 does.")
]
