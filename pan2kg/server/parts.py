"""The graphs a request sends: one in its body, or several as the parts of a form."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP

import pyoxigraph as ox

from pan2kg.server.change import WRITTEN
from pan2kg.server.evaluation import GRAPH_FORMATS
from pan2kg.server.protocol import read_media_type
from pan2kg.server.request import Refusal

_NAMES = {form: name for name, form in GRAPH_FORMATS.items() if name in WRITTEN}
_KNOWN = "Send a graph as text/turtle, application/n-triples, application/rdf+xml or application/ld+json."

Parts = list[tuple[str, str]]


def read_parts(header: str, body: bytes) -> Parts | Refusal:
    """The format and the text of each graph that is sent.

    >>> read_parts("text/turtle; charset=utf-8", b"<a> <b> <c> .")
    [('turtle', '<a> <b> <c> .')]
    >>> read_parts("text/plain", b"").status
    415
    """
    media, charset = read_media_type(header)
    if media != "multipart/form-data":
        part = _read(media, charset, body)
        return part if isinstance(part, Refusal) else [part]
    message = message_from_bytes(b"content-type: " + header.encode() + b"\r\n\r\n" + body, policy=HTTP)
    if not message.is_multipart():
        return Refusal(400, "The form has no parts.")
    parts: Parts = []
    for one in message.iter_parts():
        content = one.get_payload(decode=True)
        media, charset = read_media_type(str(one.get("content-type", "")))
        read = _read(media or _by_name(one.get_filename()), charset, content if isinstance(content, bytes) else b"")
        if isinstance(read, Refusal):
            return read
        parts.append(read)
    return parts


def _by_name(name: str | None) -> str:
    form = ox.RdfFormat.from_extension((name or "").rpartition(".")[2])
    return form.media_type if form else ""


def _read(media: str, charset: str, body: bytes) -> tuple[str, str] | Refusal:
    known = ox.RdfFormat.from_media_type(media) if media != "text/plain" else None
    form = _NAMES.get(known) if known else None
    if form is None:
        return Refusal(415, _KNOWN)
    if charset not in ("", "utf-8", "utf8"):
        return Refusal(415, f"A graph is sent as UTF-8, not as {charset}.")
    try:
        return form, body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Refusal(400, f"The graph is not UTF-8: byte {error.start + 1} is none of it.")
