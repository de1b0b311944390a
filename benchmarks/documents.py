"""How well documents are read and their actions found: files printed from the graph's own facts, in several layouts.

    python benchmarks/documents.py FOLDER [--layouts SET] [--measure-only]

Each plan chosen is set in every layout of the set and in French, English or German, as the graph
has its titles, and printed by Chromium (PDF) and LibreOffice (odt, docx, PDF); the page itself is
the html. What is read is compared with what was printed: numbers and titles, fields, pages, running
heads. The readers were made on the layouts « develop », and mended on « hard », « refused », «
sixth » and « seventh »; « blind » they never were. The last three are drawn by lot (by_lot.py);
what is « refused » holds no list of actions that could be taken without asking.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from html import escape
from pathlib import Path

from by_lot import NUMBER, SEEDS, layout as layout_by_lot  # type: ignore[import-not-found]
from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from pan2kg.errors import Pan2kgError
from pan2kg.extract.document import Document
from pan2kg.extract.hypotheses import Hypothesis, chosen, hypotheses, in_language, languages_of
from pan2kg.extract.outline import Item, plan_of
from pan2kg.extract.process import read_bytes

ROOT = Path(__file__).parents[1]
PAN = Namespace("https://w3id.org/pan2kg/ontology#")
HEAD = "Ligne de tête 4711"
"""Stands at the head of every page; nothing of the plans has it."""

WORDS = {
    "fr": {
        "measure": "Mesure", "axis": "Axe", "responsible": "Responsable", "timeline": "Échéance",
        "indicator": "Indicateur", "intro": "Introduction", "context": "Contexte", "follow": "Suivi et évaluation",
        "contents": "Table des matières", "announce": "Le Gouvernement prendra les mesures suivantes :",
        "annex": "Annexe", "title": "Intitulé", "sheet": "Fiche", "number": "N°", "why": "Pourquoi ?",
    },
    "en": {
        "measure": "Action", "axis": "Pillar", "responsible": "Responsible", "timeline": "Timeline",
        "indicator": "Indicator", "intro": "Introduction", "context": "Background",
        "follow": "Monitoring and evaluation", "contents": "Contents",
        "announce": "The Government commits to the following measures:",
        "annex": "Annex", "title": "Title", "sheet": "Card", "number": "No.", "why": "Why?",
    },
    "de": {
        "measure": "Maßnahme", "axis": "Handlungsfeld", "responsible": "Zuständig", "timeline": "Zeitrahmen",
        "indicator": "Indikator", "intro": "Einleitung", "context": "Ausgangslage", "follow": "Monitoring",
        "contents": "Inhalt", "announce": "Die Regierung ergreift folgende Maßnahmen:", "annex": "Anhang",
        "title": "Titel", "sheet": "Karte", "number": "Nr.", "why": "Warum?",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Act:
    """An action as printed: its number where the layout prints one, its title, its fields by kind."""

    number: str
    title: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """A plan to print: title, language, and parts with their actions; sentences to fill pages with."""

    key: str
    title: str
    language: str
    parts: list[tuple[str, list[Act]]]
    sentences: list[str]


def plans(language: str, number: int) -> list[Printed]:
    """Plans of the graph whose actions have titles in the language, with bodies and passages of the graph as fields."""
    graph = Graph()
    for path in sorted((ROOT / "graph").rglob("*.ttl")):
        if {"plans", "organisations", "instruments"} & {*path.parts}:
            graph.parse(path)

    def label(thing: Node) -> str:
        labels = (one for one in graph.objects(thing, SKOS.prefLabel) if isinstance(one, Literal))
        return next((str(one) for one in labels if one.language == language), "")

    texts = (
        one
        for one in graph.objects(None, PAN.quote)
        if isinstance(one, Literal) and one.language == language
    )
    quotes = sorted({str(one) for one in texts if len(one) > 80})
    bodies = sorted(
        {name for body in graph.subjects(RDF.type, PAN.PublicBody) if (name := label(body))}
    )
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    names: dict[str, str] = {}
    # no plan of the graph has its actions in German: the names of its milestones stand for them
    kind, within = (PAN.Milestone, PAN.ofPlan) if language == "de" else (PAN.Action, PAN.inPlan)
    for action in sorted(graph.subjects(RDF.type, kind), key=str):
        plan = graph.value(action, within) or URIRef("https://w3id.org/pan2kg/id/plan/milestones")
        part = graph.value(action, PAN.inCategory)
        if (
            plan
            and (title := label(action))
            and len(title) < 200
            and not re.match(r"\W|.*\d{1,3}$", title)
        ):
            if language != "de" or sum(map(len, found[str(plan)].values())) < 30:
                found[str(plan)][label(part) if part else ""].append(title)
            names[str(plan)] = label(plan)
    sizes = {
        key: sum(len(set(titles)) for titles in parts.values()) for key, parts in found.items()
    }
    chosen_plans = sorted(
        (key for key in found if 4 <= sizes[key] <= 45), key=lambda key: (-sizes[key], key)
    )[:number]
    made = []
    for key in chosen_plans:
        parts: list[tuple[str, list[Act]]] = []
        at = 0
        for name, titles in sorted(found[key].items()):
            acts = []
            for title in dict.fromkeys(titles):
                at += 1
                acts.append(
                    Act(
                        "",
                        title,
                        {
                            "responsible": bodies[at * 7 % len(bodies)],
                            "timeline": str(2024 + at % 5),
                            "indicator": quotes[at * 5 % len(quotes)][:90]
                            .rsplit(" ", 1)[0]
                            .strip(" ,;:"),
                        },
                    )
                )
            parts.append((name or f"{WORDS[language]['axis']} {len(parts) + 1}", acts))
        made.append(
            Printed(
                key.rpartition("/")[2], names[key] or "Nationaler Plan", language, parts, quotes
            )
        )
    return made


Layout = Callable[[Printed], tuple[str, list[Act]]]


def paragraphs(plan: Printed, seed: int, number: int = 2) -> str:
    chosen_ones = [
        plan.sentences[(seed * 13 + at * 29) % len(plan.sentences)] for at in range(number)
    ]
    return "".join(f"<p>{escape(one)}</p>" for one in chosen_ones)


def fields_as_lines(act: Act, words: dict[str, str], tag: str = "p") -> str:
    colon = "\u00a0: " if words is WORDS["fr"] else ": "
    return "".join(
        f"<{tag}><b>{words[kind]}{colon.rstrip()}</b> {escape(value)}</{tag}>"
        for kind, value in act.fields.items()
    )


def row(cells: Sequence[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def fields_as_table(act: Act, words: dict[str, str]) -> str:
    return (
        "<table border=1>"
        + "".join(row((words[kind], value)) for kind, value in act.fields.items())
        + "</table>"
    )


def framed(plan: Printed, body: str, *, sections: str = "h2") -> str:
    """The chapters that stand around the actions of every plan."""
    words = WORDS[plan.language]
    return (
        f"<h1>{escape(plan.title)}</h1><{sections}>{words['intro']}</{sections}>{paragraphs(plan, 1, 3)}"
        f"<{sections}>{words['context']}</{sections}>{paragraphs(plan, 5, 4)}<ul><li>OECD</li><li>ILO</li></ul>"
        f"{body}<{sections}>{words['follow']}</{sections}>{paragraphs(plan, 9, 2)}"
    )


# The layouts the readers were made on


def label_headings(plan: Printed) -> tuple[str, list[Act]]:
    """“Mesure 1 : …” as headings below “Axe 1 : …”, fields as lines."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for part, (name, titles) in enumerate(plan.parts, 1):
        body += f"<h2>{words['axis']} {part} : {escape(name)}</h2>{paragraphs(plan, part)}"
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title, act.fields))
            body += f"<h3>{words['measure']} {len(acts)} : {escape(act.title)}</h3>{paragraphs(plan, len(acts))}"
            body += fields_as_lines(act, words)
    return framed(plan, body), acts


