"""The command with which somebody decides on candidates in a terminal, a key a decision: ``pan2kg review``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import SingleValue, add_language, cache_of, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import Messages, decimal
from pan2kg.i18n.days import today
from pan2kg.i18n.message import Message
from pan2kg.project import PACKAGE, Project

if TYPE_CHECKING:
    from pathlib import Path

    from pan2kg.graph.graph import Graph
    from pan2kg.review.cards import Card
    from pan2kg.review.desk import Desk
    from pan2kg.review.suggested import Queue

KINDS: Final = ("plan", "action", "instrument", "body", "provision", "topic")
_ASKING: Final = {"r": "", "e": "edit-what", "b": "together-which", "n": "hand-which"}
"""What follows a key: another key, or a line of which the message says what it is about."""
_ASKING_OF_GRAPH: Final = {"a": "suggested-which", "r": "why", "n": "hand-which"}
"""The same where something of the graph is shown."""
_CLEAR, _INVERSE, _BOLD, _PLAIN = "\x1b[2J\x1b[H", "\x1b[7m", "\x1b[1m", "\x1b[0m"


def add_review(command: argparse.ArgumentParser) -> None:
    """Whose candidates, of what kind, and who decides."""
    command.add_argument("--plan", metavar="KEY", action=SingleValue, help="review.plan")
    command.add_argument("--kind", choices=KINDS, default="", help="review.kind")
    command.add_argument("--by", metavar="NAME", action=SingleValue, help="review.by")
    command.add_argument("--second", action="store_true", help="review.second")
    command.add_argument("--control", action="store_true", help="review.control")
    command.add_argument("--order", choices=("text", "rank"), default="text", help="review.order")
    command.add_argument("--suggested", action="store_true", help="review.suggested")
    add_language(command)


def run_review(options: argparse.Namespace) -> int:
    """Show one candidate after the other and do what the keys say, until ``q``."""
    from functools import partial

    from pan2kg.graph.graph import Graph
    from pan2kg.review.desk import Wanted, open_desk
    from pan2kg.review.entry import RefusedError, read_text
    from pan2kg.review.proposals import FILE, WORK, Material, read_material
    from pan2kg.review.suggested import Queue
    from pan2kg.store.cache import open_stated
    from pan2kg.store.queries import find_thing
    from pan2kg.store.rules import derive

    project = project_of(options)
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    store = open_stated(project, cache_of(options))
    derive(store, project, ["main-label"])
    graph = Graph(project, store, language=project.language, as_of=today())
    plan = find_thing(options.plan, store, project) if options.plan else ""
    has_any = any((project.root / WORK).glob(f"*/{FILE}"))
    material = read_material(graph, project, plan) if has_any or not options.suggested else Material(graph)
    reader = _Reader()
    try:
        name = read_text({"reviewer": options.by or reader.ask(str(Message("desk", "your-name")))}, "reviewer")
    except RefusedError as error:
        raise ProjectError("name-yourself", remedy="review-by", why=error.outcome.code) from None
    wanted = Wanted(options.kind, options.order, options.control, options.second)
    desk = open_desk(material, project, name, today(), wanted)
    queue = Queue(desk, partial(_whole, project, cache_of(options)), plan, options.kind)
    if options.suggested:
        queue.suggest()
    with reader.keys():
        _go(queue, reader, options.language)
    _end(desk, options.language)
    return 0


def _whole(project: Project, cache: Path | None) -> Graph:
    """The graph with what rules derive, of which suggestions are made."""
    from pan2kg.graph.graph import Graph
    from pan2kg.store.cache import open_kept

    return Graph(project, open_kept(project, cache), language=project.language, as_of=today())


def _go(queue: Queue, reader: _Reader, language: str) -> None:
    from time import monotonic

    from pan2kg.review.decisions import REVIEWED

    said, shown, since = "", "", monotonic()
    while True:
        _show(queue, said, reader, language)
        now = queue.current or queue.desk.current
        if now and now.key != shown:
            shown, since = now.key, monotonic()
        typed = reader.key()
        if typed is None or typed[:1] == "q":
            return
        asking = _ASKING_OF_GRAPH if queue.current else _ASKING
        if reader.is_terminal and typed in asking and not (typed == "a" and queue.has_own_words):
            about = Message("desk", asking[typed], {"types": ", ".join(REVIEWED)}) if asking[typed] else None
            asked = reader.ask(str(about)) if about else reader.key()
            typed += f" {asked or ''}"
        queue.desk.seconds = monotonic() - since if reader.is_terminal else None
        message = queue.press(typed)
        said = message.say(language)
        if not reader.is_terminal:
            _write(f"{said}\n")


class _Reader:
    """Reads keys from a terminal as they are pressed, and lines from anything else."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdin.isatty() and sys.stdout.isatty()

    @contextmanager
    def keys(self) -> Iterator[None]:
        """Read keys without waiting for the end of a line; the terminal is put back, whatever happens."""
        if not self.is_terminal:
            yield
            return
        import termios  # only POSIX systems have it
        import tty

        before = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin)
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def key(self) -> str | None:
        """The next key, or line; None at the end."""
        if not self.is_terminal:
            line = sys.stdin.readline()
            return line.strip() or "?" if line else None
        pressed = os.read(sys.stdin.fileno(), 1)
        return pressed.decode("ascii", "replace") if pressed not in (b"", b"\x04") else None

    def ask(self, question: str) -> str:
        """A line somebody types, with what it is about before it."""
        if not self.is_terminal:
            return sys.stdin.readline().strip()
        import termios

        before = termios.tcgetattr(sys.stdin)
        shown = termios.tcgetattr(sys.stdin)
        shown[3] |= termios.ICANON | termios.ECHO
        try:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, shown)
            _write(f"\n{question} ")
            return sys.stdin.readline().strip()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _show(queue: Queue, said: str, reader: _Reader, language: str) -> None:
    """The candidate, and above it how far the review has come."""
    desk, say = queue.desk, _saying(language)
    card = None if queue.current else desk.card(language)
    width = min(shutil.get_terminal_size((100, 30)).columns, 100)
    lines = [say("counts", **asdict(queue.progress))]
    if queue.current:
        lines += [part for line in queue.lines(language) for part in textwrap.wrap(line, width) or [""]]
    elif card is None:
        lines.append(say("all-decided"))
    else:
        lines += ["", *textwrap.wrap(card.statement, width), "", *textwrap.wrap(card.reason, width)]
        lines += [line for remark in card.remarks for line in textwrap.wrap(f"! {remark}", width)] + [""]
        lines += _passage(card, width, is_terminal=reader.is_terminal, where=say)
        lines += ["", *(line for fact in card.target.facts for line in textwrap.wrap(fact, width))]
        lines += [*textwrap.wrap(say("others", n=len(card.target.others)), width)]
        lines += [f"  · {other}"[:width] for other in card.target.others[:5]]
        lines += _besides(desk, card, width, say)
    if reader.is_terminal:
        keys = "help-suggested" if queue.current else "help"
        lines = [*lines, "", *textwrap.wrap(said, width), *say(keys).split("\n")]
    whole = "\n".join(lines)
    _write(f"{_CLEAR if reader.is_terminal else ''}{whole}\n")


