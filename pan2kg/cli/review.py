"""The command with which somebody decides on candidates in a terminal, a key a decision: ``pan2kg review``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import SingleValue, add_language, cache_of, project_of
from pan2kg.errors import ProjectError
from pan2kg.i18n.catalogue import Messages, decimal
from pan2kg.i18n.message import Message, today

if TYPE_CHECKING:
    from pan2kg.review.desk import Card, Desk

KINDS: Final = ("plan", "action", "instrument", "body", "provision", "topic")
_ASKING: Final = {"r": "", "e": "edit-what", "b": "together-which", "n": "hand-which"}
"""What follows a key: another key, or a line of which the message says what it is about."""
_ASKING_OF_GRAPH: Final = {"a": "suggested-which", "r": "why", "n": "hand-which"}
"""The same where something of the graph is shown."""
_CLEAR, _INVERSE, _BOLD, _PLAIN = "\x1b[2J\x1b[H", "\x1b[7m", "\x1b[1m", "\x1b[0m"


def add_review(command: argparse.ArgumentParser) -> None:
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
    from pan2kg.graph.graph import Graph
    from pan2kg.review import work
    from pan2kg.review.desk import Wanted, open_desk, press
    from pan2kg.review.entry import RefusedError, read_text
    from pan2kg.review.files import own
    from pan2kg.store.cache import open_kept, open_stated
    from pan2kg.store.queries import find_thing
    from pan2kg.store.rules import derive

    project = project_of(options)
    own(project)
    store = open_stated(project, cache_of(options))
    derive(store, project, ["main-label"])

    def whole() -> Graph:
        # with what rules derive, of which suggestions are made
        return Graph(project, open_kept(project, cache_of(options)), language=project.language, as_of=today())

    graph = Graph(project, store, language=project.language, as_of=today())
    plan = find_thing(options.plan, store, project) if options.plan else ""
    is_read = work.has_candidates(project) or not options.suggested
    material = work.read_material(graph, project, plan) if is_read else work.Material(graph)
    reader = _KeyReader()
    try:
        name = read_text({"reviewer": options.by or reader.ask(str(Message("desk", "your-name")))}, "reviewer")
    except RefusedError as error:
        raise ProjectError("name-yourself", remedy="review-by", why=error.code) from None
    wanted = Wanted(options.kind, options.order, options.control, options.second, plan)
    desk = open_desk(material, project, name, today(), wanted, whole)
    if options.suggested:
        press(desk, "g")
    with reader.keys():
        _go(desk, reader, options.language)
    _end(desk, options.language)
    return 0


def _go(desk: Desk, reader: _KeyReader, language: str) -> None:
    from time import monotonic

    from pan2kg.review.decision import TYPES
    from pan2kg.review.desk import has_own_words, press

    message, current_key, since = "", "", monotonic()
    while True:
        _show(desk, message, reader, language)
        if desk.current and desk.current.key != current_key:
            current_key, since = desk.current.key, monotonic()
        typed = reader.key()
        if typed is None or typed[:1] == "q":
            return
        asking = _ASKING_OF_GRAPH if desk.is_graph_shown else _ASKING
        if reader.is_terminal and typed in asking and not (typed == "a" and has_own_words(desk)):
            about = Message("desk", asking[typed], {"types": ", ".join(TYPES)}) if asking[typed] else None
            answer = reader.ask(str(about)) if about else reader.key()
            typed += f" {answer or ''}"
        desk.seconds = monotonic() - since if reader.is_terminal else None
        message = press(desk, typed).say(language)
        if not reader.is_terminal:
            _write(f"{message}\n")


class _KeyReader:
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
        if not self.is_terminal:
            line = sys.stdin.readline()
            return line.strip() or "?" if line else None
        pressed = os.read(sys.stdin.fileno(), 1)
        return pressed.decode("ascii", "replace") if pressed not in (b"", b"\x04") else None

    def ask(self, question: str) -> str:
        if not self.is_terminal:
            return sys.stdin.readline().strip()
        import termios

        before = termios.tcgetattr(sys.stdin)
        modes = termios.tcgetattr(sys.stdin)
        modes[3] |= termios.ICANON | termios.ECHO
        try:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)
            _write(f"\n{question} ")
            return sys.stdin.readline().strip()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _saying(language: str) -> Callable[..., str]:
    words = Messages("desk")
    return lambda key, **values: words.say(key, language, **values)


def _show(desk: Desk, message: str, reader: _KeyReader, language: str) -> None:
    """The candidate, and above it how far the review has come."""
    from pan2kg.review.desk import suggestion

    say = _saying(language)
    width = min(shutil.get_terminal_size((100, 30)).columns, 100)
    wrap = partial(textwrap.wrap, width=width)
    lines, card = [say("counts", **desk.progress)], desk.card(language)
    if desk.is_graph_shown:
        lines += [piece for line in suggestion(desk, language) for piece in wrap(line) or [""]]
    elif card is None:
        lines.append(say("all-decided"))
    else:
        lines += ["", *wrap(card.statement), "", *wrap(card.reason)]
        lines += [line for remark in card.remarks for line in wrap(f"! {remark}")] + [""]
        lines += _passage(card, width, language, is_terminal=reader.is_terminal)
        lines += ["", *(line for fact in card.facts for line in wrap(fact))]
        lines += [*wrap(say("others", n=len(card.others))), *(f"  · {twin}"[:width] for twin in card.others[:5])]
        lines += [line for previous in card.previous for line in wrap(previous)]
        if card.nearer:
            lines += [*wrap(say("nearer")), *(f"  {name}  {title}"[:width] for name, title in card.nearer)]
        if alike := desk.alike():
            lines += wrap(say("alike", n=len(alike)))
        for number, twin in enumerate(alike, start=1):
            mark, graph = "x" if twin.key in desk.ticked else " ", desk.material.graph
            start, words = graph.label(twin.ends[0], graph.language), twin.quotations[0].words
            lines.append(f"  [{mark}] {number}  {start} — {words}"[:width])
    if reader.is_terminal:
        keys = "help-suggested" if desk.is_graph_shown else "help"
        lines = [*lines, "", *wrap(message), *say(keys).split("\n")]
    whole = "\n".join(lines)
    _write(f"{_CLEAR if reader.is_terminal else ''}{whole}\n")


def _passage(card: Card, width: int, language: str, *, is_terminal: bool) -> Iterator[str]:
    """The words in their surroundings, marked, with page and headings above them."""
    passage, words = card.passage, Messages("desk")
    place = " › ".join(passage.path)
    yield words.say("page", language, page=passage.label, place=place) if passage.label else place
    begin, end = (f"{_INVERSE}{_BOLD}", _PLAIN) if is_terminal else ("[[", "]]")
    text = f"{passage.prefix[-600:]}\0{passage.words}\1{passage.suffix[:600]}"
    for paragraph in text.split("\n"):
        for line in textwrap.wrap(paragraph, width - 4) or [""]:
            yield f"  │ {line}".replace("\0", begin).replace("\1", end)
    if card.passages > 1:
        yield words.say("more-passages", language, n=card.passages)


def _end(desk: Desk, language: str) -> None:
    say = _saying(language)
    waiting = sum(bool(candidate.plan) and not candidate.is_control for candidate in desk.waiting)
    lines = [say("decided", left=waiting, **desk.decided)]
    if desk.wanted.control:
        lines.append(say("controls", **desk.controls))
    if desk.pace is not None:
        lines.append(say("pace", seconds=round(desk.pace)))
    if desk.wanted.second:
        agreement = desk.compare()
        alpha = "–" if agreement.alpha is None else decimal(agreement.alpha, language)
        lines += [say("agreement", n=agreement.both, alpha=alpha), say("agreement-means")]
        for candidate, _, _ in agreement.apart:
            start, target = (desk.material.graph.label(end, language) for end in candidate.ends)
            lines.append(say("apart", start=start, target=target))
    sys.stderr.write("".join(f"{line}\n" for line in lines))
