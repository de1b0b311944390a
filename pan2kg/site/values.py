"""Values of statements as pages write them: texts, addresses, days, recurrences, short names, and quotations."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.coherence.obligations import whole_months
from pan2kg.graph import labels
from pan2kg.i18n import format_day, with_french_spaces
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.store import Term, plain
from pan2kg.templates import escape, markup
from pan2kg.turtle.vocabulary import PAN, XSD

PASSAGE = PAN + "evidence"
"""The property that leads from a statement to the passage it was read in."""
NO_MARKUP = markup("")


class Quote(NamedTuple):
    """Words quoted, their ``language`` where it is not the page's, the document, and the page or pages in it."""

    words: str
    language: str
    document: Markup
    page: str


class ShortName(NamedTuple):
    """The short name of a thing with its number, and the same as a link that says its language."""

    words: str
    link: Markup


def short_name(context: PageContext, iri: str) -> ShortName:
    """The short name of a thing, else its title cut short."""
    label = context.graph.labels.label(iri, context.request.data)
    brief = context.graph.labels.brief(iri, context.request.data)
    if brief.whole:
        words = brief.text
        language = brief.language
    else:
        words = labels.shortened(label.text)
        language = label.language
    if label.notation not in ("", label.text):
        words = f"{label.notation} {words}"
    content = piece("spoken")(words, context.foreign_language(language))
    return ShortName(words, context.link_to(context.address(iri), content))


def value_html(context: PageContext, term: Term) -> Markup:
    """A value as the page writes it: a thing and an address as links, text with its language, days in words."""
    if not isinstance(term, ox.Literal):
        return context.link(plain(term))
    words = term.value
    if term.language:
        words = with_french_spaces_in(term.language, words)
        return piece("spoken")(words, context.foreign_language(term.language))
    if words.startswith(("http://", "https://")) and " " not in words:
        return context.link_to(words, urlsplit(words).hostname or context.t("outside"))
    is_duration = term.datatype.value == XSD + "duration"
    words = recurrence_words(context, words) if is_duration else day_words(context, words)
    return markup(escape(words))


def with_french_spaces_in(language: str, words: str) -> str:
    """Words with the spaces French prescribes, where that is their language."""
    return with_french_spaces(words) if language == "fr" else words


def day_words(context: PageContext, text: str) -> str:
    """A day as 2021-12-31 in words; any other text as it is."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    try:
        return format_day(date.fromisoformat(text), context.language)
    except ValueError:
        return text


def recurrence_words(context: PageContext, duration: str) -> str:
    """How often something comes again, by a duration of whole months; any other text as it is."""
    months = whole_months(duration)
    if not months:
        return duration
    if months % 12:
        return context.t("every-months", n=months)
    return context.t("every-years", n=months // 12)


def quotes_of(context: PageContext, passages: Iterable[str]) -> list[Quote]:
    """The words of passages, in each language in which one is quoted."""
    quotes = []
    for passage in passages:
        by_property = context.graph.statements.by_property(passage)
        documents = by_property.get(PAN + "inDocument", ())
        pages = by_property.get(PAN + "page", ())
        document = markup(", ").join(
            [value_html(context, statement.value) for statement in documents]
        )
        page = ", ".join(plain(statement.value) for statement in pages)
        for statement in by_property.get(PAN + "quote", ()):
            term = statement.value
            language = term.language or "" if isinstance(term, ox.Literal) else ""
            words = with_french_spaces_in(language, plain(term))
            quotes.append(Quote(words, context.foreign_language(language), document, page))
    return quotes
