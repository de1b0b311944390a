"""What is typed on a command line and what is said beside an answer: parser, options as data, values, streams.

Nothing heavy is imported here: how fast ``pan2kg --help`` starts is a promise.
"""

import argparse
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from pan2kg.errors import FormatError, QueryError
from pan2kg.i18n.catalogue import LANGUAGES, SOURCE_LANGUAGE, Messages
from pan2kg.i18n.message import a_day, joined, language_typed, spoken, there_are, told

if TYPE_CHECKING:
    from pan2kg.tables.table import Selection

_HELP = Messages("help")
_ARGPARSE = Messages("argparse")
# keys of what is written in a few words in a list, and as a sentence above the help of a command
_SENTENCES = ("command.", "table.")


def translated(words: str) -> str:
    language = spoken()
    if language == SOURCE_LANGUAGE:
        return words  # no catalogue is read for a command that has nothing to say
    return _ARGPARSE.say(words, language) if _ARGPARSE.has(words, language) else words


# argparse looks its words up under these names, which gettext gives it by the domain and folder of
# the system.
argparse._ = translated  # type: ignore[attr-defined]
argparse.ngettext = lambda single, many, number: translated(single if number == 1 else many)  # type: ignore[attr-defined]


def in_words(key: str | None) -> str:
    """A text of help by its key; what is no key – the names of formats, what argparse says – stays as it is.

    What is a few words in a list stands as a sentence above the help of a command.
    """
    words = _HELP.say(key, spoken()) if key and _HELP.has(key) else key or ""
    return (
        f"{words[0].upper()}{words[1:]}." if words and key and key.startswith(_SENTENCES) else words
    )