def _besides(desk: Desk, card: Card, width: int, say: Callable[..., str]) -> Iterator[str]:
    """What was decided on the same words, which actions may be meant, and what can be decided together with it."""
    for said in card.previous:
        yield from textwrap.wrap(said, width)
    if card.target.nearer:
        yield from textwrap.wrap(say("nearer"), width)
        yield from (f"  {name}  {title}"[:width] for name, title in card.target.nearer)
    alike = desk.alike()
    if alike:
        yield from textwrap.wrap(say("alike", n=len(alike)), width)
    for number, other in enumerate(alike, start=1):
        mark = "x" if other.key in desk.ticked else " "
        label = desk.material.graph.label(other.start, desk.material.graph.language)
        yield f"  [{mark}] {number}  {label} — {other.passages[0].quote}"[:width]


def _saying(language: str) -> Callable[..., str]:

    words = Messages("desk")

    def say(key: str, **values: object) -> str:
        return words.say(key, language, **values)

    return say


def _passage(card: Card, width: int, *, is_terminal: bool, where: Callable[..., str]) -> Iterator[str]:
    """The words in their surroundings, marked, with page and headings above them."""
    one = card.passage
    place = " › ".join(one.path)
    yield where("page", page=one.page, place=place) if one.page else place
    marks = (f"{_INVERSE}{_BOLD}", _PLAIN) if is_terminal else ("[[", "]]")
    for paragraph in f"{one.before[-600:]}\0{one.words}\1{one.behind[:600]}".split("\n"):
        for line in textwrap.wrap(paragraph, width - 4) or [""]:
            yield f"  │ {line}".replace("\0", marks[0]).replace("\1", marks[1])
    if card.passages > 1:
        yield where("more-passages", n=card.passages)


def _end(desk: Desk, language: str) -> None:
    """What was decided, how many controls were recognised, and how far second readers agree."""
    say = _saying(language)
    lines = [say("decided", left=len([one for one in desk.waiting if not one.is_control]), **desk.decided)]
    if desk.wanted.control:
        lines.append(say("controls", **desk.controls))
    if desk.pace is not None:
        lines.append(say("pace", seconds=round(desk.pace)))
    if desk.wanted.second:
        found = desk.compare()
        value = "–" if found.alpha is None else decimal(found.alpha, language)
        lines += [say("agreement", n=found.both, alpha=value), say("agreement-means")]
        for one in found.apart:
            start, target = (desk.material.graph.label(end, language) for end in one.proposal.ends)
            lines.append(say("apart", start=start, target=target))
    sys.stderr.write("".join(f"{line}\n" for line in lines))
