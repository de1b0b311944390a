"""``pan2kg portal``: what a push would send, the push, and how far the portal has it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pan2kg.cli.arguments import PlainFormatter
from pan2kg.errors import Place
from pan2kg.i18n.message import say

ACTIONS: Final = ("plan", "push", "status")


class _Action(argparse.Action):
    """``plan``, ``push`` or ``status``, then options and the folder in any order; without the word, ``plan``."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        del option_string
        words = [str(value) for value in values or ()]
        namespace.action = words.pop(0) if words[0] in ACTIONS else "plan"
        inner = type(parser)(prog=parser.prog, usage=parser.usage, description=parser.description, allow_abbrev=False)
        _describe(inner)
        inner.add_argument("folder", metavar="DIR", help="portal.folder")
        _add(inner)
        inner.add_argument("--project", help=argparse.SUPPRESS)
        inner.parse_args(words, namespace)


def add_portal(command: argparse.ArgumentParser) -> None:
    """Everything that can be typed after ``pan2kg portal``."""
    command.usage = "portal.usage"
    _describe(command)
    command.add_argument(
        "words",
        nargs=argparse.PARSER,
        action=_Action,
        metavar="[plan | push | status] DIR",
        help="portal.words",
    )
    _add(command)


def _describe(command: argparse.ArgumentParser) -> None:
    command.epilog = "portal.examples"
    command.formatter_class = PlainFormatter


def _add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--send", action="store_true", help="portal.send")
    command.add_argument("--look", action="store_true", help="portal.look")
    command.add_argument("--linked", action="store_true", help="portal.linked")
    command.add_argument("--prune", action="store_true", help="portal.prune")
    command.add_argument("--portal", metavar="URL", default="https://data.public.lu", help="portal.portal")
    command.add_argument("--organization", metavar="ID", default="", help="portal.organization")
    command.add_argument("--dataset", metavar="ID", default="", help="portal.dataset")


def run_portal(
    options: argparse.Namespace,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Plan, push or compare; 1 where the portal differs from the release in the end.

    The key is read from PAN2KG_PORTAL_KEY, and only where a request is sent.

    Raises:
        Pan2kgError: ``--send`` without ``push``, no release, or a portal that refuses or does not answer.
    """
    from tempfile import TemporaryDirectory

    from pan2kg.publish.portal import push
    from pan2kg.publish.portal.client import Client, Pace, PortalError, read_access

    if options.send and options.action != "push":
        raise PortalError("only-push-sends", place=Place("--send"), remedy="use-push-send")
    sends = options.action == "push" and options.send
    reads = sends or options.action == "status" or options.look
    access = read_access(options.portal, os.environ, needs_key=reads)
    scope = push.SearchScope(options.organization, options.dataset)
    with TemporaryDirectory(prefix="pan2kg-") as scratch:
        offer = push.make_offer(Path(options.folder), Path(scratch), linked=options.linked)
        client = Client(access, Pace(clock, sleep))
        if sends:
            try:
                outcome = push.push(client, offer, scope, lambda line: _write(f"{line}\n"), prune=options.prune)
            except KeyboardInterrupt:
                raise PortalError("push-interrupted", remedy="push-goes-on") from None
            _write(push.say_outcome(offer, outcome))
            return 1 if outcome.remaining else 0
        remote = push.observe(client, offer, scope) if reads else None
        if scope.dataset and not reads:
            remote = push.Remote(scope.dataset, {})
        todo = push.steps(offer, remote, scope, prune=options.prune)
        if options.action == "status":
            _write(push.say_status(offer, remote, todo))
            return 1 if todo else 0
        _write(push.list_requests(access, todo, scope, remote))
        _write(f"\n{say('portal', 'note-unchanged' if reads else 'note-not-sent')}\n")
    return 0


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