def decimal_headings(plan: Printed) -> tuple[str, list[Act]]:
    """“2.1 …” as headings below numbered chapters, steps as bullets, fields as a table."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for part, (name, titles) in enumerate(plan.parts, 1):
        body += f"<h2>{part}. {escape(name)}</h2>{paragraphs(plan, part, 1)}"
        for at, act in enumerate(titles, 1):
            acts.append(Act(f"{part}.{at}", act.title, act.fields))
            body += f"<h3>{part}.{at} {escape(act.title)}</h3>{paragraphs(plan, len(acts), 1)}{fields_as_table(act, words)}"  # noqa: E501
    return framed(plan, body), acts


def rows_of_tables(plan: Printed) -> tuple[str, list[Act]]:
    """One table a part: number, action, responsible, timeline, indicator."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    kinds = ("responsible", "timeline", "indicator")
    for part, (name, titles) in enumerate(plan.parts, 1):
        rows = row((words["number"], words["measure"], *(words[kind] for kind in kinds)), "th")
        for at, act in enumerate(titles, 1):
            acts.append(Act(f"{part}.{at}", act.title, act.fields))
            rows += row((f"{part}.{at}", act.title, *(act.fields[kind] for kind in kinds)))
        body += f"<h2>{words['axis']} {part} : {escape(name)}</h2>{paragraphs(plan, part)}<table border=1>{rows}</table>"  # noqa: E501
    return framed(plan, body), acts


