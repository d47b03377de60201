"""Where a credential can travel, and in which spelling: each pair of both is a variant that must not survive."""

import base64
import gzip
import json
from dataclasses import replace
from urllib.parse import quote

from harness.cassette.model import Cassette, Environment, Interaction, Provenance, Request, Response
from harness.cassette.tape import Direction, Frame, Kind, Tape

# harness-scan: allow hex-key because it is made up
KEY = "0x4c8f21d07be93a5566e0d1f7a9b3c2487d15ef0a96b84c3e21d7f0956ab8ce13"
URI = "https://mainnet.zklighter.elliot.ai/api/v1/account?by=index&value=281473"
SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
PROVENANCE = Provenance(
    venue="lighter", environment=Environment.MAINNET, scenario="planted", recorded_at="2026-06-01T00:00:00Z"
)


def each(template):
    """An escape of every character."""
    return lambda text: "".join(template.format(ord(char)) for char in text)


def raw(text):
    """The bytes of the key."""
    return bytes.fromhex(text[2:])


SPELLINGS = {
    "plain": str,
    "upper": str.upper,
    "bare": lambda s: s[2:],
    "url": each("%{:02x}"),
    "url-upper": each("%{:02X}"),
    "url-twice": each("%25{:02X}"),
    "url-part": lambda s: s[:20] + each("%{:02x}")(s[20:]),
    "json": each("\\u{:04x}"),
    "json-part": lambda s: each("\\u{:04X}")(s[:9]) + s[9:],
    "html": each("&#{};"),
    "html-hex": each("&#x{:x};"),
    "hex": lambda s: s.encode().hex(),
    "hex-blanks": lambda s: s.encode().hex(" "),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64-bare": lambda s: base64.b64encode(s.encode()).decode().rstrip("="),
    "base64-1": lambda s: base64.b64encode(f"a:{s}:z".encode()).decode(),
    "base64-2": lambda s: base64.b64encode(f"ab:{s}:z".encode()).decode(),
    "base64url": lambda s: base64.urlsafe_b64encode(f"~?{s}?~".encode()).decode(),
    "base64-bytes": lambda s: base64.b64encode(raw(s)).decode(),
    "base64-url": lambda s: quote(base64.b64encode(raw(s)).decode(), safe=""),
    "reversed": lambda s: raw(s)[::-1].hex(),
    "decimal": lambda s: str(int(s, 16)),
    "folded": lambda s: f"{s[:30]}\n  {s[30:]}",
    "listed": lambda s: f'{s[:40]}", "{s[40:]}',
}


def exchange(**changed):
    """An exchange with something planted: the names are those of `Request`, and `answer_` those of `Response`."""
    answer = {name.removeprefix("answer_"): changed.pop(name) for name in list(changed) if name.startswith("answer_")}
    request = replace(Request("GET", URI, None, {"Accept": ("*/*",)}), **changed)
    response = replace(Response(200, "OK", b'{"code":200,"total":0,"accounts":[]}', {}), **answer)
    return Cassette(PROVENANCE, (Interaction(request, response),))


def stream(*frames):
    """A connection with something planted."""
    return Tape(PROVENANCE, (Frame(0, 1, SENT, Kind.OPEN, "/stream"), *frames))


def sent_json(text, kind="application/json"):
    """A request with a body."""
    return exchange(method="POST", body=text.encode(), headers={"Content-Type": (kind,)})


def multipart(value):
    """A body of two parts."""
    return sent_json(
        f'--xyz\r\nContent-Disposition: form-data; name="tx_type"\r\n\r\n14\r\n--xyz\r\n'
        f'Content-Disposition: form-data; name="tx_info"; filename="{value[:8]}"\r\n\r\n{value}\r\n--xyz--\r\n',
        "multipart/form-data; boundary=xyz",
    )


def packed(value):
    """A body that was kept compressed."""
    return exchange(answer_body=gzip.compress(f"secret is {value}".encode(), mtime=0))


