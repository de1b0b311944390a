"""What a citation needs before it is written: what it names was there before it, and its words are the citing text's.

A text cannot cite what was adopted after it, and that it cites is seen in its own words, not in those of the text that
is cited. What a text only announces, or what somebody else says of two texts, is no citation.
"""

from __future__ import annotations

from typing import Final

from pan2kg.coherence.reading import rows
from pan2kg.coherence.uses import key
from pan2kg.errors import ProjectError
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true
from pan2kg.turtle.vocabulary import ID, PAN

THIRD: Final = "external-statement"
"""The type of link that says what somebody else states of two texts; the words may be anybody's."""


def refuse_younger(store: Store, ends: tuple[str, str], type_: str, relation: str) -> None:
    """Refuse a link that leads back in time to something younger; type and relation by key, the ends by IRI.

    The check finds the same in files (``cites-later``).

    Raises:
        ProjectError: what it leads to was adopted after what it starts from.
    """
    named = f"{ID}relation/{relation}" if relation else f"{PAN}none"
    query = program_query(
        "review/younger", **{"from": ends[0], "to": ends[1], "type": f"{ID}linktype/{type_}", "relation": named}
    )
    for own_day, day in rows(store, query):
        raise ProjectError(
            "cites-younger", remedy="reject-or-announce",
            name=key(ends[1]), day=day, citing=key(ends[0]), other=own_day,
        )  # fmt: skip


def refuse_foreign_words(store: Store, ends: tuple[str, str], type_: str, document: str) -> None:
    """Refuse words that a document of the cited text, or of another plan, says in place of the text that cites.

    A document that carries the words of neither is taken: the level of evidence says that somebody else states it.

    Raises:
        ProjectError: the document, given by IRI, carries the words of another text than the one that cites.
    """
    if type_ == THIRD:
        return
    query = program_query("review/speaks-for", **{"document": document, "from": ends[0], "to": ends[1]})
    found = rows(store, query)
    if any(is_true(is_citing) for _, is_citing, _, _ in found):
        return
    for work, _, is_cited, is_plan in found:
        if is_true(is_cited) or is_true(is_plan):
            raise ProjectError(
                "words-of-cited", remedy="quote-citing", document=key(document), name=key(work), citing=key(ends[0])
            )
