"""Things and documents over HTTP: the thin layer between a request and :mod:`pan2kg.server.dereference_dereference`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from pan2kg.errors import Pan2kgError
from pan2kg.project import Project
from pan2kg.server.application import Handler
from pan2kg.server.dereference import Answer, Call, Holding, Portray
from pan2kg.server.dereference_dereference import STARTS, answer
from pan2kg.server.everything import Everything
from pan2kg.server.linked_data import PATH, Census
from pan2kg.server.pages import Pages
from pan2kg.server.request import Headers, Refusal, busy
from pan2kg.server.request_request import Request
from pan2kg.server.safety import DATA_HEADERS, PAGE_HEADERS, PREFLIGHT_HEADERS

METHODS: Final = "GET, HEAD, OPTIONS"
_VARY: Final = (b"vary", b"Accept")

Respond = Callable[[Call, Holding], Answer | Refusal]


@dataclass(frozen=True, slots=True)
class Linked:
    """Answers requests by a function of call and holding, in threads, as the store makes them wait.

    ``base`` is where the service stands as seen from outside, with a slash at its end; without one it is what the
    client called it.
    """

    holding: Holding
    respond: Respond
    base: str = ""
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "document"))

    async def answer(self, request: Request) -> None:
        """Answer one request."""
        if request.method == "OPTIONS":
            methods = (b"access-control-allow-methods", METHODS.encode())
            await request.reply(204, [(b"allow", METHODS.encode()), *PREFLIGHT_HEADERS, methods])
            return
        if request.method not in ("GET", "HEAD"):
            said = f"{request.method} means nothing here; a document is read."
            await request.refuse(Refusal(405, said, headers=(("allow", METHODS),)), DATA_HEADERS)
            return
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self.threads, self._respond, self._call(request))
        if isinstance(answer, Refusal):
            await request.refuse(answer, (*DATA_HEADERS, _VARY))
        else:
            await request.reply(answer.status, [*answer.headers, *_common(answer)], answer.body)

    def _call(self, request: Request) -> Call:
        return Call(
            request.path,
            request.query,
            request.header(b"accept"),
            request.header(b"accept-language"),
            request.header(b"if-none-match"),
            self.base or f"{request.root}/",
            self.base or "/",
        )

    def _respond(self, call: Call) -> Answer | Refusal:
        try:
            return self.respond(call, self.holding)
        except Pan2kgError as error:
            return busy(f"The document cannot be made now: {error}")


def _common(answer: Answer) -> Headers:
    """What every answer says to a browser; a page may be read by pages of other sites as little as any page."""
    is_page = dict(answer.headers).get(b"content-type", b"").startswith(b"text/html")
    return list(PAGE_HEADERS) if is_page else list(DATA_HEADERS)


def portrait(pages: Pages) -> Portray:
    """Draws pages by the site that is shown."""

    def portray(iri: str, path: str, language: str) -> bytes:
        site = pages.site()
        return site.portray(iri, path, language) if isinstance(site, Everything) else b""

    return portray


def handlers(project: Project, holding: Holding, base: str = "") -> tuple[tuple[str, Handler], ...]:
    """What answers for things and documents, by how the addresses begin, as the application takes it."""
    documents, census = Linked(holding, answer, base).answer, Linked(holding, Census(project).answer, base).answer
    return (*((start, documents) for start in STARTS), (PATH, census))
