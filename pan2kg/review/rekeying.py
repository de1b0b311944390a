"""Giving links the keys that follow from what they say, after an end, the relation or the type was corrected by hand.

A key is made from what a link says (:func:`pan2kg.turtle.vocabulary.link_iri`), so a corrected link is another one, and
whatever refers to it has to be told. Texts and comments are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.readings import Addition
from pan2kg.turtle.blocks import TurtleFile, read_turtle_file
from pan2kg.turtle.links import misnamed
from pan2kg.turtle.vocabulary import kind_and_key

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>\s]*>|#[^\n]*|[\w-]*:[\w-]+', re.DOTALL)
"""Texts and comments, which stay, and the two ways to write an address."""


def rekeyed(project: Project, edited: Mapping[Path, str] | None = None) -> tuple[Addition, ...]:
    """The files of a project in which links get another key, each as it is and as it is to be.

    ``edited`` are new texts of files that are to be written with them; they are among the result.

    Raises:
        ProjectError: there are no files to write to, or two links would get the same key: they say the same.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    before = {path: read_text(path) for path in project.graph_files()}
    texts = before | dict(edited or {})
    files = {path: read_turtle_file(content, project.name_of(path)) for path, content in texts.items()}
    keys = _keys(list(files.values()))
    changed = ((path, _renamed(texts[path], file, keys)) for path, file in files.items())
    old = {path: before.get(path, "") for path in texts}
    return tuple(Addition(path, files[path].name, old[path], new) for path, new in changed if new != old[path])


def _keys(files: list[TurtleFile]) -> dict[str, str]:
    """The old and the new address of each link whose key is not that of what it says."""
    taken = {file.expand(block.subject) for file in files for block in file.blocks}
    keys: dict[str, str] = {}
    for one in misnamed(files):
        if one.right in taken:
            place = Place(one.file.name, one.block.line)
            raise ProjectError("two-links", place=place, name=kind_and_key(one.right)[1], remedy="merge-links")
        taken.add(one.right)
        keys[one.iri] = one.right
    return keys


def _renamed(text: str, file: TurtleFile, keys: Mapping[str, str]) -> str:
    """A text with the new keys in the place of the old ones, each written as the old one was.

    >>> file = TurtleFile("x.ttl", prefixes={"link": "http://e/id/link/"})
    >>> said = 'link:a e:note "link:a"@en ; e:of <http://e/id/link/a> . # link:a'
    >>> _renamed(said, file, {"http://e/id/link/a": "http://e/id/link/b"})
    'link:b e:note "link:a"@en ; e:of <http://e/id/link/b> . # link:a'
    """

    def named(found: re.Match[str]) -> str:
        token = found[0]
        if token[0] in '"#' or (new := keys.get(file.expand(token))) is None:
            return token
        return f"<{new}>" if token.startswith("<") else token.partition(":")[0] + ":" + kind_and_key(new)[1]

    return _TOKEN.sub(named, text) if keys else text
