"""Why something is not answered: a status and a message, in any process of the service."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Language
from pan2kg.i18n.message import Message, pack, unpack


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered; ``line`` and ``column``, counted from 1, where a text is at fault.

    >>> refusal = Refusal(404, why("no-page"))
    >>> refusal.body("application/json")[1].decode()
    '{"title": "Not Found", "status": 404, "detail": "There is no such page here."}\\n'
    >>> refusal.body(language="de")[1].decode()
    'Diese Seite gibt es hier nicht.\\n'
    """

    status: int
    message: Message
    line: int | None = None
    column: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The reason in the language of the process."""
        return str(self.message)

    def body(self, accept: str = "", language: Language = SOURCE_LANGUAGE) -> tuple[bytes, bytes]:
        """Media type and content: problem details (RFC 9457) for who accepts JSON, else the bare sentence."""
        sentence = self.message.say(language)
        if "json" not in accept:
            return b"text/plain; charset=utf-8", f"{sentence}\n".encode()
        told: dict[str, object] = {"title": HTTPStatus(self.status).phrase, "status": self.status}
        told["detail"] = sentence
        if self.line is not None:
            told |= {"line": self.line, "column": self.column}
        return b"application/problem+json", json.dumps(told, ensure_ascii=False).encode() + b"\n"

    def pack(self) -> bytes:
        """The refusal as bytes, to be sent from one process to another."""
        return json.dumps([self.status, pack(self.message), self.line, self.column, self.headers]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Refusal:
        """The refusal that was packed.

        >>> refusal = Refusal(404, why("no-graph", iri="http://e/g"), headers=(("vary", "accept"),))
        >>> Refusal.unpack(refusal.pack()) == refusal
        True
        """
        status, message, line, column, headers = json.loads(packed)
        return cls(status, unpack(message), line, column, tuple((name, value) for name, value in headers))


def why(key: str, /, **values: object) -> Message:
    """Why the service does not answer.

    >>> str(why("no-graph", iri="http://e/g"))
    'There is no graph <http://e/g> here.'
    """
    return Message("server", key, values)


def busy(message: Message, seconds: int = 5) -> Refusal:
    """A 503 that says when to come back."""
    return Refusal(503, message, headers=(("retry-after", str(seconds)),))
