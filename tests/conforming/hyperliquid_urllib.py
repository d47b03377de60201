"""Hyperliquid with blocking urllib in the coroutine itself; the account's mode is guessed from what it holds.

A perpetuals account with nothing in it, and USDC in the spot wallet: then the collateral is kept there.
"""

import email.utils
import http.client
import json
import time
import urllib.error
import urllib.request
from decimal import Decimal
from types import SimpleNamespace

PAUSES = (0.1, None)
TIMEOUT = 1.0


class VenueError(Exception):
    pass


def _wait(asked, pause):
    if asked is None:
        return pause
    if asked.isdigit():
        return max(pause, int(asked))
    return max(pause, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())


class HyperliquidUrllib:
    def __init__(self, base_url, address):
        self._url = base_url + "/info"
        self._user = address
        self._account_balances = {"USD": Decimal(0)}
        self._account_available_balances = {"USD": Decimal(0)}
        self.account_positions = {}

    def _post(self, kind):
        body = json.dumps({"type": kind, "user": self._user}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 - configured
        for pause in PAUSES:
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310 - configured
                    raw = response.read()
                break
            except urllib.error.HTTPError as error:
                error.close()
                if pause is None or (error.code != 429 and error.code < 500):
                    raise VenueError(f"{kind}: HTTP {error.code}") from None
                asked = error.headers.get("Retry-After")
                time.sleep(_wait(asked, pause))
            except TimeoutError:
                raise VenueError(f"{kind}: no answer within {TIMEOUT} s") from None
            except (OSError, http.client.HTTPException) as error:
                if pause is None or isinstance(getattr(error, "reason", None), TimeoutError):
                    raise VenueError(f"{kind}: {type(error).__name__}") from None
                time.sleep(pause)
        document = json.loads(raw, parse_float=Decimal)
        if not isinstance(document, dict) or document.get("status") == "err":
            raise VenueError(f"{kind}: {str(document)[:100]}")
        return document

    async def _update_balances(self):
        perpetuals = self._post("clearinghouseState")
        total = Decimal(perpetuals["crossMarginSummary"]["accountValue"])
        available = Decimal(perpetuals["withdrawable"])
        raw = Decimal(perpetuals["crossMarginSummary"]["totalRawUsd"])
        if available == 0 and (raw < 0 or total == 0):
            spot = self._post("spotClearinghouseState")
            usdc = [row for row in spot["balances"] if row["coin"] == "USDC"]
            if usdc and Decimal(usdc[0]["total"]) != 0:
                total = Decimal(usdc[0]["total"])
                available = total - Decimal(usdc[0]["hold"])
        self._account_balances["USD"] = total
        self._account_available_balances["USD"] = available

    async def _update_positions(self):
        found = {}
        for item in self._post("clearinghouseState")["assetPositions"]:
            position = item["position"]
            coin, size = position["coin"], Decimal(position["szi"])
            if not isinstance(coin, str):
                raise VenueError("clearinghouseState: a position without coin")
            if size.is_zero():
                continue
            found[coin] = SimpleNamespace(
                trading_pair=coin + "-USD",
                position_side="SHORT" if size < 0 else "LONG",
                amount=size,
                entry_price=Decimal(position["entryPx"]),
                unrealized_pnl=Decimal(position["unrealizedPnl"]),
                leverage=Decimal(position["leverage"]["value"]),
            )
        self.account_positions = found


def build(base_url, ws_url, credentials, trading_pairs):
    return HyperliquidUrllib(base_url, credentials["address"])
