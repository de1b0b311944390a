"""Layouts of plans drawn by lot: how parts and actions are marked, set and numbered, and what stands around them.

No layout is thought out by anybody who knows the readers: each of a file's features is drawn from
what published plans have, with a seed of the layout, the plan and the language, so that the same
files are made each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from random import Random
from typing import Final

SEEDS: Final = {"sixth": 20261127, "seventh": 20261128, "blind": 20261129}
"""What the sets are drawn with; the last of them was read once, and nothing was mended on it."""
NUMBER: Final = 6
"""How many layouts a set has; the last of them has no list of actions."""

LABELS: Final = {
    "fr": ("Mesure", "Action", "Engagement", "Fiche-action", "Chantier", "Projet"),
    "en": ("Action", "Measure", "Commitment", "Workstream", "Project"),
    "de": ("Maßnahme", "Vorhaben", "Projekt", "Baustein"),
}
PARTS: Final = {
    "fr": ("Axe", "Partie", "Pilier", "Objectif", "Champ d’action"),
    "en": ("Pillar", "Part", "Objective", "Priority", "Field"),
    "de": ("Handlungsfeld", "Teil", "Ziel", "Schwerpunkt"),
}
FIELDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "fr": {
        "responsible": ("Responsable", "Porteur", "Pilote", "Ministère compétent", "Chef de file"),
        "timeline": ("Échéance", "Calendrier", "Délai", "Horizon"),
        "indicator": ("Indicateur", "Indicateur de suivi", "Indicateurs"),
    },
    "en": {
        "responsible": ("Responsible", "Lead", "Owner", "Responsible body"),
        "timeline": ("Timeline", "Deadline", "Timeframe", "By when"),
        "indicator": ("Indicator", "KPI", "Indicator of progress"),
    },
    "de": {
        "responsible": ("Zuständig", "Federführung", "Verantwortlich"),
        "timeline": ("Zeitrahmen", "Frist", "Umsetzung bis"),
        "indicator": ("Indikator", "Messgröße", "Kennzahl"),
    },
}
ANNOUNCED: Final = {
    "fr": ("Les mesures prévues sont les suivantes :", "Le Gouvernement s’engage à :", "Actions :"),
    "en": ("The following measures are planned:", "The Government commits to:", "Actions:"),
    "de": ("Folgende Maßnahmen sind vorgesehen:", "Die Bundesregierung wird:", "Maßnahmen:"),
}
TITLES: Final = {
    "fr": ("Mesure", "Action", "Intitulé de l’action"),
    "en": ("Action", "Measure", "Title of the action"),
    "de": ("Maßnahme", "Vorhaben", "Titel der Maßnahme"),
}
AROUND: Final = {
    "fr": ("Avant-propos", "Contexte et enjeux", "Gouvernance", "Mise en œuvre et suivi", "Sommaire",
           "Organismes consultés"),
    "en": ("Foreword", "Context", "Governance", "Implementation and review", "Contents", "Bodies consulted"),
    "de": ("Vorwort", "Hintergrund", "Steuerung", "Umsetzung und Berichterstattung", "Inhalt", "Beteiligte Stellen"),
}  # fmt: skip


Acts = list[tuple[str, str, dict[str, str]]]
"""Actions as printed: number, title, and fields by kind."""
Parts = list[tuple[str, list[tuple[str, dict[str, str]]]]]
"""The parts of a plan, each with the titles and fields of its actions."""


@dataclass(slots=True)
class Draw:
    """What is drawn for a file, and what is written of it; ``acts`` are number, title and fields as printed."""

    language: str
    parts: Parts
    sentences: list[str]
    lot: Random
    acts: Acts = field(default_factory=list)

    def one(self, *choices: str) -> str:
        """One of several words."""
        return self.lot.choice(choices)

    def text(self, least: int = 0, most: int = 3) -> str:
        """Some paragraphs of sentences."""
        return "".join(
            f"<p>{escape(self.lot.choice(self.sentences))}</p>"
            for _ in range(self.lot.randint(least, most))
        )


def layout(number: int, seed: int) -> Callable[[str, str, str, Parts, list[str]], tuple[str, Acts]]:
    """The layout of a number: takes key, title, language, parts and sentences of a plan, gives page and actions."""

    def drawn(
        key: str, title: str, language: str, parts: Parts, sentences: list[str]
    ) -> tuple[str, Acts]:
        lot = Random(f"{seed} {number} {key} {language}")
        given = [fields for _, acts in parts for _, fields in acts]
        lot.shuffle(given)
        mixed = [(name, [(title, given.pop()) for title, _ in acts]) for name, acts in parts]
        draw = Draw(language, mixed, sentences, lot)
        if number == NUMBER - 1:
            return _page(draw, title, _prose(draw)), [("none", "none", {})]
        body = lot.choice((_set, _set, _rows, _cards, _items))(draw)
        return _page(draw, title, body), draw.acts

    return drawn


def _page(draw: Draw, title: str, body: str) -> str:
    """The chapters around the list, a list of contents and one of bodies where they are drawn."""
    before, context, steering, after, contents, bodies = AROUND[draw.language]
    lot = draw.lot
    listed = ""
    level = draw.one("h1", "h2")
    if lot.random() < 0.4 and draw.acts:
        leader = draw.one(" . . . . . . . . ", "…………………… ", " .................. ")
        entries = "".join(
            f"<p>{escape(f'{number} {name}'.strip())}{leader}{at // 3 + 3}</p>"
            for at, (number, name, _) in enumerate(draw.acts)
        )
        listed = f"<{level}>{contents}</{level}>{entries}"
    annex = ""
    if lot.random() < 0.4:
        named = [
            fields["responsible"] for _, _, fields in draw.acts if "responsible" in fields
        ] or ["OECD", "ILO"]
        tag = draw.one("ol", "ul")
        annex = (
            f"<{level}>{bodies}</{level}><{tag}>"
            + "".join(f"<li>{escape(one)}</li>" for one in named[:8])
            + f"</{tag}>"
        )
    figures = ""
    if lot.random() < 0.3:
        rows = "".join(
            f"<tr><td>{year}</td><td>{lot.randint(10, 900)}</td><td>{lot.randint(1, 90)} %</td></tr>"
            for year in range(2015, 2021)
        )
        figures = f"<table border=1><tr><th>–</th><th>N</th><th>%</th></tr>{rows}</table>"
    columns = f"<div class=columns>{body}</div>" if lot.random() < 0.15 else body
    return (
        f"<h1>{escape(title)}</h1>{listed}<{level}>{before}</{level}>{draw.text(1, 4)}<{level}>{context}</{level}>"
        f"{draw.text(2, 5)}{figures}{columns}<{level}>{steering}</{level}>{draw.text(1, 3)}"
        f"<{level}>{after}</{level}>{draw.text(1, 3)}{annex}"
    )


def _part_heads(draw: Draw) -> Callable[[int, str], str]:
    """How the headings of parts are marked."""
    word = draw.one(*PARTS[draw.language])
    tag = draw.one("h2", "h2", "h1")
    forms = (
        lambda at, name: f"{word} {at} : {name}",
        lambda at, name: f"{at}. {name}",
        lambda _, name: name,
        lambda at, name: f"{word} {'ABCDEFGHIJ'[(at - 1) % 10]} – {name}",
        lambda at, name: f"{at} {name}",
    )
    form = draw.lot.choice(forms)
    return lambda at, name: f"<{tag}>{escape(form(at, name))}</{tag}>{draw.text(0, 2)}"


def _numbers(draw: Draw) -> Callable[[int, int, int], str]:
    """How actions are numbered: running, below their part, by letter, or not at all."""
    forms = (
        lambda running, _part, _at: str(running),
        lambda _running, part, at: f"{part}.{at}",
        lambda _running, part, at: f"{'ABCDEFGHIJ'[(part - 1) % 10]}.{at}",
        lambda running, _part, _at: f"{running:02}",
    )
    return draw.lot.choice(forms)


def _fields(draw: Draw) -> Callable[[dict[str, str]], tuple[str, dict[str, str]]]:
    """How fields stand below an action; those that are printed are given back."""
    names = {kind: draw.one(*words) for kind, words in FIELDS[draw.language].items()}
    kept = draw.lot.sample(sorted(names), draw.lot.randint(2, 3))
    form = draw.one("none", "lines", "bold", "table", "list")
    colon = " : " if draw.language == "fr" else ": "

    def made(fields: dict[str, str]) -> tuple[str, dict[str, str]]:
        if form == "none":
            return "", {}
        own: dict[str, str] = {kind: fields[kind] for kind in kept}
        if form == "table":
            rows = "".join(
                f"<tr><td>{names[kind]}</td><td>{escape(value)}</td></tr>"
                for kind, value in own.items()
            )
            return f"<table border=1>{rows}</table>", own
        tag = "li" if form == "list" else "p"
        weight = "b" if form == "bold" else "span"
        lines = "".join(
            f"<{tag}><{weight}>{names[kind]}{colon.rstrip()}</{weight}> {escape(value)}</{tag}>"
            for kind, value in own.items()
        )
        return (f"<ul>{lines}</ul>" if form == "list" else lines), own

    return made


def _walk(draw: Draw, number: Callable[[int, int, int], str]) -> Iterator[tuple[int, str, Acts]]:
    running = 0
    for part, (name, titles) in enumerate(draw.parts, 1):
        rows = []
        for at, (title, fields) in enumerate(titles, 1):
            running += 1
            rows.append((number(running, part, at), title, fields))
        yield part, name, rows


def _set(draw: Draw) -> str:
    """Actions as headings or bold lines, with a label, a number, or both."""
    head = _part_heads(draw)
    number = _numbers(draw)
    fields = _fields(draw)
    label = draw.one("", *LABELS[draw.language][:3], draw.one(*LABELS[draw.language]))
    sign = draw.one(" : ", " – ", ". ", " ") if label else draw.one(" ", ". ", " – ", ") ")
    tag = draw.one("h3", "h3", "h4", "b")
    text = draw.one("above", "below", "none")
    body = ""
    for part, name, rows in _walk(draw, number):
        body += head(part, name)
        for own, title, given in rows:
            made, kept = fields(given)
            draw.acts.append((own, title, kept))
            marked = escape(f"{label} {own}{sign}{title}".strip())
            body += f"<p><b>{marked}</b></p>" if tag == "b" else f"<{tag}>{marked}</{tag}>"
            words = draw.text(1, 2) if text != "none" else ""
            body += words + made if text == "above" else made + words
    return body


def _rows(draw: Draw) -> str:
    """Actions as rows of a table for each part, or of one for all."""
    head = _part_heads(draw)
    number = _numbers(draw)
    names = {kind: draw.one(*words) for kind, words in FIELDS[draw.language].items()}
    kept = draw.lot.sample(sorted(names), draw.lot.randint(1, 3))
    has_number = draw.lot.random() < 0.7
    is_whole = draw.lot.random() < 0.4
    first = draw.one("N°", "No.", "#") if draw.language != "de" else "Nr."
    heads = ([first] if has_number else []) + [
        draw.one(*TITLES[draw.language]),
        *(names[kind] for kind in kept),
    ]
    top = "<tr>" + "".join(f"<th>{escape(one)}</th>" for one in heads) + "</tr>"
    body = rows = ""
    for part, name, acts in _walk(draw, number):
        rows = rows if is_whole else ""
        for own, title, given in acts:
            draw.acts.append(
                (own if has_number else "", title, {kind: given[kind] for kind in kept})
            )
            cells = ([own] if has_number else []) + [title, *(given[kind] for kind in kept)]
            rows += "<tr>" + "".join(f"<td>{escape(one)}</td>" for one in cells) + "</tr>"
        if not is_whole:
            body += f"{head(part, name)}<table border=1>{top}{rows}</table>"
    return (
        body
        or f"{head(1, draw.one(*TITLES[draw.language]))}<table border=1><thead>{top}</thead>{rows}</table>"
    )


def _cards(draw: Draw) -> str:
    """A table an action: its head over both columns, or its title in a row with a label."""
    head = _part_heads(draw)
    number = _numbers(draw)
    label = draw.one(*LABELS[draw.language])
    names = {kind: draw.one(*words) for kind, words in FIELDS[draw.language].items()}
    sign = draw.one(" : ", " – ", ". ")
    is_row = draw.lot.random() < 0.3
    body = ""
    for part, name, acts in _walk(draw, number):
        body += head(part, name)
        for own, title, given in acts:
            draw.acts.append((own, title, given))
            rows = "".join(
                f"<tr><td>{names[kind]}</td><td>{escape(value)}</td></tr>"
                for kind, value in given.items()
            )
            if is_row:
                top = f"<tr><td>{label} {own}</td><td>{escape(title)}</td></tr>"
            else:
                top = f"<tr><th colspan=2>{escape(f'{label} {own}{sign}{title}')}</th></tr>"
            body += f"<table border=1>{top}{rows}</table><p>&nbsp;</p>"
    return body


def _items(draw: Draw) -> str:
    """Actions as items of lists, below a line that announces them; numbered anew below each part, or bullets."""
    head = _part_heads(draw)
    tag = draw.one("ul", "ol")
    line = draw.one(*ANNOUNCED[draw.language])
    body = ""
    for part, name, acts in _walk(draw, lambda _running, _part, at: str(at) if tag == "ol" else ""):
        items = ""
        for own, title, _ in acts:
            draw.acts.append((own, title, {}))
            items += f"<li>{escape(title)}</li>"
        body += f"{head(part, name)}{draw.text(1, 2)}<p>{line}</p><{tag}>{items}</{tag}>"
    return body


def _prose(draw: Draw) -> str:
    """A report on a policy: headings, text, bullets of what was consulted, a table of figures; no list of actions."""
    head = _part_heads(draw)
    body = ""
    for part, (name, _) in enumerate(draw.parts * 3, 1):
        body += f"{head(part, name)}{draw.text(3, 6)}"
        if draw.lot.random() < 0.5:
            body += (
                "<ul>"
                + "".join(f"<li>{escape(draw.lot.choice(draw.sentences))}</li>" for _ in range(3))
                + "</ul>"
            )
    return body
