"""What a text names: acts of the Union and of its country, conventions, principles, goals, plans, instruments, bodies.

The steps are taken in order: numbered identifiers, dated national acts, names, what the text defines itself, short
forms. Of what overlaps, the longest stays, then the earlier step. Spans end with the number or the date and not with
the title; in a list each number is a mention; an abbreviation in brackets behind a name is no second mention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from pan2kg.extract.eu_acts import find_eu_acts
from pan2kg.extract.mention import Mention, Read, without_overlaps
from pan2kg.extract.named import Setting, find_names
from pan2kg.extract.names import Names, Spelling, Thing, variants
from pan2kg.extract.national_acts import acts_by_identifier, acts_in, find_bills, find_national_acts
from pan2kg.extract.numbered import find_numbered
from pan2kg.extract.short_forms import find_definitions, find_short_forms

_ARTICLE: Final = 4


def find_mentions(
    document: Read | str, names: Names, *, date: date | None = None, country: str = "", plan: str = ""
) -> tuple[Mention, ...]:
    """Everything a document names, in the order of its text.

    ``date`` is the day of the document: a body is called what it was called then, and a plan without edition is the
    latest before it. ``country`` is the code of its country in lower case, as the keys of plans begin with it: national
    acts are those of that country. ``plan`` is the IRI of the plan it is the text of: « PAN 2 » is of its subject, and
    its own name is no mention.

    >>> found = find_mentions("transposer la directive 2014/24/UE (« ladite directive ») ; ODD 8.7", Names())
    >>> [(one.surface, one.target) for one in found]
    [('directive 2014/24/UE', 'http://data.europa.eu/eli/dir/2014/24/oj'), ('ladite directive', 'http://data.europa.eu/eli/dir/2014/24/oj'), ('ODD 8.7', 'http://metadata.un.org/sdg/8.7')]
    """  # noqa: E501
    text = document if isinstance(document, str) else document.text
    setting = Setting(date, country, plan)
    numbered = [*find_eu_acts(text, names), *find_numbered(text, names), *find_bills(text, names, country)]
    dated = list(find_national_acts(text, names, country, acts_by_identifier(names, country)))
    named = list(find_names(text, names, setting))
    first = without_overlaps([numbered, dated, named])
    defined = list(find_definitions(text, first))
    second = without_overlaps([numbered, dated, named, defined])
    short = list(find_short_forms(text, second))
    found = without_overlaps([numbered, dated, named, defined, short])
    kept = _without_repeats(text, found)
    return tuple(one for one in kept if one.kind and not (plan and one.target == plan))


def _without_repeats(text: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions without abbreviations in brackets behind their name, and without the name before a list of numbers.

    In « Objectifs de développement durable 5 et 16 » the numbers are the mentions.
    """
    for place, one in enumerate(found):
        before = found[place - 1] if place else None
        between = text[before.end : one.start] if before else ""
        if (
            before
            and before.target == one.target
            and between.strip(' »”"’“') == "("
            and text[one.end : one.end + 1] == ")"
        ):
            continue
        after = found[place + 1] if place + 1 < len(found) else None
        if (
            one.rule == "name"
            and after
            and after.kind in ("sdg", "ungp")
            and text[one.end : after.start].strip(" .n°ºo") == ""
        ):
            continue
        yield one


def names_of(things: Iterable[Thing], labels: Iterable[tuple[str, str]], refused: Iterable[str] = ()) -> Names:
    """What can be named and by which words: things, pairs of a thing’s IRI and a label, and words that name none.

    A label that cites its thing by a number or a date is no name: that is found wherever it stands, and the title
    behind it is no part of a mention.

    >>> act, law = Thing("i", "dir", "instrument", "eu-directive"), Thing("j", "loi", "instrument", "law", "lu")
    >>> labels = [("i", "Directive (EU) 2022/2464 on reporting (CSRD)"), ("j", "Loi du 8 avril 2018 sur les marchés")]
    >>> names = names_of([act, law], labels)
    >>> [one.words for one in names.spellings], len(names.titles)
    (['CSRD'], 2)
    """
    known = {thing.iri: thing for thing in things}
    spellings: dict[Spelling, None] = {}
    titles: dict[Spelling, None] = {}
    for iri, label in labels:
        if iri not in known or known[iri].type == "bill":
            continue  # a bill is known by its number: what it is called is often the title of the act to be
        cited = _cited(label, known[iri].country) if known[iri].kind == "instrument" else 0
        if cited:
            titles[Spelling(label, iri)] = None
        for words in variants(label, dated=known[iri].kind == "plan"):
            if not cited or len(words) < cited or f"({words})" in label:
                spellings[Spelling(words, iri)] = None
    spellings |= dict.fromkeys(Spelling(words) for words in refused)
    return Names(known, tuple(spellings), tuple(titles))


def _cited(label: str, country: str) -> int:
    """Where the number or date ends by which a label cites its thing; 0 where it does not begin with one."""
    found = [
        one.end for one in (*find_eu_acts(label, Names()), *find_numbered(label, Names())) if one.start <= _ARTICLE
    ]
    dated = [end for start, end, _ in acts_in(label, country) if start <= _ARTICLE]
    return max((*found, *dated), default=0)
