"""What the service is told at start, and the state of the data it answers from."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Final

from pan2kg.i18n.catalogue import LANGUAGES
from pan2kg.server.channel import Limits, PoolLimits
from pan2kg.server.people import People
from pan2kg.server.public_address import PublicAddress
from pan2kg.server.workers import ForkServer
from pan2kg.turtle.vocabulary import GRAPH

HOMES: Final = tuple(f"{language}/index.html" for language in LANGUAGES)
"""The addresses of the home pages below the root."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service answers.

    ``people`` may write; without any the service is read only. ``union`` makes the default
    graph the union of all graphs, as every query of ours expects; else it is the store's own.
    ``graphs`` is where the addresses below ``/store/`` belong, ``services`` may be asked with SERVICE,
    ``connections`` is how many one address may have open; whether the service ``is_public``, so that pages of other
    sites may read its data, is for who runs it to say.
    """

    limits: Limits = field(default_factory=Limits)
    pool_limits: PoolLimits = field(default_factory=PoolLimits)
    address: PublicAddress = field(default_factory=PublicAddress)
    people: People = field(default_factory=People)
    union: bool = True
    graphs: str = GRAPH
    services: frozenset[str] = frozenset()
    connections: int = 128
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """The state of the data: the release that was loaded, and how often it changed since.

    Where the data are somewhere else and nobody says when they change, they are taken to be the same
    for so many ``seconds``.
    """

    name: str
    fork_server: ForkServer | None = None
    seconds: int = 0

    def __str__(self) -> str:
        if self.seconds:
            return f"{self.name}+{int(time.time()) // self.seconds}"
        # two starts can have the same files and as many changes, but others
        held = self.fork_server
        return f"{self.name}+{held.epoch}.{held.version}" if held and held.version else self.name

    def tag(self, *parts: str) -> bytes:
        """The ETag of what was made from this state of the data and these parts; weak, as rows may come in any order.

        >>> Release("2026-01").tag("ASK {}", "json") == Release("2026-02").tag("ASK {}", "json")
        False
        """
        return b"W/" + _digest(str(self), *parts)

    def strong_tag(self, *parts: str) -> bytes:
        """The ETag of bytes that are the same as long as this process holds this state of the data."""
        held = self.fork_server
        return _digest(self.name, f"{held.epoch}.{held.version}" if held else "", *parts)


def _digest(*parts: str) -> bytes:
    return b'"' + hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest().encode() + b'"'