def announced_bullets(plan: Printed) -> tuple[str, list[Act]]:
    """Bullets below “The Government commits to the following measures:”."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for part, (name, titles) in enumerate(plan.parts, 1):
        acts += [Act("", act.title) for act in titles]
        items = "".join(f"<li>{escape(act.title)}</li>" for act in titles)
        body += f"<h2>{part}. {escape(name)}</h2>{paragraphs(plan, part)}<p>{words['announce']}</p><ul>{items}</ul>"
    return framed(plan, body).replace("<ul><li>OECD</li><li>ILO</li></ul>", ""), acts


def run_in_titles(plan: Printed) -> tuple[str, list[Act]]:
    """“Mesure 1. Title.” in bold at the beginning of a paragraph that goes on as text; no headings for actions."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for name, titles in plan.parts:
        body += f"<h2>{escape(name)}</h2>"
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title))
            sentence = escape(plan.sentences[len(acts) * 3 % len(plan.sentences)])
            body += f"<p><b>{words['measure']} {len(acts)}. {escape(act.title)}.</b> {sentence} {sentence}</p>"
    return framed(plan, body), acts


def cards(plan: Printed) -> tuple[str, list[Act]]:
    """A table an action: a head row over both columns with label, number and title; fields below."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for part, (name, titles) in enumerate(plan.parts, 1):
        body += f"<h2>{words['axis']} {part} – {escape(name)}</h2>"
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title, act.fields))
            head = f"<tr><td colspan=2><b>{words['measure']} {len(acts)} – {escape(act.title)}</b></td></tr>"
            inner = "".join(row((words[kind], value)) for kind, value in act.fields.items())
            body += f"<table border=1>{head}{inner}</table><p>&nbsp;</p>"
    return framed(plan, body), acts


def alone_labels(plan: Printed) -> tuple[str, list[Act]]:
    """“Fiche 3” alone as a heading, its title in a row of the table below."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    for name, titles in plan.parts:
        body += f"<h2>{escape(name)}</h2>"
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title, act.fields))
            rows = row((words["title"], act.title)) + "".join(
                row((words[k], v)) for k, v in act.fields.items()
            )
            body += f"<h3>{words['sheet']} {len(acts)}</h3><table border=1>{rows}</table>"
    return framed(plan, body), acts


def unknown_heads(plan: Printed) -> tuple[str, list[Act]]:
    """Rows of a table whose heads nobody knows: to be refused, not to be guessed."""
    acts: list[Act] = []
    rows = row(("Ref", "Wat", "Wer da", "Bis"), "th")
    for _, titles in plan.parts:
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title))
            rows += row(
                (str(len(acts)), act.title, act.fields["responsible"], act.fields["timeline"])
            )
    return framed(plan, f"<table border=1>{rows}</table>"), acts


def grouped_table(plan: Printed) -> tuple[str, list[Act]]:
    """One table for the whole plan over many pages, rows of one cell for the parts, the timeline before the body."""
    words = WORDS[plan.language]
    rows = ""
    acts: list[Act] = []
    kinds = ("timeline", "responsible")
    for name, titles in plan.parts:
        rows += f"<tr><td colspan=4><b>{escape(name)}</b></td></tr>"
        for act in titles:
            acts.append(
                Act(str(len(acts) + 1), act.title, {kind: act.fields[kind] for kind in kinds})
            )
            rows += row((f"{len(acts)}.", act.title, *(act.fields[kind] for kind in kinds)))
    head = row((words["number"], words["measure"], *(words[kind] for kind in kinds)), "th")
    return framed(plan, f"<table border=1><thead>{head}</thead><tbody>{rows}</tbody></table>"), acts


