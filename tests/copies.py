"""Copies of the shipped project, for tests that write to one: with all plans, or with a few and what these rest on. A
copy with a few plans costs the same however many the graph comes to hold: no other plan is in it,
nor a text, body or document that nobody there speaks of. It is no project that passes a check: what
is cited of other plans is not there."""

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from pan2kg.project import plan_of_file

ROOT: Final = Path(__file__).resolve().parent.parent
PARTS: Final = ("ontology", "graph", "queries", "texts")
GRAPH: Final = ROOT / "graph"
PLANS: Final = GRAPH / "plans"
FEW: Final = ("lu-bhr-1", "lu-bhr-2", "lu-climate-pact-2012", "lu-cooperation-gender-2021")
"""Two plans whose actions share texts, one that neither cites, and one with parts."""
OF_OTHERS: Final = frozenset(
    (
        "org:ChangeEvent",
        "org:Membership",
        "pan:Conflict",
        "pan:Deadline",
        "pan:Milestone",
        "pan:Obligation",
        "pan:PlanMandate",
        "pan:Recommendation",
        "pan:RetiredIdentifier",
        "pan:Review",
        "skosxl:Label",
    )
)
"""Kinds of things that say something of others which do not name them."""
EXAMPLES: Final = (
    "provision:lu-label-fairtrade-gemeng-1", "obligation:luxembourg-dir-2014-24-transposition",
    "review:lu-cooperation-report-2020", "recommendation:un-bhr-working-group-2023-m1",
)  # fmt: skip
"""Things of kinds that no such plan leads to, so that there is a page of every type."""
_OF_WRITING: Final = ("document:", "passage:", "position:")
_OF_ITSELF: Final = "pan:SourceGraph"
_COMMENT: Final = re.compile(r"^#.*\n?", re.MULTILINE)


def copy(target: Path, plans: Collection[str] = (), *, all_else: bool = False) -> Path:
    """Copy the shipped project, with these plans alone where any are named; gives the folder. Of all else there is what
    the plans rest on, or everything; the queries of the program are no part of a project."""
    missing = {plan for plan in plans if not (PLANS / f"{plan}.ttl").exists()}
    assert not missing, f"No plan is called {', '.join(sorted(missing))}."

    def others(folder: str, names: Sequence[str]) -> list[str]:
        if Path(folder) == ROOT / "queries":
            return ["program"]
        if not plans or Path(folder) != PLANS:
            return []
        return [name for name in names if plan_of_file(f"plans/{name}") not in plans]

    thin = bool(plans) and not all_else
    for part in PARTS:
        if not thin or part != GRAPH.name:
            shutil.copytree(
                ROOT / part, target / part, ignore=others, copy_function=shutil.copyfile
            )
    for name, text in _with_alone(frozenset(plans)).items() if thin else ():
        file = target / GRAPH.name / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return target


class _Block(NamedTuple):
    text: str
    subject: str
    kind: str
    named: frozenset[str]


@cache
def _with_alone(plans: frozenset[str]) -> Mapping[str, str]:
    files: dict[str, tuple[str, list[_Block]]] = {}
    for file in sorted(GRAPH.rglob("*.ttl")):
        plan = plan_of_file(file.relative_to(GRAPH).as_posix())
        if not plan or plan in plans:
            prefixes, *parts = file.read_text(encoding="utf-8").removesuffix("\n").split("\n\n")
            blocks = [
                _block(text, lines)
                for text in parts
                if (lines := _COMMENT.sub("", text).splitlines())
            ]
            files[file.relative_to(GRAPH).as_posix()] = prefixes, blocks
    about: dict[str, list[_Block]] = {}
    for block in (block for _, listed in files.values() for block in listed):
        about.setdefault(block.subject, []).append(block)
    others = [block for blocks in about.values() for block in blocks if block.kind in OF_OTHERS]
    kept: set[str] = set()
    waiting = [
        *EXAMPLES,
        *(
            block.subject
            for name, (_, blocks) in files.items()
            for block in blocks
            if name.startswith(PLANS.name) or name in {"catalogue.ttl", "profile.ttl"}
        ),
    ]
    while waiting:
        while waiting:
            if (subject := waiting.pop()) in about and subject not in kept:
                kept.add(subject)
                waiting += (name for block in about[subject] for name in block.named)
        for block in (block for block in others if block.subject not in kept):
            things = {
                name for name in block.named if name in about and not name.startswith(_OF_WRITING)
            }
            waiting += [block.subject] if things and things <= kept else []
    texts = {}
    for name, (prefixes, blocks) in files.items():
        told = [block for block in blocks if block.subject in kept or block.kind == _OF_ITSELF]
        if any(block.kind != _OF_ITSELF for block in told):
            texts[name] = "\n\n".join([prefixes, *(block.text for block in told)]) + "\n"
    return texts


def _block(text: str, lines: Sequence[str]) -> _Block:
    subject, first = lines[0].split(" ", 1)
    statements = [line.strip().rsplit(" ", 1)[0].split(" ", 1) for line in (first, *lines[1:])]
    kinds = [object_ for verb, object_ in statements if verb == "a"]
    named = (object_ for verb, object_ in statements if verb not in {"a", "skos:hasTopConcept"})
    return _Block(
        text, subject, (kinds or [""])[0], frozenset(name for name in named if name[0] != '"')
    )
