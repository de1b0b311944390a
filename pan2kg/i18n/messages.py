"""Messages filled in: those of a context by key, and words that are known in several languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pan2kg.i18n.catalogue import (
    LANGUAGES,
    SOURCE_LANGUAGE,
    Language,
    find_words,
    load_catalogue,
)
from pan2kg.i18n.formats import format_number


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in several languages; some of them may be missing."""

    words: tuple[tuple[Language, str], ...] = ()

    @classmethod
    def of(cls, words: Mapping[str, str] | str) -> "Text":
        """Words by language; a text is the same in all of them."""
        if isinstance(words, str):
            words = dict.fromkeys(LANGUAGES, words)
        return cls(
            tuple((language, words[language]) for language in LANGUAGES if words.get(language))
        )

    def language_for(self, language: Language) -> Language:
        """The language of the words a reader of a language gets: this one, else English, else any.

        >>> Text.of({"fr": "plan"}).language_for("de")
        'fr'
        """
        words = dict(self.words)
        for tag in (language, SOURCE_LANGUAGE, *words):
            if tag in words:
                return tag
        return language

    def say(self, language: Language) -> str:
        """The words a reader of a language gets."""
        return dict(self.words).get(self.language_for(language), "")

    def by_language(self) -> dict[Language, str]:
        """The words by language, of those that have any."""
        return dict(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)


Filling = str | int | float | Text
"""What is put into words: texts as they are, numbers as each language writes them, figures with two decimals."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a context, each by its key."""

    context: str

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """A message in a language, filled in; of its plural forms the one for the number ``n``.

        A number is a quantity, whose thousands are set apart; a year or another name made of digits
        is given as text.
        """
        number = values.get("n")
        words = find_words(self.context, key, language, number if isinstance(number, int) else None)
        for name, value in values.items():
            if isinstance(value, str):
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                values[name] = format_number(value, language)
            elif isinstance(value, Text):
                values[name] = value.say(language)
        return words.format(**values) if values else words

    def text(self, key: str, /, **values: Filling) -> Text:
        """A message in all languages that have it, filled in."""
        return Text(
            tuple((tag, self.say(key, tag, **values)) for tag in LANGUAGES if self.has(key, tag))
        )

    def say_number(self, number: int, key: str, language: Language) -> str:
        """A number with what is counted: « 3 files »."""
        return f"{format_number(number, language)} {self.say(key, language, n=number)}"

    def has(self, key: str, language: Language = SOURCE_LANGUAGE) -> bool:
        """Whether the catalogue of a language has the message."""
        return key in load_catalogue(language).keys(self.context)

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """The keys of the context that begin with ``prefix``, without it, in the order of the catalogue."""
        keys = load_catalogue(SOURCE_LANGUAGE).keys(self.context)
        return tuple(key.removeprefix(prefix) for key in keys if key.startswith(prefix))

    def group(self, prefix: str, language: Language) -> dict[str, str]:
        """The messages whose keys begin with ``prefix``, by key without it, as :meth:`template` gives them."""
        return {key: self.template(prefix + key, language) for key in self.keys(prefix)}

    def template(self, key: str, language: Language) -> str:
        """A message as it is, not filled in, for a script of a page; plural forms stand with a bar between them."""
        singular = find_words(self.context, key, language, 1)
        plural = find_words(self.context, key, language, 1000)
        return f"{singular}|{plural}" if singular != plural else singular
