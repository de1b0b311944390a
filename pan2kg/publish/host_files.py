"""What hosts are told of a release: rules for w3id.org and Apache, and a configuration of nginx."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pan2kg.i18n import LANGUAGES
from pan2kg.publish.document_places import ALL, DOCUMENTS, FORMS, MEDIA, OTHER_MEDIA
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.folder import VERSIONS
from pan2kg.publish.host_rules import (
    ABOUT,
    GONE,
    THING,
    TOGETHER,
    HostRule,
    RetiredRules,
    common_rules,
    document_rules,
    w3id_rules,
)

_PLACEHOLDER = "https://host.example/pan2kg/"
"""Stands for the address of the files where they have none."""
_UNTOLD_MEDIA = {
    "css": "text/css",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "gz": "application/gzip",
}
"""The media types nginx has to be told too."""


def host_files(
    edition: Edition,
    retired: Mapping[str, str],
    led_on: Sequence[HostRule],
    *,
    has_base: bool,
    service: str,
) -> Iterator[File]:
    """The files hosts read.

    ``retired`` are the places of what was given up, and of what followed; ``led_on`` the rules for
    earlier addresses. Where the files have no address, the rules for w3id.org name a host to be
    filled in.
    """
    addresses = edition.issue.addresses
    path = urlsplit(addresses.base).path if has_base else "/"
    host = addresses.base if has_base else _PLACEHOLDER
    of_retired = RetiredRules.of(retired)
    remark = "" if has_base else f"# {host} stands for the address of the files\n"
    rules = "".join(rule.written(host) for rule in w3id_rules(service))
    head = _filled_in("w3id.txt", root=addresses.root)
    yield "w3id/.htaccess", (head + remark + rules).encode()
    # what is gone and what moved before the rules that would take it for what is still there
    in_order = (
        *of_retired.gone,
        *of_retired.moved,
        *led_on,
        *GONE,
        *document_rules(),
        *common_rules(),
    )
    rules = "".join(rule.written() for rule in in_order)
    apache = _filled_in("apache.txt", types=_apache_types(), path=path, rules=rules)
    yield ".htaccess", apache.encode()
    yield (
        f"{DOCUMENTS}/.htaccess",
        b"# A document comes in the form asked for, by the names of its files.\nOptions +MultiViews\n",
    )
    yield "nginx.conf", _nginx(path, of_retired, led_on).encode()


def _filled_in(name: str, **values: object) -> str:
    """A file beside this module with its gaps filled."""
    return Path(__file__).with_name(name).read_text("utf-8").format(**values)


def _apache_types() -> str:
    lines = []
    for ending, media in MEDIA.items():
        if ending == "html":
            continue
        # a little less than the page, for who asks for nothing in particular; Apache takes it off
        # again
        quality = ";qs=0.999" if ending in FORMS else ""
        lines.append(f'AddType "{media}; charset=utf-8{quality}" .{ending}\n')
    for ending, media in OTHER_MEDIA.items():
        lines.append(f'AddType "{media}" .{ending}\n')
    # a language in the name of a file is for people: it says nothing of how the file is to be
    # negotiated
    lines.append(f"RemoveLanguage {' '.join(f'.{tag}' for tag in LANGUAGES)}\n")
    return "".join(lines)


def _nginx(path: str, retired: RetiredRules, led_on: Sequence[HostRule]) -> str:
    """A configuration of nginx for files that stand at a path of their host."""
    start = re.escape(path)
    forms = [f'    "~*{pattern}" .{ending};\n' for pattern, ending in preferences()]
    gone = [f'    "~^{start}{rule.pattern}$" 1;\n' for rule in retired.gone]
    moved = [f'    "~^{start}{rule.pattern}$" {path}{rule.target};\n' for rule in retired.moved]
    types = [
        f"        {media.partition(';')[0]} {ending};\n"
        for ending, media in {**MEDIA, **OTHER_MEDIA, **_UNTOLD_MEDIA}.items()
    ]
    return _filled_in(
        "nginx.txt",
        forms="".join(forms),
        gone="".join(gone),
        moved="".join(moved),
        types="".join(types),
        places=_nginx_locations(path, (*led_on, *GONE)),
        path=path,
        documents=DOCUMENTS,
        thing=f"{THING}([^/.]+)",
        together=TOGETHER,
        all=ALL,
        versions=VERSIONS,
        about=ABOUT,
    )


def _nginx_locations(path: str, rules: Iterable[HostRule]) -> str:
    locations = []
    for rule in rules:
        if rule.file:
            locations.append(
                f'    location ~ "^{path}{rule.pattern}$" {{\n'
                f"        alias /srv/pan2kg/{rule.file};\n"
                f"        if (!-f $request_filename) {{\n"
                f"            return {rule.status} {path}{rule.target};\n        }}\n    }}\n"
            )
        else:
            locations.append(
                f'    location ~ "^{path}{rule.pattern}$" {{\n'
                f"        return {rule.status} {path}{rule.target};\n    }}\n"
            )
    return "".join(locations)


def preferences() -> Iterator[tuple[str, str]]:
    """Patterns of Accept headers, and the ending of the form each asks for; the first that matches counts.

    A pattern asks for data where they are wanted more than a page, or than the data before them.

    >>> wanted = [(re.compile(pattern), ending) for pattern, ending in preferences()]
    >>> def choose(accept): return next((ending for one, ending in wanted if one.search(accept)), "html")
    >>> choose("text/turtle"), choose("text/html;q=0.5, text/turtle;q=0.6"), choose("text/turtle;q=0.5, text/html")
    ('ttl', 'ttl', 'html')
    >>> choose("application/ld+json, text/turtle;q=0.9"), choose("text/turtle;q=0, text/html"), choose("*/*")
    ('jsonld', 'html', 'html')
    >>> choose("text/turtle;q=0.1"), choose("text/turtle;q=0.1, text/html;q=0.2")
    ('ttl', 'html')
    """
    qualities = ["1", *(f"0.{tenth}" for tenth in range(9, 0, -1))]
    for place, quality in enumerate(qualities):
        no_less = qualities[: place + 1]
        page = "".join(rf"(?!.*{_at_quality(MEDIA['html'], better)})" for better in no_less)
        for ending in FORMS:
            yield rf"^(?=.*{_at_quality(MEDIA[ending], quality)}){page}", ending


def _at_quality(media: str, quality: str) -> str:
    """A pattern of a media type with a quality: 1, which need not be said, or one between 0.1 and 1."""
    weight = r"(?:\s*;\s*q=1(?:\.0*)?)?"
    if quality != "1":
        weight = rf"\s*;\s*q=0?\.{quality.removeprefix('0.')}\d*"
    return rf"{re.escape(media)}{weight}\s*(?:,|$)"
