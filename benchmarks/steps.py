"""The five steps from a document to decided links, run over every text at hand and over plans printed from the graph.

    python benchmarks/steps.py FOLDER [--texts DIR] [--plans 6]

Texts: each file of a folder is read, drafted and searched, and what came of it is counted. Plans:
those with most stated links and parts of bodies are printed from the graph's own facts, with the
titles of their actions, the bodies as fields under the labels of their roles and the quotations as
paragraphs; the printed file is read and drafted, and searched in a copy of the project from which
these facts of the plan were taken. What is proposed is compared with them; what agrees is accepted
at the desk, the rest rejected, and the check is asked about what was written.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path

from documents import HEAD, STYLE, WORDS, convert, row  # type: ignore[import-not-found]

from pan2kg.errors import Pan2kgError
from pan2kg.extract.document import Document
from pan2kg.extract.draft import read_plan
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.process import read_document
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.project import Project
from pan2kg.review.desk import open_desk
from pan2kg.review.keys import press
from pan2kg.review.proposals import DocumentSearch, search
from pan2kg.review.work import keep, read_material
from pan2kg.turtle.vocabulary import key
from pan2kg.validation.check import look
from pan2kg.validation.report import Severity

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 27)
FACTS = """
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?work ?end ?role ?quote ?called WHERE {
    { ?link pan:status linkstatus:accepted ; pan:from ?work ; pan:to ?end . BIND("" AS ?role) BIND("" AS ?called)
      ?link pan:evidence/pan:quote ?quote }
    UNION { ?part a pan:Involvement ; pan:involvedIn ?work ; pan:involves ?end ; pan:role ?key .
      BIND(REPLACE(STR(?key), ".*/", "") AS ?role) BIND("" AS ?quote)
      OPTIONAL { ?key skos:prefLabel ?called FILTER(LANG(?called) = "LANGUAGE") } }
} ORDER BY ?work ?end ?role ?quote
"""
ACTIONS = """
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?plan ?action ?number ?title WHERE {
    ?action a pan:Action ; pan:inPlan ?plan ; skos:prefLabel ?title FILTER(LANG(?title) = "LANGUAGE")
    OPTIONAL { ?action skos:notation ?number }
} ORDER BY ?plan ?action ?title
"""


@dataclass
class Facts:
    """What the graph states of a plan's works: links as (work, end), parts as (work, body, role), and their words."""

    links: set[tuple[str, str]] = field(default_factory=set)
    parts: set[tuple[str, str, str]] = field(default_factory=set)
    quotes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, str] = field(default_factory=dict)


