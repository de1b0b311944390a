"""The command ``review``: candidates are decided on in a terminal, a key a decision, or in a pipe, a line a decision.

What a review knows and does stands in :mod:`pan2kg.review.desk`, what a key does in
:mod:`pan2kg.review.keys`, what is said of a candidate in :mod:`pan2kg.review.cards`. Here keys are
read, what belongs behind one is asked for, and the desk is drawn.
"""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import NamedTuple

from pan2kg.cli.arguments import FLAG, LANGUAGE, ONCE, Options
from pan2kg.cli.opening import open_kept, project_of
from pan2kg.cli.output import harmless, tell
from pan2kg.errors import ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import Message, Messages, format_number, today
from pan2kg.project import Project
from pan2kg.review import (
    cards,
    control,
    decision,
    desk,
    fields,
    files,
    keys,
    outcomes,
    suggestions,
    work,
)
from pan2kg.store import derive, load_project

REVIEW: Options = {
    "--plan": {"metavar": "KEY", **ONCE},
    "--kind": {
        "choices": ("plan", "action", "instrument", "body", "provision", "topic"),
        "default": "",
    },
    "--by": {"metavar": "NAME", **ONCE},
    "--second": FLAG,
    "--control": FLAG,
    "--order": {"choices": ("text", "rank"), "default": "text"},
    "--suggested": FLAG,
    **LANGUAGE,
}
_DESK = Messages("desk")
_QUIT = "q"
_REJECT = "r"
"""The key that rejects a candidate of a document: the key behind it, a number, says why."""
_ASKED = {"e": "edit-what", "b": "together-which", "n": "hand-which"}
"""The keys behind which a line is typed, each with the message that says what it holds."""
_ASKED_OF_SUGGESTIONS = {"a": "suggested-which", "r": "why", "n": "hand-which"}
"""The same where what the graph suggests is shown."""
_END_OF_INPUT = (b"", b"\x04")
"""What a terminal gives where it is closed, and for Ctrl-D."""
_CLEAR = "\x1b[2J\x1b[H"
"""What makes a terminal empty its screen and write on from its corner (ECMA-48: ED, CUP)."""
_WIDEST = 100
"""The columns text is wrapped at, in a terminal that has more or does not say how many it has."""
_FRAME = "  │ "
"""What stands before each line of a passage."""
_AROUND = 600
"""How many characters of the document are shown before and behind the quoted words."""
_MOST_OTHERS = 5
"""How many of the other works that name the same target are shown."""


class _Marks(NamedTuple):
    """What stands before and behind the quoted words of a passage, to be seen in it."""

    begin: str
    end: str


class _Pipe:
    """Standard streams of which one is no terminal: a line holds a key and what belongs behind it."""

    is_terminal = False
    marks = _Marks("[[", "]]")

    @contextmanager
    def key_by_key(self) -> Iterator[None]:
        """Nothing changes: a line comes as it is sent."""
        yield

    def command(self, _: desk.Desk) -> str | None:
        """What the next line says, None at the end; an empty one asks for help."""
        line = sys.stdin.readline()
        return line.strip() or "?" if line else None

    def ask(self, _: str) -> str:
        """The next line; nobody is there who could read a question."""
        return sys.stdin.readline().strip()


