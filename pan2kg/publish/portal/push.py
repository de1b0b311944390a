"""Bringing a portal to hold a release: look, send what differs, look again; and the same as a list of requests to read.

After a fault that may pass, the push waits and begins again with a look. A request whose answer was lost may have been
carried out, and repeated it would create a second dataset or file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from pan2kg.errors import Place
from pan2kg.i18n.message import say
from pan2kg.publish.portal.access import VARIABLE, Access, PassingError, PortalError
from pan2kg.publish.portal.client import Client
from pan2kg.publish.portal.manifest import PortalFile
from pan2kg.publish.portal.offer import DATASET_KEY, PART_KEY, Json, Offer, Value
from pan2kg.publish.portal.steps import (
    ADDRESS,
    DATASET,
    RESOURCE,
    Remote,
    RemoteResource,
    SearchScope,
    Step,
    extras,
    leftovers,
    look,
    lookups,
    steps,
    text,
)

BACKOFF: Final = (2.0, 4.0, 8.0)
"""The seconds waited after the first, second and third fault in a row; after the fourth the push ends."""
PATIENCE: Final = 120.0
"""The longest wait a portal is granted, in seconds."""
_PASSES: Final = 3

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands on the portal at the end, how many requests changed it, and what still differs."""

    remote: Remote
    sent: int
    remaining: tuple[Step, ...]


def observe(client: Client, offer: Offer, scope: SearchScope) -> Remote | None:
    """What the portal holds of the offer, asked again where a fault may pass.

    Raises:
        PortalError: the portal refuses, or does not answer.
    """
    waits = _Waits()
    while True:
        try:
            return look(client, offer.iri, scope)
        except PassingError as fault:
            client.pace.pause(waits.after(fault))


def push(client: Client, offer: Offer, scope: SearchScope, report: Say, *, prune: bool = False) -> Outcome:
    """Bring the portal to hold what is offered; ``report`` is given a line for each request that was answered.

    A request that may have created something is never simply repeated: what it did is looked up first.

    Raises:
        PortalError: the portal refuses, or does not answer. What was done stays, and the next push goes on there.
    """
    waits, sent, passes = _Waits(), 0, 0
    known: dict[str, str] = {}
    while True:
        try:
            remote = look(client, offer.iri, replace(scope, dataset=known.get(DATASET, scope.dataset)))
            todo = steps(offer, remote, scope, prune=prune)
            if remote and sent:
                _check_mark(remote)
            if remote and (not todo or passes == _PASSES):
                return Outcome(remote, sent, todo)
            known |= {DATASET: remote.id} if remote else {}
            for number, step in enumerate(_performed(client, todo, known), start=1):
                sent += 1
                waits.renew()
                report(f"{number}/{len(todo)} {step}")
            passes += 1
        except PassingError as fault:
            wait = waits.after(fault)
            report(say("portal", "trying-again", fault=fault.message, seconds=f"{wait:.0f}"))
            client.pace.pause(wait)


