"""What the service says when it does not answer: a status and a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered; ``line`` and ``column``, counted from 1, where a text is at fault.

    >>> Refusal(400, "Name one query.").body("application/json")
    (b'application/problem+json', b'{"title": "Bad Request", "status": 400, "detail": "Name one query."}\\n')
    """

    status: int
    sentence: str
    line: int | None = None
    column: int | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def body(self, accept: str = "") -> tuple[bytes, bytes]:
        """Media type and content: problem details (RFC 9457) for who accepts JSON, else the bare sentence."""
        if "json" not in accept:
            return b"text/plain; charset=utf-8", f"{self.sentence}\n".encode()
        told: dict[str, object] = {"title": HTTPStatus(self.status).phrase, "status": self.status}
        told["detail"] = self.sentence
        if self.line is not None:
            told |= {"line": self.line, "column": self.column}
        return b"application/problem+json", json.dumps(told, ensure_ascii=False).encode() + b"\n"

    def pack(self) -> bytes:
        """The refusal as bytes, to be sent from one process to another."""
        return json.dumps([self.status, self.sentence, self.line, self.column, self.headers]).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Refusal:
        """The refusal that was packed.

        >>> Refusal.unpack(Refusal(404, "No such graph.", headers=(("vary", "accept"),)).pack())
        Refusal(status=404, sentence='No such graph.', line=None, column=None, headers=(('vary', 'accept'),))
        """
        status, sentence, line, column, headers = json.loads(packed)
        return cls(status, sentence, line, column, tuple((name, value) for name, value in headers))


def busy(sentence: str, seconds: int = 5) -> Refusal:
    """A 503 that says when to come back."""
    return Refusal(503, sentence, headers=(("retry-after", str(seconds)),))
