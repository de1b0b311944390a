"""``pan2kg portal`` as it is typed: a dry run sends nothing and prints exactly what a push sends."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pan2kg.cli.arguments import Parser
from pan2kg.cli.portal import add_portal, run_portal
from pan2kg.errors import ProjectError
from pan2kg.publish.portal.client import PortalError

if TYPE_CHECKING:
    from tests.publish.portal.conftest import Pusher
    from tests.publish.portal.portal_server import Portal

Typed = Callable[..., int]


def parse(*words: str) -> argparse.Namespace:
    parser = Parser(prog="pan2kg portal", allow_abbrev=False)
    add_portal(parser)
    return parser.parse_args(words)


@pytest.fixture
def typed(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Run the command with the right key, and the small release for DIR."""
    monkeypatch.setenv("PAN2KG_PORTAL_KEY", pusher.key)

    def type_in(*words: str) -> int:
        given = [str(pusher.folder.path) if word == "DIR" else word for word in words]
        options = parse(*given, "--portal", pusher.portal.url)
        return run_portal(options, clock=pusher.ticker.clock, sleep=pusher.ticker.sleep)

    return type_in


@pytest.mark.parametrize("words", [("DIR",), ("plan", "DIR"), ("push", "DIR"), ("push", "--prune", "DIR")])
def test_nothing_is_sent_without_the_flag(
    words: tuple[str, ...], typed: Typed, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAN2KG_PORTAL_KEY")
    assert typed(*words) == 0
    assert not portal.calls


@pytest.mark.parametrize("words", [("push", "DIR", "--send"), ("push", "--send", "DIR")])
def test_a_push_with_the_flag_sends(
    words: tuple[str, ...], typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == 0
    assert len(portal.datasets) == 1
    assert "10 requests changed it; read back, it is what the release holds." in capsys.readouterr().out


def test_the_dry_run_prints_exactly_the_requests_of_the_push(
    typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("plan", "DIR")
    printed = re.findall(r"^(?:GET|POST|PUT|DELETE) \S+$", capsys.readouterr().out, re.MULTILINE)
    typed("push", "DIR", "--send")
    assert [unnamed(call, portal.url) for call in printed] == [unnamed(call) for call in portal.calls]


def test_the_dry_run_after_a_look_prints_exactly_the_requests_of_an_update(
    typed: Typed, pusher: Pusher, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("push", "DIR", "--send")
    pusher.folder.files["tables/plans.csv"] += "https://example.org/b,b\r\n"
    del pusher.folder.files["dumps/graph.nq"]
    pusher.folder.write()
    capsys.readouterr()
    portal.forget()
    typed("plan", "DIR", "--look", "--prune")
    assert not portal.writes()
    printed = re.findall(r"^(?:GET|POST|PUT|DELETE) \S+$", capsys.readouterr().out, re.MULTILINE)
    portal.forget()
    typed("push", "DIR", "--send", "--prune")
    assert [call.replace(portal.url, "") for call in printed] == portal.calls


def unnamed(call: str, portal: str = "none") -> str:
    """A call without the identifiers that only an answer gives."""
    call = re.sub(r"/datasets/[0-9a-f]{24}/", "/datasets/{dataset}/", call.replace(portal, ""))
    return re.sub(r"/resources/[0-9a-f-]{36}/", "/resources/{resource}/", call)


def test_the_dry_run_shows_bodies_and_never_the_key(
    typed: Typed, pusher: Pusher, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("plan", "DIR")
    out = capsys.readouterr().out
    assert '"title": "Graphe des plans"' in out
    assert re.search(r"file: plans\.csv, text/csv, \d+ bytes, sha256 [0-9a-f]{64}", out)
    assert "X-API-KEY: (from PAN2KG_PORTAL_KEY)" in out
    assert pusher.key not in out


def test_a_dry_run_with_a_named_dataset_updates_it(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed("plan", "DIR", "--dataset", "abc")
    out = capsys.readouterr().out
    assert "PUT " in out
    assert "/datasets/abc/upload/" in out
    assert not re.search(r"^POST \S+/api/1/datasets/$", out, re.MULTILINE)


def test_the_status_says_how_far_the_portal_has_it(
    typed: Typed, pusher: Pusher, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("status", "DIR") == 1
    assert capsys.readouterr().out == "The dataset is not on the portal.\n"
    typed("push", "DIR", "--send")
    assert typed("status", "DIR") == 0
    pusher.folder.edit('"Graphe des plans"', '"Graphe de cohérence"')
    capsys.readouterr()
    portal.forget()
    assert typed("status", "DIR") == 1
    assert "changed on the dataset: title" in capsys.readouterr().out
    assert not portal.writes()


def test_a_push_that_is_interrupted_says_that_it_can_go_on(
    typed: Typed, pusher: Pusher, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = pusher.ticker.sleep

    def interrupt(seconds: float) -> None:
        sleep(seconds)
        if len(portal.calls) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(pusher.ticker, "sleep", interrupt)
    with pytest.raises(PortalError, match=r"^The push was interrupted\. Push again: it goes on where it stopped\.$"):
        typed("push", "DIR", "--send")
    monkeypatch.undo()
    monkeypatch.setenv("PAN2KG_PORTAL_KEY", pusher.key)
    assert typed("push", "DIR", "--send") == 0
    assert len(portal.datasets) == 1


def test_the_second_push_says_that_nothing_was_changed(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed("push", "DIR", "--send")
    capsys.readouterr()
    assert typed("push", "DIR", "--send") == 0
    out = capsys.readouterr().out
    assert "it already holds the release; nothing was changed." in out
    assert "It is private" in out


def test_a_portal_that_keeps_something_else_is_a_finding(
    typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = portal._describe

    def shorten(path: list[str], given: dict[str, object]) -> tuple[int, object]:
        return describe(path, given | {"description": "…"})

    monkeypatch.setattr(portal, "_describe", shorten)
    assert typed("push", "DIR", "--send") == 1
    assert "read back, and the portal differs from the release; 4 requests would mend it:" in capsys.readouterr().out


def test_leftovers_are_named(typed: Typed, pusher: Pusher, capsys: pytest.CaptureFixture[str]) -> None:
    typed("push", "DIR", "--send")
    del pusher.folder.files["tables/plans.csv"]
    pusher.folder.write()
    capsys.readouterr()
    assert typed("status", "DIR") == 0
    assert "no longer in the release: tables/plans.csv" in capsys.readouterr().out


def test_without_a_key_nothing_is_sent(typed: Typed, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAN2KG_PORTAL_KEY")
    for words in (("push", "DIR", "--send"), ("status", "DIR"), ("plan", "DIR", "--look")):
        with pytest.raises(PortalError, match="PAN2KG_PORTAL_KEY is not set"):
            typed(*words)
    assert not portal.calls


def test_a_folder_that_is_no_release_is_a_sentence(typed: Typed, pusher: Pusher) -> None:
    (pusher.folder.path / "catalogue.ttl").unlink()
    with pytest.raises(ProjectError, match=r"no release: it has no catalogue\.ttl\. Make a release"):
        typed("plan", "DIR")


@pytest.mark.parametrize("words", [("DIR",), ("plan", "DIR"), ("status", "DIR")])
def test_only_a_push_sends(words: tuple[str, ...], typed: Typed, portal: Portal) -> None:
    with pytest.raises(PortalError, match=r"^--send: Only a push sends\. Write `pan2kg portal push DIR --send`\.$"):
        typed(*words, "--send")
    assert not portal.calls


def test_the_dry_run_says_what_only_an_answer_tells(
    typed: Typed, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("plan", "DIR")
    assert capsys.readouterr().out.startswith("# Only the portal's answers will tell: {dataset}, {resource}, {url}\n")
    typed("push", "DIR", "--send")
    capsys.readouterr()
    typed("plan", "DIR", "--look")
    assert "{" not in capsys.readouterr().out.replace(portal.url, "")


@pytest.mark.parametrize("words", [("--help",), ("push", "--help")])
def test_the_help_says_where_the_key_is_read(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        parse(*words)
    out = capsys.readouterr().out
    assert "PAN2KG_PORTAL_KEY" in out
    assert "--send" in out


@pytest.mark.parametrize("words", [(), ("push",), ("push", "a", "b"), ("plan", "a", "--unknown")])
def test_wrong_use_is_a_sentence(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(*words)
    assert capsys.readouterr().err.count("\n") == 1
