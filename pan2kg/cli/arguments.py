"""What is typed on a command line: the parser, and options several commands share.

Nothing heavy is imported here. At the end: what is being done, said on a terminal while it takes time.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pan2kg.cli.values import a_limit, some_keys, some_seconds
from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages
from pan2kg.i18n.days import a_day
from pan2kg.i18n.message import Message, language_of, say, spoken, there_are, told
from pan2kg.project import Project, reason, write_atomically

if TYPE_CHECKING:
    from pan2kg.store.remote import RemoteStore
    from pan2kg.store.store import LocalStore
    from pan2kg.tables.selection import Selection

_HELP: Final = Messages("help")
_ARGPARSE: Final = Messages("argparse")
_SENTENCES: Final = ("command.", "table.")
"""Keys of what is written in a few words in a list, and as a sentence above the help of a command."""


def translated(words: str) -> str:
    """What :mod:`argparse` says, in the language of the process; the keys of these messages are its own words."""
    language = spoken()
    if language == SOURCE_LANGUAGE:
        return words  # no catalogue is read for a command that has nothing to say
    return _ARGPARSE.say(words, language) if _ARGPARSE.has(words, language) else words


def _counted(one: str, many: str, number: int) -> str:
    return translated(one if number == 1 else many)


# argparse looks its words up under these names, which gettext gives it by the domain and folder of the system.
argparse._ = translated  # type: ignore[attr-defined]
argparse.ngettext = _counted  # type: ignore[attr-defined]


class Formatter(argparse.HelpFormatter):
    """Help whose texts are keys of the catalogue, said when it is printed: no command waits for them."""

    def start_section(self, heading: str | None) -> None:
        """Begin a list of options or commands."""
        super().start_section(heading and _said(heading))

    def add_text(self, text: str | None) -> None:
        """Add what stands above or below the lists."""
        said = _said(text) if text else text
        if said and text and text.startswith(_SENTENCES):
            said = f"{said[0].upper()}{said[1:]}."
        super().add_text(said)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the first line."""
        super().add_usage(usage and _said(usage), actions, groups, prefix)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _said(action.help)


class PlainFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same where the lines of examples stay as they are."""


def _said(key: str) -> str:
    """The message under a key; what is no key – the names of formats, what argparse says – is returned as it is."""
    return _HELP.say(key, spoken()) if _HELP.has(key) else key


class Parser(argparse.ArgumentParser):
    """Wrong use is one sentence, without the usage lines; options are made when arguments are there to be read."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *given: Any, **named: Any) -> tuple[Any, list[str]]:  # noqa: ANN401
        """Read arguments."""
        self.complete()
        return super().parse_known_args(*given, **named)

    def complete(self) -> None:
        """Add the options that are made when arguments are there to be read."""
        if self.fill:
            self.fill(self)
            self.fill = None

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with 2."""
        self.exit(2, f"{told('wrong-use', prog=self.prog, message=message)}\n")


class SingleValue(argparse.Action):
    """An option that is given once: a second value would silently take the place of the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Keep the value, or refuse a second one."""
        if getattr(namespace, self.dest, None) is not None:
            parser.error(str(told("given-twice-one-meant", option=option_string)))
        setattr(namespace, self.dest, values)


def add_language(command: argparse.ArgumentParser) -> None:
    """``--language``, by default that of the environment if there is a catalogue of it, else English."""
    command.add_argument("--language", choices=LANGUAGES, default=language_of(os.environ), help="language")


def add_endpoint(command: argparse.ArgumentParser, *, required: bool = False) -> None:
    """``--endpoint``, and how long one waits for it."""
    command.add_argument("--endpoint", metavar="URL", required=required, help="endpoint")
    command.add_argument("--timeout", metavar="SECONDS", type=some_seconds, default=60, help="endpoint.timeout")


def add_output(command: argparse.ArgumentParser, meaning: str = "output", *, required: bool = False) -> None:
    """``-o``: the file that is written; without it the answer goes to standard output."""
    command.add_argument("-o", "--output", metavar="FILE", required=required, help=meaning)


def add_as_of(command: argparse.ArgumentParser, meaning: str) -> None:
    """``--as-of``: a day, given once."""
    command.add_argument("--as-of", metavar="DAY", type=a_day, action=SingleValue, help=meaning)


def add_selection(command: argparse.ArgumentParser) -> None:
    """Which columns of an answer are written, in which order of rows, how many, and whether their names stand above."""
    command.add_argument("--columns", metavar="KEYS", dest="shown", type=some_keys, action=SingleValue, help="columns")
    command.add_argument("--sort", metavar="KEYS", dest="order", type=some_keys, action=SingleValue, help="sort")
    command.add_argument("--limit", metavar="NUMBER", type=a_limit, action=SingleValue, help="limit")
    command.add_argument("--no-header", action="store_true", help="no-header")


def selection_of(options: argparse.Namespace, form: str) -> Selection:
    """What was typed of it.

    Raises:
        FormatError: the names are to be left out where they are no line of their own.
    """
    from pan2kg.tables.selection import Selection

    found = Selection(options.shown or (), options.order or (), options.limit, header=not options.no_header)
    found.refuse(form)
    return found


def tell_left_out(number: int) -> None:
    """Say on standard error how many rows a limit left out."""
    if number:
        sys.stderr.write(f"{say('progress', 'rows-left-out', n=number)}\n")


def project_of(options: argparse.Namespace) -> Project:
    """The project that was named, or several together, else the nearest, else the one that comes with the package."""
    if options.project:
        return Project.together(options.project)
    found = Project.find()
    options.found = found
    return found


_ANSWER: Final = frozenset((
    "ask", "sparql", "find", "coherence", "picture", "export", "report", "brief", "dump", "site",
))  # fmt: skip
"""The commands that answer from a project; others name it, or the files they write, themselves."""


def tell_project(options: argparse.Namespace) -> None:
    """Say on standard error which project was read, where one was found nearby and nobody named it."""
    found: Project | None = getattr(options, "found", None)
    if found and not found.is_packaged and options.command in _ANSWER:
        sys.stderr.write(f"{say('progress', 'project', name=found.root)}\n")


def cache_of(options: argparse.Namespace) -> Path | None:
    """The folder where states of graphs are kept: the one that was typed, else the user's; None for none.

    Raises:
        ProjectError: the folder that was typed cannot be made.
    """
    from pan2kg.store.cache import cache_folder

    if getattr(options, "no_cache", False):
        return None
    if not (typed := getattr(options, "cache", None)):
        return cache_folder()
    try:
        Path(typed).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-use-cache", place=Place(typed), reason=reason(error)) from None
    return Path(typed)


def open_endpoint(project: Project, options: argparse.Namespace, *, is_ours: bool = True) -> RemoteStore:
    """The store behind the endpoint that was typed, once it is known to answer; another release there is told.

    Raises:
        EndpointError: it cannot be reached, or what it holds cannot be believed.
    """
    from pan2kg.graph.dataset import other_release
    from pan2kg.store.remote import open_remote

    store = open_remote(options.endpoint, timeout=max(1, int(options.timeout)), is_ours=is_ours)
    if is_ours and (releases := other_release(store, project)):
        sys.stderr.write(f"{say('progress', 'other-release', there=releases[0], here=releases[1])}\n")
    return store


def told_links(store: LocalStore) -> Message | None:
    """That a graph has too many derived links for all of them to be here; None where it has not."""
    from pan2kg.store.derived_links import TOP, missing_links

    found = missing_links(store)
    return Message("progress", "links-strongest", {"held": found[0], "ways": found[1], "top": TOP}) if found else None


def tell_links(store: LocalStore) -> None:
    """Say so on standard error."""
    if told := told_links(store):
        sys.stderr.write(f"{told}\n")


_SIGNALS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""What a terminal obeys instead of showing it, or by which it turns the order of what it shows."""
_FOR_PEOPLE: Final = frozenset(("text", "table", "md"))


def harmless(text: str) -> str:
    """A text whose control characters are pictures of them: names and quotations are written by others.

    >>> harmless("a\x1b[2Jb\tc\x9b1m\r\n")
    'a␛[2Jb\tc�1m\r\n'
    """
    # the pictures of the first 32, and of the one behind the letters, stand in this order (Unicode, U+2400)
    pictures = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
    return _SIGNALS.sub(lambda match: chr(pictures.get(ord(match[0]), 0xFFFD)), text)


