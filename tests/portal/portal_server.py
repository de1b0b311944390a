"""A portal over real HTTP that behaves as udata's API is described, faults included. It wants the key and JSON that
says it is JSON, checks types and identifiers, refuses endings it does not take, computes its own
checksum of what is uploaded, names a resource anew after each upload, empties what an update of a
dataset leaves out, and makes a second dataset when the same one is posted twice. Of a file it
holds, version 6 lets an update say format and checksum; later versions keep what they computed
(``keeps_computed``)."""

import hashlib
import itertools
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

KEY: Final = "k3y-of-the-test"
ALLOWED: Final = ("ttl", "rdf", "owl", "n3", "xml", "json", "csv", "zip", "gz", "svg", "pdf")
COMPUTED: Final = ("format", "mime", "filesize", "checksum")
EDITABLE: Final = (
    "title", "acronym", "description", "license", "frequency", "tags", "temporal_coverage", "spatial", "private",
    "organization",
)  # fmt: skip
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
DESCRIBED: Final = (
    "title",
    "type",
    "filetype",
    "url",
    "format",
    "mime",
    "filesize",
    "checksum",
    "extras",
)

Json = dict[str, Any]
Reply = tuple[int, Any]
SAID: Final = b'{"message": "as the test wants it"}'


@dataclass
class Portal:
    """The state of the portal, and what the test wants to go wrong. A fault of a call is a status as text, or one of
    drop-before, drop-midway, drop-after, slow, broken-json, html, redirect; with headers and a
    body."""

    url: str = ""
    largest: int = 1 << 30
    drops_extras: bool = False
    drops_marks: bool = False
    rewords: bool = False
    keeps_computed: bool = False
    spoils: int = 0
    has_org_datasets: bool = True
    datasets: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    faults: dict[int, tuple[str, dict[str, str], bytes]] = field(default_factory=dict)
    dead_from: tuple[int, str] | None = None
    release_slow: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("GET")]

    def fail(
        self, *numbers: int, kind: str = "", location: str = "", after: str = "", body: bytes = SAID
    ) -> None:
        """Count calls anew, and let those of these numbers, from 1, go wrong."""
        self.calls.clear()
        self.dead_from = None
        headers = {"Location": location, "Retry-After": after}
        self.faults = dict.fromkeys(
            numbers, (kind, {name: text for name, text in headers.items() if text}, body)
        )

    def fault(self) -> tuple[str, dict[str, str], bytes]:
        number = len(self.calls)
        (first, kind) = self.dead_from or (1 << 30, "")
        if number >= first:
            return (kind if number == first else "drop-before"), {}, b""
        return self.faults.get(number, ("", {}, b""))

    def state(self) -> list[Json]:
        """Everything the portal holds but the identifiers and addresses it gave itself."""

        rows = [dataset | {"id": "", "page": ""} for dataset in self.datasets.values()]
        for dataset in rows:
            dataset["resources"] = [
                row | {"id": "", "url": "", "content": self.files.get(row["id"], row["url"])}
                for row in dataset["resources"]
            ]
        return rows

    def answer(self, method: str, target: str, body: bytes, content_type: str) -> Reply:
        """What udata would answer to a call with the right key."""
        parts = urlsplit(target)
        steps = parts.path.removeprefix("/api/1/").strip("/").split("/")
        sent: Json = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if body and content_type.startswith("application/json"):
            sent = json.loads(body)
        elif body and not content_type.startswith("multipart/form-data"):
            return 400, {"errors": {"Content-Type": "expecting application/json"}}
        with self.lock:
            match method, *steps:
                case "GET", "me", "org_datasets" if self.has_org_datasets:
                    return 200, [row for row in self.datasets.values() if not row["organization"]]
                case "GET", "me", "datasets":
                    return 200, list(self.datasets.values())
                case "GET", "organizations", identifier, "datasets":
                    rows = [
                        r
                        for r in self.datasets.values()
                        if (r["organization"] or {}).get("id") == identifier
                    ]
                    start = (int(sent["page"]) - 1) * 2
                    further = f"{self.url}/elsewhere" if rows[start + 2 :] else None
                    return 200, {"data": rows[start : start + 2], "next_page": further}
                case "POST", "datasets":
                    identifier = f"{next(self.numbers):024x}"
                    page = f"{self.url}/fr/datasets/{identifier}/"
                    dataset: Json = {
                        "id": identifier,
                        "page": page,
                        "resources": [],
                        "deleted": None,
                    }
                    status, answer = self._edit(dataset, sent, 201)
                    if status == 201:
                        self.datasets[identifier] = dataset
                    return status, answer

                case verb, "datasets", identifier, *inner if identifier in self.datasets:
                    return self._of_dataset(
                        verb, inner, self.datasets[identifier], sent, (body, content_type)
                    )
        return 404, {"message": "Not found"}

    def _edit(self, dataset: Json, sent: Json, status: int) -> Reply:
        period = sent.get("temporal_coverage") or dict.fromkeys(("start", "end"), "2000-01-01")
        fits = {
            "title": str(sent.get("title") or "").strip(),
            "description": str(sent.get("description") or "").strip(),
            "license": sent.get("license") in ("cc-by", "cc-zero", "notspecified"),
            "frequency": sent.get("frequency") in ("unknown", "irregular", "annual", "monthly"),
            "private": isinstance(sent.get("private", False), bool),
            "temporal_coverage": all(
                DAY.fullmatch(period.get(end, "")) for end in ("start", "end")
            ),
            "tags": all(re.fullmatch(r"[a-z0-9-]{3,96}", tag) for tag in sent.get("tags") or []),
        }
        if errors := {
            name: ["Not a valid choice"] for name, is_right in fits.items() if not is_right
        }:
            return 400, {"errors": errors, "message": "Validation error"}
        dataset |= {name: sent.get(name) for name in EDITABLE}
        dataset["extras"] = {} if self.drops_extras else dict(sent.get("extras") or {})
        return status, dataset

    def _of_dataset(
        self, method: str, steps: list[str], dataset: Json, sent: Json, form: tuple[bytes, str]
    ) -> Reply:
        rows = dataset["resources"]
        row = next((row for row in rows if row["id"] == steps[1]), None) if len(steps) > 1 else None
        match method, *(steps[:1] + steps[2:]):
            case ["GET"]:
                return 200, dataset
            case ["PUT"] if dataset["deleted"]:
                return 410, {"message": "Dataset has been deleted"}
            case ["PUT"]:
                return self._edit(dataset, sent, 200)
            case ["POST", "upload"]:
                return self._store(dataset, None, *form)
            case ["POST", "resources", "upload"] if row:
                return self._store(dataset, row, *form)
            case ["DELETE", "resources"] if row:
                rows.remove(row)
                return 204, None
            case ["POST" | "PUT", "resources"] if row or method == "POST":
                summed = sent.get("checksum") or {"type": "sha256"}
                if not (
                    sent.get("title")
                    and sent.get("type") in ("main", "documentation", "api")
                    and sent.get("filetype") == (row["filetype"] if row else "remote")
                    and str(sent.get("url")).startswith("http")
                    and isinstance(sent.get("filesize", 0), int)
                    and summed["type"] in ("sha1", "sha2", "sha256", "md5", "crc")
                ):
                    return 400, {"message": "Validation error"}
                # udata answers with null where a text is empty
                said: Json = {name: sent.get(name) for name in DESCRIBED}
                said["description"] = (
                    "…" if row and self.rewords else sent.get("description") or None
                )
                if row:
                    if row["filetype"] == "file":
                        said |= {
                            name: row[name]
                            for name in ("url", *(COMPUTED if self.keeps_computed else ()))
                        }
                    row |= said | ({"extras": {}} if self.drops_marks else {})
                    return 200, row
                rows.insert(0, said | {"id": f"00000000-0000-4000-8000-{next(self.numbers):012x}"})
                return 201, rows[0]
        return 404, {"message": "no such resource"}

    def _store(self, dataset: Json, row: Json | None, form: bytes, content_type: str) -> Reply:
        mark = f"--{content_type.partition('boundary=')[2] or '?'}".encode()
        head, _, tail = form.partition(b"\r\n\r\n")
        named = re.search(rb'name="file"; filename="([^"]+)"', head)
        end = b"\r\n" + mark + b"--\r\n"
        if not (named and head.startswith(mark + b"\r\n") and tail.endswith(end)):
            return 400, {"success": False, "error": "Missing file parameter"}
        name = named[1].decode()
        content = tail.removesuffix(end)
        if self.spoils:
            self.spoils -= 1
            content = content[:-1]
        if name.rpartition(".")[2] not in ALLOWED:
            return 400, {"message": f"Unauthorized file type: {name}"}
        status = 200 if row else 201
        if row is None:
            identifier = f"00000000-0000-4000-8000-{next(self.numbers):012x}"
            row = {
                "id": identifier,
                "filetype": "file",
                "type": "main",
                "description": None,
                "extras": {},
            }
            dataset["resources"].insert(0, row)
        row |= {
            "title": name,
            "url": f"{self.url}/resources/{next(self.numbers)}/{name}",
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},
            "filesize": len(content),
            "format": name.rpartition(".")[2],
            "mime": "application/octet-stream",
        }
        self.files[row["id"]] = content
        return status, row | {"success": True}


