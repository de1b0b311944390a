"""What is typed on a command line and what is said beside an answer: parser, options as data, values, streams.

Nothing heavy is imported here: how fast ``pan2kg --help`` starts is a promise.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

from pan2kg.errors import Place, ProjectError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages
from pan2kg.i18n.message import Message, a_day, joined, language_of, say, spoken, there_are, told
from pan2kg.project import Project, reason, write_atomically

if TYPE_CHECKING:
    from pan2kg.scores.scale import Scale
    from pan2kg.store.remote import RemoteStore
    from pan2kg.store.store import LocalStore
    from pan2kg.tables.table import Selection

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


# argparse looks its words up under these names, which gettext gives it by the domain and folder of the system.
argparse._ = translated  # type: ignore[attr-defined]
argparse.ngettext = lambda single, many, number: translated(single if number == 1 else many)  # type: ignore[attr-defined]


def _help(key: str) -> str:
    # what is no key – the names of formats, what argparse says – stays as it is
    return _HELP.say(key, spoken()) if _HELP.has(key) else key


class Formatter(argparse.HelpFormatter):
    """Help whose texts are keys of the catalogue, said when it is printed: no command waits for them."""

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and _help(heading))

    def add_text(self, text: str | None) -> None:
        words = _help(text) if text else text
        if words and text and text.startswith(_SENTENCES):
            words = f"{words[0].upper()}{words[1:]}."
        super().add_text(words)

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage and _help(usage), actions, groups, prefix)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _help(action.help)


class PlainFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same where the lines of examples stay as they are."""


class Parser(argparse.ArgumentParser):
    """Wrong use is one sentence, without the usage lines; options are made when arguments are there to be read."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *words: Any, **settings: Any) -> tuple[Any, list[str]]:  # noqa: ANN401
        self.complete()
        return super().parse_known_args(*words, **settings)

    def complete(self) -> None:
        if self.fill:
            self.fill(self)
            self.fill = None

    def error(self, message: str) -> NoReturn:
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
        if getattr(namespace, self.dest, None) is not None:
            parser.error(str(told("given-twice-one-meant", option=option_string)))
        setattr(namespace, self.dest, values)


# --- how values are read; each reader says in a sentence what is none


def number(
    pattern: str,
    fault: str,
    kind: type[int] | type[float] = float,
    allowed: Container[float] | None = None,
    **bounds: str,
) -> Callable[[str], Any]:
    """A reader of numbers written like ``pattern``; ``fault`` is the message for anything else.

    >>> some_seconds("90"), a_limit("20"), a_share("0.25"), an_amount("1.5")
    (90, 20, 0.25, 1.5)
    """

    def read(text: str) -> float:
        if re.fullmatch(pattern, text.strip(), re.ASCII) and (allowed is None or kind(text) in allowed):
            return kind(text)
        raise argparse.ArgumentTypeError(told(fault, text=text, **bounds))

    return read


_WHOLE: Final = r"\d{1,20}"
some_seconds: Final = number(_WHOLE, "no-seconds", int, range(1, 10**6))
a_limit: Final = number(_WHOLE, "no-count", int, range(10**9))
a_share: Final = number(r"0(\.\d+)?|1(\.0+)?|\.\d+", "no-share")
an_amount: Final = number(r"\d+(\.\d+)?|\.\d+", "no-amount")


def whole(least: int, most: int = 2**40) -> Callable[[str], int]:
    """A reader of whole numbers from ``least`` to ``most``."""
    return number(_WHOLE, "no-whole-number", int, range(least, most + 1), least=str(least), most=str(most))


def some_keys(text: str) -> tuple[str, ...]:
    """Keys with commas between them.

    >>> some_keys("plan, -bits")
    ('plan', '-bits')
    """
    return tuple(filter(None, map(str.strip, text.split(","))))


def a_link(text: str) -> str:
    """The address of something on the web.

    >>> a_link("host.example")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: « host.example » is no address such as https://host.example/
    """
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.netloc or any(mark in text for mark in ' <>"?#'):
        raise argparse.ArgumentTypeError(told("no-web-address", text=text))
    return text


def an_address(text: str) -> str:
    """The address of a folder on the web, with a slash at its end."""
    return a_link(text).rstrip("/") + "/"


def a_scale(text: str) -> Scale:
    """A scale of scores such as ``-4..4`` or ``count decimal``."""
    from pan2kg.scores.scale import read_scale

    try:
        return read_scale(text)
    except ValueError:
        raise argparse.ArgumentTypeError(joined([told("no-scale", text=text), told("scale-form")])) from None


def with_scale(words: Sequence[str]) -> list[str]:
    """The words of a command, where ``--scale -4..4`` becomes one word: a value that begins with a hyphen is none.

    >>> with_scale(["chains", "--scale", "-4..4", "m.csv"])
    ['chains', '--scale=-4..4', 'm.csv']
    """
    # no word holds the character 0, which ends one for the system
    return re.sub(r"(^|\0)--scale\0(?=-\d)", r"\1--scale=", "\0".join(words)).split("\0") if words else []


# --- options as data: an option by its name, with what argparse is to know of it

Settings = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | str
"""What :meth:`argparse.ArgumentParser.add_argument` takes, made late where a module must be read for it."""
Options = Mapping[str, Settings]
FLAG: Final[dict[str, Any]] = {"action": "store_true"}
SEVERAL: Final[dict[str, Any]] = {"action": "append", "default": []}
FILE: Final[dict[str, Any]] = {"metavar": "FILE"}
DAY: Final[dict[str, Any]] = {"metavar": "DAY", "type": a_day, "action": SingleValue}
LANGUAGE: Final[Options] = {
    "--language": lambda: {"choices": LANGUAGES, "default": language_of(os.environ), "help": "language"}
}
TIMEOUT: Final[dict[str, Any]] = {"metavar": "SECONDS", "type": some_seconds, "default": 60, "help": "endpoint.timeout"}
ENDPOINT: Final[Options] = {"--endpoint": {"metavar": "URL", "help": "endpoint"}, "--timeout": TIMEOUT}
OUTPUT: Final[Options] = {"-o --output": {**FILE, "help": "output"}}
SELECTION: Final[Options] = {
    "--columns": {"metavar": "KEYS", "dest": "shown", "type": some_keys, "action": SingleValue, "help": "columns"},
    "--sort": {"metavar": "KEYS", "dest": "order", "type": some_keys, "action": SingleValue, "help": "sort"},
    "--limit": {"metavar": "NUMBER", "type": a_limit, "action": SingleValue, "help": "limit"},
    "--no-header": {**FLAG, "help": "no-header"},
}


def add_options(parser: argparse.ArgumentParser, command: str, options: Options) -> None:
    """Add options to a parser; the message under the command's name and its own says what one is for, or ``help``."""
    for names, settings in options.items():
        if isinstance(settings, str):
            setattr(parser, names, settings)  # a key of what stands above or below the options
            continue
        key = f"{command}.{names.rpartition(' ')[2].removeprefix('--')}"
        more: dict[str, Any] = {"help": key, **(settings() if callable(settings) else settings)}
        parser.add_argument(*names.split(), **more)