def emit(text: str | bytes, output: str | None = None, form: str = "text") -> None:
    """Write an answer to the file that was named, else to standard output, where people read it without harm.

    Raises:
        QueryError: a spreadsheet is asked for and no file is named.
    """
    if output:
        write_atomically(Path(output), text)
    elif isinstance(text, bytes):
        raise QueryError("spreadsheet-is-file", remedy="name-output")
    else:
        sys.stdout.write(harmless(text) if form in _FOR_PEOPLE else text)
        sys.stdout.flush()


@contextmanager
def interruptible() -> Iterator[None]:
    """End with 130 on an interrupt even while the engine works, for which Python's own handler waits."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    source, sink = os.pipe()
    os.set_blocking(sink, False)

    def leave() -> None:
        # nothing is read where the work ended before
        if signal.SIGINT in os.read(source, 1):
            os._exit(130)

    thread = threading.Thread(target=leave, daemon=True)
    before = signal.set_wakeup_fd(sink)
    thread.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(sink)
        thread.join()
        os.close(source)


def width_of(options: argparse.Namespace) -> int:
    """How many characters fit on a line: of the terminal, or 120 in a file."""
    return shutil.get_terminal_size((120, 24)).columns if options.output is None else 120


def read_parameters(given: Sequence[str]) -> dict[str, str]:
    """Parameters typed as ``--name value`` or ``--name=value``, by name.

    Raises:
        QueryError: they cannot be read so, or one is given twice.

    >>> read_parameters(["--only-plan", "lu-bhr-2", "--top=3"])
    {'only_plan': 'lu-bhr-2', 'top': '3'}
    >>> read_parameters(["--plan", "a", "--plan", "b"])
    Traceback (most recent call last):
    pan2kg.errors.QueryError: --plan is given twice. Give one value.
    """
    words = [word for one in given for word in (one.split("=", 1) if one.startswith("--") else [one])]
    if len(words) % 2 or not all(word.startswith("--") for word in words[::2]):
        raise QueryError("cannot-read-parameters", remedy="write-parameters", names=" ".join(given))
    found: dict[str, str] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        if name[2:].replace("-", "_") in found:
            raise QueryError("given-twice", remedy="give-one-value", name=name)
        found[name[2:].replace("-", "_")] = value
    return found


def typed(options: argparse.Namespace) -> list[str]:
    """The options of a command as they are typed, without the dashes.

    >>> typed(argparse.Namespace(command="ask", as_of=None, name="x", parameters=[]))
    ['as-of']
    """
    inner = {"command", "name", "parameters", "version"}
    return [name.replace("_", "-") for name in vars(options) if name not in inner]


def refuse_unknown(given: Iterable[str], parameters: Collection[str], options: Collection[str]) -> None:
    """Refuse what is typed as an option and is none.

    ``parameters`` and ``options`` are names as they are typed, without the dashes.

    Raises:
        QueryError: an option nobody knows, with the nearest.

    >>> refuse_unknown(["--lst"], ["plan"], ["list", "format"])
    Traceback (most recent call last):
    pan2kg.errors.QueryError: There is no option and no parameter « lst ». Did you mean --list?
    """
    known = [*parameters, *options]
    for word in given:
        name = word.partition("=")[0].removeprefix("--")
        if word.startswith("--") and name not in known:
            raise QueryError("no-option", remedy=_nearest(name, known), name=name)


def _nearest(name: str, known: list[str]) -> Message:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return told("did-you-mean-option", name=near[0]) if near else there_are(f"--{one}" for one in known)


_BLANK: Final = "\r\x1b[K"
_WIDTH: Final = 76
"""Less than the narrowest usual terminal: a sentence that wraps could not be taken away again."""


class Progress:
    """Says on a terminal what is being done, once it takes longer than ``after`` seconds; elsewhere it is silent."""

    def __init__(self, *, after: float = 0) -> None:
        self._shows = sys.stderr.isatty()
        self._from = time.monotonic() + after

    def __call__(self, sentence: str) -> None:
        """Show a sentence in place of the one before."""
        if self._shows and time.monotonic() >= self._from:
            sys.stderr.write(f"{_BLANK}{sentence[:_WIDTH]} …")
            sys.stderr.flush()

    def finish(self) -> None:
        """Take the last sentence away."""
        if self._shows:
            sys.stderr.write(_BLANK)
            sys.stderr.flush()
