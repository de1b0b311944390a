"""What can be typed behind a command: its options, which are data, and how their values are read.

A module of commands lists its options by name; several have the ones that stand here. Nothing heavy
is imported: how fast ``pan2kg --help`` starts is a promise.
"""

import argparse
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pan2kg.cli.parser import SingleValue, described
from pan2kg.errors import FormatError, QueryError
from pan2kg.i18n import LANGUAGES, did_you_mean, error_message, parse_day, there_are
from pan2kg.i18n.message import command_language, join_messages

if TYPE_CHECKING:
    from pan2kg.tables.table import Selection

# --- how values are read; each reader says in a sentence what is none

_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_IN_NO_LINK = ' <>"?#'
"""Characters that no address has which something is appended to."""


def integer(allowed: range, fault: str) -> Callable[[str], int]:
    """A reader of whole numbers of a range; of all else it says the message ``fault``, with the bounds."""

    def read(text: str) -> int:
        digits = text.strip()
        if not _DIGITS.fullmatch(digits) or int(digits) not in allowed:
            bounds = {"least": str(allowed[0]), "most": str(allowed[-1])}
            raise argparse.ArgumentTypeError(error_message(fault, text=text, **bounds))
        return int(digits)

    return read


def decimal(form: str, fault: str) -> Callable[[str], float]:
    """A reader of numbers that a regular expression takes; of all else it says the message ``fault``."""

    def read(text: str) -> float:
        if not re.fullmatch(form, text.strip(), re.ASCII):
            raise argparse.ArgumentTypeError(error_message(fault, text=text))
        return float(text)

    return read


some_seconds = integer(range(1, 10**6), "no-seconds")
a_limit = integer(range(10**9), "no-count")
a_share = decimal(r"0(\.\d+)?|1(\.0+)?|\.\d+", "no-share")
an_amount = decimal(r"\d+(\.\d+)?|\.\d+", "no-amount")


def a_link(text: str) -> str:
    """An address of the web, without a query or a fragment."""
    address = urlsplit(text)
    is_of_web = address.scheme in ("http", "https") and bool(address.netloc)
    if not is_of_web or any(character in text for character in _IN_NO_LINK):
        raise argparse.ArgumentTypeError(error_message("no-web-address", text=text))
    return text


def an_address(text: str) -> str:
    """The same with a slash at its end, to stand before others."""
    return a_link(text).rstrip("/") + "/"


def a_scale(text: str) -> object:
    """A scale of scores, such as ``-3..3``."""
    from pan2kg.scores import matrix

    try:
        return matrix.read_scale(text)
    except ValueError:
        sentences = join_messages(
            [error_message("no-scale", text=text), error_message("scale-form")]
        )
        raise argparse.ArgumentTypeError(sentences) from None


# --- options as data

Setting = dict[str, Any]
"""What argparse is to know of an option."""
Options = Mapping[str, Mapping[str, Any] | Callable[[], Mapping[str, Any]] | str]
"""The options of a command: by the names of each, what argparse is to know of it.

It is made by a function where a module must be read for it. What stands above or below the options
in the help of the command, ``usage`` and ``epilog``, has the key of its words.
"""
FLAG: Setting = {"action": "store_true"}
PROJECT: Setting = {"metavar": "DIR", "action": "append", "help": "project"}
SEVERAL: Setting = {"action": "append", "default": []}
FILE: Setting = {"metavar": "FILE"}
ONCE: Setting = {"action": SingleValue}
DAY: Setting = {"metavar": "DAY", "type": parse_day, **ONCE}
LANGUAGE: Options = {
    "--language": lambda: {"choices": LANGUAGES, "default": command_language(), "help": "language"}
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
    """Add options to the parser of a command, or of each of its kinds.

    The help of an option stands under the command and its long name, ``add.dry-run``, where its
    setting names no other key.
    """
    if isinstance(options, Kinds):
        _add_kinds(parser, command, options)
        return
    for names, setting in options.items():
        if isinstance(setting, str):
            setattr(parser, names, setting)
            continue
        key = f"{command}.{names.rpartition(' ')[2].removeprefix('--')}"
        known: Setting = {"help": key, **(setting() if callable(setting) else setting)}
        parser.add_argument(*names.split(), **known)


def _add_kinds(parser: argparse.ArgumentParser, command: str, kinds: Kinds) -> None:
    parsers = parser.add_subparsers(title="title.kinds", metavar="KIND", dest="kind", required=True)
    # what was named before the kind is not forgotten where nothing is named behind it
    project = {**PROJECT, "default": argparse.SUPPRESS}
    for kind, options in kinds.items():
        of_kind = parsers.add_parser(kind, **described(f"command.{command}-{kind}"))
        add_options(of_kind, command, {"--project": project, **options})


def selection_of(options: argparse.Namespace, form: str) -> "Selection":
    """What of a table is to be written. Raises FormatError where the format has no line of names to leave out."""
    from pan2kg.tables import table

    if options.no_header and form not in ("csv", "tsv"):
        raise FormatError("no-line-of-names", remedy="use-lines", form=form)
    columns = _keys(options.shown)
    order = _keys(options.order)
    return table.Selection(columns, order, options.limit, header=not options.no_header)


def _keys(typed: str | None) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, (typed or "").split(","))))


# --- parameters: options of which not the command knows the names, but the question that is asked


def read_parameters(words: Sequence[str]) -> dict[str, str]:
    """The values of parameters by their names.

    >>> read_parameters(["--plan", "lu-bhr-2", "--least-level=broad"])
    {'plan': 'lu-bhr-2', 'least_level': 'broad'}

    Raises:
        QueryError: one has no value, or two.
    """
    pieces = list[str]()
    for word in words:
        pieces += word.split("=", 1) if word.startswith("--") else [word]
    if len(pieces) % 2 or not all(option.startswith("--") for option in pieces[::2]):
        raise QueryError("cannot-read-parameters", names=" ".join(words))
    parameters = dict[str, str]()
    for option, value in zip(pieces[::2], pieces[1::2], strict=True):
        name = option.removeprefix("--").replace("-", "_")
        if name in parameters:
            raise QueryError("given-twice", remedy="give-one", name=option)
        parameters[name] = value
    return parameters


_NO_OPTIONS = {"command", "name", "parameters", "version"}
"""What the result of argparse holds beside options."""


def refuse_unknown(
    words: Iterable[str], parameters: Collection[str], options: argparse.Namespace
) -> None:
    """Refuse a word that is neither one of these parameters nor an option of the command, and say what it may be."""
    known = [*parameters]
    known += [name.replace("_", "-") for name in vars(options) if name not in _NO_OPTIONS]
    for word in words:
        name = word.partition("=")[0].removeprefix("--")
        if word.startswith("--") and name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1, cutoff=0.5)
            remedy = there_are(f"--{option}" for option in known)
            if near:
                remedy = did_you_mean([f"--{near[0]}"])
            raise QueryError("no-option", remedy=remedy, name=name)
