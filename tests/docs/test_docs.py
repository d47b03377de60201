"""The documentation holds what it promises: checks are described, links lead somewhere, snippets are Python."""

import asyncio
import os
import re
from pathlib import Path
from urllib.parse import unquote

import aiohttp
import pytest

from harness.checks.evidence import AGE, UNPLAYED
from harness.checks.recorded import PARSE, REFUSE
from harness.checks.registry import checks
from harness.contract.payloads import CHECK as SCHEMA
from harness.drift.rules import RULES
from harness.sim.scenarios import SCENARIOS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted({*DOCS.rglob("*.md"), ROOT / "CHANGELOG.md", ROOT / "README.md"})
FENCE = re.compile(r"^(```+)(\w*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
EXTERNAL = ("http://", "https://", "mailto:")


def prose(page):
    """A page without its code blocks and inline code, in which brackets mean something else."""
    return re.sub(r"`[^`\n]*`", "code", FENCE.sub("", page.read_text("utf-8")))


def headings(page):
    """The headings of a page, without the comments of its code blocks."""
    return re.findall(r"^#+ +(.+?) *$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)


def anchors(page):
    """Anchors as code hosts make them: lower case, letters, digits, hyphens and underscores, blanks to hyphens."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings(page)}


def snippets(page):
    """The Python code blocks of a page, with the line in which each begins."""
    text = page.read_text("utf-8")
    return [(text[: m.start()].count("\n") + 2, m[3]) for m in FENCE.finditer(text) if m[2] == "python"]


PYTHON = [(page, line, code) for page in PAGES if page.exists() for line, code in snippets(page)]


def name(page):
    """How a page is called in the name of a test."""
    return str(page.relative_to(ROOT))


def test_every_check_has_a_section_and_every_section_a_check():
    """A finding points to docs/checks.md#ID, and nothing is described that does not exist."""
    described = {
        title for title in headings(DOCS / "checks.md") if title == SCHEMA or re.fullmatch(r"[A-Z]+-\w+", title)
    }
    assert described == {*checks(), PARSE, REFUSE, SCHEMA, AGE, UNPLAYED}


@pytest.mark.parametrize("check", [*checks(), PARSE, REFUSE, AGE, UNPLAYED])
def test_a_section_shows_a_failure_of_its_own_check_and_how_to_mend_it(check):
    """The example is of this check and not of the one before it."""
    text = (DOCS / "checks.md").read_text("utf-8")
    section = text.partition(f"\n## {check}\n")[2].partition("\n## ")[0]
    assert f"✗ {check}  " in section
    assert "**Provoked by**" in section
    assert "**Passes**" in section
    assert "**Mend**" in section


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page):
    """Files exist, and so do the headings that anchors name."""
    broken = []
    for link in LINK.findall(prose(page)):
        if link.startswith(EXTERNAL):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        if not target.exists() or (anchor and unquote(anchor).lower() not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("venue", SCENARIOS)
def test_every_cassette_is_in_the_table_of_its_venue(venue):
    """Who finds a file in cassettes/ finds in the docs what it is for."""
    rows = re.findall(r"^\| `(\w+)` \| ([A-Z ]+) \|", (DOCS / "cassettes.md").read_text("utf-8"), re.MULTILINE)
    listed = {scenario for scenario, letters in rows if venue[0].upper() in letters.split()}
    assert listed == {path.stem for path in (ROOT / "cassettes" / venue).glob("*.yaml")}


@pytest.mark.parametrize(("page", "line", "code"), PYTHON, ids=[f"{name(page)}:{line}" for page, line, _ in PYTHON])
def test_a_snippet_is_python(page, line, code):
    """Nobody copies a syntax error out of the docs."""
    compile("\n" * (line - 1) + code, str(page), "exec")


def test_the_snippets_for_plain_vcrpy_replay_our_cassettes(monkeypatch):
    """They run as they are printed, from the root of the project."""
    monkeypatch.chdir(ROOT)
    extended, hyperliquid = (code for _, code in snippets(DOCS / "cassettes.md"))
    printed = {}
    exec(extended, printed)  # noqa: S102 - our own documentation
    assert f'`replayed()` is `"{printed["replayed"]()}"`' in (DOCS / "cassettes.md").read_text("utf-8")
    told = {}
    exec(hyperliquid, told)  # noqa: S102 - our own documentation

    async def withdrawable():
        body = {"type": "clearinghouseState", "user": "0x67f69b59f89ce5a890b0b9ae47d9e0c282f3426c"}
        async with (
            aiohttp.ClientSession() as session,
            session.post("https://api.hyperliquid.xyz/info", json=body) as answer,
        ):
            return (await answer.json())["withdrawable"]

    with told["player"].use_cassette(os.fspath(ROOT / "cassettes" / "hyperliquid" / "long_and_short.yaml")):
        assert asyncio.run(withdrawable()) == "6550.809449"


def test_every_rule_of_drift_has_a_section_with_its_axes_and_classes():
    """The table that `harness.drift.rules` is, in words."""
    text = (DOCS / "drift.md").read_text("utf-8")
    assert {title for title in headings(DOCS / "drift.md") if title.startswith("DRIFT-")} == set(RULES)
    for rule in RULES.values():
        section = text.partition(f"\n### {rule.id}\n")[2].partition("\n### ")[0]
        assert f"({rule.area}, {rule.kind}, {rule.direction}; {' / '.join(rule.severities)})" in section


def test_every_survivor_of_the_mutation_run_is_in_its_document():
    """The table is that of `tests/mutation/explained.toml`, as `tests.mutation.explained.listed` writes it."""
    from tests.mutation.explained import listed

    assert listed() in (DOCS / "mutation.md").read_text("utf-8")
