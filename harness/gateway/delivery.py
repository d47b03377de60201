"""Putting a reply on the wire, whole or in one of the ways that networks and servers break it.

The bytes are written here and not by aiohttp's response classes, which add headers, guess a content type and correct
a wrong length: a recorded answer must arrive as it was recorded, and a broken one as broken as it is meant to be.
"""

import asyncio
import socket
import struct
from functools import lru_cache
from typing import Any

from aiohttp import HttpVersion11, web

from harness.gateway.messages import FRAMING, Reply, Wire

__all__ = ["deliver", "deliver_whole"]

_PIECES = 8
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_BODILESS = frozenset({204, 304})


class _Sent(web.StreamResponse):
    """What aiohttp is handed when everything is written: nothing is left to send."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._reuse = keep_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        """Nothing: the head is out."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing: the body is out."""

    @property
    def keep_alive(self) -> bool:
        return self._reuse


_KEEP = _Sent(keep_alive=True)
_CLOSE = _Sent(keep_alive=False)


async def deliver(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send the reply the way it says; the result tells aiohttp whether the connection goes on."""
    match reply.wire:
        case Wire.WHOLE:
            return deliver_whole(request, reply)
        case Wire.SLOW_FIRST_BYTE:
            await asyncio.sleep(reply.delay)
            return deliver_whole(request, reply)
        case Wire.SLOW_BODY:
            return await _slowly(request, reply)
        case Wire.STALLED:
            await asyncio.get_running_loop().create_future()  # ends when the client or the gateway gives up
        case Wire.TRUNCATED:
            _write(request, _head(reply, max(len(reply.body), 1)) + _half(reply.body))
        case Wire.SHORT_LENGTH:
            _write(request, _head(reply, len(_half(reply.body))) + reply.body)
        case Wire.RESET_BODY:
            _write(request, _head(reply, max(len(reply.body), 1)) + _half(reply.body))
            _reset(request)
        case Wire.RESET_BEFORE | Wire.REFUSED:
            _reset(request)
    return _CLOSE


def deliver_whole(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send the reply as it stands, without waiting for anything."""
    reuse = _reusable(request)
    if request.method == "HEAD":
        _write(request, _head(reply, len(reply.body), close=not reuse))
    elif reply.status in _BODILESS:
        _write(request, _head(reply, None, close=not reuse))
    else:
        _write(request, _head(reply, len(reply.body), close=not reuse) + reply.body)
    return _KEEP if reuse else _CLOSE


async def _slowly(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    reuse = _reusable(request)
    _write(request, _head(reply, len(reply.body), close=not reuse))
    size = -(-len(reply.body) // _PIECES) or 1
    for start in range(0, len(reply.body), size):
        await asyncio.sleep(reply.delay / _PIECES)
        _write(request, reply.body[start : start + size])
    return _KEEP if reuse else _CLOSE


def _reusable(request: web.BaseRequest) -> bool:
    return request.keep_alive and request.version == HttpVersion11


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _head(reply: Reply, length: int | None, *, close: bool = False) -> bytes:
    return _head_of(reply.status, reply.reason, reply.headers, length, close)


@lru_cache(maxsize=1024)
def _head_of(status: int, reason: str, headers: tuple[tuple[str, str], ...], length: int | None, close: bool) -> bytes:
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in FRAMING]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    if close:
        lines.append("Connection: close")
    lines += ["", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _write(request: web.BaseRequest, data: bytes) -> None:
    if request.transport is not None:  # else the client has gone
        request.transport.write(data)


def _reset(request: web.BaseRequest) -> None:
    if request.transport is None:
        return
    raw: Any = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    request.transport.abort()