class Handler(BaseHTTPRequestHandler):
    portal: Portal

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        portal = self.portal
        with portal.lock:
            portal.calls.append(f"{self.command} {self.path}")
            portal.keys.append(self.headers.get("X-API-KEY"))
            kind, headers, body = portal.fault()
        length = int(self.headers.get("Content-Length") or 0)
        if length > portal.largest:
            self._reply(413, b"<h1>Request Entity Too Large</h1>")
            # closed as a careful server does: what is still on its way does not wipe out the answer
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(5)
            with suppress(OSError):
                while length > 0 and (piece := self.rfile.read(min(length, 1 << 16))):
                    length -= len(piece)
            return
        content = self.rfile.read({"drop-before": 0, "drop-midway": length // 2}.get(kind, length))
        if kind in ("drop-before", "drop-midway"):
            self._cut()
        elif len(content) < length:
            return  # the client broke off: nothing is stored
        elif kind.isdigit():
            self._reply(int(kind), body, headers)
        elif kind in ("broken-json", "html"):
            self._reply(
                200,
                b'{"id": "5' if kind == "broken-json" else b"<!DOCTYPE html><title>Welcome</title>",
            )
        elif kind == "redirect":
            self._reply(302, b"", headers)
        elif self.headers.get("X-API-KEY") != KEY:
            self._reply(401, b'{"message": "Invalid API Key"}')
        else:
            status, answer = portal.answer(
                self.command, self.path, content, self.headers.get("Content-Type") or ""
            )
            if kind == "slow":
                portal.release_slow.wait(10)
            if kind == "drop-after":
                self._cut()
            else:
                self._reply(status, b"" if answer is None else json.dumps(answer).encode())

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # as the library calls them

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        with suppress(OSError):  # the client no longer listens
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


@contextmanager
def serve() -> Iterator[Portal]:
    """A portal on a free port of this machine."""
    portal = Portal()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"portal": portal}))
    server.daemon_threads = True
    portal.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield portal
    finally:
        portal.release_slow.set()
        server.shutdown()
        server.server_close()
        thread.join()