def add_language(command: argparse.ArgumentParser) -> None:
    add_options(command, "", LANGUAGE)


def add_endpoint(command: argparse.ArgumentParser) -> None:
    add_options(command, "", ENDPOINT)


def add_output(command: argparse.ArgumentParser, meaning: str = "output", *, required: bool = False) -> None:
    command.add_argument("-o", "--output", metavar="FILE", required=required, help=meaning)


def add_as_of(command: argparse.ArgumentParser, meaning: str) -> None:
    command.add_argument("--as-of", **DAY, help=meaning)


def add_selection(command: argparse.ArgumentParser) -> None:
    add_options(command, "", SELECTION)


def selection_of(options: argparse.Namespace, form: str) -> Selection:
    """Which columns and rows were asked for, if the format can be written so."""
    from pan2kg.tables.table import Selection

    selection = Selection(options.shown or (), options.order or (), options.limit, header=not options.no_header)
    selection.refuse(form)
    return selection


def read_parameters(words: Sequence[str]) -> dict[str, str]:
    """Parameters typed as ``--name value`` or ``--name=value``, by name.

    >>> read_parameters(["--only-plan", "lu-bhr-2", "--top=3"])
    {'only_plan': 'lu-bhr-2', 'top': '3'}
    >>> read_parameters(["--plan", "a", "--plan", "b"])
    Traceback (most recent call last):
    pan2kg.errors.QueryError: --plan is given twice. Give one value.
    """
    pieces = [piece for word in words for piece in (word.split("=", 1) if word.startswith("--") else [word])]
    if len(pieces) % 2 or not all(piece.startswith("--") for piece in pieces[::2]):
        raise QueryError("cannot-read-parameters", remedy="write-parameters", names=" ".join(words))
    parameters: dict[str, str] = {}
    for option, value in zip(pieces[::2], pieces[1::2], strict=True):
        name = option[2:].replace("-", "_")
        if name in parameters:
            raise QueryError("given-twice", remedy="give-one-value", name=option)
        parameters[name] = value
    return parameters


