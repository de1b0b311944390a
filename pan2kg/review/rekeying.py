"""Keys of links that are made anew: a link that was corrected is another one, and whatever names it is told.

Only the key changes; texts and comments are left as they are.
"""

import re
from collections.abc import Mapping, Sequence

from pan2kg.errors import Place, ProjectError
from pan2kg.project import Project, read_text
from pan2kg.review.files import Addition, FileTexts, own
from pan2kg.turtle import kind_and_key
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.link_keys import misnamed

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[\w-]*:[\w-]+', re.DOTALL)
"""Texts and comments, which stay, and the two ways to write an address."""


def rekeyed(project: Project, edited: FileTexts | None = None) -> tuple[Addition, ...]:
    """The files in which links get another key; ``edited`` are new texts of files to be written with them.

    Texts and comments are left as they are. A ``ProjectError`` where two links would have one key.
    """
    own(project)
    before = {path: read_text(path) for path in project.graph_files()}
    texts = before | dict(edited or {})
    files = {
        path: read_turtle_file(content, project.name_of(path)) for path, content in texts.items()
    }
    keys = _new_keys(list(files.values()))
    changed = []
    for path, file in files.items():
        revised = renamed(texts[path], file, keys) if keys else texts[path]
        former = before.get(path, "")
        if revised != former:
            changed.append(Addition(path, file.name, former, revised))
    return tuple(changed)


def _new_keys(files: Sequence[TurtleFile]) -> dict[str, str]:
    """The IRIs that links are to have, by those they have, where these are others."""
    taken = set[str]()
    for file in files:
        taken.update(file.expand(block.subject) for block in file.blocks)
    keys = {}
    for file, block, link, right in misnamed(files):
        if right in taken:
            place = Place(file.name, block.line)
            _, name = kind_and_key(right)
            raise ProjectError("two-links", place=place, name=name, remedy="merge-links")
        taken.add(right)
        keys[link] = right
    return keys


def renamed(content: str, file: TurtleFile, keys: Mapping[str, str]) -> str:
    """A text with the new keys in the place of the old ones, each written as the old one was.

    >>> file = TurtleFile("x.ttl", prefixes={"link": "http://e/id/link/"})
    >>> said = 'link:a e:note "link:a"@en ; e:of <http://e/id/link/a> . # link:a'
    >>> renamed(said, file, {"http://e/id/link/a": "http://e/id/link/b"})
    'link:b e:note "link:a"@en ; e:of <http://e/id/link/b> . # link:a'
    """

    def written(match: re.Match[str]) -> str:
        token = match[0]
        if token[0] in '"#':
            return token
        revised = keys.get(file.expand(token))
        if revised is None:
            return token
        if token.startswith("<"):
            return f"<{revised}>"
        prefix, _, _ = token.partition(":")
        return f"{prefix}:{kind_and_key(revised)[1]}"

    return _TOKEN.sub(written, content)