PLACES = {
    "request header": lambda v: exchange(headers={"X-Token": (v,)}),
    "kept request header": lambda v: exchange(headers={"Accept": (f"text/{v}",)}),
    "authorization": lambda v: exchange(headers={"Authorization": (f"Bearer {v}",)}),
    "cookie": lambda v: exchange(headers={"Cookie": (f"session={v}; theme=dark",)}),
    "set-cookie": lambda v: exchange(answer_headers={"Set-Cookie": (f"session={v}", "a=b")}),
    "response header": lambda v: exchange(answer_headers={"X-Echo": (v,)}),
    "kept response header": lambda v: exchange(answer_headers={"Server": (f"nginx {v}",)}),
    "header split in two": lambda v: exchange(headers={"Accept": (v[: len(v) // 2], v[len(v) // 2 :])}),
    "two headers": lambda v: exchange(answer_headers={"Server": (v[: len(v) // 2],), "Date": (v[len(v) // 2 :],)}),
    "documented parameter": lambda v: exchange(uri=f"{URI}&cursor={quote(v, safe='%&;#+/=')}"),
    "unknown parameter": lambda v: exchange(uri=f"{URI}&debug={quote(v)}"),
    "name of a parameter": lambda v: exchange(uri=f"{URI}&{quote(v, safe='')}=1"),
    "path": lambda v: exchange(uri=f"https://mainnet.zklighter.elliot.ai/api/v1/{quote(v, safe='')}/x"),
    "user of an address": lambda v: exchange(uri=f"https://me:{quote(v, safe='')}@mainnet.zklighter.elliot.ai/"),
    "redirect": lambda v: exchange(answer_status=302, answer_headers={"Location": (f"https://x.y/?t={quote(v)}",)}),
    "reason": lambda v: exchange(answer_reason=f"No {v}"),
    "json sent": lambda v: sent_json(json.dumps({"auth": v, "other": {"deep": [v]}})),
    "form": lambda v: sent_json(f"tx_type=14&tx_info={quote(v, safe='')}", "application/x-www-form-urlencoded"),
    "multipart": multipart,
    "described field": lambda v: exchange(answer_body=json.dumps({"code": 400, "message": f"bad {v}"}).encode()),
    "unknown field": lambda v: exchange(answer_body=json.dumps({"code": 200, "echo": v}).encode()),
    "key of an object": lambda v: exchange(answer_body=json.dumps({"code": 200, v: 1}).encode()),
    "json in json": lambda v: exchange(answer_body=json.dumps({"message": json.dumps({"k": v})}).encode()),
    "error page": lambda v: exchange(answer_status=502, answer_body=f"<html><p>key={v}</p></html>".encode()),
    "bytes": lambda v: exchange(answer_body=b"\xff\xfe" + v.encode() + b"\x80"),
    "frame sent": lambda v: stream(Frame(1, 1, SENT, Kind.TEXT, json.dumps({"type": "subscribe", "auth": v}))),
    "frame received": lambda v: stream(Frame(1, 1, RECEIVED, Kind.TEXT, json.dumps({"type": "error", "message": v}))),
    "frame of text": lambda v: stream(Frame(1, 1, RECEIVED, Kind.TEXT, f"unauthorized: {v}")),
    "opening": lambda v: replace(stream(), frames=(Frame(0, 1, SENT, Kind.OPEN, f"/stream?auth={quote(v, safe='')}"),)),
    "binary frame": lambda v: stream(Frame(1, 1, RECEIVED, Kind.BINARY, base64.b64encode(v.encode()).decode())),
    "closing": lambda v: stream(Frame(1, 1, RECEIVED, Kind.CLOSE, f"4001 bad {v}")),
}
"""Place -> a recording in which a text is planted there."""

VARIANTS = [(place, spelling) for place in PLACES for spelling in SPELLINGS]
