"""What the portal holds, narrowed to what is compared, and the requests that bring it to what is offered.

There are none where both agree, so that a push that is repeated changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pan2kg.errors import Place
from pan2kg.i18n.message import say, told
from pan2kg.publish.portal.access import PortalError
from pan2kg.publish.portal.client import Client
from pan2kg.publish.portal.manifest import PortalFile
from pan2kg.publish.portal.offer import DATASET_KEY, PART_KEY, Json, Offer, Part, Value

NOT_FOUND: Final = 404
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where a dataset is looked for: under its identifier, or with an organization, or with the key's owner."""

    organization: str = ""
    dataset: str = ""


@dataclass(frozen=True, slots=True)
class RemoteResource:
    """A resource on the portal."""

    id: str
    said: Json

    @property
    def key(self) -> str:
        """Which part of the release it is; empty where it was not put there by a push."""
        return text(extras(self.said).get(PART_KEY))


@dataclass(frozen=True, slots=True)
class Remote:
    """A dataset on the portal, with its resources in their order."""

    id: str
    said: Json
    resources: tuple[RemoteResource, ...]

    @property
    def page(self) -> str:
        """The address of its page."""
        return text(self.said.get("page"))


def look(client: Client, iri: str, scope: SearchScope) -> Remote | None:
    """The dataset of that IRI on the portal, or nothing where it was never pushed.

    Raises:
        PortalError: the portal refuses; or more than one dataset has that IRI, or the named one has another.
    """
    if scope.dataset:
        remote = _fetch(client, scope.dataset)
        holds = text(extras(remote.said).get(DATASET_KEY))
        if holds not in ("", iri):
            raise PortalError(
                "dataset-of-another",
                place=Place(f"--dataset {scope.dataset}"),
                remedy="name-right-dataset",
                holds=holds,
            )
        return remote
    found = sorted({text(one.get("id")) for one in _own(client, scope) if _is(one, iri)})
    if len(found) > 1:
        raise PortalError(
            "several-datasets", remedy="delete-all-but-one", number=len(found), iri=iri, names=", ".join(found)
        )
    return _fetch(client, found[0]) if found else None


def lookups(scope: SearchScope) -> Iterator[str]:
    """The paths a look-up reads, as far as they are known before the portal has answered."""
    if scope.dataset:
        yield _path(scope.dataset)
        return
    yield "/me/org_datasets/"
    if scope.organization:
        yield _shelf(scope.organization, 1)


def text(value: Value) -> str:
    """A text of the portal's; empty where it is none.

    >>> text("a"), text(None), text(7)
    ('a', '', '')
    """
    return value if isinstance(value, str) else ""


def extras(said: Json) -> Json:
    """The extras of a dataset or resource."""
    found = said.get("extras")
    return found if isinstance(found, dict) else {}


def _is(one: Json, iri: str) -> bool:
    return not one.get("deleted") and extras(one).get(DATASET_KEY) == iri and bool(text(one.get("id")))


def _own(client: Client, scope: SearchScope) -> Iterator[Json]:
    """The datasets of the key's owner and of all their organizations, and of the one that is named."""
    try:
        yield from _rows(client.get("/me/org_datasets/"))
    except PortalError as error:
        if error.status != NOT_FOUND:
            raise
        yield from _rows(client.get("/me/datasets/"))
    page = 1
    while scope.organization:
        answer = client.get(_shelf(scope.organization, page))
        yield from _rows(answer)
        if not (isinstance(answer, dict) and answer.get("next_page")):
            return
        page += 1


def _shelf(organization: str, page: int) -> str:
    return f"/organizations/{quote(organization, safe='')}/datasets/?page={page}&page_size={_PAGE}"


def _rows(answer: Value) -> Iterator[Json]:
    rows = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise _strange("portal-list")
    yield from (row for row in rows if isinstance(row, dict))


def _fetch(client: Client, identifier: str) -> Remote:
    said = client.get(_path(identifier))
    if not isinstance(said, dict) or not text(said.get("id")):
        raise _strange("portal-dataset")
    if said.get("deleted"):
        raise PortalError("dataset-deleted", remedy="restore-dataset", identifier=identifier)
    rows = said.get("resources")
    resources = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return Remote(text(said["id"]), said, tuple(RemoteResource(text(row.get("id")), row) for row in resources))


def _path(identifier: str) -> str:
    return f"/datasets/{quote(identifier, safe='')}/"


def _why(key: str, /, **values: object) -> str:
    return say("portal", key, **values)


def _strange(wanted: str) -> PortalError:
    return PortalError("portal-other-kind", remedy="check-portal", wanted=told(wanted))


DATASET: Final = "{dataset}"
RESOURCE: Final = "{resource}"
ADDRESS: Final = "{url}"
"""What stands for an identifier or address that only an earlier answer gives."""

_KEPT: Final = ("acronym", "spatial", "temporal_coverage", "frequency_date", "private")
"""What udata could empty if an update left it out, and people may have set on the portal."""
_COMPUTED: Final = frozenset({"checksum", "filesize", "format", "mime"})
"""What udata works out of a file it holds: an update may say better, which version 6 keeps and later ones do not."""


@dataclass(frozen=True, slots=True)
class Step:
    """A request still to send, and why.

    >>> str(Step("DELETE", "/datasets/1/resources/2/", "old.csv is no longer in the release"))
    'DELETE /datasets/1/resources/2/: old.csv is no longer in the release'
    """

    method: str
    path: str
    why: str
    content: Json | PortalFile | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.why}"


