"""The endpoint of a service whose graph is somewhere else: it passes queries on, within its own limits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlencode, urlsplit

from pan2kg.service.inspection import inspect_query
from pan2kg.service.negotiation import GRAPHS, TABLES, choose
from pan2kg.service.protocol import FORM, METHODS, Operation, read_operation
from pan2kg.service.refusal import Refusal, busy
from pan2kg.service.request import Request, aside
from pan2kg.service.safety import DATA_HEADERS, PREFLIGHT_HEADERS
from pan2kg.service.settings import Settings
from pan2kg.service.sparql import READ_ONLY, VARY

_WHERE: Final = "This service asks the endpoint {}; it has no graphs of its own."


@dataclass(frozen=True, slots=True)
class Relay:
    """Passes queries on to the endpoint at ``url``."""

    url: str
    settings: Settings
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "relay"))

    async def answer(self, request: Request) -> None:
        """Answer one request."""
        if request.method == "OPTIONS":
            await request.reply(204, [*PREFLIGHT_HEADERS, (b"access-control-allow-methods", METHODS.encode())])
            return
        body = await request.body() if request.method == "POST" else b""
        operation = (
            body
            if isinstance(body, Refusal)
            else await aside(
                len(request.query) + len(body),
                read_operation,
                *(request.method, request.query, request.header(b"content-type"), body),
            )
        )
        refusal = (
            operation
            if isinstance(operation, Refusal)
            else await aside(len(operation.text), self._refuse, request, operation)
        )
        if refusal or isinstance(operation, Refusal):
            await request.refuse(refusal or Refusal(400, ""), (*DATA_HEADERS, VARY))
            return
        loop = asyncio.get_running_loop()
        accept = request.header(b"accept") or "*/*"
        answer = await loop.run_in_executor(self.threads, self._pass_on, operation, accept)
        if isinstance(answer, Refusal):
            await request.refuse(answer, (*DATA_HEADERS, VARY))
        else:
            status, media, content = answer
            headers = [(b"content-type", media.encode("latin-1")), (b"cache-control", b"no-store"), VARY]
            await request.reply(status, [*headers, *DATA_HEADERS], content)

    def _refuse(self, request: Request, operation: Operation) -> Refusal | None:
        if operation.kind == "update":
            return Refusal(403, READ_ONLY)
        if operation.kind == "description":
            return None
        nature = inspect_query(operation.text, self.settings.services)
        accept = request.header(b"accept")
        if isinstance(nature, Refusal):
            return nature
        if not choose(accept, TABLES) and not choose(accept, GRAPHS):
            return Refusal(406, "An answer comes in the formats of SPARQL results or of RDF.")
        return None

    def _pass_on(self, operation: Operation, accept: str) -> tuple[int, str, bytes] | Refusal:
        limits = self.settings.limits
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=limits.seconds)
        target = parts.path or "/"
        try:
            if operation.kind == "query":
                headers = {"Accept": accept, "Content-Type": FORM, "User-Agent": "pan2kg"}
                connection.request(
                    "POST", target + (f"?{parts.query}" if parts.query else ""), _form(operation), headers
                )
            else:
                connection.request("GET", target, headers={"Accept": accept, "User-Agent": "pan2kg"})
            response = connection.getresponse()
            content = response.read(limits.size + 1)
        except TimeoutError:
            return busy(f"The endpoint {self.url} did not answer within {limits.seconds:g} seconds.", 30)
        except (OSError, HTTPException):
            return Refusal(502, f"The endpoint {self.url} cannot be reached, or its answer broke off.")
        finally:
            connection.close()
        if len(content) > limits.size:
            return Refusal(413, f"The answer is larger than {limits.size / 2**20:g} megabytes.")
        return response.status, response.headers.get("Content-Type", "application/octet-stream"), content


def _form(operation: Operation) -> bytes:
    fields = [("query", operation.text)]
    fields += [("default-graph-uri", iri) for iri in operation.default]
    fields += [("named-graph-uri", iri) for iri in operation.named]
    return urlencode(fields).encode()


async def no_store(request: Request, url: str) -> None:
    """What ``/store`` answers where the graph is somewhere else."""
    await request.refuse(Refusal(404, _WHERE.format(url)), DATA_HEADERS)
