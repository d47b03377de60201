"""Putting a reply on the wire, whole or in one of the ways that networks and servers break it."""

import asyncio
import socket
import struct

from aiohttp import web
from multidict import CIMultiDict

from harness.gateway.messages import FRAMING, Reply, Wire

__all__ = ["deliver"]

_PIECES = 8
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def deliver(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send the reply the way it says, and return the response that is left for aiohttp to send.

    After a way that ends the connection that response reaches nobody: aiohttp finds the transport closing and stops.
    """
    match reply.wire:
        case Wire.WHOLE:
            pass
        case Wire.SLOW_FIRST_BYTE:
            await asyncio.sleep(reply.delay)
        case Wire.SLOW_BODY:
            return await _slowly(request, reply)
        case Wire.STALLED:
            await asyncio.get_running_loop().create_future()  # ends when the client or the gateway gives up
        case Wire.TRUNCATED:
            _write(request, _head(reply, max(len(reply.body), 1)) + _half(reply.body))
            _close(request)
        case Wire.SHORT_LENGTH:
            _write(request, _head(reply, len(_half(reply.body))) + reply.body)
            _close(request)
        case Wire.RESET_BODY:
            _write(request, _head(reply, max(len(reply.body), 1)) + _half(reply.body))
            _reset(request)
        case Wire.RESET_BEFORE | Wire.REFUSED:
            _reset(request)
    return _whole(reply)


def _headers(reply: Reply) -> CIMultiDict[str]:
    return CIMultiDict([pair for pair in reply.headers if pair[0].lower() not in FRAMING])


def _whole(reply: Reply) -> web.Response:
    return web.Response(status=reply.status, reason=reply.reason, headers=_headers(reply), body=reply.body)


async def _slowly(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, reason=reply.reason, headers=_headers(reply))
    response.content_length = len(reply.body)
    await response.prepare(request)
    size = -(-len(reply.body) // _PIECES) or 1
    for start in range(0, len(reply.body), size):
        await asyncio.sleep(reply.delay / _PIECES)
        await response.write(reply.body[start : start + size])
    return response


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _head(reply: Reply, length: int) -> bytes:
    """The head of an answer that claims a length of its own; aiohttp's writer would correct it."""
    lines = [f"HTTP/1.1 {reply.status} {reply.reason}"]
    lines += [f"{name}: {value}" for name, value in _headers(reply).items()]
    lines += [f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _write(request: web.BaseRequest, data: bytes) -> None:
    if request.transport is not None:
        request.transport.write(data)


def _close(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()


def _reset(request: web.BaseRequest) -> None:
    if request.transport is None:
        return
    raw: socket.socket = request.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    request.transport.abort()
