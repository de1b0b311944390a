"""The parser of a command line: ``argparse``, with its words and texts of help from the catalogues.

It is given keys of help, and says them in the language of the command when they are shown: a command
that has nothing to say reads no catalogue. Nothing heavy is imported here: how fast
``pan2kg --help`` starts is a promise.
"""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from pan2kg.i18n import SOURCE_LANGUAGE, Messages, error_message, process_language

_HELP = Messages("help")
_ARGPARSE = Messages("argparse")
_SENTENCES = ("command.", "table.")
"""Keys of what is a few words in a list, and a sentence above the help of a command."""
_NEGATIVE = re.compile(r"-\d")


def translated(words: str) -> str:
    """Words of argparse in the language of the command; what no catalogue has stays as it is."""
    language = process_language()
    # in the language of the program no catalogue is read
    if language == SOURCE_LANGUAGE or not _ARGPARSE.has(words, language):
        return words
    return _ARGPARSE.say(words, language)


def _translated_by_number(single: str, many: str, number: int) -> str:
    return translated(single if number == 1 else many)


# argparse looks its words up under these names, which gettext gives it by the domain and folder of
# the system.
argparse._ = translated  # type: ignore[attr-defined]
argparse.ngettext = _translated_by_number  # type: ignore[attr-defined]


def _in_list(text: str) -> str:
    """A text of help by its key; what is no key – names of formats, words of argparse – stays as it is."""
    return _HELP.say(text, process_language()) if _HELP.has(text) else text


def _in_words(text: str) -> str:
    """The same where it stands by itself, as a sentence."""
    words = _in_list(text)
    if words and text.startswith(_SENTENCES):
        return f"{words[0].upper()}{words[1:]}."
    return words


class Formatter(argparse.HelpFormatter):
    """Shows help, of which it is given keys."""

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and _in_words(heading))

    def add_text(self, text: str | None) -> None:
        super().add_text(text and _in_words(text))

    def add_usage(self, usage: str | None, *words: Any, **settings: Any) -> None:  # noqa: ANN401 - as argparse has it
        super().add_usage(usage and _in_words(usage), *words, **settings)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _in_list(action.help)


class PlainFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """The same where the lines of examples stay as they are."""


class Parser(argparse.ArgumentParser):
    """A parser whose options are added by ``fill`` when its command is called: their module is imported then."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, *words: Any, **settings: Any) -> tuple[Any, list[str]]:  # noqa: ANN401
        self._complete()
        return super().parse_known_args(*words, **settings)

    def explain(self) -> None:
        """Have all commands with their options and descriptions in words, for who reads them without parsing."""
        self._complete()
        self.description = _in_words(self.description or "")
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no public way to its commands
                for command in action.choices.values():
                    command.explain()
            elif isinstance(action.choices, Mapping):
                action.choices = tuple(action.choices)  # a mapping is taken for commands

    def _complete(self) -> None:
        if self.fill:
            self.fill(self)
            self.fill = None

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{error_message('wrong-use', prog=self.prog, message=message)}\n")


class SingleValue(argparse.Action):
    """Takes the value of an option, and refuses a second one, of which argparse would take the last."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest, None) is not None:
            parser.error(str(error_message("given-twice-one-meant", option=option_string)))
        setattr(namespace, self.dest, values)


def with_scale(words: Sequence[str]) -> list[str]:
    """The words of a command, where ``--scale -4..4`` becomes one: argparse takes no value that begins with a hyphen.

    >>> with_scale(["chains", "--scale", "-4..4", "m.csv"])
    ['chains', '--scale=-4..4', 'm.csv']
    """
    joined = list[str]()
    for word in words:
        if joined and joined[-1] == "--scale" and _NEGATIVE.match(word):
            joined[-1] = f"--scale={word}"
        else:
            joined.append(word)
    return joined


def described(key: str) -> dict[str, Any]:
    """What a parser is made with whose command is described under a key of help."""
    return {"allow_abbrev": False, "help": key, "description": key, "formatter_class": Formatter}
