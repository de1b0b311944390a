"""What the portal holds: its JSON, narrowed to what is compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pan2kg.errors import Place
from pan2kg.publish.portal.access import PortalError
from pan2kg.publish.portal.client_client import Client
from pan2kg.publish.portal.offer import DATASET_KEY, PART_KEY, Json, Value

NOT_FOUND: Final = 404
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Whose:
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


def look(client: Client, iri: str, whose: Whose) -> Remote | None:
    """The dataset of that IRI on the portal, or nothing where it was never pushed.

    Raises:
        PortalError: the portal refuses; or more than one dataset has that IRI, or the named one has another.
    """
    if whose.dataset:
        remote = _fetch(client, whose.dataset)
        holds = text(extras(remote.said).get(DATASET_KEY))
        if holds not in ("", iri):
            raise PortalError(
                f"The dataset holds another release: {holds}.",
                place=Place(f"--dataset {whose.dataset}"),
                remedy="Name the right one, or leave the option out.",
            )
        return remote
    found = sorted({text(one.get("id")) for one in _own(client, whose) if _is(one, iri)})
    if len(found) > 1:
        raise PortalError(
            f"{len(found)} datasets on the portal have the IRI {iri}: {', '.join(found)}.",
            remedy="Delete all but one there, or name one with --dataset.",
        )
    return _fetch(client, found[0]) if found else None


def lookups(whose: Whose) -> Iterator[str]:
    """The paths a look-up reads, as far as they are known before the portal has answered."""
    if whose.dataset:
        yield _path(whose.dataset)
        return
    yield "/me/org_datasets/"
    if whose.organization:
        yield _shelf(whose.organization, 1)


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


def _own(client: Client, whose: Whose) -> Iterator[Json]:
    """The datasets of the key's owner and of all their organizations, and of the one that is named."""
    try:
        yield from _rows(client.get("/me/org_datasets/"))
    except PortalError as error:
        if error.status != NOT_FOUND:
            raise
        yield from _rows(client.get("/me/datasets/"))
    page = 1
    while whose.organization:
        answer = client.get(_shelf(whose.organization, page))
        yield from _rows(answer)
        if not (isinstance(answer, dict) and answer.get("next_page")):
            return
        page += 1


def _shelf(organization: str, page: int) -> str:
    return f"/organizations/{quote(organization, safe='')}/datasets/?page={page}&page_size={_PAGE}"


def _rows(answer: Value) -> Iterator[Json]:
    rows = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(rows, list):
        raise _strange("a list of datasets")
    yield from (row for row in rows if isinstance(row, dict))


def _fetch(client: Client, identifier: str) -> Remote:
    said = client.get(_path(identifier))
    if not isinstance(said, dict) or not text(said.get("id")):
        raise _strange("a dataset")
    if said.get("deleted"):
        raise PortalError(
            f"The dataset {identifier} was deleted on the portal.",
            remedy="Restore it there, or leave out --dataset to make a new one.",
        )
    rows = said.get("resources")
    resources = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return Remote(text(said["id"]), said, tuple(RemoteResource(text(row.get("id")), row) for row in resources))


def _path(identifier: str) -> str:
    return f"/datasets/{quote(identifier, safe='')}/"


def _strange(wanted: str) -> PortalError:
    return PortalError(f"The portal answers with something that is not {wanted}.", remedy="Check --portal.")