def both_languages(plan: Printed) -> tuple[str, list[Act]]:
    """The plan, and behind it a list of the same length in another language: its sentences, cut, as titles."""
    words = WORDS[plan.language]
    body = ""
    acts: list[Act] = []
    other = "en" if plan.language != "en" else "fr"
    foreign = "".join(
        f"<h3>{WORDS[other]['measure']} {at} : {escape(one)}</h3><p>{escape(FOREIGN[other])}</p>"
        for at, one in enumerate(_foreign(other, sum(len(titles) for _, titles in plan.parts)), 1)
    )
    for name, titles in plan.parts:
        body += f"<h2>{escape(name)}</h2>{paragraphs(plan, len(acts), 1)}"
        for act in titles:
            acts.append(Act(str(len(acts) + 1), act.title))
            body += f"<h3>{words['measure']} {len(acts)} : {escape(act.title)}</h3>{paragraphs(plan, len(acts) * 5, 1)}"
    return framed(plan, body) + f"<h1>{WORDS[other]['annex']}</h1>{foreign}", acts


FOREIGN = {
    "en": "The Government will report on the progress of this measure to the Parliament in the course of the year.",
    "fr": "Le Gouvernement rendra compte des progrès de cette mesure au Parlement dans le courant de l’année.",
}


def _foreign(language: str, number: int) -> list[str]:
    verbs = {
        "en": ("Train", "Inform", "Support", "Consult"),
        "fr": ("Former", "Informer", "Soutenir", "Consulter"),
    }
    ends = {
        "en": "the services that are in charge of file",
        "fr": "les services qui sont en charge du dossier",
    }
    return [
        f"{verbs[language][at % 4]} {ends[language]} {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[at % 26]}"
        for at in range(number)
    ]


def prose_alone(plan: Printed) -> tuple[str, list[Act]]:
    """Headings of two levels over prose, with lists of what was consulted: there is no list of actions."""
    body = "".join(
        f"<h2>{escape(name)}</h2>{paragraphs(plan, part, 3)}<h3>{escape(titles[0].fields['responsible'])}</h3>"
        f"{paragraphs(plan, part * 3, 2)}<ul><li>OECD</li><li>ILO</li><li>UNICEF</li></ul>"
        for part, (name, titles) in enumerate(plan.parts * 3, 1)
    )
    return framed(plan, body), [Act("none", "none")]


def merged_parts(plan: Printed) -> tuple[str, list[Act]]:
    """One table over many pages, its first column the part, merged over the rows of its actions."""
    words = WORDS[plan.language]
    rows = ""
    acts: list[Act] = []
    kinds = ("responsible", "timeline", "indicator")
    for name, titles in plan.parts:
        for at, act in enumerate(titles):
            acts.append(Act(str(len(acts) + 1), act.title, act.fields))
            first = f"<td rowspan={len(titles)}>{escape(name)}</td>" if at == 0 else ""
            cells = "".join(
                f"<td>{escape(one)}</td>"
                for one in (str(len(acts)), act.title, *(act.fields[kind] for kind in kinds))
            )
            rows += f"<tr>{first}{cells}</tr>"
    head = row(
        (words["axis"], words["number"], words["measure"], *(words[kind] for kind in kinds)), "th"
    )
    return framed(plan, f"<table border=1><thead>{head}</thead><tbody>{rows}</tbody></table>"), acts


def articles_alone(plan: Printed) -> tuple[str, list[Act]]:
    """A decree: “Art. 3.” and a paragraph each, below chapters; it has no list of actions."""
    chapters = {"fr": "Chapitre", "en": "Chapter", "de": "Kapitel"}
    body = ""
    at = 0
    for part, (name, titles) in enumerate(plan.parts * 2, 1):
        body += f"<h2>{chapters[plan.language]} {part} – {escape(name)}</h2>"
        for _ in titles[:4]:
            at += 1
            body += (
                f"<p><b>Art. {at}.</b> {escape(plan.sentences[at * 17 % len(plan.sentences)])}</p>"
            )
    return framed(plan, body).replace("<ul><li>OECD</li><li>ILO</li></ul>", ""), [
        Act("none", "none")
    ]


def numbered_paragraphs(plan: Printed) -> tuple[str, list[Act]]:
    """A report whose paragraphs of running text are numbered through, below headings: it has no list of actions."""
    body = ""
    at = 0
    for part, (name, _) in enumerate(plan.parts * 3):
        body += f"<h2>{escape(name)}</h2>"
        for _ in range(4):
            at += 1
            one, two = (
                plan.sentences[(at * 19 + part + more) % len(plan.sentences)] for more in range(2)
            )
            body += f"<p>{at}. {escape(one)} {escape(two)}</p>"
    return framed(plan, body).replace("<ul><li>OECD</li><li>ILO</li></ul>", ""), [
        Act("none", "none")
    ]


