"""A release served as it is: its files at their addresses, and what plain files cannot say, status and negotiation.

Every file has the ETag of its own checksum. What no file tells, a link that a rule made, is answered from the graph.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, Response

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.publish.documents import DOCUMENTS, GRAPHS
from pan2kg.publish.folder import LIST, MARK, VERSIONS, read_checksums
from pan2kg.publish.hosts import MEDIA, OTHER_MEDIA
from pan2kg.server.negotiation import Form, choose
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.request import (
    DATA_HEADERS,
    PAGE_HEADERS,
    Handler,
    Headers,
    Request,
    matches,
    refuse,
    refuse_method,
    reply,
)

_FORMS: Final = tuple(Form(ending, (MEDIA[ending],), "") for ending in ("html", "ttl", "jsonld", "rdf", "nt"))
_ABOUT: Final = ("dataset", "catalogue", "contributors", "publisher", "profile")
_VARIANTS: Final[Mapping[str, Mapping[str, str]]] = {
    "ontology": {"html": "ontology/index.fr.html"}
    | {ending: f"ontology/pan2kg.{ending}" for ending in ("ttl", "jsonld", "rdf", "nt")},
    **dict.fromkeys(
        _ABOUT, {"html": "index.html"} | {ending: f"catalogue.{ending}" for ending in ("ttl", "jsonld", "rdf")}
    ),
}
"""What has several forms under one address that is no document of a thing."""
_VERSION: Final = re.compile(r"dataset/([0-9][^/]*?)/?")
_ONTOLOGY: Final = re.compile(r"ontology/([0-9][^/]*)")
_LARGE: Final = 4 << 20
"""Files from this size on are sent piece by piece."""
_METHODS: Final = ("GET", "HEAD")
_VARY: Final = (b"vary", b"Accept")


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """Answers from a release folder: ``sums`` are its files, ``retired`` what was given up, and what took its place."""

    folder: Path
    sums: Mapping[str, str]
    retired: Mapping[str, str]
    otherwise: Handler | None = None

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method not in _METHODS:
            return refuse_method(request, ", ".join(_METHODS))
        path = request.path.removeprefix("/")
        thing = re.sub(r"\.(?:html|ttl|jsonld)$", "", path.removeprefix("id/").removeprefix(f"{DOCUMENTS}/"))
        if path.startswith(("id/", f"{DOCUMENTS}/")) and thing in self.retired:
            return await self._gone(request, self.retired[thing])
        if path in self.sums:
            return await self._send(request, path, [])
        if f"{path.rstrip('/')}/index.html".lstrip("/") in self.sums:
            return await self._folder(request, path)
        return await self._lead(request, path)

    async def _folder(self, request: Request, path: str) -> Response:
        if path and not path.endswith("/"):
            return self._move(request, 301, f"{path}/")
        return await self._send(request, f"{path}index.html", [])

    async def _lead(self, request: Request, path: str) -> Response:
        """What is no file: a thing, a document in one form or another, a version, a named graph; else nothing."""
        number = _VERSION.fullmatch(path)
        ontology = _ONTOLOGY.fullmatch(path)
        variants = _VARIANTS.get(path) or {
            form.name: f"{path}.{form.name}" for form in _FORMS if f"{path}.{form.name}" in self.sums
        }
        if path.startswith("id/") and f"{DOCUMENTS}/{path[3:]}.html" in self.sums:
            return self._move(request, 303, f"{DOCUMENTS}/{path[3:]}")
        if number and f"{VERSIONS}/{number[1]}/index.html" in self.sums:
            return self._move(request, 303, f"{VERSIONS}/{number[1]}/")
        if ontology and f"ontology/{ontology[1]}.ttl" in self.sums:
            return self._move(request, 303, f"ontology/{ontology[1]}.ttl")
        if variants and path.partition("/")[0] in (DOCUMENTS, GRAPHS, *_VARIANTS):
            return await self._negotiate(request, variants)
        if path.partition("/")[0] in ("prefixes", "query"):
            return self._move(request, 303, "queries.ttl")
        if self.otherwise and path.startswith(("id/", f"{DOCUMENTS}/")):
            return await self.otherwise(request)
        return await self._nothing(request, 404)

    async def _negotiate(self, request: Request, variants: Mapping[str, str]) -> Response:
        there = tuple(form for form in _FORMS if variants.get(form.name) in self.sums)
        choice = choose(request.header("accept"), there)
        if choice is None:
            names = ", ".join(form.media[0] for form in there)
            return refuse(request, Refusal(406, why("comes-as", names=names)), (*DATA_HEADERS, _VARY))
        path = variants[choice.form.name]
        where = f"{request.prefix}/{path}".encode()
        others = [
            f'<{request.prefix}/{variants[form.name]}>; rel="alternate"; type="{form.media[0]}"'
            for form in there if form != choice.form
        ]  # fmt: skip
        links = [(b"link", ", ".join(others).encode())] if others else []
        return await self._send(request, path, [_VARY, (b"content-location", where), *links])

    def _move(self, request: Request, status: int, path: str) -> Response:
        where = f"{request.prefix}/{path}".encode()
        return reply(status, [(b"location", where), _VARY, *DATA_HEADERS])

    async def _gone(self, request: Request, following: str) -> Response:
        """What took the place of a thing, or its tombstone where that is nothing, or several things."""
        if following:
            return self._move(request, 301, following)
        path = request.path.removeprefix("/")
        place = path if path in self.sums else f"{DOCUMENTS}/{path.removeprefix('id/').removeprefix('doc/')}"
        there = tuple(form for form in _FORMS if f"{place}.{form.name}" in self.sums)
        choice = choose(request.header("accept"), there) if there else None
        named = f"{place}.{choice.form.name}" if choice else place
        if named in self.sums:
            return await self._send(request, named, [_VARY], status=410)
        return await self._nothing(request, 410)

    async def _nothing(self, request: Request, status: int) -> Response:
        page = f"{status}.html"
        if page in self.sums and "html" in request.header("accept"):
            return await self._send(request, page, [_VARY], status=status)
        key = "no-page" if status == 404 else "retired-here"
        return refuse(request, Refusal(status, why(key)), (*DATA_HEADERS, _VARY))

    async def _send(self, request: Request, path: str, more: Headers, *, status: int = 200) -> Response:
        media, tag = media_of(path), f'"{self.sums[path][:32]}"'.encode()
        own = PAGE_HEADERS if media.startswith("text/html") else DATA_HEADERS
        headers = [(b"content-type", media.encode()), (b"etag", tag), (b"cache-control", b"no-cache"), *more, *own]
        if status == 200 and matches(request.header("if-none-match"), [tag]):
            return reply(304, headers)
        file = self.folder / path
        if file.stat().st_size < _LARGE:
            return reply(status, headers, await asyncio.to_thread(file.read_bytes))
        return FileResponse(file, status, {name.decode(): value.decode("latin-1") for name, value in headers})


def media_of(path: str) -> str:
    """The media type of a file, with its character set where it is text.

    >>> media_of("data/pan2kg.ttl"), media_of(".well-known/void"), media_of("data/pan2kg.nq.gz")
    ('text/turtle; charset=utf-8', 'text/turtle; charset=utf-8', 'application/gzip')
    """
    ending = "ttl" if path == ".well-known/void" else path.rpartition(".")[2]
    if ending in MEDIA:
        return f"{MEDIA[ending]}; charset=utf-8"
    if ending in OTHER_MEDIA:
        return OTHER_MEDIA[ending]
    packed = {"gz": "application/gzip", "htaccess": "text/plain", "conf": "text/plain"}
    media = packed.get(ending) or mimetypes.guess_type(path)[0] or "text/plain"
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def open_release(folder: Path, otherwise: Handler | None = None) -> ReleaseFiles:
    """The files of a release.

    Raises:
        ProjectError: the folder holds no release, or a file of it cannot be read.
    """
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        sums = dict(read_checksums(folder))
    except (OSError, ValueError) as error:
        why_not = reason(error) if isinstance(error, OSError) else MARK
        raise ProjectError("holds-no-release-to-serve", place=Place(str(folder)), error=why_not) from None
    hidden = {path for path in sums if path.endswith(".htaccess")}
    return ReleaseFiles(
        folder, {path: one for path, one in sums.items() if path not in hidden} | {LIST: sums.get(MARK, "")},
        mark.get("retired", {}), otherwise,
    )  # fmt: skip
