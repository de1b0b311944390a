"""What stands around each request, asked in one process: compression, ETags, faults, parts of large files."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import Response

from pan2kg.server.application import Application, route
from pan2kg.server.public_address import PublicAddress
from pan2kg.server.refusal import Refusal, why
from pan2kg.server.released import ReleaseFiles
from pan2kg.server.request import Handler, Headers, Pieces, Request, matches, reply
from tests.server.conftest import awaited

MEDIA = (b"content-type", b"text/csv")
TAG = b'"abc"'


async def small(_: Request) -> Response:
    return reply(200, [MEDIA, (b"etag", TAG)], b"a")


async def large(request: Request) -> Response:
    headers = [MEDIA, (b"etag", TAG), (b"vary", b"Accept")]
    if matches(request.header("if-none-match"), [TAG]):
        return reply(304, headers)
    return reply(200, headers, b"a,b\r\n" * 1000)


async def pieces(_: Request) -> Response:
    async def made() -> AsyncIterator[bytes | Refusal]:
        yield b"a" * 3000
        yield b"b" * 3000

    headers: Headers = [MEDIA, (b"etag", TAG)]
    return Pieces(headers, made())


async def fault(_: Request) -> Response:
    raise ZeroDivisionError


HANDLERS: dict[str, Handler] = {"/small": small, "/large": large, "/pieces": pieces, "/fault": fault}


def ask(path: str, handlers: dict[str, Handler] = HANDLERS, **headers: str) -> httpx.Response:
    seen: list[int] = []
    application = Application(PublicAddress(), route(handlers.items()), lambda one, _: seen.append(one.record.status))
    told = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path, headers=told)

    reply = awaited(answer)
    assert seen == [reply.status_code], "each request is noted once"
    return reply


@pytest.mark.parametrize(
    ("path", "accepted", "coding", "tag"),
    [
        ("/small", "gzip", None, '"abc"'),
        ("/large", "identity", None, '"abc"'),
        ("/large", "gzip;q=0", None, '"abc"'),
        ("/large", "br;q=1, gzip;q=0.5", "gzip", '"abc-gzip"'),
        ("/pieces", "gzip", "gzip", '"abc-gzip"'),
        ("/pieces", "identity", None, '"abc"'),
    ],
)
def test_what_is_compressed_has_an_etag_of_its_own(path: str, accepted: str, coding: str | None, tag: str) -> None:
    found = ask(path, Accept_Encoding=accepted)
    assert (found.headers.get("content-encoding"), found.headers["etag"]) == (coding, tag)
    assert ("Accept-Encoding" in found.headers.get("vary", "")) is (path != "/small")
    assert found.headers.get_list("vary") in ([], ["Accept-Encoding"], ["Accept, Accept-Encoding"])


@pytest.mark.parametrize(
    ("named", "accepted", "status", "tag"),
    [
        ('"abc"', "identity", 304, '"abc"'),
        ('"x", "abc-gzip"', "gzip", 304, '"abc-gzip"'),
        ('"abc-gzip"', "identity", 200, '"abc"'),
        ('"x-gzip"', "gzip", 200, '"abc-gzip"'),
    ],
)
def test_an_etag_is_known_again_in_its_coding(named: str, accepted: str, status: int, tag: str) -> None:
    found = ask("/large", Accept_Encoding=accepted, If_None_Match=named)
    assert (found.status_code, found.headers["etag"]) == (status, tag)


def test_a_fault_is_told_in_a_sentence_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        found = ask("/fault", Accept_Language="en")
    assert (found.status_code, found.text) == (500, f"{why('fault').say('en')}\n")
    assert "ZeroDivisionError" in caplog.text
    assert found.headers["x-request-id"] in caplog.text


def test_what_draws_pages_is_not_imported_before_a_page_is_drawn() -> None:
    modules = ("assembly", "public_address", "first_pages", "linked_data", "sparql")
    read = ", ".join(f"pan2kg.server.{name}" for name in modules)
    drawing = "{'pan2kg.site.registry', 'jinja2', 'numpy'}"
    program = f"import sys, {read}, pan2kg.cli.serve; print(*{drawing} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n", "the address is said half a second later"


def test_the_processes_that_hold_the_graph_load_no_web_framework() -> None:
    """They are forked before it is read, so that it is in the memory of none."""
    read = ", ".join(f"pan2kg.server.{name}" for name in ("workers", "settings", "public_address", "first_pages"))
    program = f"import sys, {read}; print(*sorted({{'starlette', 'anyio'}} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [], "what is imported before the fork takes pan2kg.server.refusal, not request"


def test_a_large_file_of_a_release_comes_in_parts_to_who_asks_so(tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (tmp_path / "all.bin").write_bytes(content)
    files: dict[str, Handler] = {"/{rest:path}": ReleaseFiles(tmp_path, {"all.bin": "ab" * 32}, {}).answer}
    part = ask("/all.bin", files, Range="bytes=5000000-5000009")
    assert (part.status_code, part.content) == (206, content[5_000_000:5_000_010])
    whole = ask("/all.bin", files)
    assert (whole.status_code, whole.content == content, whole.headers["etag"]) == (200, True, f'"{"ab" * 16}"')
    assert ask("/all.bin", files, If_None_Match=whole.headers["etag"]).status_code == 304