def by_lot(number: int, seed: int) -> Layout:
    """A layout drawn by lot; which action has which body, year and indicator is drawn too."""

    def drawn(plan: Printed) -> tuple[str, list[Act]]:
        parts = [(name, [(act.title, act.fields) for act in acts]) for name, acts in plan.parts]
        page, acts = layout_by_lot(number, seed)(
            plan.key, plan.title, plan.language, parts, plan.sentences
        )
        return page, [Act(*one) for one in acts]

    drawn.__name__ = f"lot_{number}"
    return drawn


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "develop": (label_headings, decimal_headings, rows_of_tables, announced_bullets),
    "hard": (run_in_titles, cards, alone_labels, grouped_table, merged_parts, both_languages),
    "refused": (unknown_heads, prose_alone, articles_alone, numbered_paragraphs),
    **{
        name: tuple(by_lot(number, seed) for number in range(NUMBER))
        for name, seed in SEEDS.items()
    },
}
STYLE = """<style>@page{size:A4;margin:2.2cm;
@top-center{content:"HEAD"}@bottom-right{content:counter(page) " / " counter(pages)}}
body{font:10.5pt "DejaVu Serif"}td,th{border:1px solid #000;padding:3px;text-align:left;vertical-align:top}
table{border-collapse:collapse;width:100%}.columns{column-count:2;column-gap:1cm}.big{font-size:14pt}</style>"""