def refuse_unknown(words: Iterable[str], parameters: Collection[str], options: argparse.Namespace) -> None:
    """Refuse what is typed as an option and is none, with the nearest; ``parameters`` are names as they are typed.

    >>> refuse_unknown(["--lst"], ["plan"], argparse.Namespace(command="ask", list=False, format="csv"))
    Traceback (most recent call last):
    pan2kg.errors.QueryError: There is no option and no parameter « lst ». Did you mean --list?
    """
    inner = {"command", "name", "parameters", "version"}
    known = [*parameters, *(name.replace("_", "-") for name in vars(options) if name not in inner)]
    for word in words:
        name = word.partition("=")[0].removeprefix("--")
        if word.startswith("--") and name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1, cutoff=0.5)
            remedy = told("did-you-mean-option", name=near[0]) if near else there_are(f"--{option}" for option in known)
            raise QueryError("no-option", remedy=remedy, name=name)


# --- what is read for a command


def project_of(options: argparse.Namespace) -> Project:
    """The project that was named, or several together, else the nearest, else the one that comes with the package."""
    if options.project:
        return Project.together(options.project)
    options.nearest = Project.find()
    return options.nearest  # type: ignore[no-any-return]


_ANSWER: Final = frozenset((
    "ask", "sparql", "find", "coherence", "picture", "export", "report", "brief", "dump", "site",
))  # fmt: skip
"""The commands that answer from a project; others name it, or the files they write, themselves."""


def tell_project(options: argparse.Namespace) -> None:
    """Say on standard error which project was read, where one was found nearby and nobody named it."""
    project: Project | None = getattr(options, "nearest", None)
    if project and not project.is_packaged and options.command in _ANSWER:
        sys.stderr.write(f"{say('progress', 'project', name=project.root)}\n")


def cache_of(options: argparse.Namespace) -> Path | None:
    """The folder where states of graphs are kept: the one that was typed, else the user's; None for none."""
    from pan2kg.store.cache import cache_folder

    if getattr(options, "no_cache", False):
        return None
    if not (folder := getattr(options, "cache", None)):
        return cache_folder()
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError("cannot-use-cache", place=Place(folder), reason=reason(error)) from None
    return Path(folder)


def open_endpoint(project: Project, options: argparse.Namespace, *, is_ours: bool = True) -> RemoteStore:
    """The store behind the endpoint that was typed, once it is known to answer; another release there is told."""
    from pan2kg.graph.dataset import other_release
    from pan2kg.store.remote import open_remote

    store = open_remote(options.endpoint, timeout=max(1, int(options.timeout)), is_ours=is_ours)
    if is_ours and (releases := other_release(store, project)):
        sys.stderr.write(f"{say('progress', 'other-release', there=releases[0], here=releases[1])}\n")
    return store


def links_told(store: LocalStore) -> Message | None:
    """That a graph has too many derived links for all of them to be here; None where it has not."""
    from pan2kg.store.links import TOP, missing_links

    missing = missing_links(store)
    counts = missing and {"held": missing[0], "ways": missing[1], "top": TOP}
    return Message("progress", "links-strongest", counts) if counts else None


def tell_links(store: LocalStore) -> None:
    if message := links_told(store):
        sys.stderr.write(f"{message}\n")


# --- what is written

_SIGNALS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\r(?!\n)")
"""What a terminal obeys instead of showing it, or by which it turns the order of what it shows."""
_FOR_PEOPLE: Final = frozenset(("text", "table", "md"))
_BLANK: Final = "\r\x1b[K"
_WIDTH: Final = 76
"""Less than the narrowest usual terminal: a sentence that wraps could not be taken away again."""


def harmless(text: str) -> str:
    r"""A text whose control characters are pictures of them: names and quotations are written by others.

    >>> harmless("a\x1b[2Jb\tc\x9b1m\r\n")
    'a␛[2Jb\tc�1m\r\n'
    """
    # the pictures of the first 32, and of the one behind the letters, stand in this order (Unicode, U+2400)
    pictures = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}
    return _SIGNALS.sub(lambda match: chr(pictures.get(ord(match[0]), 0xFFFD)), text)


def emit(text: str | bytes, output: str | None = None, form: str = "text") -> None:
    """Write an answer to the file that was named, else to standard output, where people read it without harm."""
    if output:
        write_atomically(Path(output), text)
    elif isinstance(text, bytes):
        raise QueryError("spreadsheet-is-file", remedy="name-output")
    else:
        sys.stdout.write(harmless(text) if form in _FOR_PEOPLE else text)
        sys.stdout.flush()


def tell_left_out(rows: int) -> None:
    """Say on standard error how many rows a limit left out."""
    if rows:
        sys.stderr.write(f"{say('progress', 'rows-left-out', n=rows)}\n")


def width_of(options: argparse.Namespace) -> int:
    """How many characters fit on a line: of the terminal, or 120 in a file."""
    return shutil.get_terminal_size((120, 24)).columns if options.output is None else 120


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