class Formatter(argparse.HelpFormatter):
    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and in_words(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(text and in_words(text))

    def add_usage(self, usage: str | None, *words: Any, **settings: Any) -> None:  # noqa: ANN401 - as argparse has it
        super().add_usage(usage and in_words(usage), *words, **settings)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        # in a list of commands no sentence
        return action.help and (
            _HELP.say(action.help, spoken()) if _HELP.has(action.help) else action.help
        )


class PlainFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same where the lines of examples stay as they are."""


class Parser(argparse.ArgumentParser):
    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *words: Any, **settings: Any) -> tuple[Any, list[str]]:  # noqa: ANN401
        if self.fill:
            self.fill(self)
            self.fill = None
        return super().parse_known_args(*words, **settings)

    def explained(self) -> None:
        if self.fill:
            self.fill(self)
        self.description = in_words(self.description)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no public way to its commands
                for inner in action.choices.values():
                    inner.explained()
            elif isinstance(action.choices, Mapping):
                action.choices = tuple(action.choices)  # a mapping is taken for commands

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{told('wrong-use', prog=self.prog, message=message)}\n")


class SingleValue(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        *words: Any,  # noqa: ANN401
    ) -> None:
        values, option = words
        if getattr(namespace, self.dest, None) is not None:
            parser.error(str(told("given-twice-one-meant", option=option)))
        setattr(namespace, self.dest, values)


# --- how values are read; each reader says in a sentence what is none


def number(
    pattern: str,
    fault: str,
    kind: type[int] | type[float] = float,
    allowed: Container[float] | None = None,
    **bounds: str,
) -> Callable[[str], Any]:
    def read(text: str) -> float:
        if re.fullmatch(pattern, text.strip(), re.ASCII) and (
            allowed is None or kind(text) in allowed
        ):
            return kind(text)
        raise argparse.ArgumentTypeError(told(fault, text=text, **bounds))

    return read


_WHOLE = r"\d{1,20}"
some_seconds = number(_WHOLE, "no-seconds", int, range(1, 10**6))
a_limit = number(_WHOLE, "no-count", int, range(10**9))
a_share = number(r"0(\.\d+)?|1(\.0+)?|\.\d+", "no-share")
an_amount = number(r"\d+(\.\d+)?|\.\d+", "no-amount")


def whole(least: int, most: int = 2**40) -> Callable[[str], int]:
    return number(
        _WHOLE, "no-whole-number", int, range(least, most + 1), least=str(least), most=str(most)
    )


def a_link(text: str) -> str:
    address = urlsplit(text)
    if (
        address.scheme not in ("http", "https")
        or not address.netloc
        or any(mark in text for mark in ' <>"?#')
    ):
        raise argparse.ArgumentTypeError(told("no-web-address", text=text))
    return text


def an_address(text: str) -> str:
    return a_link(text).rstrip("/") + "/"


def a_scale(text: str) -> object:
    from pan2kg.scores import matrix

    try:
        return matrix.read_scale(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            joined([told("no-scale", text=text), told("scale-form")])
        ) from None


def with_scale(words: Sequence[str]) -> list[str]:
    """The words of a command, where ``--scale -4..4`` becomes one word: a value that begins with a hyphen is none.

    >>> with_scale(["chains", "--scale", "-4..4", "m.csv"])
    ['chains', '--scale=-4..4', 'm.csv']
    """
    # no word holds the character 0, which ends one for the system
    return (
        re.sub(r"(^|\0)--scale\0(?=-\d)", r"\1--scale=", "\0".join(words)).split("\0")
        if words
        else []
    )


# --- options as data: an option by its name, with what argparse is to know of it

# what argparse takes, made late where a module must be read for it
Setting = dict[str, Any]
Settings = Mapping[str, Any] | Callable[[], Mapping[str, Any]] | str
Options = Mapping[str, Settings]
FLAG: Setting = {"action": "store_true"}
PROJECT: Setting = {"metavar": "DIR", "action": "append", "help": "project"}
SEVERAL: Setting = {"action": "append", "default": []}
FILE: Setting = {"metavar": "FILE"}
ONCE: Setting = {"action": SingleValue}
DAY: Setting = {"metavar": "DAY", "type": a_day, **ONCE}
LANGUAGE: Options = {
    "--language": lambda: {"choices": LANGUAGES, "default": language_typed(), "help": "language"}
}
TIMEOUT: Setting = {
    "metavar": "SECONDS",
    "type": some_seconds,
    "default": 60,
    "help": "endpoint.timeout",
}
ENDPOINT: Options = {
    "--endpoint": {"metavar": "URL", "help": "endpoint"},
    "--timeout": TIMEOUT,
}
OUTPUT: Options = {"-o --output": {**FILE, "help": "output"}}
SELECTION: Options = {
    "--columns": {"metavar": "KEYS", "dest": "shown", **ONCE, "help": "columns"},
    "--sort": {"metavar": "KEYS", "dest": "order", **ONCE, "help": "sort"},
    "--limit": {"metavar": "NUMBER", "type": a_limit, **ONCE, "help": "limit"},
    "--no-header": {**FLAG, "help": "no-header"},
}


class Kinds(dict[str, Options]):
    """The options of each kind a command has, which is named before them."""


def add_options(parser: argparse.ArgumentParser, command: str, options: Options) -> None:
    if isinstance(options, Kinds):
        kinds = parser.add_subparsers(
            title="title.kinds", metavar="KIND", dest="kind", required=True
        )
        for kind, own in options.items():
            inner = kinds.add_parser(kind, **described(f"command.{command}-{kind}"))
            add_options(
                inner, command, {"--project": {**PROJECT, "default": argparse.SUPPRESS}, **own}
            )
        return
    for names, settings in options.items():
        if isinstance(settings, str):
            setattr(parser, names, settings)  # a key of what stands above or below the options
            continue
        key = f"{command}.{names.rpartition(' ')[2].removeprefix('--')}"
        more: dict[str, Any] = {"help": key, **(settings() if callable(settings) else settings)}
        parser.add_argument(*names.split(), **more)


def described(key: str) -> dict[str, Any]:
    return {"allow_abbrev": False, "help": key, "description": key, "formatter_class": Formatter}


def selection_of(options: argparse.Namespace, form: str) -> "Selection":
    from pan2kg.tables import table

    shown, order = (
        tuple(filter(None, map(str.strip, (typed or "").split(","))))
        for typed in (options.shown, options.order)
    )
    selection = table.Selection(shown, order, options.limit, header=not options.no_header)
    if options.no_header and form not in ("csv", "tsv"):
        raise FormatError("no-line-of-names", remedy="use-lines", form=form)
    return selection


def read_parameters(words: Sequence[str]) -> dict[str, str]:
    pieces = [
        piece
        for word in words
        for piece in (word.split("=", 1) if word.startswith("--") else [word])
    ]
    if len(pieces) % 2 or not all(piece.startswith("--") for piece in pieces[::2]):
        raise QueryError("cannot-read-parameters", names=" ".join(words))
    parameters = {}
    for option, value in zip(pieces[::2], pieces[1::2], strict=True):
        name = option[2:].replace("-", "_")
        if name in parameters:
            raise QueryError("given-twice", remedy="give-one", name=option)
        parameters[name] = value
    return parameters


def refuse_unknown(
    words: Iterable[str], parameters: Collection[str], options: argparse.Namespace
) -> None:
    inner = {"command", "name", "parameters", "version"}
    known = [*parameters, *(name.replace("_", "-") for name in vars(options) if name not in inner)]
    for word in words:
        name = word.partition("=")[0].removeprefix("--")
        if word.startswith("--") and name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1, cutoff=0.5)
            remedy = (
                told("did-you-mean", names=f"--{near[0]}")
                if near
                else there_are(f"--{option}" for option in known)
            )
            raise QueryError("no-option", remedy=remedy, name=name)
