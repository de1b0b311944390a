"""A push: one private dataset the first time, nothing the second, and in place after a change."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from pan2kg.publish.portal.client import PortalError
from pan2kg.publish.portal.push import SearchScope, key_of, leftovers, observe, steps

if TYPE_CHECKING:
    from tests.publish.portal.conftest import Pusher
    from tests.publish.portal.portal_server import Json, Portal


def only(portal: Portal) -> Json:
    assert len(portal.datasets) == 1
    return next(iter(portal.datasets.values()))


def resource(portal: Portal, title: str) -> Json:
    (found,) = (one for one in only(portal)["resources"] if one["title"] == title)
    return dict(found)


def test_the_first_push_makes_one_private_dataset_with_its_resources(pusher: Pusher, portal: Portal) -> None:
    outcome = pusher.push()
    dataset = only(portal)
    assert not outcome.remaining
    assert dataset["private"] is True
    assert dataset["title"] == "Graphe des plans"
    assert dataset["description"] == "Ce que disent les plans d’action nationaux."
    assert dataset["license"] == "cc-zero"
    assert dataset["frequency"] == "irregular"
    assert dataset["tags"] == ["droits-de-l-homme", "human-rights"]
    assert dataset["temporal_coverage"] == {"start": "2014-01-01", "end": "2027-12-31"}
    assert dataset["spatial"]["geom"]["type"] == "MultiPolygon"
    assert dataset["extras"]["pan2kg:dataset"] == "https://example.org/dataset"


def test_resources_stand_in_the_order_of_the_catalogue(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    titles = [one["title"] for one in only(portal)["resources"]]
    assert titles == [*pusher.folder.files, "SPARQL endpoint"]


def test_a_file_arrives_byte_for_byte_with_its_sha256(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    table = resource(portal, "tables/plans.csv")
    assert portal.files[table["id"]] == pusher.folder.files["tables/plans.csv"].encode()
    assert table["checksum"]["type"] == "sha256"
    assert table["filesize"] == len(portal.files[table["id"]])
    assert (table["type"], table["format"], table["mime"]) == ("main", "csv", "text/csv")
    assert table["url"].endswith("/plans.csv")


def test_what_the_portal_refuses_goes_under_another_name_or_compressed(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    linked, quads = resource(portal, "dumps/graph.jsonld"), resource(portal, "dumps/graph.nq")
    assert linked["url"].endswith("/graph.json")
    assert linked["format"] == "jsonld"
    assert quads["url"].endswith("/graph.nq.gz")
    assert gzip.decompress(portal.files[quads["id"]]) == pusher.folder.files["dumps/graph.nq"].encode()


def test_what_has_no_file_becomes_a_link(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    endpoint = resource(portal, "SPARQL endpoint")
    assert (endpoint["filetype"], endpoint["type"]) == ("remote", "api")
    assert endpoint["url"] == "https://example.org/sparql"


def test_a_portal_that_keeps_the_checksums_it_computed_is_pushed_to_once(pusher: Pusher, portal: Portal) -> None:
    portal.keeps_computed = True
    assert not pusher.push().remaining
    assert resource(portal, "tables/plans.csv")["checksum"]["type"] == "sha1"
    assert resource(portal, "dumps/graph.jsonld")["format"] == "json"
    assert pusher.push().sent == 0


def test_the_second_push_changes_nothing(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    before = portal.state()
    portal.forget()
    outcome = pusher.push()
    assert (outcome.sent, outcome.remaining) == (0, ())
    assert portal.calls == ["GET /api/1/me/org_datasets/", f"GET /api/1/datasets/{outcome.remote.id}/"]
    assert portal.state() == before


def test_a_changed_file_is_replaced_in_place(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    before = resource(portal, "tables/plans.csv")
    pusher.folder.files["tables/plans.csv"] += "https://example.org/b,b\r\n"
    pusher.folder.write()
    portal.forget()
    pusher.push()
    after = resource(portal, "tables/plans.csv")
    assert after["id"] == before["id"]
    assert portal.files[after["id"]].endswith(b"/b,b\r\n")
    assert len(portal.writes()) == 2
    assert len(portal.calls) <= 5, "two looks, the file, what it is, and a look"


def test_a_label_that_changes_every_file_costs_a_linked_dataset_nothing(pusher: Pusher, portal: Portal) -> None:
    pusher.linked = True
    pusher.push()
    table = resource(portal, "tables/plans.csv")
    assert (table["filetype"], table["url"]) == ("remote", "https://example.org/releases/1/tables/plans.csv")
    assert not portal.files
    for name in pusher.folder.files:
        pusher.folder.files[name] += "\n"
    pusher.folder.write().edit('"1.0.0"', '"1.0.1"')
    portal.forget()
    outcome = pusher.push()
    assert not outcome.remaining
    assert [call.split()[0] for call in portal.calls] == ["GET", "GET", "PUT", "GET"], "the version of the dataset"


def test_changed_words_are_replaced_in_place(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    (identifier,) = portal.datasets
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    pusher.folder.edit('"The file dumps/graph.ttl."', '"All of it."')
    portal.forget()
    outcome = pusher.push()
    assert (outcome.sent, outcome.remaining) == (2, ())
    assert only(portal)["id"] == identifier
    assert only(portal)["title"] == "Graphe de cohérence"
    assert resource(portal, "dumps/graph.ttl")["description"] == "All of it."


def test_an_update_leaves_what_people_set_on_the_portal(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    dataset = only(portal)
    dataset |= {"private": False, "acronym": "PAN", "organization": {"id": "org1", "name": "Ministry"}}
    dataset["extras"]["seen-by"] = "somebody"
    portal.has_org_datasets = False
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    pusher.push()
    assert (dataset["private"], dataset["acronym"], dataset["organization"]["id"]) == (False, "PAN", "org1")
    assert dataset["extras"]["seen-by"] == "somebody"


def test_the_same_part_of_a_new_version_keeps_its_address(pusher: Pusher, portal: Portal) -> None:
    pusher.folder.files = {"graph-1.0.0.ttl": "<https://example.org/a> a <https://example.org/B> .\n"}
    pusher.folder.write()
    pusher.push()
    before = resource(portal, "graph-1.0.0.ttl")["id"]
    pusher.folder.files = {"graph-1.1.0.ttl": "<https://example.org/b> a <https://example.org/B> .\n"}
    pusher.folder.write().edit('"1.0.0"', '"1.1.0"')
    pusher.push()
    assert resource(portal, "graph-1.1.0.ttl")["id"] == before


def test_what_is_gone_from_the_release_is_reported_and_only_pruned_when_asked(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    del pusher.folder.files["tables/plans.csv"]
    pusher.folder.write()
    portal.forget()
    outcome = pusher.push()
    assert [key_of(one) for one in leftovers(pusher.offer(), outcome.remote)] == ["tables/plans.csv"]
    assert not portal.writes()
    assert pusher.push(prune=True).sent == 1
    assert len(only(portal)["resources"]) == 4


def test_pruning_leaves_what_others_put_there(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    foreign = {"id": "x", "title": "Notes", "filetype": "remote", "url": "https://example.org/notes", "extras": {}}
    only(portal)["resources"].append(foreign)
    outcome = pusher.push(prune=True)
    assert not outcome.sent
    assert foreign in only(portal)["resources"]


def test_a_dataset_of_an_organization_is_found_on_any_page_of_its_list(pusher: Pusher, portal: Portal) -> None:
    scope = SearchScope("org1")
    pusher.push(scope)
    ours = portal.datasets.pop(*portal.datasets)
    for number in range(5):
        portal.datasets[f"d{number}"] = ours | {"id": f"d{number}", "extras": {"pan2kg:dataset": f"https://x/{number}"}}
    portal.datasets[ours["id"]] = ours
    portal.forget()
    assert not pusher.push(scope).sent
    assert sum("/organizations/" in call for call in portal.calls) == 3
    assert not any("elsewhere" in call for call in portal.calls)


def test_an_older_portal_is_asked_for_the_owners_datasets(pusher: Pusher, portal: Portal) -> None:
    portal.has_org_datasets = False
    pusher.push()
    assert not pusher.push().sent
    assert len(portal.datasets) == 1


def test_a_deleted_dataset_is_not_found_but_named_it_is_refused(pusher: Pusher, portal: Portal) -> None:
    first = pusher.push().remote.id
    portal.datasets[first]["deleted"] = "2026-11-01T00:00:00"
    with pytest.raises(PortalError, match="deleted on the portal"):
        pusher.push(SearchScope(dataset=first))
    assert pusher.push().remote.id != first


def test_two_datasets_of_the_same_iri_are_refused(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    portal.datasets["twin"] = only(portal) | {"id": "twin"}
    with pytest.raises(PortalError, match=r"2 datasets on the portal have the IRI .* name one with --dataset"):
        pusher.push()


def test_a_named_dataset_that_holds_another_release_is_refused(pusher: Pusher, portal: Portal) -> None:
    named = pusher.push().remote.id
    portal.datasets[named]["extras"]["pan2kg:dataset"] = "https://example.org/other"
    with pytest.raises(PortalError, match="holds another release"):
        pusher.push(SearchScope(dataset=named))


def test_a_dataset_made_by_hand_is_taken_over_when_it_is_named(pusher: Pusher, portal: Portal) -> None:
    named = pusher.push().remote.id
    portal.datasets[named] |= {"extras": {}, "title": "By hand", "resources": []}
    assert not pusher.push(SearchScope(dataset=named)).remaining
    assert list(portal.datasets) == [named]


def test_a_portal_that_drops_the_mark_is_not_given_a_second_dataset(pusher: Pusher, portal: Portal) -> None:
    portal.drops_extras = True
    with pytest.raises(PortalError, match="From now on name it: --dataset"):
        pusher.push()
    assert len(portal.datasets) == 1


def test_a_portal_that_drops_the_marks_of_resources_is_not_given_them_again(
    pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = portal._describe
    monkeypatch.setattr(portal, "_describe", lambda path, given: describe(path, given | {"extras": {}}))
    with pytest.raises(PortalError, match="does not keep the extra pan2kg:part"):
        pusher.push()
    assert len(only(portal)["resources"]) == 2


def test_a_difference_that_stays_is_told(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    only(portal)["resources"][0]["checksum"] = None
    portal.files.clear()
    remote = observe(pusher.client(), pusher.offer(), SearchScope())
    todo = steps(pusher.offer(), remote, SearchScope())
    assert [step.method for step in todo] == ["POST", "PUT"]


def test_at_most_one_call_a_second(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    assert pusher.ticker.now == len(portal.calls) - 1
    assert set(pusher.ticker.slept) == {1.0}


def test_the_key_goes_with_every_call_and_nowhere_else(pusher: Pusher, portal: Portal) -> None:
    pusher.push()
    assert set(portal.keys) == {pusher.key}
    assert pusher.key not in repr(pusher.client())
    assert pusher.key not in repr(portal.state())
