"""The endpoint of a service whose graph is somewhere else: it passes queries on, within its own limits."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Final
from urllib.parse import urlencode, urlsplit

from pan2kg.server.channel import megabytes
from pan2kg.server.inspection import inspect_query
from pan2kg.server.negotiation import GRAPHS, TABLES, choose
from pan2kg.server.protocol import FORM, METHODS, Operation, read_media_type, read_operation
from pan2kg.server.request import DATA_HEADERS, PREFLIGHT_HEADERS, Refusal, Request, aside, busy, why
from pan2kg.server.settings import Settings
from pan2kg.server.sparql import VARY, show_editor, wants_editor

PIECE: Final = 64 * 1024
_MEDIA: Final = frozenset(media for form in (*TABLES, *GRAPHS) for media in form.media)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True, slots=True)
class Relay:
    """Passes queries on to the endpoint at ``url``; ``page`` as the local endpoint has it."""

    url: str
    settings: Settings
    page: str = ""
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
        if isinstance(operation, Operation) and wants_editor(request, self.page):
            await show_editor(request, self.page, operation.text)
            return
        refusal = (
            operation
            if isinstance(operation, Refusal)
            else await aside(len(operation.text), self._refuse, request, operation)
        )
        if refusal or isinstance(operation, Refusal):
            await request.refuse(refusal or Refusal(400, why("fault")), (*DATA_HEADERS, VARY))
            return
        loop = asyncio.get_running_loop()
        accept = request.header(b"accept") or "*/*"
        answer = await loop.run_in_executor(self.threads, self.ask, operation, accept)
        if isinstance(answer, Refusal):
            await request.refuse(answer, (*DATA_HEADERS, VARY))
        else:
            media, content = answer
            headers = [(b"content-type", media.encode("latin-1")), (b"cache-control", b"no-store"), VARY]
            await request.reply(200, [*headers, *DATA_HEADERS], content)

    def _refuse(self, request: Request, operation: Operation) -> Refusal | None:
        if operation.kind == "update":
            return Refusal(403, why("update-refused"))
        if operation.kind == "description":
            return None
        for text in dict.fromkeys((operation.text, _unescape(operation.text))):
            nature = inspect_query(text, self.settings.services)
            if isinstance(nature, Refusal):
                return nature
        accept = request.header(b"accept")
        if not choose(accept, TABLES) and not choose(accept, GRAPHS):
            return Refusal(406, why("relay-not-acceptable"))
        return None

    def ask(self, operation: Operation, accept: str) -> tuple[str, bytes] | Refusal:
        """Media type and content of the endpoint's answer, or why there is none; waits for it."""
        limits = self.settings.limits
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        try:
            with closing(kind(parts.hostname or "", parts.port, timeout=limits.seconds)) as connection:
                headers = {"Accept": accept, "User-Agent": "pan2kg"}
                if operation.kind == "query":
                    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
                    connection.request("POST", target, _form(operation), {**headers, "Content-Type": FORM})
                else:
                    connection.request("GET", parts.path or "/", headers=headers)
                return self._judge(connection.getresponse(), time.monotonic() + limits.seconds)
        except TimeoutError:
            return busy(why("endpoint-slow", url=self.url, seconds=f"{limits.seconds:g}"), 30)
        except (OSError, HTTPException):
            return Refusal(502, why("endpoint-broke", url=self.url))

    def _judge(self, response: HTTPResponse, deadline: float) -> tuple[str, bytes] | Refusal:
        """The answer if it is one; what is none is told in a sentence, and never passed on as a page of ours."""
        media = response.headers.get("Content-Type", "")
        content = self._read(response, deadline)
        if content is None:
            return Refusal(413, why("answer-too-large", size=megabytes(self.settings.limits.size)))
        if response.status == 200:
            known = read_media_type(media)[0] in _MEDIA
            return (media, content) if known else Refusal(502, why("endpoint-no-result", url=self.url))
        if response.status in (429, 503):
            return busy(why("endpoint-busy", url=self.url), 30)
        said = content.decode("utf-8", "replace").strip().partition("\n")[0] if media.startswith("text/plain") else ""
        key = "endpoint-refuses-said" if said else "endpoint-refuses"
        message = why(key, url=self.url, status=str(response.status), words=said[:300])
        return Refusal(400 if response.status == 400 else 502, message)

    def _read(self, response: HTTPResponse, deadline: float) -> bytes | None:
        """The whole content; None where it is too large.

        Raises:
            TimeoutError: it is not whole at the deadline.
            HTTPException: it breaks off.
        """
        content = bytearray()
        while piece := response.read1(PIECE):
            content += piece
            if len(content) > self.settings.limits.size:
                return None
            if time.monotonic() > deadline:
                raise TimeoutError
        if response.length:
            raise IncompleteRead(bytes(content), response.length)
        return bytes(content)


def _unescape(text: str) -> str:
    """A query as an endpoint reads it that looks for escapes first, in words and signs too (SPARQL 1.1, 19.2).

    >>> _unescape(r"\\u0053ERVICE")
    'SERVICE'
    """
    return _ESCAPE.sub(lambda found: chr(min(int(found[1] or found[2], 16), sys.maxunicode)), text)


def _form(operation: Operation) -> bytes:
    fields = [("query", operation.text)]
    fields += [("default-graph-uri", iri) for iri in operation.default]
    fields += [("named-graph-uri", iri) for iri in operation.named]
    return urlencode(fields).encode()


async def no_store(request: Request, url: str) -> None:
    """What ``/store`` answers where the graph is somewhere else."""
    await request.refuse(Refusal(404, why("asks-endpoint", url=url)), DATA_HEADERS)
