"""The requests that bring the portal from what it holds to what is offered; none where both agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pan2kg.publish.portal.files import Parcel
from pan2kg.publish.portal.offer import PART_KEY, Json, Offer, Part, Value
from pan2kg.publish.portal.steps import Remote, RemoteResource, Whose, extras, text

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
    content: Json | Parcel | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.why}"


def steps(offer: Offer, remote: Remote | None, whose: Whose, *, prune: bool = False) -> tuple[Step, ...]:
    """The requests still to send, in their order."""
    return tuple(_steps(offer, remote, whose, prune=prune))


def leftovers(offer: Offer, remote: Remote | None) -> tuple[RemoteResource, ...]:
    """Resources on the portal that are no part of the release: once pushed and gone since, or put there by others."""
    if remote is None:
        return ()
    taken = {resource.id for resource in _match(offer, remote).values()}
    return tuple(resource for resource in remote.resources if resource.id not in taken)


def _steps(offer: Offer, remote: Remote | None, whose: Whose, *, prune: bool) -> Iterator[Step]:
    dataset = quote(remote.id, safe="") if remote else DATASET
    yield from _dataset(offer, remote, whose, f"/datasets/{dataset}/")
    matched = _match(offer, remote) if remote else {}
    # udata puts a new resource before the others, so that the last one sent stands first
    for part in reversed(offer.parts):
        yield from _part(part, matched.get(part.key), f"/datasets/{dataset}/")
    for resource in leftovers(offer, remote) if prune else ():
        if resource.key:
            path = f"/datasets/{dataset}/resources/{quote(resource.id, safe='')}/"
            yield Step("DELETE", path, f"{resource.key} is no longer in the release")


def _dataset(offer: Offer, remote: Remote | None, whose: Whose, path: str) -> Iterator[Step]:
    if remote is None:
        owner: Json = {"organization": {"id": whose.organization}} if whose.organization else {}
        yield Step("POST", "/datasets/", "the dataset is not on the portal yet", offer.said | {"private": True} | owner)
        return
    changed = _changed(offer.said, remote.said)
    if changed:
        body = {name: remote.said[name] for name in _KEPT if remote.said.get(name) is not None} | offer.said
        body["extras"] = extras(remote.said) | extras(offer.said)
        owner_id = _owner(remote)
        if owner_id:
            body["organization"] = {"id": owner_id}
        yield Step("PUT", path, f"changed on the dataset: {', '.join(changed)}", body)


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
        if part.parcel and part.key not in found and part.parcel.name in strays:
            found[part.key] = strays.pop(part.parcel.name)
    return {part.key: found[part.key] for part in offer.parts if part.key in found}


def _is_file(said: Json) -> bool:
    return said.get("filetype") == "file"


def _part(part: Part, resource: RemoteResource | None, base: str) -> Iterator[Step]:
    if resource is None:
        if part.parcel is None:
            yield Step("POST", f"{base}resources/", f"{part.key} is not on the portal yet", part.said)
            return
        yield Step("POST", f"{base}upload/", f"{part.key} is not on the portal yet", part.parcel)
        yield Step("PUT", f"{base}resources/{RESOURCE}/", f"what {part.key} is", _body(part, None, ADDRESS))
        return
    path = f"{base}resources/{quote(resource.id, safe='')}/"
    if part.parcel and not _is_held(part.parcel, resource.said):
        yield Step("POST", f"{path}upload/", f"{part.key} has other content", part.parcel)
        yield Step("PUT", path, f"what {part.key} is", _body(part, resource, ADDRESS))
        return
    compared = {name: value for name, value in part.said.items() if not (part.parcel and name in _COMPUTED)}
    changed = _changed(compared, resource.said)
    if changed:
        address = text(part.said.get("url")) or text(resource.said.get("url"))
        yield Step("PUT", path, f"changed on {part.key}: {', '.join(changed)}", _body(part, resource, address))


def _is_held(parcel: Parcel, said: Json) -> bool:
    summed = said.get("checksum")
    return isinstance(summed, dict) and parcel.is_held(text(summed.get("type")), text(summed.get("value")))


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