def texts(folder: Path, graph: Graph) -> None:
    """Read, draft and search every text of a folder; a line for each kind of file, and one for each refused."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    endings = (".txt", ".md", ".csv", ".html", ".pdf", ".docx", ".odt", ".xlsx")
    for path in sorted(
        one for one in folder.rglob("*") if one.suffix in endings and "standards" not in one.parts
    ):
        tally = counts[path.suffix]
        tally["files"] += 1
        try:
            document = read_document(path)
            tally["read"] += 1
            tally["mentions"] += len(find_mentions(document, graph.names, country="lu"))
            plan, _ = read_plan(path)
        except Pan2kgError as error:
            tally["refused"] += 1
            say(f"  {path.relative_to(folder)}", error.message.say("en"))
            continue
        if plan:
            tally["drafted"] += 1
            tally["actions"] += len(plan.actions)
            say(f"  {path.relative_to(folder)}", f"{len(plan.actions)} actions{_rows(path)}")
        else:
            tally["asked"] += 1
    for ending, tally in counts.items():
        say(ending, ", ".join(f"{name} {number}" for name, number in tally.items()))


def _rows(path: Path) -> str:
    if path.suffix != ".csv":
        return ""
    import csv

    with path.open(encoding="utf-8", newline="") as lines:
        return f" of {sum(1 for _ in csv.reader(lines)) - 1} rows"


def facts_of(
    rows: Sequence[Sequence[str]], plan: str, actions: Sequence[tuple[str, str, str]]
) -> Facts:
    """The stated links and parts of a plan and its actions, of all there are."""
    works = {plan, *(action for action, _, _ in actions)}
    found = Facts()
    for work, end, role, quote, called in rows:
        if work not in works or work == end:
            continue
        if role:
            found.parts.add((work, end, role))
            found.labels[role] = called or role
        elif quote:
            found.links.add((work, end))
            found.quotes[work].append(quote)
    return found


def chosen(
    graph: Graph, language: str, number: int
) -> list[tuple[str, list[tuple[str, str, str]], Facts]]:
    """The plans with titles in the language of which most is stated, with their actions and facts."""
    plans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for plan, action, printed, title in graph.read(ACTIONS.replace("LANGUAGE", language)):
        if not any(action == one for one, *_ in plans[plan]):
            plans[plan].append((action, printed, title))
    rows = list(graph.read(FACTS.replace("LANGUAGE", language)))
    least = 4
    if (
        language == "de"
    ):  # no plan has its actions in German: what is said of plans themselves is printed
        plans = {iri: [] for iri, thing in graph.names.things.items() if thing.kind == "plan"}
        least = 0
    found = [
        (plan, own, facts_of(rows, plan, own))
        for plan, own in plans.items()
        if least <= len(own) <= 60
    ]
    return sorted(found, key=lambda one: (-len(one[2].links) - len(one[2].parts), one[0]))[:number]


def as_headings(
    graph: Graph, plan: str, actions: Sequence[tuple[str, str, str]], facts: Facts, language: str
) -> str:
    """“Measure 3 : title” as headings, quotations as paragraphs, bodies as lines under the labels of their roles."""
    words = WORDS[language]
    body = f"<h2>{words['intro']}</h2>{_paragraphs(facts, plan)}{_fields(graph, plan, facts)}"
    for at, (action, _, title) in enumerate(actions, 1):
        body += f"<h3>{words['measure']} {at} : {escape(title)}</h3>{_paragraphs(facts, action)}"
        body += _fields(graph, action, facts)
    return body


def as_cards(
    graph: Graph, plan: str, actions: Sequence[tuple[str, str, str]], facts: Facts, language: str
) -> str:
    """A table an action: its label, number and title over both columns, quotations and bodies as rows below."""
    words = WORDS[language]
    body = f"<h2>{words['intro']}</h2>{_paragraphs(facts, plan)}"
    for at, (action, _, title) in enumerate(actions, 1):
        rows = "".join(row((words["context"], quote)) for quote in facts.quotes[action])
        rows += "".join(row(pair) for pair in _said(graph, action, facts))
        head = f"<tr><td colspan=2><b>{words['measure']} {at} – {escape(title)}</b></td></tr>"
        body += (
            f"<table border=1>{head}{row((words['timeline'], '2027'))}{rows}</table><p>&nbsp;</p>"
        )
    return body


def _paragraphs(facts: Facts, work: str) -> str:
    return "".join(f"<p>{escape(one)}</p>" for one in dict.fromkeys(facts.quotes[work]))


def _fields(graph: Graph, work: str, facts: Facts) -> str:
    return "".join(
        f"<p><b>{escape(label)} :</b> {escape(value)}</p>"
        for label, value in _said(graph, work, facts)
    )


def _said(graph: Graph, work: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """The label of each role with the bodies that have it."""
    roles: dict[str, list[str]] = defaultdict(list)
    for own, body, role in sorted(facts.parts):
        if own == work:
            roles[role].append(graph.labels.label(body, graph.language).text)
    for role, bodies in roles.items():
        label = facts.labels[role]
        yield label[:1].upper() + label[1:], "; ".join(bodies)


def without_facts(target: Path, plan: str) -> Project:
    """A copy of the project without the stated links and parts of a plan."""
    if target.exists():
        shutil.rmtree(target)
    for part in ("ontology", "graph", "queries"):
        shutil.copytree(ROOT / part, target / part)
    plans = target / "graph" / "plans"
    (plans / key(plan) / "reviewed.ttl").unlink(missing_ok=True)
    for path in [plans / f"{key(plan)}.ttl", *(plans / key(plan)).glob("*.ttl")]:
        if path.exists():
            blocks = path.read_text(encoding="utf-8").split("\n\n")
            kept = [
                one
                for one in blocks
                if " a pan:Link ;" not in one and " a pan:Involvement ;" not in one
            ]
            path.write_text("\n\n".join(kept).rstrip("\n") + "\n", encoding="utf-8")
    return Project.at(target)


def described(project: Project, plan: str, document: Document) -> None:
    """Say in the copy that the file is the document of the plan."""
    space = project.space
    name = key(plan)
    lines = [
        f"@prefix {one}: <{space}id/{one}/> ."
        for one in ("authorkind", "certainty", "document", "plan", "sourcekind")
    ]
    lines += [
        "@prefix pan: <https://w3id.org/pan2kg/ontology#> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
    ]
    block = (
        f'document:{name}-printed a pan:Document ;\n    skos:prefLabel "{name}"@en ;\n'
        f'    skos:prefLabel "{name}"@fr ;\n'
        f"    pan:speaksFor plan:{name} ;\n    pan:authorKind authorkind:public-authority ;\n"
        f'    pan:sourceKind sourcekind:official-page ;\n    pan:sha256 "{document.sha256}" ;\n'
        f"    pan:certainty certainty:stated .\n"
    )
    (project.graph / "sources" / "printed.ttl").write_text(
        "\n".join(lines) + "\n\n" + block, encoding="utf-8"
    )


def compared(
    graph: Graph, document: Document, plan: str, facts: Facts
) -> tuple[Counter[str], set[str], DocumentSearch]:
    """What is proposed against what is stated: how many of each, and the keys of the candidates that agree."""
    made = search(graph, document, plan)
    families = {iri: thing.family for iri, thing in graph.names.things.items()}

    def family(iri: str) -> str:
        return families.get(iri, iri)

    links = {(work, family(end)) for work, end in facts.links}
    counts: Counter[str] = Counter()
    agreed: set[str] = set()
    found_links = set()
    found_bodies = set()
    found_parts = set()
    for one in made.candidates:
        if one.type == "involvement":
            counts["parts proposed"] += 1
            part = (*one.ends, one.relation)
            if part in facts.parts:
                agreed.add(one.key)
                found_parts.add(part)
                counts["parts right"] += 1
            found_bodies.add(part[:2])
        else:
            counts["links proposed"] += 1
            ends = {(one.ends[0], family(end)) for end in (one.ends[1], *one.choices)}
            if ends & links:
                agreed.add(one.key)
                counts["links right"] += 1
                found_links |= ends & links
    counts["links stated"] = len(links)
    counts["links found"] = len(found_links)
    counts["parts stated"] = len(facts.parts)
    counts["parts found"] = len(found_parts)
    counts["parts whose body is found"] = sum(part[:2] in found_bodies for part in facts.parts)
    return counts, agreed, made


def decided(graph: Graph, project: Project, agreed: set[str], counts: Counter[str]) -> None:
    """Accept at the desk what agrees, reject the rest, and ask the check about the file that is written."""
    desk = open_desk(read_material(graph, project), project, "Benchmark", DAY)
    while desk.waiting and counts["keys pressed"] < 2000:
        now = desk.waiting[desk.at].key
        left = len(desk.waiting)
        said = press(desk, "a" if now in agreed else "r5")
        counts["keys pressed"] += 1
        if len(desk.waiting) == left:
            counts[f"refused at the desk: {said.say('en')[:90]}"] += 1
            press(desk, "r5")
            if len(desk.waiting) == left:
                break
    counts.update(desk.decided)
    files = [project.name_of(path) for path in project.graph.rglob("reviewed.ttl")]
    if files:
        for one in look(project, only=files).findings:
            if one.severity is Severity.VIOLATION and one.place and one.place.file in files:
                counts["violations in what was written"] += 1
                say("  violation", f"{one.rule.key} {one.place}")


def drafted(printed: Path, language: str, titles: Sequence[str]) -> Counter[str]:
    """How many of the printed titles a draft has, and whether there is one."""
    if not titles:
        return Counter({"files": 1})
    plan, _ = read_plan(printed, language=language)
    if not plan:
        return Counter({"files": 1, "drafts refused": 1})
    wanted = Counter(" ".join(title.split()) for title in titles)
    got = Counter(" ".join(one.title.split()) for one in plan.actions)
    right = (wanted & got).total()
    return Counter(
        {
            "files": 1,
            "actions printed": wanted.total(),
            "actions right": right,
            "actions drafted": got.total(),
        }
    )


def run(folder: Path, language: str, number: int) -> None:
    """Print, read, draft, search and decide for the plans of a language."""
    graph = open_graph(language=language)
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for plan, actions, facts in chosen(graph, language, number):
        for layout in (as_headings, as_cards):
            body = layout(graph, plan, actions, facts, language)
            path = folder / f"{layout.__name__}-{key(plan)}-{language}.html"
            title = graph.labels.label(plan, language).text
            head = f'<html lang="{language}"><head><meta charset="utf-8">{STYLE.replace("HEAD", HEAD)}</head>'
            path.write_text(
                f"<!doctype html>{head}<body><h1>{escape(title)}</h1>{body}</body></html>",
                encoding="utf-8",
            )
            jobs.append((path, plan, actions, facts))
    convert([path for path, *_ in jobs if not path.with_suffix(".docx").exists()], folder)
    totals: Counter[str] = Counter()
    last = ""
    for path, plan, actions, facts in jobs:
        if plan != last:
            project = without_facts(folder / "copy", plan)
            bare = open_graph(project.root, language=language)
        for ending in (".html", ".chromium.pdf", ".docx", ".odt"):
            printed = path.with_suffix(ending)
            document = read_document(printed)
            counts = drafted(printed, language, [title for *_, title in actions])
            more, agreed, found = compared(bare, document, plan, facts)
            counts += more
            if ending == ".html" and plan != last:  # once a plan: the files say the same
                described(project, plan, document)
                keep(project, key(plan), document, found.mentions, found.candidates)
                decided(open_graph(project.root, language=language), project, agreed, counts)
            totals += counts
            say(printed.name, json.dumps(dict(counts)))
        last = plan
    for name, count in totals.items():
        say(f"{language}: {name}", str(count))


def say(what: str, figure: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{what:60} {figure}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path, help="a folder of texts to read, draft and search")
    parser.add_argument("--plans", type=int, default=4, help="how many plans a language")
    parser.add_argument(
        "--languages", default="fr,en,de", help="of which languages plans are printed"
    )
    options = parser.parse_args()
    if options.texts:
        texts(options.texts, open_graph(language="en"))
    for language in options.languages.split(",") if options.plans else ():
        run(options.folder / language, language, options.plans)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]}: {error.stderr.decode(errors='replace')[:400]}")
