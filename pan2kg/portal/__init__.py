"""A release on a portal that runs udata, as data.public.lu does: said in its words, compared, and what differs sent.

``make_offer`` reads a release, ``push`` brings the portal to hold it, ``plan_steps`` and
``write_requests`` say beforehand what would be sent. Nothing of the program imports this package
but its command, when it is called.
"""

from pan2kg.portal.client import (
    Client,
    PassingError,
    PortalError,
    PortalFile,
    read_access,
)
from pan2kg.portal.offer import Offer, OfferedPart, make_offer
from pan2kg.portal.pushing import (
    PushOutcome,
    PushStep,
    Remote,
    look,
    match,
    plan_steps,
    push,
    tell,
    write_requests,
)

__all__ = [
    "Client",
    "Offer",
    "OfferedPart",
    "PassingError",
    "PortalError",
    "PortalFile",
    "PushOutcome",
    "PushStep",
    "Remote",
    "look",
    "make_offer",
    "match",
    "plan_steps",
    "push",
    "read_access",
    "tell",
    "write_requests",
]
