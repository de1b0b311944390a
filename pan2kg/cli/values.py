"""How the values of options are read: numbers, shares, addresses, scales; each says in a sentence what is none."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pan2kg.i18n.message import joined, told

if TYPE_CHECKING:
    from pan2kg.scores.scale import Scale


def some_seconds(text: str) -> int:
    """A whole number of seconds, at least one.

    Raises:
        argparse.ArgumentTypeError: the text is no such number.

    >>> some_seconds("90")
    90
    """
    return _whole(text, range(1, 10**6), "no-seconds")


def some_keys(text: str) -> tuple[str, ...]:
    """Keys with commas between them.

    >>> some_keys("plan, -bits")
    ('plan', '-bits')
    """
    return tuple(key for one in text.split(",") if (key := one.strip()))


def a_limit(text: str) -> int:
    """A whole number, 0 for none.

    Raises:
        argparse.ArgumentTypeError: the text is no such number.

    >>> a_limit("20")
    20
    """
    return _whole(text, range(10**9), "no-count")


def _whole(text: str, allowed: range, fault: str) -> int:
    if re.fullmatch(r"\d{1,20}", text.strip(), re.ASCII) and int(text) in allowed:
        return int(text)
    raise argparse.ArgumentTypeError(told(fault, text=text))


def a_share(text: str) -> float:
    """A number from 0 to 1.

    Raises:
        argparse.ArgumentTypeError: the text is no such number.

    >>> a_share("0.25")
    0.25
    """
    if re.fullmatch(r"0(\.\d+)?|1(\.0+)?|\.\d+", text.strip()):
        return float(text)
    raise argparse.ArgumentTypeError(told("no-share", text=text))


def an_amount(text: str) -> float:
    """A number that is not negative.

    Raises:
        argparse.ArgumentTypeError: the text is no such number.

    >>> an_amount("1.5")
    1.5
    """
    if re.fullmatch(r"\d+(\.\d+)?|\.\d+", text.strip()):
        return float(text)
    raise argparse.ArgumentTypeError(told("no-amount", text=text))


def an_address(text: str) -> str:
    """The address of a folder on the web, with a slash at its end.

    Raises:
        argparse.ArgumentTypeError: the text is no such address.

    >>> an_address("https://host.example/pan2kg")
    'https://host.example/pan2kg/'
    """
    return a_link(text).rstrip("/") + "/"


def a_link(text: str) -> str:
    """The address of something on the web.

    Raises:
        argparse.ArgumentTypeError: the text is no such address.

    >>> a_link("host.example")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: « host.example » is no address such as https://host.example/
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(mark in text for mark in ' <>"?#'):
        raise argparse.ArgumentTypeError(told("no-web-address", text=text))
    return text


def a_scale(text: str) -> Scale:
    """A scale of scores such as ``-4..4`` or ``count decimal``.

    Raises:
        argparse.ArgumentTypeError: the text is no scale.

    >>> a_scale("-4..4").range
    '−4…+4'
    """
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
    found: list[str] = []
    for word in words:
        if found and found[-1] == "--scale" and re.match(r"-\d", word):
            found[-1] = f"--scale={word}"
        else:
            found.append(word)
    return found
