"""A server of plain aiohttp that answers whatever comes with the same bytes: what serving costs at least.

`python -m tests.bench.bare FILE COUNT` prints its port; a WebSocket gets the file as COUNT text frames.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

__all__: list[str] = []


async def main(body: bytes, count: int) -> None:
    """Serve until killed."""
    text = body.decode()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade") != "websocket":
            return web.Response(body=body, content_type="application/json")
        response = web.WebSocketResponse(compress=False)
        await response.prepare(request)
        for _ in range(count):
            await response.send_str(text)
        return response

    server = await asyncio.get_running_loop().create_server(web.Server(answer, access_log=None), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).read_bytes(), int(sys.argv[2])))
