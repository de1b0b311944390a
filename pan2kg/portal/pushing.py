"""What a portal holds is looked up and compared with a release, and what differs is sent.

After a fault that may pass, the push waits and begins again with a look. A request whose answer was
lost may have been carried out, and repeated it would create a second dataset or file. Where both
agree nothing is sent, so that a push that is repeated changes nothing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from pan2kg.errors import Place
from pan2kg.i18n import say
from pan2kg.portal.client import (
    API,
    VARIABLE,
    Client,
    Json,
    PassingError,
    PortalError,
    PortalFile,
    dig,
)
from pan2kg.portal.offer import DATASET_KEY, PART_KEY, Offer, OfferedPart

DATASET = "{dataset}"
RESOURCE = "{resource}"
# what stands for an identifier or address that only an earlier answer gives
ADDRESS = "{url}"
_SIGNS = (DATASET, RESOURCE, ADDRESS)
# what udata could empty if an update left it out, and people may have set on the portal
_SET_BY_PEOPLE = ("acronym", "spatial", "temporal_coverage", "frequency_date", "private")
# what udata works out of a file it holds: an update may say better, which version 6 keeps and later
# ones do not
_COMPUTED = frozenset({"checksum", "filesize", "format", "mime"})
# the seconds waited after the first, second and third fault in a row; after the fourth the push
# ends
_BACKOFF = (2.0, 4.0, 8.0)
# the longest wait a portal is granted, in seconds
_PATIENCE = 120.0
# how often a push that was carried out in full looks whether something still differs
_PASSES = 3


class Remote:
    """A dataset as the portal describes it, with its resources; every one of them has its ``extras``."""

    def __init__(self, description: Json) -> None:
        self.description = description
        self.id = dig(description, "id")
        self.page = dig(description, "page") or self.id
        rows = description.get("resources")
        self.resources = list[Json]()
        if isinstance(rows, list):
            self.resources += (row for row in rows if isinstance(row, dict))
        for row in (description, *self.resources):
            if not isinstance(row.get("extras"), dict):
                row["extras"] = {}


class PushStep(NamedTuple):
    """A request, the reason for it in a sentence, and what is sent with it."""

    method: str
    path: str
    why: str
    content: Json | PortalFile | None = None

    def written(self, number: int, portal: str) -> str:
        """The request as a dry run prints it, with a place for the key."""
        lines = [f"# {number}. {self.why}", f"{self.method} {portal}{API}{self.path}"]
        lines.append(say("portal", "key-from", variable=VARIABLE))
        if isinstance(self.content, PortalFile):
            file = self.content
            parcel = say(
                "portal",
                "parcel",
                name=file.name,
                media=file.media,
                size=str(file.size),
                sum=file.sha256,
            )
            lines += ["Content-Type: multipart/form-data", "", parcel]
        elif self.content is not None:
            body = json.dumps(self.content, ensure_ascii=False, indent=2)
            lines += ["Content-Type: application/json", "", body]
        return "\n".join(lines) + "\n"


class Matched(NamedTuple):
    """The resources that are parts of an offer, by the keys of these, and all others."""

    by_key: dict[str, Json]
    leftovers: list[Json]


class PushOutcome(NamedTuple):
    """What the portal holds in the end, how many requests were sent, and what still differs."""

    remote: Remote | None
    sent: int
    remaining: tuple[PushStep, ...]


def look(client: Client, offer: Offer, identifier: str = "") -> Remote | None:
    """The dataset on the portal: that of an identifier, else the only one that has our key; None where there is none.

    Raises PortalError where several have it, where it was deleted, or where it is another's.
    """
    identifier = identifier or offer.dataset or _find_dataset(client, offer)
    if not identifier:
        return None
    answer = client.ask("GET", _dataset_path(identifier))
    if not dig(answer, "id"):
        raise PortalError("no-udata", remedy="check-home-page")
    if answer.get("deleted"):
        raise PortalError("dataset-deleted", remedy="portal-410-remedy", identifier=identifier)
    holds = dig(answer, "extras", DATASET_KEY)
    if holds not in ("", offer.iri):
        place = Place(f"--dataset {identifier}")
        raise PortalError(
            "dataset-of-another", place=place, remedy="name-right-dataset", holds=holds
        )
    return Remote(answer)


def _find_dataset(client: Client, offer: Offer) -> str:
    """The identifier of the dataset that has our key, of those of the owner and of the organization."""
    identifiers = set()
    for answer in _listings(client, offer.organization):
        rows = answer.get("data") if isinstance(answer, dict) else answer
        if not isinstance(rows, list):
            raise PortalError("no-udata", remedy="check-home-page")
        for row in rows:
            if dig(row, "extras", DATASET_KEY) == offer.iri and not row.get("deleted"):
                identifiers.add(dig(row, "id"))
    identifiers.discard("")
    if len(identifiers) > 1:
        raise PortalError(
            "several-datasets",
            remedy="delete-all-but-one",
            number=len(identifiers),
            iri=offer.iri,
            names=", ".join(sorted(identifiers)),
        )
    return next(iter(identifiers), "")


def _listings(client: Client, organization: str) -> list[object]:
    """What the portal lists for who has the key, and every page of what it lists for an organization."""
    try:
        answers = [client.ask("GET", "/me/org_datasets/")]
    except PortalError as error:
        if error.status != 404:
            raise
        answers = [client.ask("GET", "/me/datasets/")]
    page = 0
    is_last = not organization
    while not is_last:
        page += 1
        answer = client.ask("GET", _shelf_path(organization, page))
        answers.append(answer)
        is_last = not (isinstance(answer, dict) and answer.get("next_page"))
    return answers


def _shelf_path(organization: str, page: int) -> str:
    return f"/organizations/{quote(organization, safe='')}/datasets/?page={page}&page_size=100"


def _dataset_path(identifier: str) -> str:
    return f"/datasets/{quote(identifier, safe='')}/"


def _resource_path(dataset_path: str, resource: Json) -> str:
    return f"{dataset_path}resources/{quote(dig(resource, 'id'), safe='')}/"


def match(offer: Offer, remote: Remote | None) -> Matched:
    """The resources by the parts they are, and those that are none.

    A resource without a key whose name is that of a file is an upload after which the push broke
    off.
    """
    resources = remote.resources if remote else []
    keyed = dict[str, Json]()
    uploads = {}
    for resource in resources:
        if key := dig(resource, "extras", PART_KEY):
            keyed.setdefault(key, resource)
        elif resource.get("filetype") == "file":
            uploads[dig(resource, "title")] = resource
    by_key = {}
    for key, part in offer.parts.items():
        if key in keyed:
            by_key[key] = keyed[key]
        elif part.file and part.file.name in uploads:
            by_key[key] = uploads.pop(part.file.name)
    taken = {id(resource) for resource in by_key.values()}
    return Matched(by_key, [row for row in resources if id(row) not in taken])


def plan_steps(offer: Offer, remote: Remote | None, *, prune: bool = False) -> tuple[PushStep, ...]:
    """The requests that bring a portal to hold what is offered; with ``prune`` parts of an earlier release are deleted.

    Resources that are not by us are never touched, and what people set on the portal stays.
    """
    path = _dataset_path(remote.id) if remote else f"/datasets/{DATASET}/"
    matched = match(offer, remote)
    todo = list(_steps_of_dataset(offer, remote, path))
    # udata puts a new resource before the others, so that the last one sent stands first
    for key, part in reversed(offer.parts.items()):
        resource = matched.by_key.get(key)
        if resource is None:
            todo += _steps_of_new_part(path, key, part)
        else:
            todo += _steps_of_part(path, key, part, resource)
    for resource in matched.leftovers:
        if prune and (key := dig(resource, "extras", PART_KEY)):
            why = say("portal", "part-gone", key=key)
            todo.append(PushStep("DELETE", _resource_path(path, resource), why))
    return tuple(todo)


def _steps_of_dataset(offer: Offer, remote: Remote | None, path: str) -> Iterator[PushStep]:
    if remote is None:
        body = offer.description | {"private": True}
        if offer.organization:
            body["organization"] = {"id": offer.organization}
        why = say("portal", "part-not-there-yet", key=offer.iri)
        yield PushStep("POST", "/datasets/", why, body)
    elif names := _changed(offer.description, remote.description):
        held = remote.description
        body = {name: held[name] for name in _SET_BY_PEOPLE if held.get(name) is not None}
        body |= offer.description
        body["extras"] = held["extras"] | offer.description["extras"]
        if organization := dig(held, "organization", "id"):
            body["organization"] = {"id": organization}
        why = say("portal", "changed-on-part", key=offer.iri, names=names)
        yield PushStep("PUT", path, why, body)


def _steps_of_new_part(path: str, key: str, part: OfferedPart) -> Iterator[PushStep]:
    why = say("portal", "part-not-there-yet", key=key)
    if part.file is None:
        yield PushStep("POST", f"{path}resources/", why, part.description)
        return
    yield PushStep("POST", f"{path}upload/", why, part.file)
    body = part.description | {"id": RESOURCE, "url": ADDRESS}
    why = say("portal", "what-part-is", key=key)
    yield PushStep("PUT", f"{path}resources/{RESOURCE}/", why, body)


def _steps_of_part(path: str, key: str, part: OfferedPart, resource: Json) -> Iterator[PushStep]:
    place = _resource_path(path, resource)
    body = part.description | {"id": resource["id"], "url": ADDRESS}
    body["extras"] = resource["extras"] | {PART_KEY: key}
    if part.file and not part.file.is_held(resource):
        yield PushStep(
            "POST", f"{place}upload/", say("portal", "other-content", key=key), part.file
        )
        yield PushStep("PUT", place, say("portal", "what-part-is", key=key), body)
        return
    compared = part.description
    if part.file:
        compared = {name: value for name, value in compared.items() if name not in _COMPUTED}
    if names := _changed(compared, resource):
        body["url"] = dig(part.description, "url") or dig(resource, "url")
        why = say("portal", "changed-on-part", key=key, names=names)
        yield PushStep("PUT", place, why, body)


def _changed(wanted: Json, remote: Json) -> str:
    """The names of the fields that differ, with commas between them."""
    names = [name for name, value in wanted.items() if not _agrees(value, remote.get(name), name)]
    return ", ".join(names)


def _agrees(value: object, held: object, name: str) -> bool:
    if isinstance(value, dict):
        fields = held if isinstance(held, dict) else {}
        return all(_agrees(within, fields.get(inner), inner) for inner, within in value.items())
    if name == "tags" and isinstance(value, list) and isinstance(held, list):
        return {str(tag) for tag in value} == {str(tag) for tag in held}
    if not isinstance(value, str):
        return value == held
    # udata answers with null for an empty text
    text = held if isinstance(held, str) else ""
    if name in ("start", "end"):
        return value[:10] == text[:10]
    # a form may have changed the ends of lines
    return value.split() == text.split()


def tell(offer: Offer, remote: Remote | None, todo: tuple[PushStep, ...], sent: int | None) -> str:
    """How portal and release differ, in lines for who pushes; ``sent`` is None where nothing was to be sent."""
    if remote is None:
        return say("portal", "part-not-there-yet", key=offer.iri) + "\n"
    if todo:
        lines = [say("portal", "differs", where=remote.page, n=len(todo))]
    elif sent:
        lines = [say("portal", "requests-changed", where=remote.page, n=sent)]
    else:
        lines = [say("portal", "holds-release", where=remote.page, n=0)]
    lines += [f"  {step.method} {step.path}: {step.why}" for step in todo]
    if sent is not None and remote.description.get("private"):
        lines.append(say("portal", "is-private"))
    for resource in match(offer, remote).leftovers:
        identifier = dig(resource, "id")
        if key := dig(resource, "extras", PART_KEY):
            lines.append(say("portal", "no-longer-in-release", id=identifier, key=key))
        else:
            title = dig(resource, "title")
            lines.append(say("portal", "not-by-push", id=identifier, title=title))
    return "\n".join(lines) + "\n"


def write_requests(
    offer: Offer, client: Client, todo: tuple[PushStep, ...], remote: Remote | None
) -> str:
    """The requests of a push in full and in their order, with signs for what earlier answers will tell."""
    if offer.dataset:
        paths = [_dataset_path(offer.dataset)]
    else:
        paths = ["/me/org_datasets/"]
        if offer.organization:
            paths.append(_shelf_path(offer.organization, 1))
    dataset = f"/datasets/{remote.id if remote else DATASET}/"
    if remote and not offer.dataset:
        paths.append(dataset)
    question = say("portal", "what-does-it-hold")
    steps = [PushStep("GET", path, question) for path in paths]
    steps += todo
    if todo:
        steps.append(PushStep("GET", dataset, question))
    listed = "\n".join(
        step.written(number, client.portal) for number, step in enumerate(steps, start=1)
    )
    signs = [sign for sign in _SIGNS if sign in listed]
    if not signs:
        return listed
    return f"{say('portal', 'answers-will-tell', signs=', '.join(signs))}\n\n{listed}"


def push(
    client: Client,
    offer: Offer,
    report: Callable[[str], None],
    *,
    sends: bool = True,
    prune: bool = False,
) -> PushOutcome:
    """Bring the portal to hold what is offered; ``report`` gets a line for each request that was answered.

    A request that may have created something is never simply repeated: what it did is looked up
    first. Unless it ``sends``, nothing but that look is done. Raises PortalError where the portal
    refuses, and where a fault did not pass after three waits.
    """
    pusher = _Pusher(client, offer, report, prune)
    passes = 0
    while True:
        try:
            outcome = pusher.look()
            is_done = outcome.remote and (not outcome.remaining or passes == _PASSES)
            if is_done or not sends:
                return outcome
            pusher.send(outcome.remaining)
            passes += 1
        except PassingError as fault:
            wait = pusher.wait_after(fault)
            if sends:
                report(say("portal", "trying-again", fault=fault.message, seconds=f"{wait:.0f}"))
            client.sleep(wait)


@dataclass
class _Pusher:
    """A push that is under way: how much was ``sent``, how many ``faults`` came since, what answers have told.

    ``identifiers`` are the identifiers and the address of what was created, by the signs that stand
    for them in later requests.
    """

    client: Client
    offer: Offer
    report: Callable[[str], None]
    prune: bool
    sent: int = 0
    faults: int = 0
    identifiers: dict[str, str] = field(default_factory=dict)

    def look(self) -> PushOutcome:
        """What the portal holds now, and what still differs."""
        remote = look(self.client, self.offer, self.identifiers.get(DATASET, ""))
        todo = plan_steps(self.offer, remote, prune=self.prune)
        if remote and self.sent and not dig(remote.description, "extras", DATASET_KEY):
            # a portal that drops the extra by which the dataset is found again would be given a
            # second one
            raise PortalError(
                "extra-of-resource", remedy="name-dataset", extra=DATASET_KEY, id=remote.id
            )
        if remote:
            self.identifiers[DATASET] = remote.id
        return PushOutcome(remote, self.sent, todo)

    def send(self, todo: tuple[PushStep, ...]) -> None:
        """Send these requests, one after the other."""
        for number, step in enumerate(todo, start=1):
            path = self._perform(step)
            self.sent += 1
            self.faults = 0
            self.report(f"{number}/{len(todo)} {step.method} {path}: {step.why}")

    def wait_after(self, fault: PassingError) -> float:
        """The seconds to wait after a fault; raises it where there were too many, or the wait would be too long."""
        if self.faults == len(_BACKOFF):
            raise fault
        wait = max(_BACKOFF[self.faults], fault.after)
        if wait > _PATIENCE:
            raise fault
        self.faults += 1
        return wait

    def _perform(self, step: PushStep) -> str:
        """Send a request with what earlier answers told in place of the signs, and note what this one tells.

        The path it was sent to.
        """
        path = step.path
        for sign, value in self.identifiers.items():
            path = path.replace(sign, value)
        content = step.content
        if isinstance(content, dict):
            content = {name: self._filled(value) for name, value in content.items()}
        answer = self.client.ask(step.method, path, content)
        body: Json = answer if isinstance(answer, dict) else {}
        place = Place(f"{step.method} {step.path}")
        if isinstance(content, PortalFile):
            if not _has_arrived(content, body):
                sent_to = Place(f"{step.method} {self.client.portal}{API}{path}")
                raise PassingError(
                    "not-whole", place=sent_to, remedy="push-goes-on", name=content.name
                )
        elif dig(content, "extras", PART_KEY) and not dig(body, "extras", PART_KEY):
            # a portal that drops the extra by which a resource is found again would be given it
            # anew each time
            raise PortalError(
                "extra-of-resource", place=place, remedy="ask-for-extras", extra=PART_KEY
            )
        if step.method == "POST":
            identifier = dig(body, "id")
            if not identifier.replace("-", "").replace("_", "").isalnum():
                raise PortalError("no-udata", place=place, remedy="push-goes-on")
            self.identifiers[DATASET if step.path == "/datasets/" else RESOURCE] = identifier
            self.identifiers[ADDRESS] = dig(body, "url")
        return path

    def _filled(self, value: object) -> object:
        return self.identifiers.get(value, value) if isinstance(value, str) else value


def _has_arrived(file: PortalFile, answer: Json) -> bool:
    """Whether what arrived is what was sent, as far as the portal says."""
    has_sum = dig(answer, "checksum", "type") in ("sha1", "sha256")
    if has_sum and not file.is_held(answer):
        return False
    return answer.get("filesize") in (None, file.size)