class _Terminal:
    """A terminal, which gives each key as it is pressed, and a whole line where one is asked for."""

    is_terminal = True
    marks = _Marks("\x1b[7m\x1b[1m", "\x1b[0m")
    """Inverse and bold, and as usual again."""

    @contextmanager
    def key_by_key(self) -> Iterator[None]:
        """Keys come as they are pressed and are not shown; at the end the terminal is as it was."""
        import termios  # only POSIX systems have it
        import tty

        before = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin)
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def command(self, review: desk.Desk) -> str | None:
        """The key that is pressed with what belongs behind it, which is asked for; None at the end."""
        key = self._key()
        if key == _REJECT and not review.is_graph_shown:
            return f"{key} {self._key() or ''}"
        asked = _ASKED_OF_SUGGESTIONS if review.is_graph_shown else _ASKED
        if key is None or key not in asked or _has_words(review, key):
            return key
        question = Message("desk", asked[key], {"types": ", ".join(decision.TYPES)})
        return f"{key} {self.ask(str(question))}"

    def _key(self) -> str | None:
        pressed = os.read(sys.stdin.fileno(), 1)
        return None if pressed in _END_OF_INPUT else pressed.decode("ascii", "replace")

    def ask(self, question: str) -> str:
        """The line that is typed in answer to a question, shown as it is typed."""
        import termios

        before = termios.tcgetattr(sys.stdin)
        modes = termios.tcgetattr(sys.stdin)
        modes[3] |= termios.ICANON | termios.ECHO  # the fourth are the local modes
        try:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)
            _write(f"\n{question} ")
            return sys.stdin.readline().strip()
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _has_words(review: desk.Desk, key: str) -> bool:
    """Whether a key accepts a suggestion of the graph that has its words already, so that none are asked for."""
    return key == "a" and bool(suggestions.passage_document(review.graph, review.current))


def run_review(options: argparse.Namespace) -> int:
    """Let a person decide on candidates until all is decided or they leave, and say what was decided.

    Raises:
        ProjectError: the project is not one's own, nobody is named who decides, or there are no
            candidates.
        QueryError: there is no such plan.
    """
    console = _Terminal() if sys.stdin.isatty() and sys.stdout.isatty() else _Pipe()
    review = _open_desk(options, console)
    if options.suggested:
        keys.press(review, "g")
    with console.key_by_key():
        _decide(review, console, options.language)
    tell(*_summary(review, options.language))
    return 0


def _open_desk(options: argparse.Namespace, console: _Pipe | _Terminal) -> desk.Desk:
    project = project_of(options)
    files.own(project)
    store = load_project(project)
    derive(store, project, ["main-label"])
    graph = Graph(project, store, language=project.language, as_of=today())
    plan = graph.resolve(options.plan, ["plan"]) if options.plan else ""
    if work.has_candidates(project) or not options.suggested:
        material = work.read_material(graph, project, plan)
    else:
        material = work.Material(graph)
    reviewer = _reviewer(options.by or console.ask(str(Message("desk", "your-name"))))
    wanted = desk.Wanted(options.kind, options.order, options.control, options.second, plan)
    open_whole_graph = partial(_whole_graph, options, project)
    return desk.open_desk(material, project, reviewer, today(), wanted, open_whole_graph)


def _reviewer(name: str) -> str:
    try:
        return fields.read_field({"reviewer": name}, "reviewer")
    except outcomes.RefusedError as error:
        raise ProjectError("name-yourself", why=error.code) from None


def _whole_graph(options: argparse.Namespace, project: Project) -> Graph:
    """The graph with what rules derive, of which suggestions are made."""
    store = open_kept(options, project)
    return Graph(project, store, language=project.language, as_of=today())


def _decide(review: desk.Desk, console: _Pipe | _Terminal, language: str) -> None:
    """Show what lies on the desk and do what is typed, until somebody leaves or nothing more comes."""
    message = ""
    shown_key = ""
    shown_since = monotonic()
    while True:
        width = min(shutil.get_terminal_size((_WIDEST, 0)).columns, _WIDEST)
        drawing = _Drawing(review, language, width, console.marks)
        if console.is_terminal:
            _write(f"{_CLEAR}{_joined([*drawing.lines(), *drawing.help(message)])}")
        else:
            _write(_joined(drawing.lines()))
        if review.current and review.current.key != shown_key:
            shown_key = review.current.key
            shown_since = monotonic()
        typed = console.command(review)
        if typed is None or typed.startswith(_QUIT):
            return
        review.seconds = monotonic() - shown_since if console.is_terminal else None
        message = keys.press(review, typed).say(language)
        if not console.is_terminal:
            _write(f"{harmless(message)}\n")


def _joined(lines: list[str]) -> str:
    return "\n".join([*lines, ""])


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


