"""A portal over real HTTP that behaves as udata's API is described, faults included.

It wants the key and JSON that says it is JSON, checks types and identifiers, refuses endings it does not take,
computes its own checksum of what is uploaded, names a resource anew after each upload, empties what an update of
a dataset leaves out, and makes a second dataset when the same one is posted twice. Of a file it holds, version 6
lets an update say format and checksum; later versions keep what they computed (``keeps_computed``).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

KEY: Final = "k3y-of-the-test"
ALLOWED: Final = ("ttl", "rdf", "owl", "n3", "xml", "json", "csv", "zip", "gz", "svg", "pdf")
LICENCES: Final = ("cc-by", "cc-zero", "notspecified")
FREQUENCIES: Final = ("unknown", "irregular", "annual", "monthly")
TYPES: Final = ("main", "documentation", "update", "api", "code", "other")
COMPUTED: Final = ("format", "mime", "filesize", "checksum")
EDITABLE: Final = (
    "title", "acronym", "description", "license", "frequency", "tags", "temporal_coverage", "spatial", "private",
)  # fmt: skip

Json = dict[str, Any]
Reply = tuple[int, Any]


@dataclass
class Fault:
    """What happens to one call: ``kind`` is a status as text, or one of drop-before, drop-midway, drop-after,
    slow, broken-json, html, redirect."""

    kind: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "as the test wants it"}'


@dataclass
class Portal:
    """The state of the portal, and what the test wants to go wrong."""

    url: str = ""
    largest: int = 1 << 30
    drops_extras: bool = False
    keeps_computed: bool = False
    spoils: int = 0
    has_org_datasets: bool = True
    datasets: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    faults: dict[int, Fault] = field(default_factory=dict)
    dead_from: tuple[int, str] | None = None
    release_slow: threading.Event = field(default_factory=threading.Event)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def writes(self) -> list[str]:
        """The calls that change something."""
        return [call for call in self.calls if not call.startswith("GET")]

    def forget(self) -> None:
        """Begin counting calls anew, with nothing going wrong."""
        self.calls.clear()
        self.keys.clear()
        self.faults.clear()
        self.dead_from = None

    def fail(self, number: int, kind: str, headers: dict[str, str] | None = None, body: bytes = Fault.body) -> None:
        """Let the call of that number, counted from 1, go wrong."""
        self.faults[number] = Fault(kind, headers or {}, body)

    def fault(self) -> Fault | None:
        """What goes wrong with the call that was counted last."""
        number = len(self.calls)
        if self.dead_from and number >= self.dead_from[0]:
            return Fault(self.dead_from[1] if number == self.dead_from[0] else "drop-before")
        return self.faults.get(number)

    def state(self) -> list[Json]:
        """Everything the portal holds but the identifiers and addresses it gave itself."""
        return [
            {name: value for name, value in one.items() if name not in ("id", "page", "resources")}
            | {"resources": [self._without_ids(resource) for resource in one["resources"]]}
            for one in self.datasets.values()
        ]

    def _without_ids(self, resource: Json) -> Json:
        kept = {name: value for name, value in resource.items() if name not in ("id", "url")}
        return kept | {"content": self.files.get(resource["id"], resource["url"])}

    def answer(self, method: str, target: str, body: bytes, content_type: str) -> Reply:
        """What udata would answer to a call with the right key."""
        parts = urlsplit(target)
        for verb, pattern, act in self._routes():
            found = re.fullmatch(pattern, parts.path)
            if found and verb == method:
                if body and not content_type.startswith(("application/json", "multipart/form-data")):
                    return 400, {"errors": {"Content-Type": "expecting application/json"}}
                with self.lock:
                    return act(list(found.groups()), self._content(body, content_type, parts.query))
        return 404, {"message": "Not found"}

    def _content(self, body: bytes, content_type: str, query: str) -> Json:
        if content_type.startswith("multipart/form-data"):
            return {"form": body, "boundary": content_type.partition("boundary=")[2]}
        return json.loads(body) if body else {name: values[0] for name, values in parse_qs(query).items()}

    def _routes(self) -> list[tuple[str, str, Callable[[list[str], Json], Reply]]]:
        dataset, resource = r"/api/1/datasets/([^/]+)/", r"/api/1/datasets/([^/]+)/resources/([^/]+)/"
        return [
            ("GET", "/api/1/me/org_datasets/", self._mine),
            ("GET", "/api/1/me/datasets/", lambda *_: (200, list(self.datasets.values()))),
            ("GET", "/api/1/organizations/([^/]+)/datasets/", self._shelf),
            ("POST", "/api/1/datasets/", self._create),
            ("GET", dataset, self._read),
            ("PUT", dataset, self._update),
            ("POST", f"{dataset}upload/", self._upload),
            ("POST", f"{dataset}resources/", self._link),
            ("PUT", resource, self._describe),
            ("DELETE", resource, self._delete),
            ("POST", f"{resource}upload/", self._replace),
        ]

    def _mine(self, _: list[str], __: Json) -> Reply:
        own = [one for one in self.datasets.values() if not one["organization"]]
        return (200, own) if self.has_org_datasets else (404, {"message": "no such route"})

    def _shelf(self, path: list[str], query: Json) -> Reply:
        held = [one for one in self.datasets.values() if (one["organization"] or {}).get("id") == path[0]]
        first = (int(query["page"]) - 1) * 2
        return 200, {
            "data": held[first : first + 2],
            "next_page": f"{self.url}/elsewhere" if held[first + 2 :] else None,
        }

    def _create(self, _: list[str], given: Json) -> Reply:
        errors = _dataset_errors(given)
        if errors:
            return 400, {"errors": errors, "message": "Validation error"}
        identifier = f"{next(self.numbers):024x}"
        dataset: Json = {name: given.get(name) for name in EDITABLE}
        dataset |= {
            "id": identifier,
            "page": f"{self.url}/fr/datasets/{identifier}/",
            "organization": given.get("organization"),
            "extras": {} if self.drops_extras else dict(given.get("extras") or {}),
            "resources": [],
            "deleted": None,
        }
        self.datasets[identifier] = dataset
        return 201, dataset

    def _read(self, path: list[str], _: Json) -> Reply:
        dataset = self.datasets.get(path[0])
        return (200, dataset) if dataset else (404, {"message": "no such dataset"})

    def _update(self, path: list[str], given: Json) -> Reply:
        dataset = self.datasets.get(path[0])
        if not dataset:
            return 404, {"message": "no such dataset"}
        if dataset["deleted"]:
            return 410, {"message": "Dataset has been deleted"}
        errors = _dataset_errors(given)
        if errors:
            return 400, {"errors": errors, "message": "Validation error"}
        dataset |= {name: given.get(name) for name in EDITABLE}
        dataset["organization"] = given.get("organization")
        dataset["extras"] = {} if self.drops_extras else dict(given.get("extras") or {})
        return 200, dataset

    def _upload(self, path: list[str], given: Json) -> Reply:
        return self._store(self.datasets[path[0]], None, given)

    def _replace(self, path: list[str], given: Json) -> Reply:
        dataset = self.datasets[path[0]]
        resource = _by_id(dataset, path[1])
        return self._store(dataset, resource, given) if resource else (404, {"message": "no such resource"})

    def _store(self, dataset: Json, resource: Json | None, given: Json) -> Reply:
        name, content = _file_of(given)
        if self.spoils:
            self.spoils -= 1
            content = content[:-1]
        if name is None:
            return 400, {"success": False, "error": "Missing file parameter"}
        if name.rpartition(".")[2] not in ALLOWED:
            return 400, {"message": f"Unauthorized file type: {name}"}
        known = {
            "title": name,
            "url": f"{self.url}/resources/{next(self.numbers)}/{name}",
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},
            "filesize": len(content),
            "format": name.rpartition(".")[2],
            "mime": "application/octet-stream",
        }
        status = 200 if resource else 201
        if resource is None:
            resource = {
                "id": f"00000000-0000-4000-8000-{next(self.numbers):012x}",
                "filetype": "file",
                "type": "main",
                "description": None,
                "extras": {},
            }
            dataset["resources"].insert(0, resource)
        resource |= known
        self.files[resource["id"]] = content
        return status, resource | {"success": True}

    def _link(self, path: list[str], given: Json) -> Reply:
        errors = _resource_errors(given)
        if errors or given["filetype"] != "remote":
            return 400, {"errors": errors, "message": "This endpoint only supports remote resources"}
        resource = _described(given) | {"id": f"00000000-0000-4000-8000-{next(self.numbers):012x}"}
        self.datasets[path[0]]["resources"].insert(0, resource)
        return 201, resource

    def _describe(self, path: list[str], given: Json) -> Reply:
        resource = _by_id(self.datasets[path[0]], path[1])
        if not resource:
            return 404, {"message": "no such resource"}
        errors = _resource_errors(given)
        if errors or given["filetype"] != resource["filetype"]:
            return 400, {"errors": errors, "message": "Validation error"}
        held = ("url", *(COMPUTED if self.keeps_computed else ())) if resource["filetype"] == "file" else ()
        resource |= _described(given) | {name: resource[name] for name in held}
        return 200, resource

    def _delete(self, path: list[str], _: Json) -> Reply:
        dataset = self.datasets[path[0]]
        resource = _by_id(dataset, path[1])
        if not resource:
            return 404, {"message": "no such resource"}
        dataset["resources"].remove(resource)
        return 204, None


def _by_id(dataset: Json, identifier: str) -> Json | None:
    return next((one for one in dataset["resources"] if one["id"] == identifier), None)


def _described(given: Json) -> Json:
    names = ("title", "type", "filetype", "url", "format", "mime", "filesize", "checksum", "extras")
    # udata answers with null where a text is empty
    return {name: given.get(name) for name in names} | {"description": given.get("description") or None}


def _dataset_errors(given: Json) -> Json:
    errors: Json = {}
    for name in ("title", "description"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            errors[name] = ["This field is required."]
    if given.get("license") not in LICENCES:
        errors["license"] = ["Unknown identifier"]
    if given.get("frequency") not in FREQUENCIES:
        errors["frequency"] = ["Not a valid choice"]
    if not isinstance(given.get("private", False), bool):
        errors["private"] = ["Not a boolean"]
    period = given.get("temporal_coverage")
    if period is not None and not all(
        re.fullmatch(r"\d{4}-\d\d-\d\d", period.get(end, "")) for end in ("start", "end")
    ):
        errors["temporal_coverage"] = ["Not a period"]
    if not all(re.fullmatch(r"[a-z0-9-]{3,96}", tag) for tag in given.get("tags") or []):
        errors["tags"] = ["Not a tag"]
    return errors


def _resource_errors(given: Json) -> Json:
    errors: Json = {}
    if not given.get("title"):
        errors["title"] = ["This field is required."]
    if given.get("type") not in TYPES:
        errors["type"] = ["Not a valid choice"]
    if given.get("filetype") not in ("file", "remote"):
        errors["filetype"] = ["Not a valid choice"]
    if not str(given.get("url")).startswith("http"):
        errors["url"] = ["Not an address"]
    if not isinstance(given.get("filesize", 0), int):
        errors["filesize"] = ["Not a number"]
    if given.get("checksum") and given["checksum"]["type"] not in ("sha1", "sha2", "sha256", "md5", "crc"):
        errors["checksum"] = ["Not a valid choice"]
    return errors


def _file_of(given: Json) -> tuple[str | None, bytes]:
    """The name and content of the field ``file``; no name where the form is not whole."""
    mark = f"--{given.get('boundary', '?')}".encode()
    head, _, rest = given.get("form", b"").partition(b"\r\n\r\n")
    found = re.search(rb'name="file"; filename="([^"]+)"', head)
    if not (head.startswith(mark + b"\r\n") and rest.endswith(b"\r\n" + mark + b"--\r\n") and found):
        return None, b""
    return found[1].decode(), rest.removesuffix(b"\r\n" + mark + b"--\r\n")


class Handler(BaseHTTPRequestHandler):
    """One call."""

    portal: Portal

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        with self.portal.lock:
            self.portal.calls.append(f"{self.command} {self.path}")
            self.portal.keys.append(self.headers.get("X-API-KEY"))
            fault = self.portal.fault()
        length = int(self.headers.get("Content-Length") or 0)
        if length > self.portal.largest:
            self._reply(413, b"<h1>Request Entity Too Large</h1>")
            self._linger(length)
        elif fault and fault.kind == "drop-before":
            self._cut()
        elif fault and fault.kind == "drop-midway":
            self.rfile.read(length // 2)
            self._cut()
        else:
            self._process(self.rfile.read(length), length, fault)

    def _process(self, body: bytes, length: int, fault: Fault | None) -> None:
        if len(body) < length:
            return  # the client broke off: nothing is stored
        if fault and fault.kind.isdigit():
            self._reply(int(fault.kind), fault.body, fault.headers)
        elif fault and fault.kind in ("broken-json", "html"):
            self._reply(200, b'{"id": "5' if fault.kind == "broken-json" else b"<!DOCTYPE html><title>Welcome</title>")
        elif fault and fault.kind == "redirect":
            self._reply(302, b"", fault.headers)
        elif self.headers.get("X-API-KEY") != KEY:
            self._reply(401, b'{"message": "Invalid API Key"}')
        else:
            status, content = self.portal.answer(self.command, self.path, body, self.headers.get("Content-Type") or "")
            if fault and fault.kind == "slow":
                self.portal.release_slow.wait(10)
            if fault and fault.kind == "drop-after":
                self._cut()
            else:
                self._reply(status, b"" if content is None else json.dumps(content).encode())

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client no longer listens

    def _linger(self, length: int) -> None:
        """Close as a careful server does: what is still on its way does not wipe out the answer."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(5)
        try:
            while length > 0 and (piece := self.rfile.read(min(length, 1 << 16))):
                length -= len(piece)
        except OSError:
            pass

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


@contextmanager
def serve() -> Iterator[Portal]:
    """A portal on a free port of this machine."""
    portal = Portal()
    handler = type("Bound", (Handler,), {"portal": portal})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
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
