"""Every way a portal can fail is one sentence with a remedy and never shows the key; and a push that broke off goes on.

Wherever it breaks off, the next one ends where an undisturbed one would have ended.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.publish.portal.client import Access, Client, Pace, PassingError, PortalError, read_access, wait_of

if TYPE_CHECKING:
    from tests.publish.portal.conftest import Pusher, SampleRelease
    from tests.publish.portal.portal_server import Json, Portal

STATUSES: Final = {
    400: "Mend the catalogue",
    401: "PAN2KG_PORTAL_KEY",
    403: "--organization",
    404: "Check --portal",
    409: "documentation of its API",
    410: "Restore it there",
    413: "raise its limit",
    415: "another serialisation",
    423: "it goes on where it stopped",
    429: "it goes on where it stopped",
    500: "it goes on where it stopped",
    502: "it goes on where it stopped",
    503: "it goes on where it stopped",
    504: "it goes on where it stopped",
}


@pytest.mark.parametrize(("status", "remedy"), STATUSES.items())
def test_each_status_is_a_sentence_with_a_remedy(status: int, remedy: str, pusher: Pusher, portal: Portal) -> None:
    for number in range(1, 9):
        portal.fail(number, str(status))
    portal.has_org_datasets = False
    with pytest.raises(PortalError, match=rf"\({status}: as the test wants it\)\..*{remedy}") as caught:
        pusher.push()
    assert pusher.key not in str(caught.value)
    assert not portal.datasets


def test_a_fault_that_lasts_is_tried_four_times(pusher: Pusher, portal: Portal) -> None:
    for number in range(1, 9):
        portal.fail(number, "502")
    with pytest.raises(PortalError, match="a fault of its own"):
        pusher.push()
    assert len(portal.calls) == 4
    assert [seconds for seconds in pusher.ticker.slept if seconds > 1] == [2.0, 4.0, 8.0]
    assert len(pusher.said) == 3


def test_the_wait_the_portal_asks_for_is_kept(pusher: Pusher, portal: Portal) -> None:
    portal.fail(3, "429", {"Retry-After": "30"})
    assert not pusher.push().remaining
    assert 30.0 in pusher.ticker.slept


def test_a_wait_is_read_from_a_date_too() -> None:
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    seconds = {
        "Wed, 25 Nov 2026 08:01:00 GMT": 60, "Wed, 25 Nov 2026 07:59:00 GMT": 0, "120": 120, "soon": 0, "-1": 0,
        "Wed, 25 Nov 2026 08:01:00 -0000": 60, "Wed, 25 Nov 2026": 0, "": 0,
    }  # fmt: skip
    assert {asked: wait_of(asked, now) for asked in seconds} == seconds


@pytest.mark.parametrize("asked", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_beyond_patience_ends_the_push(asked: str, pusher: Pusher, portal: Portal) -> None:
    portal.fail(3, "429", {"Retry-After": asked})
    with pytest.raises(PortalError, match="asks for fewer requests"):
        pusher.push()
    assert max(pusher.ticker.slept) < 3600


def test_a_wrong_key_is_not_shown_even_when_the_portal_shows_it(pusher: Pusher, portal: Portal) -> None:
    pusher.key = "wr0ng-key"
    portal.fail(1, "401", body=b'{"message": "wr0ng-key is\\u001b[31m no key"}')
    with pytest.raises(PortalError, match="does not know the key") as caught:
        pusher.push()
    assert "wr0ng-key" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_the_portals_words_on_each_field_are_passed_on(pusher: Pusher) -> None:
    pusher.folder.edit("frequency/IRREG", "frequency/TRIENNIAL")
    with pytest.raises(PortalError, match=r'Validation error; frequency: \["Not a valid choice"\]'):
        pusher.push()


def test_a_file_beyond_the_limit_is_told_before_it_is_all_sent(pusher: Pusher, portal: Portal) -> None:
    pusher.folder.files["tables/plans.csv"] = "x" * 8_000_000
    pusher.folder.write()
    portal.largest = 1_000_000
    with pytest.raises(PortalError, match=r"larger than the portal takes \(413\)") as caught:
        pusher.push()
    assert caught.value.place
    assert "/upload/" in str(caught.value.place)


def test_a_portal_that_does_not_answer_in_time_is_a_sentence(pusher: Pusher, portal: Portal) -> None:
    pusher.timeout = 0.2
    for number in range(1, 9):
        portal.fail(number, "slow")
    with pytest.raises(PortalError, match="does not answer in time"):
        pusher.push()


def test_a_late_answer_to_a_creation_makes_no_second_dataset(pusher: Pusher, portal: Portal) -> None:
    pusher.timeout = 2.0
    portal.fail(2, "slow")
    assert not pusher.push().remaining
    assert len(portal.datasets) == 1


def test_a_file_that_arrives_spoilt_is_sent_anew(pusher: Pusher, portal: Portal) -> None:
    portal.spoils = 2
    assert not pusher.push().remaining
    assert {
        portal.files[one["id"]] for one in next(iter(portal.datasets.values()))["resources"] if one["filesize"]
    } == {part.file.path.read_bytes() for part in pusher.offer().parts if part.file}
    assert any("did not arrive whole" in line for line in pusher.said)


@pytest.mark.parametrize("kind", ["broken-json", "html"])
def test_an_answer_that_is_not_udatas_is_a_sentence(kind: str, pusher: Pusher, portal: Portal) -> None:
    portal.fail(1, kind)
    with pytest.raises(PortalError, match="not as udata's API does"):
        pusher.push()


def test_a_list_that_is_none_is_a_sentence(pusher: Pusher, portal: Portal) -> None:
    portal.fail(1, "200", body=b'"datasets"')
    with pytest.raises(PortalError, match="not a list of datasets"):
        pusher.push()


def test_an_identifier_that_is_none_is_not_put_into_an_address(pusher: Pusher, portal: Portal) -> None:
    portal.fail(2, "201", body=b'{"id": "../../me"}')
    with pytest.raises(PortalError, match="no identifier"):
        pusher.push()
    assert len(portal.calls) == 2


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_key_is_not_sent_on_to_another_host(
    number: int, pusher: Pusher, portal: Portal, another_portal: Portal
) -> None:
    portal.fail(number, "redirect", {"Location": f"{another_portal.url}/api/1/me/datasets/"})
    with pytest.raises(PortalError, match=r"sends its (readers|writers) on to http://127\.0\.0\.1"):
        pusher.push()
    assert not another_portal.calls


def test_a_reader_follows_within_the_portal(pusher: Pusher, portal: Portal) -> None:
    portal.fail(1, "redirect", {"Location": "/api/1/me/datasets/"})
    assert not pusher.push().remaining


def test_a_circle_of_redirects_ends(pusher: Pusher, portal: Portal) -> None:
    for number in range(1, 9):
        portal.fail(number, "redirect", {"Location": "/api/1/me/org_datasets/"})
    with pytest.raises(PortalError, match="sends its readers on"):
        pusher.push()
    assert len(portal.calls) == 3


def test_a_portal_that_is_not_there_is_a_sentence(pusher: Pusher) -> None:
    # a port that is held but not listened to refuses, and nobody else can take it meanwhile
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        pusher.portal.url = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(PortalError, match=r"The connection broke \(connection refused\)\. Check the connection"):
            pusher.push()


def test_a_host_that_is_not_found_is_not_asked_again(pusher: Pusher) -> None:
    client = Client(Access("https://portal.invalid", pusher.key), Pace(pusher.ticker.clock, pusher.ticker.sleep))
    with pytest.raises(PortalError, match=r"portal\.invalid") as caught:
        client.get("/me/")
    assert pusher.key not in str(caught.value)


class _Proxy(BaseHTTPRequestHandler):
    """A proxy that lets nobody through, and keeps what it was told."""

    told: Final[list[str]] = []

    def do_CONNECT(self) -> None:
        self.told.append(f"{self.path} {self.headers}")
        self.send_error(403)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_proxy_is_used_and_not_told_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), _Proxy) as server:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(PassingError, match="The connection broke"):
            Client(Access("https://portal.example", "s3cret"), Pace()).get("/me/")
        thread.join()
    assert len(_Proxy.told) == 1
    assert _Proxy.told[0].startswith("portal.example:443 ")
    assert "s3cret" not in _Proxy.told[0]


def test_a_portal_that_speaks_no_tls_is_a_sentence(portal: Portal) -> None:
    with pytest.raises(PortalError, match="The connection broke") as caught:
        Client(Access(portal.url.replace("http:", "https:"), "s3cret"), Pace()).get("/me/")
    assert not isinstance(caught.value, ssl.SSLError)


def test_an_address_or_a_key_that_is_not_safe_is_refused_and_not_shown() -> None:
    key = {"PAN2KG_PORTAL_KEY": "s3cret"}
    refused = {
        "http://data.public.lu": "in the clear", "ftp://data.public.lu": "no address", "data.public.lu": "no address",
        "https://": "no address", "https://data.public.lu:port": "no address",
        "https://data.public.lu/\nX-Other: 1": "no address",
        "https://me:word@data.public.lu": "more than host and path",
        "https://data.public.lu/?q=1": "more than host and path",
    }  # fmt: skip
    for portal, message in refused.items():
        with pytest.raises(PortalError, match=message) as caught:
            read_access(portal, key, needs_key=True)
        assert "word" not in str(caught.value)
    for portal in ("http://localhost:8000", "http://127.0.0.1/", "http://[::1]:80/api/1"):
        assert re.fullmatch(r"http://[^/]+/api/1/me/", read_access(portal, {}, needs_key=False).url("/me/"))
    for faulty in ("", " ", "two words", "clé", "line\nX-Other: 1"):
        with pytest.raises(PortalError, match="PAN2KG_PORTAL_KEY") as caught:
            read_access("https://data.public.lu", {"PAN2KG_PORTAL_KEY": faulty}, needs_key=True)
        assert not faulty.strip() or faulty not in str(caught.value)


FIRST: Final = 12
"""The calls of a first push: the look-up, the dataset, a file and its description four times, a link, a look back."""
UPDATE: Final = 8
CUTS: Final = ("drop-before", "drop-midway", "drop-after")


def undisturbed(pusher: Pusher, portal: Portal, change: bool) -> tuple[list[Json], int]:  # noqa: FBT001
    """The state after a push, or after one more with a change, and the calls the last took."""
    pusher.push()
    if change:
        alter(pusher.folder)
        portal.forget()
        pusher.push()
    return portal.state(), len(portal.calls)


def alter(folder: SampleRelease) -> None:
    """Other content of two files, another title, and a description."""
    folder.files["tables/plans.csv"] += "https://example.org/b,b\r\n"
    folder.files["dumps/graph.nq"] *= 2
    folder.write()
    folder.edit('"Graphe des plans"', '"Graphe de cohérence"')


@pytest.fixture
def wanted(request: pytest.FixtureRequest, another_portal: Portal, tmp_path: Path, pusher: Pusher) -> list[Json]:
    """What an undisturbed push leaves."""
    model = type(pusher)(another_portal, type(pusher.folder)(tmp_path / "model"), pusher.scratch, pusher.key)
    model.folder.write()
    state, calls = undisturbed(model, another_portal, "update" in request.node.name)
    assert calls == (UPDATE if "update" in request.node.name else FIRST)
    return state


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("number", range(1, FIRST + 1))
def test_a_first_push_that_dies_at_any_call_is_completed_by_the_next(
    number: int, cut: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    portal.dead_from = (number, cut)
    with pytest.raises(PortalError, match="push again: it goes on where it stopped"):
        pusher.push()
    portal.forget()
    assert not pusher.push().remaining
    assert portal.state() == wanted


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("number", range(1, UPDATE + 1))
def test_an_update_that_dies_at_any_call_is_completed_by_the_next(
    number: int, cut: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    pusher.push()
    alter(pusher.folder)
    identifiers = ids(portal)
    portal.forget()
    portal.dead_from = (number, cut)
    with pytest.raises(PortalError, match="push again: it goes on where it stopped"):
        pusher.push()
    portal.forget()
    assert not pusher.push().remaining
    assert portal.state() == wanted
    assert ids(portal) == identifiers


@pytest.mark.parametrize("kind", [*CUTS, "500", "503", "429"])
@pytest.mark.parametrize("number", range(1, FIRST + 1))
def test_a_passing_fault_at_any_call_is_got_over_within_the_push(
    number: int, kind: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    portal.fail(number, kind)
    assert not pusher.push().remaining
    assert portal.state() == wanted
    assert 2.0 in pusher.ticker.slept


@pytest.mark.parametrize("number", range(2, FIRST))
def test_a_change_of_the_release_after_a_break_is_pushed_too(number: int, pusher: Pusher, portal: Portal) -> None:
    portal.dead_from = (number, "drop-after")
    with pytest.raises(PortalError):
        pusher.push()
    alter(pusher.folder)
    portal.forget()
    assert not pusher.push().remaining
    (dataset,) = portal.datasets.values()
    assert len(dataset["resources"]) == 5
    assert len(set(ids(portal))) == 6


def ids(portal: Portal) -> list[str]:
    """The identifiers of everything on the portal."""
    return [*portal.datasets, *(one["id"] for held in portal.datasets.values() for one in held["resources"])]
