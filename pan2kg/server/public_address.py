"""Where the service listens, and where it stands for who asks it: all absolute addresses of answers come from here.

A proxy in front of it may have another scheme, name and path than the service itself. They are given (``base``), or
said with each request by a proxy that is trusted (``X-Forwarded-Proto``, ``-Host``, ``-Prefix``, ``-For``); what
anybody else says there is passed over. The names under which a service may be called are known beforehand.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.refusal import Refusal, why

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+")
_PROTO, _FORWARDED_HOST = b"x-forwarded-proto", b"x-forwarded-host"
_PREFIX, _FOR = b"x-forwarded-prefix", b"x-forwarded-for"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names under which the service may be called; ``numbers`` where any IP address will do too.

    A page of another site can make a browser call this address under that site's name; so a name that
    is not known here gets no answer.
    """

    names: frozenset[str] = frozenset()
    numbers: bool = False

    def refuse(self, host: str | None) -> Refusal | None:
        """Why a Host header is refused; None where it is fine.

        >>> Hosts().refuse("localhost:8000"), Hosts().refuse("[::1]:8000"), Hosts().refuse("evil.example").status
        (None, None, 421)
        """
        return _refuse_host(host or "", self)


@lru_cache(maxsize=128)
def _refuse_host(host: str, known: Hosts) -> Refusal | None:
    match = _HOST.fullmatch(host)
    if not match:
        return Refusal(400, why("no-host"))
    name = match.group(1).strip("[]").lower().rstrip(".")
    if name in known.names or name == "localhost":
        return None
    try:
        number = ipaddress.ip_address(name)
    except ValueError:
        number = None
    if number is not None and (number.is_loopback or known.numbers):
        return None
    return Refusal(421, why("other-host", name=name))


def hosts_of(bound: str, names: tuple[str, ...] = ()) -> Hosts:
    """The names of a service that listens to an address, and those it is given.

    >>> hosts_of("0.0.0.0", ("Graph.Example",)).refuse("192.0.2.1:8000") is None
    True
    """
    try:
        everywhere = ipaddress.ip_address(bound).is_unspecified
    except ValueError:
        everywhere = False
    return Hosts(frozenset(name.lower() for name in (bound, *names)), everywhere)


@dataclass(frozen=True, slots=True)
class Located:
    """A request as it was sent to the outermost server.

    ``root`` is the address all others begin with, without a slash at its end, ``prefix`` the path in it, ``path`` what
    follows it in the request; ``client`` is who asked, through a proxy that is trusted where ``is_proxied``.
    """

    root: str
    prefix: str
    path: str
    client: str
    is_proxied: bool = False


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where the service stands: known host names, the address it is given, and the proxies that are believed.

    A proxy may take the prefix off the path or leave it on.

    >>> behind = PublicAddress(base="https://host.example/kg/")
    >>> behind.locate("192.0.2.1", "http", "/kg/sparql", {b"host": b"localhost"})
    Located(root='https://host.example/kg', prefix='/kg', path='/sparql', client='192.0.2.1', is_proxied=False)
    >>> behind.locate("192.0.2.1", "http", "/sparql", {b"host": b"localhost"}).path
    '/sparql'
    """

    hosts: Hosts = field(default_factory=Hosts)
    base: str = ""
    proxies: tuple[Network, ...] = ()

    def locate(self, peer: str, scheme: str, path: str, headers: Mapping[bytes, bytes]) -> Located | Refusal:
        """The request as it was sent; refused where it was sent to another host."""
        host = headers.get(b"host", b"").decode("latin-1")
        refusal = self.hosts.refuse(host)
        client, prefix, is_proxied = peer, "", self.trusts(peer)
        if not refusal and is_proxied:
            scheme = _proto(_last(headers, _PROTO)) or scheme
            host = _last(headers, _FORWARDED_HOST) or host
            prefix = _prefix(_last(headers, _PREFIX))
            client = self._client(peer, headers)
            refusal = self.hosts.refuse(host)
        if refusal:
            return refusal
        if self.base:
            root = self.base.rstrip("/")
            prefix = urlsplit(root).path
        else:
            root = f"{scheme}://{host}{prefix}"
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            path = path[len(prefix) :] or "/"
        return Located(root, prefix, path, client, is_proxied)

    def trusts(self, peer: str) -> bool:
        """Whether the other end of a connection is a proxy of ours."""
        return bool(self.proxies) and _is_within(peer, self.proxies)

    def _client(self, peer: str, headers: Mapping[bytes, bytes]) -> str:
        """The last address on the way that is no proxy of ours; what stands before it anybody may have written."""
        named = [one.strip() for one in headers.get(_FOR, b"").decode("latin-1").split(",")]
        for one in reversed(named):
            try:
                ipaddress.ip_address(one)
            except ValueError:
                break
            peer = one
            if not self.trusts(one):
                break
        return peer


@lru_cache(maxsize=1024)
def _is_within(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in networks)


def _last(headers: Mapping[bytes, bytes], name: bytes) -> str:
    """The value the nearest proxy has added."""
    return headers.get(name, b"").decode("latin-1").rpartition(",")[2].strip()


def _proto(said: str) -> str:
    return said if said in ("http", "https") else ""


def _prefix(said: str) -> str:
    """A path without a slash at its end; empty where it is none.

    >>> _prefix("/kg/"), _prefix("/"), _prefix("//evil.example"), _prefix("/a/../b"), _prefix("/<b>")
    ('/kg', '', '', '', '')
    """
    path = said.rstrip("/")
    return path if _PATH.fullmatch(path) else ""


def read_network(text: str) -> Network:
    """An address or a network of proxies.

    Raises:
        ProjectError: it is neither.

    >>> str(read_network("10.0.0.0/8")), str(read_network("::1"))
    ('10.0.0.0/8', '::1/128')
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ProjectError("no-network", text=text, remedy="give-network") from None


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, 0 for a free port; not listening yet.

    Raises:
        ProjectError: the address is taken, or is none of this machine.
    """
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, number)
        # else a restart fails for a minute while the kernel keeps closed connections in TIME_WAIT
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        raise ProjectError(
            "cannot-listen", place=Place(f"{host}:{port}"), remedy="choose-port", reason=reason(error)
        ) from None
    return bound
