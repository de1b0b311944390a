"""Words by which the parts of a plan are told: actions from chapters, fields from text, in each language plans have.

The readers of plans ask here what a label, a title or the head of a column means. The words that
plans print before numbers stand in ``words.toml``; the words of fields, chapters and measures, with
weights and limits, in ``signs.toml``. No name of a section stands in both.
"""

import re
from collections import Counter
from functools import cache, lru_cache
from itertools import chain

from pan2kg.extract.document import folded, table

# a word with its apostrophes and hyphens; “#” and “°” are the words of a narrow column of numbers
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[#°]")
# joined by one of these, the first of two words says what a label means: “Champ d’action”
_GENITIVES = frozenset(("de", "di", "of", "des", "der"))
_LABEL_WORDS = 6  # a label of a field has no more words
_CHAPTER_WORDS = 4  # nor has a title that is a chapter because it begins as one
_ENDED_LETTERS = 5  # the ending of a word of fewer letters says nothing


@cache
def words(section: str, key: str = "") -> frozenset[str]:
    """The words of a section of ``words.toml`` or ``signs.toml``, folded.

    The keys of a section are languages, those of ``level`` and ``field`` what their words mean. The
    words of all keys are given where the section has not this one.

    >>> sorted(words("actions", "nl"))[:2], "mesure" in words("action")
    (['actiepunten', 'acties'], True)
    """
    listed = (table("words") | table("signs"))[section]
    keys = [key] if key in listed else listed
    return frozenset(map(folded, chain.from_iterable(listed[key] for key in keys)))


def limit(name: str) -> float:
    """A limit of ``signs.toml``: a score, or a number of characters or members.

    >>> limit("few-members") < limit("enough-members") < limit("many-members")
    True
    """
    return float(table("signs")["limits"][name])


# Labels before numbers


def _words_of(label: str) -> list[str]:
    return [word for word in re.split(r"[\s'’]+", folded(label)) if word]


def group_of(label: str) -> str:
    """What a label means: ``action``, ``category``, ``caption``, or nothing that is known.

    Where a word depends on another one, the first says it, else the last.

    >>> group_of("Mesure"), group_of("Axe stratégique"), group_of("Champ d’action"), group_of("Juge")
    ('action', 'category', 'category', '')
    """
    label_words = _words_of(label)
    groups = list(filter(None, map(_group_of_word, label_words)))
    if not groups:
        return ""
    depends = any(len(word) == 1 or word in _GENITIVES for word in label_words)
    return groups[0] if depends else groups[-1]


def _group_of_word(word: str) -> str:
    for group in ("action", "category", "caption"):
        if word in words(group):
            return group
    return ""


def level_of(label: str) -> str:
    """The level of parts of plans a label names, a key of ``partlevel``; ``heading`` where it names none.

    >>> level_of("Pilier"), level_of("Juge")
    ('pillar', 'heading')
    """
    for word in _words_of(label):
        for level in table("words")["level"]:
            if word in words("level", level):
                return str(level)
    return "heading"


# Languages


def language_of_list(text: str) -> str:
    """The language most words that join others belong to; empty where two have as many.

    >>> language_of_list("Former les juges et les avocats"), language_of_list("Former")
    ('fr', '')
    """
    counted = Counter(map(folded, re.findall(r"[^\W\d_]+", text)))
    joining: Counter[str] = Counter()
    for language in table("words")["connector"]:
        joining[language] = sum(counted[word] for word in words("connector", language))
    (likeliest, number), (_, second) = joining.most_common(2)
    return likeliest if number > second else ""


# Fields, titles and lines


@lru_cache(maxsize=4096)
def field_kind(label: str) -> str:
    """What a field is about whose label or head of a column is given; empty where it is not known.

    >>> field_kind("Organisme responsable"), field_kind("N °"), field_kind("Alpha")
    ('responsible', 'number', '')
    """
    # in a narrow column the sign may stand alone: “N °”
    plain = folded(label).replace(" °", "°").replace(" º", "º")
    label_words = _WORD.findall(plain)
    if not 0 < len(label_words) <= _LABEL_WORDS:
        return ""
    pairs = {" ".join(label_words[at : at + 2]) for at in range(len(label_words))}
    phrases = {*label_words, *pairs, plain.rstrip(" .:")}
    for kind in table("signs")["field"]:
        if phrases & words("field", kind):
            return str(kind)
    return ""


def speaks_of_measures(text: str) -> bool:
    """Whether a text has a word for measures in it.

    >>> speaks_of_measures("Les mesures suivantes :"), speaks_of_measures("Les juges")
    (True, False)
    """
    plain = folded(text)
    measures = words("measures")
    if not measures.isdisjoint(_WORD.findall(plain)):
        return True
    return any(" " in phrase and phrase in plain for phrase in measures)


def is_chapter(title: str) -> bool:
    """Whether a title is one of the chapters every plan has, or begins as one and is short.

    >>> is_chapter("Introduction"), is_chapter("Former les juges")
    (True, False)
    """
    plain = folded(title).strip(" :.")
    chapters = words("chapter")
    if plain in chapters:
        return True
    title_words = plain.split()
    is_short = 0 < len(title_words) <= _CHAPTER_WORDS
    return is_short and (title_words[0] in chapters or " ".join(title_words[:2]) in chapters)


def begins_as_action(title: str) -> bool:
    """Whether a title begins, or ends in German, as those of actions do.

    >>> begins_as_action("Former les juges"), begins_as_action("Les juges")
    (True, False)
    """
    title_words = _WORD.findall(folded(title))
    if not title_words:
        return False
    # a verb at the end, as in German: “Richter ausbilden”
    ends_so = len(title_words) > 1 and _is_listed(title_words[-1], "ends")
    return ends_so or _is_listed(title_words[0], "begins")


def begins_with_verb(title: str) -> bool:
    """Whether a title begins, or ends in German, with a verb that says what is done.

    >>> begins_with_verb("Former les juges"), begins_with_verb("Formation des juges")
    (True, False)
    """
    title_words = _WORD.findall(folded(title))
    if not title_words:
        return False
    is_english = title_words[0] in words("begins", "en")
    return is_english or _is_listed(title_words[0], "verbs") or _is_listed(title_words[-1], "ends")


def _is_listed(word: str, section: str) -> bool:
    """Whether a word is listed, or ends as one that is listed by its ending (“-ung”)."""
    listed = words(section)
    endings = tuple(ending[1:] for ending in listed if ending.startswith("-"))
    return word in listed or (len(word) >= _ENDED_LETTERS and word.endswith(endings))