def print_all(folder: Path, layouts: Sequence[Layout], number: int, skip: int = 0) -> None:
    """Print every plan in every layout, and what was printed as JSON beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in WORDS:
        for plan in plans(language, number + skip)[skip:] or plans(language, number):
            for layout in layouts:
                body, acts = layout(plan)
                path = folder / f"{layout.__name__}-{plan.key}-{language}.html"
                head = f'<html lang="{language}"><head><meta charset="utf-8">{STYLE.replace("HEAD", HEAD)}</head>'
                path.write_text(
                    f"<!doctype html>{head}<body>{body}</body></html>", encoding="utf-8"
                )
                path.with_suffix(".json").write_text(
                    json.dumps([asdict(act) for act in acts], ensure_ascii=False)
                )
    convert(sorted(folder.glob("*.html")), folder)


def convert(pages: Sequence[Path], folder: Path) -> None:
    """The pages as PDF by Chromium, and as odt, docx and PDF by LibreOffice, which would wait for a first file."""
    if not pages:
        return
    for path in pages:
        target = f"--print-to-pdf={path.with_suffix('.chromium.pdf')}"
        command = [
            "chromium-headless-shell",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            target,
            path.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True)
    office = [
        "soffice",
        f"-env:UserInstallation={(folder / 'office').resolve().as_uri()}",
        "--headless",
    ]
    texts = [path.with_suffix(".odt") for path in pages]
    for before, form, files in (
        (["--infilter=HTML (StarWriter)"], "odt:writer8", pages),
        ([], "docx:MS Word 2007 XML", texts),
        ([], "pdf:writer_pdf_Export", texts),
    ):
        command = [
            *office,
            *before,
            "--convert-to",
            form,
            "--outdir",
            str(folder),
            *map(str, files),
        ]
        subprocess.run(command, check=True, capture_output=True)


@dataclass
class Tally:
    """What is counted over files."""

    files: int = 0
    refused: int = 0
    among_three: int = 0
    wrong: list[str] = field(default_factory=list)
    printed: int = 0
    found: int = 0
    right: int = 0
    fields: int = 0
    fields_right: int = 0
    fields_wrong: int = 0
    passages: int = 0
    passages_right: int = 0
    heads: int = 0


@cache
def read(path: Path) -> tuple[Document, tuple[Hypothesis, ...]]:
    """A file as read, and its hypotheses."""
    document = read_bytes(path.read_bytes(), path.name)
    return document, hypotheses(document)


def measure(path: Path, tally: Tally, *, told: bool) -> None:
    """Compare what is read from a file with what was printed."""
    gold = [
        Act(**one)
        for one in json.loads((path.parent / f"{path.name.split('.')[0]}.json").read_text())
    ]
    wanted = Counter((act.number, folded_title(act.title)) for act in gold)
    tally.files += 1
    document, found = read(path)
    if len(languages_of(found)) > 1:
        found = in_language(found, path.name.split(".")[0].rsplit("-", 1)[1])
    tally.heads += document.text.count(HEAD)
    choice = chosen(found)
    if choice is None:
        tally.refused += 1
        three = [
            Counter((m.number, folded_title(m.title)) for m in one.series.members)
            for one in found[:3]
        ]
        is_among = any(sum((one & wanted).values()) >= 0.9 * sum(wanted.values()) for one in three)
        tally.among_three += is_among
        if told:
            shown = [(one.series.name, len(one.series.members), one.score) for one in found[:3]]
            print(f"refused {'' if is_among else 'and NOT AMONG THREE '}{path.name}: {shown}")
        return
    plan = plan_of(document, choice)
    got = Counter((act.number, folded_title(act.title)) for act in plan.actions)
    right = sum((got & wanted).values())
    tally.printed += len(gold)
    tally.found += len(plan.actions)
    tally.right += right
    if right < 0.5 * max(len(gold), len(plan.actions)):
        titles = {title for _, title in got} & {title for _, title in wanted}
        tally.wrong += [path.name] if len(titles) < 0.5 * max(len(gold), len(plan.actions)) else []
    if told and right < max(len(gold), len(plan.actions)):
        print(
            f"{path.name}: {right} of {len(gold)}, {len(plan.actions)} found by {choice.series.name}"
        )
        for one in [*list(wanted - got)[:2], "--", *list(got - wanted)[:2]]:
            print("    ", one)
    _measure_fields(gold, plan.actions, tally)
    if path.suffix == ".pdf":
        _measure_pages(path, document, plan.actions, tally)


def folded_title(title: str) -> str:
    """A title as it is compared: spaces as one, no-break ones too; nothing else is forgiven."""
    return " ".join(title.split())


def _measure_fields(gold: Sequence[Act], actions: Sequence[Item], tally: Tally) -> None:
    by_title = {folded_title(act.title): act for act in gold}
    for action in actions:
        act = by_title.get(folded_title(action.title))
        if act is None or not act.fields:
            continue
        got = {(one.kind, folded_title(one.value)) for one in action.fields}
        wanted = {(kind, folded_title(value)) for kind, value in act.fields.items()}
        values = {value: kind for kind, value in wanted}
        tally.fields += len(wanted)
        tally.fields_right += len(wanted & got)
        # a label nobody knows is kept as printed: that is no field of the right kind, and no wrong
        # one
        tally.fields_wrong += sum(
            bool(kind) and value in values and values[value] != kind for kind, value in got
        )


def _measure_pages(path: Path, document: Document, actions: Sequence[Item], tally: Tally) -> None:
    import pypdfium2

    file = pypdfium2.PdfDocument(path)
    texts = [re.sub(r"[\W_]+", "", page.get_textpage().get_text_range()) for page in file]
    for action in actions:
        page = document.page_at(action.start)
        bare = re.sub(r"[\W_]+", "", action.title)[:25]
        tally.passages += 1
        tally.passages_right += page is not None and bare in texts[page - 1]


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part} of {whole})" if whole else "–"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layouts", choices=LAYOUTS, default="blind")
    parser.add_argument("--plans", type=int, default=2, help="how many plans a language")
    parser.add_argument(
        "--skip", type=int, default=0, help="how many of the largest plans a language are left out"
    )
    parser.add_argument("--measure-only", action="store_true")
    parser.add_argument(
        "--tell", action="store_true", help="name every file that is not read as it was printed"
    )
    options = parser.parse_args()
    folder = options.folder / options.layouts
    if not options.measure_only:
        print_all(folder, LAYOUTS[options.layouts], options.plans, options.skip)
    tallies: dict[str, Tally] = defaultdict(Tally)
    started = time.process_time()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".pdf", ".docx", ".odt", ".html"):
            try:
                for name in ("all", path.name.split("-")[0], path.name.partition(".")[2]):
                    measure(path, tallies[name], told=options.tell and name == "all")
            except Pan2kgError as error:
                print(f"{path.name}: {error}", file=sys.stderr)
    for name, one in tallies.items():
        print(
            f"{name}: files {one.files}, refused {share(one.refused, one.files)}, right among three "
            f"{share(one.among_three, one.refused)}, wrong lists {len(one.wrong)} {one.wrong[:3]}\n"
            f"   precision {share(one.right, one.found)}, recall {share(one.right, one.printed)}; fields "
            f"{share(one.fields_right, one.fields)}, in a wrong field {one.fields_wrong}; pages "
            f"{share(one.passages_right, one.passages)}; heads in the text {one.heads}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    print(f"{time.process_time() - started:.1f} CPU seconds, {peak} MB")


if __name__ == "__main__":
    main()
