"""What a portal can answer that stops a push, each as a sentence with a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pan2kg.errors import Pan2kgError, Place


class PortalError(Pan2kgError):
    """A portal that cannot be reached, refuses, or does not answer as udata does; ``status`` is its answer's, or 0."""

    status: int = 0


class PassingError(PortalError):
    """A fault that may pass: a broken connection, an overloaded server; ``after`` is how long to wait in seconds."""

    after: float = 0.0


REFUSALS: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        400: ("The portal finds fault with the request", "Mend the catalogue or the file and push again."),
        401: (
            "The portal does not know the key",
            "Copy the key from your profile on the portal into PAN2KG_PORTAL_KEY.",
        ),
        403: (
            "The owner of the key may not do this",
            "Ask an administrator of the organization for the right to edit, or name another with --organization.",
        ),
        404: ("The portal has nothing at this address", "Check --portal, --organization and --dataset."),
        410: (
            "The dataset was deleted on the portal",
            "Restore it there, or leave out --dataset to make a new one.",
        ),
        413: (
            "The file is larger than the portal takes",
            "Ask the portal to raise its limit, or publish the file elsewhere.",
        ),
        415: ("The portal does not take files of this kind", "Publish it in another serialisation, or compressed."),
        423: ("The portal takes in nothing new at the moment", "Push again later: it goes on where it stopped."),
        429: ("The portal asks for fewer requests", "Wait a while and push again: it goes on where it stopped."),
    }
)
_SERVER: Final = (
    "The portal has a fault of its own",
    "Push again later: it goes on where it stopped.",
)
_OTHER: Final = ("The portal refuses the request", "Check --portal, and the portal's documentation of its API.")
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses after which trying again may help."""


def refusal(status: int, said: str, place: str, *, after: float = 0.0) -> PortalError:
    """The fault behind a status; ``said`` are the server's own words, already cleaned.

    >>> str(refusal(401, "", "PUT https://portal.example/api/1/me/"))
    'PUT https://portal.example/api/1/me/: The portal does not know the key (401). Copy the key from ...'
    """
    message, remedy = REFUSALS.get(status, _SERVER if status >= 500 else _OTHER)
    text = f"{message} ({status})." if not said else f"{message} ({status}: {said.rstrip('.')})."
    kind = PassingError if status in PASSING else PortalError
    fault = kind(text, place=Place(place), remedy=remedy)
    fault.status = status
    if isinstance(fault, PassingError):
        fault.after = after
    return fault