class _Waits:
    """How many faults in a row are borne, and how long each is waited out."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self._left = iter(BACKOFF)

    def after(self, fault: PassingError) -> float:
        wait = max(next(self._left, PATIENCE + 1), fault.after)
        if wait > PATIENCE:
            raise fault
        return wait


def _check_part(step: Step, answer: Value) -> None:
    """A portal that drops the extra by which a resource is found again would be given it anew each time."""
    wanted = extras(step.content).get(PART_KEY) if isinstance(step.content, dict) else None
    if wanted and not (isinstance(answer, dict) and extras(answer).get(PART_KEY)):
        raise PortalError(
            "extra-of-resource", place=Place(f"{step.method} {step.path}"), remedy="ask-for-extras", part_key=PART_KEY
        )


def _check_mark(remote: Remote) -> None:
    """A portal that drops the extra by which the dataset is found again would be given a second one next time."""
    if not extras(remote.said).get(DATASET_KEY):
        raise PortalError("extra-of-dataset", remedy="name-dataset", dataset_key=DATASET_KEY, id=remote.id)


def _performed(client: Client, todo: tuple[Step, ...], known: dict[str, str]) -> Iterator[Step]:
    """Send each request, with what earlier answers gave in place of what was not known before."""
    for step in todo:
        path = _filled(step.path, known)
        content = _named(step.content, known) if isinstance(step.content, dict) else step.content
        answer = client.send(step.method, path, content)
        if isinstance(step.content, PortalFile):
            _verify(step.content, answer, f"{step.method} {client.access.url(path)}")
        _check_part(step, answer)
        if step.method == "POST":
            known |= _learned(answer, DATASET if step.path == "/datasets/" else RESOURCE, step)
        yield replace(step, path=path)


def _filled(path: str, known: dict[str, str]) -> str:
    for sign, value in known.items():
        path = path.replace(sign, value)
    return path


def _named(content: Json, known: dict[str, str]) -> Json:
    return {name: known.get(value, value) if isinstance(value, str) else value for name, value in content.items()}


def _learned(answer: Value, sign: str, step: Step) -> dict[str, str]:
    identifier = text(answer.get("id")) if isinstance(answer, dict) else ""
    if not identifier or not identifier.replace("-", "").replace("_", "").isalnum():
        raise PortalError("portal-no-identifier", place=Place(f"{step.method} {step.path}"), remedy="push-looks-up")
    return {sign: identifier, ADDRESS: text(answer.get("url")) if isinstance(answer, dict) else ""}


def _verify(portal_file: PortalFile, answer: Value, place: str) -> None:
    """Compare what arrived with what was sent, as far as the portal says."""
    held = answer if isinstance(answer, dict) else {}
    summed = held.get("checksum")
    kind, value = (text(summed.get("type")), text(summed.get("value"))) if isinstance(summed, dict) else ("", "")
    size = held.get("filesize")
    if (kind in ("sha1", "sha256") and not portal_file.is_held(kind, value)) or size not in (None, portal_file.size):
        raise PassingError("not-whole", place=Place(place), remedy="push-sends-anew", name=portal_file.name)


def list_requests(access: Access, todo: tuple[Step, ...], scope: SearchScope, remote: Remote | None) -> str:
    """Every request of a push in its order: first the look-up, then what changes something, then the read-back."""
    reads = [Step("GET", path, say("portal", "is-dataset-there")) for path in lookups(scope)]
    dataset = f"/datasets/{remote.id if remote else DATASET}/"
    if remote and not scope.dataset:
        reads.append(Step("GET", dataset, say("portal", "what-does-it-hold")))
    again = Step("GET", dataset, say("portal", "holds-what-was-sent"))
    shown = [*reads, *todo, *([again] if todo else ())]
    listed = "\n".join(_request(number, step, access) for number, step in enumerate(shown, start=1))
    signs = [sign for sign in (DATASET, RESOURCE, ADDRESS) if sign in listed]
    return f"{say('portal', 'answers-will-tell', signs=', '.join(signs))}\n\n{listed}" if signs else listed


def _request(number: int, step: Step, access: Access) -> str:
    lines = [
        f"# {number}. {step.why}",
        f"{step.method} {access.url(step.path)}",
        say("portal", "key-from", variable=VARIABLE),
    ]
    if isinstance(step.content, PortalFile):
        portal_file = step.content
        lines += [
            "Content-Type: multipart/form-data",
            "",
            say(
                "portal",
                "parcel",
                name=portal_file.name,
                media=portal_file.media,
                size=str(portal_file.size),
                sum=portal_file.sha256,
            ),
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
    where = outcome.remote.page or say("portal", "dataset", id=outcome.remote.id)
    if outcome.remaining:
        yield say("portal", "read-back-differs", where=where, differs=_differ(outcome.remaining))
        yield from (f"  {step}" for step in outcome.remaining)
    elif outcome.sent:
        yield say("portal", "requests-changed", where=where, n=outcome.sent)
    else:
        yield say("portal", "already-holds", where=where)
    if outcome.remote.said.get("private"):
        yield say("portal", "is-private")


def say_status(offer: Offer, remote: Remote | None, todo: tuple[Step, ...]) -> str:
    """How the portal and the release differ."""
    if remote is None:
        return say("portal", "not-on-portal") + "\n"
    where = remote.page or say("portal", "dataset", id=remote.id)
    head = say("portal", "status-differs" if todo else "holds-release", where=where, differs=_differ(todo))
    return "\n".join([head, *(f"  {step}" for step in todo), *_remarks(offer, remote)]) + "\n"


def _differ(todo: tuple[Step, ...]) -> str:
    return say("portal", "differs", n=len(todo))


def _remarks(offer: Offer, remote: Remote) -> Iterator[str]:
    for resource in leftovers(offer, remote):
        yield _remark(resource)


def _remark(resource: RemoteResource) -> str:
    if resource.key:
        return say("portal", "no-longer-in-release", key=resource.key, id=resource.id)
    return say("portal", "not-by-push", title=text(resource.said.get("title")), id=resource.id)
