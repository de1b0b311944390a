"""A push in words: the requests as they would be sent, and what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pan2kg.publish.portal.access_access import VARIABLE, Access
from pan2kg.publish.portal.files import Parcel
from pan2kg.publish.portal.offer import Offer
from pan2kg.publish.portal.push import Outcome
from pan2kg.publish.portal.step import ADDRESS, DATASET, RESOURCE, Step, leftovers
from pan2kg.publish.portal.steps import Remote, RemoteResource, Whose, lookups, text


def list_requests(access: Access, todo: tuple[Step, ...], whose: Whose, remote: Remote | None) -> str:
    """Every request of a push in its order: first the look-up, then what changes something, then the read-back."""
    reads = [Step("GET", path, "is the dataset there already?") for path in lookups(whose)]
    dataset = f"/datasets/{remote.id if remote else DATASET}/"
    if remote and not whose.dataset:
        reads.append(Step("GET", dataset, "what does it hold?"))
    again = Step("GET", dataset, "does the portal now hold what was sent?")
    shown = [*reads, *todo, *([again] if todo else ())]
    listed = "\n".join(_request(number, step, access) for number, step in enumerate(shown, start=1))
    signs = [sign for sign in (DATASET, RESOURCE, ADDRESS) if sign in listed]
    return f"# Only the portal's answers will tell: {', '.join(signs)}\n\n{listed}" if signs else listed


def _request(number: int, step: Step, access: Access) -> str:
    lines = [f"# {number}. {step.why}", f"{step.method} {access.url(step.path)}", f"X-API-KEY: (from {VARIABLE})"]
    if isinstance(step.content, Parcel):
        parcel = step.content
        lines += [
            "Content-Type: multipart/form-data",
            "",
            f"file: {parcel.name}, {parcel.media}, {parcel.size} bytes, sha256 {parcel.sha256}",
        ]
    elif step.content is not None:
        lines += [
            "Content-Type: application/json",
            "",
            json.dumps(step.content, ensure_ascii=False, indent=2),
        ]
    return "\n".join(lines) + "\n"


def say_outcome(offer: Offer, outcome: Outcome) -> str:
    """What a push came to."""
    return "\n".join([*_outcome(outcome), *_remarks(offer, outcome.remote)]) + "\n"


def _outcome(outcome: Outcome) -> Iterator[str]:
    where = outcome.remote.page or f"dataset {outcome.remote.id}"
    if outcome.remaining:
        yield f"{where}: read back, and {_differ(outcome.remaining)}"
        yield from (f"  {step}" for step in outcome.remaining)
    elif outcome.sent:
        yield f"{where}: {outcome.sent} requests changed it; read back, it is what the release holds."
    else:
        yield f"{where}: it already holds the release; nothing was changed."
    if outcome.remote.said.get("private"):
        yield "It is private: publish it on the portal when it has been looked through."


def say_status(offer: Offer, remote: Remote | None, todo: tuple[Step, ...]) -> str:
    """How the portal and the release differ."""
    if remote is None:
        return "The dataset is not on the portal.\n"
    where = remote.page or f"dataset {remote.id}"
    head = f"{where}: {_differ(todo)}" if todo else f"{where}: the portal holds the release."
    return "\n".join([head, *(f"  {step}" for step in todo), *_remarks(offer, remote)]) + "\n"


def _differ(todo: tuple[Step, ...]) -> str:
    return f"the portal differs from the release; {len(todo)} requests would mend it:"


def _remarks(offer: Offer, remote: Remote) -> Iterator[str]:
    for resource in leftovers(offer, remote):
        yield _remark(resource)


def _remark(resource: RemoteResource) -> str:
    if resource.key:
        return f"On the portal but no longer in the release: {resource.key} ({resource.id}); --prune deletes it."
    return f"On the portal but not put there by a push: {text(resource.said.get('title'))} ({resource.id}); left alone."