def steps(offer: Offer, remote: Remote | None, scope: SearchScope, *, prune: bool = False) -> tuple[Step, ...]:
    """The requests still to send, in their order."""
    return tuple(_steps(offer, remote, scope, prune=prune))


def leftovers(offer: Offer, remote: Remote | None) -> tuple[RemoteResource, ...]:
    """Resources on the portal that are no part of the release: once pushed and gone since, or put there by others."""
    if remote is None:
        return ()
    taken = {resource.id for resource in _match(offer, remote).values()}
    return tuple(resource for resource in remote.resources if resource.id not in taken)


def _steps(offer: Offer, remote: Remote | None, scope: SearchScope, *, prune: bool) -> Iterator[Step]:
    dataset = quote(remote.id, safe="") if remote else DATASET
    yield from _dataset(offer, remote, scope, f"/datasets/{dataset}/")
    matched = _match(offer, remote) if remote else {}
    # udata puts a new resource before the others, so that the last one sent stands first
    for part in reversed(offer.parts):
        yield from _part(part, matched.get(part.key), f"/datasets/{dataset}/")
    for resource in leftovers(offer, remote) if prune else ():
        if resource.key:
            path = f"/datasets/{dataset}/resources/{quote(resource.id, safe='')}/"
            yield Step("DELETE", path, _why("part-gone", key=resource.key))


def _dataset(offer: Offer, remote: Remote | None, scope: SearchScope, path: str) -> Iterator[Step]:
    if remote is None:
        owner: Json = {"organization": {"id": scope.organization}} if scope.organization else {}
        yield Step("POST", "/datasets/", _why("not-there-yet"), offer.said | {"private": True} | owner)
        return
    changed = _changed(offer.said, remote.said)
    if changed:
        body = {name: remote.said[name] for name in _KEPT if remote.said.get(name) is not None} | offer.said
        body["extras"] = extras(remote.said) | extras(offer.said)
        owner_id = _owner(remote)
        if owner_id:
            body["organization"] = {"id": owner_id}
        yield Step("PUT", path, _why("changed-on-dataset", names=", ".join(changed)), body)


def _owner(remote: Remote) -> str:
    owner = remote.said.get("organization")
    return text(owner.get("id")) if isinstance(owner, dict) else ""


def _match(offer: Offer, remote: Remote) -> dict[str, RemoteResource]:
    """Which resource on the portal is which part of the release.

    One without a key whose name is that of a file is an upload after which the push broke off.
    """
    found: dict[str, RemoteResource] = {}
    for resource in remote.resources:
        if resource.key:
            found.setdefault(resource.key, resource)
    strays = {text(one.said.get("title")): one for one in remote.resources if not one.key and _is_file(one.said)}
    for part in offer.parts:
        if part.portal_file and part.key not in found and part.portal_file.name in strays:
            found[part.key] = strays.pop(part.portal_file.name)
    return {part.key: found[part.key] for part in offer.parts if part.key in found}


def _is_file(said: Json) -> bool:
    return said.get("filetype") == "file"


def _part(part: Part, resource: RemoteResource | None, base: str) -> Iterator[Step]:
    if resource is None:
        if part.portal_file is None:
            yield Step("POST", f"{base}resources/", _why("part-not-there-yet", key=part.key), part.said)
            return
        yield Step("POST", f"{base}upload/", _why("part-not-there-yet", key=part.key), part.portal_file)
        yield Step(
            "PUT",
            f"{base}resources/{RESOURCE}/",
            _why("what-part-is", key=part.key),
            _body(part, None, ADDRESS),
        )
        return
    path = f"{base}resources/{quote(resource.id, safe='')}/"
    if part.portal_file and not _is_held(part.portal_file, resource.said):
        yield Step("POST", f"{path}upload/", _why("other-content", key=part.key), part.portal_file)
        yield Step("PUT", path, _why("what-part-is", key=part.key), _body(part, resource, ADDRESS))
        return
    compared = {name: value for name, value in part.said.items() if not (part.portal_file and name in _COMPUTED)}
    changed = _changed(compared, resource.said)
    if changed:
        address = text(part.said.get("url")) or text(resource.said.get("url"))
        yield Step(
            "PUT",
            path,
            _why("changed-on-part", key=part.key, names=", ".join(changed)),
            _body(part, resource, address),
        )


def _is_held(portal_file: PortalFile, said: Json) -> bool:
    summed = said.get("checksum")
    return isinstance(summed, dict) and portal_file.is_held(text(summed.get("type")), text(summed.get("value")))


def _body(part: Part, resource: RemoteResource | None, address: str) -> Json:
    body = part.said | {"id": resource.id if resource else RESOURCE, "url": address}
    if resource:
        body["extras"] = extras(resource.said) | {PART_KEY: part.key}
    return body


def _changed(wanted: Json, said: Json) -> list[str]:
    """The names of what differs; of extras only ours count."""
    return [name for name, value in wanted.items() if not _agrees(value, said.get(name), name)]


def _agrees(wanted: Value, said: Value, name: str) -> bool:
    if isinstance(wanted, dict):
        held = said if isinstance(said, dict) else {}
        return all(_agrees(value, held.get(inner), inner) for inner, value in wanted.items())
    if name == "tags" and isinstance(wanted, list) and isinstance(said, list):
        return {str(tag) for tag in wanted} == {str(tag) for tag in said}
    if name in ("start", "end"):
        return text(wanted)[:10] == text(said)[:10]
    if isinstance(wanted, str):
        # udata answers with null for an empty text, and a form may have changed the ends of lines
        return wanted.split() == text(said).split()
    return wanted == said