class _Drawing(NamedTuple):
    """How a desk is drawn: in which language, in how many columns, and how quoted words are marked."""

    review: desk.Desk
    language: str
    width: int
    marks: _Marks

    def lines(self) -> list[str]:
        """How far one has come, and the candidate that is shown."""
        lines = [self._say("counts", **self.review.progress)]
        if self.review.is_graph_shown:
            for line in cards.suggestion(self.review, self.language):
                lines += self._wrapped(line) or [""]
            return lines
        card = cards.card_of(self.review, self.language)
        if card is None:
            return [*lines, self._say("all-decided")]
        return [*lines, *self._card(card)]

    def help(self, message: str) -> list[str]:
        """What the last key did, and what keys do."""
        key = "help-suggested" if self.review.is_graph_shown else "help"
        return ["", *self._wrapped(message), *self._say(key).split("\n")]

    def _say(self, key: str, **values: object) -> str:
        return _DESK.say(key, self.language, **values)

    def _wrapped(self, text: str) -> list[str]:
        return textwrap.wrap(harmless(text), self.width)

    def _card(self, card: cards.Card) -> Iterator[str]:
        yield from ("", *self._wrapped(card.statement), "", *self._wrapped(card.reason))
        for remark in card.remarks:
            yield from self._wrapped(f"! {remark}")
        yield from ("", *self._passage(card), "")
        for fact in card.facts:
            yield from self._wrapped(fact)
        yield from self._wrapped(self._say("others", n=len(card.others)))
        for label in card.others[:_MOST_OTHERS]:
            yield f"  · {harmless(label)}"[: self.width]
        for earlier in card.previous:
            yield from self._wrapped(earlier)
        if card.nearer:
            yield from self._wrapped(self._say("nearer"))
        for action in card.nearer:
            yield f"  {action.key}  {harmless(action.label)}"[: self.width]
        yield from self._alike()

    def _passage(self, card: cards.Card) -> Iterator[str]:
        """Where the quoted words stand, and they with what is around them."""
        passage = card.passage
        place = " › ".join(passage.path)
        yield harmless(
            self._say("page", page=passage.label, place=place) if passage.label else place
        )
        # a mark is a character of its own until lines are wrapped, so that it counts as one
        before = harmless(passage.prefix[-_AROUND:])
        after = harmless(passage.suffix[:_AROUND])
        text = f"{before}\0{harmless(passage.words)}\1{after}"
        for paragraph in text.split("\n"):
            for line in textwrap.wrap(paragraph, self.width - len(_FRAME)) or [""]:
                marked = line.replace("\0", self.marks.begin).replace("\1", self.marks.end)
                yield f"{_FRAME}{marked}"
        if card.passages > 1:
            yield self._say("more-passages", n=card.passages)

    def _alike(self) -> Iterator[str]:
        """Candidates that say the same elsewhere, each with a cross where it is decided with this one."""
        alike = self.review.alike()
        if alike:
            yield from self._wrapped(self._say("alike", n=len(alike)))
        graph = self.review.material.graph
        for number, candidate in enumerate(alike, start=1):
            cross = "x" if candidate.key in self.review.ticked else " "
            start = graph.label(candidate.ends[0], graph.language)
            words = candidate.quotations[0].words
            yield f"  [{cross}] {number}  {harmless(f'{start} — {words}')}"[: self.width]


def _summary(review: desk.Desk, language: str) -> Iterator[str]:
    """What was decided and what is left, and how well, how fast and how unanimously, as far as it was asked."""
    left = sum(bool(candidate.plan) and not candidate.is_control for candidate in review.waiting)
    yield _DESK.say("decided", language, left=left, **review.decided)
    measures = review.measured()
    if review.wanted.control:
        yield _DESK.say("controls", language, **measures.controls)
    if measures.pace is not None:
        yield _DESK.say("pace", language, seconds=round(measures.pace))
    if review.wanted.second:
        yield from _agreement(measures.agreement, review.material.graph, language)


def _agreement(agreement: control.Agreement, graph: Graph, language: str) -> Iterator[str]:
    alpha = "–" if agreement.alpha is None else format_number(agreement.alpha, language)
    yield _DESK.say("agreement", language, n=agreement.both, alpha=alpha)
    yield _DESK.say("agreement-means", language)
    for disagreement in agreement.apart:
        start, target = (graph.label(end, language) for end in disagreement.candidate.ends)
        yield _DESK.say("apart", language, start=start, target=target)
