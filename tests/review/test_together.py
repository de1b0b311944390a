"""Several reviewers at once, in processes of their own, and a disk that is full."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox

from tests.review.conftest import EVIDENCE, WritableProject

SCRIPT = """
import json, resource, signal, sys
from datetime import date
from pan2kg.project import Project
from pan2kg.review.desk import submit
from pan2kg.store.rules import derive
from pan2kg.store.store import open_store

project = Project.at(sys.argv[1])
store = open_store(project, derive)
print("ready", flush=True)
forms = json.loads(sys.stdin.readline())
if len(sys.argv) > 2:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
print(json.dumps([submit(project, store, form, date(2026, 5, 4)).code for form in forms]), flush=True)
"""


def reviewer(folder: Path, *limit: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", SCRIPT, str(folder), *limit]
    return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(people: list[subprocess.Popen[str]], forms: list[list[dict[str, str]]]) -> list[list[str]]:
    """Let all begin at once, as soon as all are ready."""
    for person in people:
        assert person.stdout
        assert person.stdout.readline() == "ready\n"
    for person, theirs in zip(people, forms, strict=True):
        assert person.stdin
        person.stdin.write(json.dumps(theirs) + "\n")
        person.stdin.flush()
    return [json.loads(person.communicate(timeout=600)[0]) for person in people]


def form(item: str, name: str) -> dict[str, str]:
    return {"form": "decision", "item": item, "verdict": "accept", "reviewer": name, **EVIDENCE}


def test_of_two_who_decide_on_the_same_links_one_is_told_and_nothing_is_lost(writable: WritableProject) -> None:
    items = [item.key for item in writable.queue if item.plans[0].endswith("/lu-bhr-1")]
    assert len(items) > 3
    people = [reviewer(writable.project.root) for _ in range(2)]
    answers = run(people, [[form(item, name) for item in items] for name in ("A. Weber", "B. Schmit")])
    assert [sorted(pair) for pair in zip(*answers, strict=True)] == [["accepted", "decided-meanwhile"]] * len(items)
    text = writable.file("graph/plans/lu-bhr-2/reviewed.ttl").read_text(encoding="utf-8")
    assert text.count(" a pan:Link ;") == len(items)
    assert text.count(" a pan:SourceGraph ;") == 1
    assert len(list(ox.parse(text, format=ox.RdfFormat.TURTLE))) > 10 * len(items)


def test_on_a_full_disk_nothing_is_lost_and_a_sentence_says_so(writable: WritableProject) -> None:
    items = [item.key for item in writable.queue[:2]]
    (done,) = run([reviewer(writable.project.root)], [[form(items[0], "A. Weber")]])
    before = writable.state()
    (answers,) = run([reviewer(writable.project.root, "1000")], [[form(items[1], "A. Weber")]])
    assert (done, answers) == (["accepted"], ["not-written"])
    assert writable.state() == before
