"""Asking a venue what it answers now: its own hosts, verified, without credentials, and nobody else."""

import asyncio
import json
import socket
import ssl

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver

from harness.drift.live import plan, trust, watch
from harness.errors import UsageError
from harness.venues import NAMES, venue
from harness.venues.facts import Auth

HOSTS = {"lighter": "mainnet.zklighter.elliot.ai", "hyperliquid": "api.hyperliquid.xyz"}
ACCOUNT = {"by": "index", "value": "7"}
NOW = 1_800_000_000.0


class Loopback(AbstractResolver):
    """Every name is this machine, and is remembered."""

    def __init__(self):
        self.asked = []

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked.append(host)
        told = {"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET}
        return [{**told, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self):
        """Nothing to close."""


class Server:
    """A venue on loopback, with a certificate for its real name."""

    def __init__(self, authority, host, answers):
        self.requests = []
        self._answers = answers
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(host).configure_cert(self._context)

    async def __aenter__(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._context)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _answer(self, request):
        self.requests.append((request.method, request.path_qs, dict(request.headers), await request.text()))
        body = json.loads(self.requests[-1][3] or "{}")
        answer = self._answers.get(body.get("type", request.path))
        if answer is None:
            return web.Response(status=404)
        if answer.startswith("https://"):
            return web.Response(status=302, headers={"Location": answer})
        return web.Response(text=answer)


@pytest.fixture
def authority():
    """An authority of this test's own."""
    return trustme.CA()


def asked(authority, name, answers, *, trusted=None, host="", **told):
    """What `watch` makes of a venue on loopback, with the server and the names that were looked up."""
    resolver = Loopback()

    async def run():
        async with Server(authority, host or HOSTS[name], answers) as server:
            context = trusted or ssl.create_default_context()
            if trusted is None:
                authority.configure_trust(context)
            try:
                found = await watch(
                    name, "mainnet", context, resolver=resolver, port=server.port, clock=lambda: NOW, **told
                )
            except UsageError as error:
                found = error
            return found, server, resolver.asked

    return asyncio.run(run())


ANSWERS = {
    "/info": '{"contract_address": "0x%s"}' % ("a" * 40),
    "/api/v1/account": '{"code": 200, "total": 1, "accounts": [{"total_asset_value": 1.50}]}',
    "/api/v1/orderBooks": "<html>busy</html>",
    "/api/v1/exchangeStats": "https://elsewhere.example/",
}


def test_public_routes_are_asked_and_their_answers_observed(authority):
    """And why others had none is said."""
    found, server, names = asked(authority, "lighter", ANSWERS, known=ACCOUNT)
    assert found.summary.topics["lighter/rest/account"].documents == 1
    assert found.payloads["GET /api/v1/account"].body["total"] == 1
    assert "not JSON" in found.unanswered["order-books"]
    assert "redirect" in found.unanswered["exchange-stats"]
    assert "HTTP 404" in found.unanswered["status"]
    assert "--param" in found.unanswered["apikeys"]
    assert set(names) == {HOSTS["lighter"]}
    assert ("GET", "/api/v1/account?by=index&value=7") in [request[:2] for request in server.requests]
    assert {request[0] for request in server.requests} == {"GET"}
    assert not [request for request in server.requests if {"Authorization", "X-Api-Key", "Cookie"} & set(request[2])]


def test_questions_that_are_posted_only_read(authority):
    """Hyperliquid's are bodies of one route."""
    answers = {"meta": '{"universe": []}', "allMids": '{"BTC": "1.5"}'}
    found, server, _ = asked(authority, "hyperliquid", answers)
    assert {"hyperliquid/rest/info-meta", "hyperliquid/rest/info-all-mids"} == set(found.summary.topics)
    assert {request[:2] for request in server.requests} == {("POST", "/info")}


def test_a_certificate_of_another_authority_is_not_taken(authority):
    """Nothing is sent."""
    found, server, _ = asked(authority, "lighter", ANSWERS, trusted=trust())
    assert isinstance(found, UsageError)
    assert "ertificate" in str(found)
    assert not server.requests


def test_a_certificate_of_another_name_is_not_taken(authority):
    """Nor is one of the right authority."""
    found, server, _ = asked(authority, "lighter", ANSWERS, host="mainnet.elsewhere.example")
    assert isinstance(found, UsageError)
    assert not server.requests


def test_an_authority_in_a_file_is_the_only_one_that_is_trusted(authority, tmp_path):
    """That of a company's proxy, say."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    found, _, _ = asked(authority, "lighter", ANSWERS, trusted=trust(path))
    assert found.summary.topics
    with pytest.raises(UsageError, match="--ca"):
        trust(tmp_path / "nothing.pem")


def test_an_environment_that_a_venue_does_not_have_is_wrong_usage(authority):
    """With those that it has."""
    with pytest.raises(UsageError, match="known are mainnet, testnet"):
        asyncio.run(watch("lighter", "staging", trust()))


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_asks_nothing_that_needs_credentials_or_changes_anything(name):
    """Whatever is known of parameters."""
    facts = venue(name)
    known = {param.name: "1" for endpoint in facts.endpoints for param in endpoint.params}
    questions, _ = plan(facts, known, NOW)
    assert len(questions) > 5
    for question in questions:
        assert question.endpoint.auth is Auth.NONE
        assert question.endpoint.method == "GET" or question.path == "/info"
        assert "{" not in question.path
