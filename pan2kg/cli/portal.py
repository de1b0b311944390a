"""The command ``portal``: plan, push or compare what a portal holds of a release."""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pan2kg.cli import arguments
from pan2kg.cli.arguments import FLAG, Options
from pan2kg.cli.output import emit
from pan2kg.cli.parser import PlainFormatter
from pan2kg.errors import Place
from pan2kg.i18n import say

_ACTIONS = ("plan", "push", "status")
_PORTAL: Options = {
    "--send": FLAG, "--look": FLAG, "--linked": FLAG, "--prune": FLAG,
    "--portal": {"metavar": "URL", "default": "https://data.public.lu"},
    "--organization": {"metavar": "ID", "default": ""}, "--dataset": {"metavar": "ID", "default": ""},
}  # fmt: skip


class _PortalAction(argparse.Action):
    """The word before the folder, ``plan`` where there is none; what follows is read as options anew."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,  # noqa: ANN401
        *_: object,
    ) -> None:
        words = [*values]
        namespace.action = words.pop(0) if words[0] in _ACTIONS else "plan"
        inner = type(parser)(
            prog=parser.prog, usage=parser.usage, description=parser.description, allow_abbrev=False
        )
        inner.epilog = parser.epilog
        inner.formatter_class = parser.formatter_class
        hidden = {"--project": {"help": argparse.SUPPRESS}}
        arguments.add_options(inner, "portal", {"folder": {"metavar": "DIR"}, **_PORTAL, **hidden})
        inner.parse_args(words, namespace)


def add_portal(command: argparse.ArgumentParser) -> None:
    command.epilog = "portal.examples"
    command.formatter_class = PlainFormatter
    command.usage = "portal.usage"
    words = {
        "nargs": argparse.PARSER,
        "action": _PortalAction,
        "metavar": "[plan | push | status] DIR",
    }
    arguments.add_options(command, "portal", {"words": words, **_PORTAL})


def run_portal(
    options: argparse.Namespace,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Plan, push or compare; 1 where the portal differs from the release in the end.

    The key is read from PAN2KG_PORTAL_KEY, and only where a request is sent.
    """
    from pan2kg import portal

    if options.send and options.action != "push":
        raise portal.PortalError("only-push-sends", place=Place("--send"))
    tells = options.send or options.action == "status"
    asks = tells or options.look
    address, key = portal.read_access(options.portal, os.environ, needs_key=asks)
    write = partial(emit, form="data")
    with TemporaryDirectory(prefix="pan2kg-") as scratch:
        offer = portal.make_offer(
            Path(options.folder),
            Path(scratch),
            linked=options.linked,
            organization=options.organization,
            dataset=options.dataset,
        )
        client = portal.Client(address, key, clock, sleep)
        if asks:
            try:
                remote, sent, todo = portal.push(
                    client,
                    offer,
                    lambda line: write(f"{line}\n"),
                    sends=options.send,
                    prune=options.prune,
                )
            except KeyboardInterrupt:
                raise portal.PortalError("interrupted", remedy="push-goes-on") from None
        else:
            remote = portal.Remote({"id": options.dataset}) if options.dataset else None
            sent = 0
            todo = portal.plan_steps(offer, remote, prune=options.prune)
        if tells:
            write(portal.tell(offer, remote, todo, sent if options.send else None))
            return 1 if todo else 0
        requests = portal.write_requests(offer, client, todo, remote)
        write(f"{requests}\n{say('portal', 'note-not-sent')}\n")
    return 0
