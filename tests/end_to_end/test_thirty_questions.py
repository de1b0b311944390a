"""The numbered questions, each answered by one command: by rows, or by a plain sentence that says what is not known."""

from __future__ import annotations

import csv
import io
import json
import shlex
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.tables.kinds import table_kinds

if TYPE_CHECKING:
    from tests.conftest import Cli

QUESTIONS: Final = {
    1: "ask shared-instruments", 2: "ask plan-citations", 3: "coherence index", 4: "coherence unacknowledged",
    5: "ask who-does-what", 6: "ask overlapping-mandates", 7: "ask who-should-talk --body meco",
    8: "ask obligations-without-action", 9: "ask late-actions", 10: "ask uncovered-principles",
    11: "ask sdg-coverage", 12: "coherence recommendations", 13: "coherence completeness", 14: "coherence opposed",
    15: "coherence participation", 16: "coherence loss lu-bhr-2-4-3", 17: "coherence compare lu-bhr-1 lu-bhr-2",
    18: "coherence explain lu-bhr-2-4-3 lu-bhr-1-m5", 19: "ask link-authority", 20: "ask suggested-links",
    21: "ask affected-by-instrument", 22: "ask common-instruments", 23: "coherence dependencies",
    24: "coherence target-groups", 25: "coherence ripple", 26: "coherence disagreement",
    28: "coherence as-of 31/12/2021", 29: "coherence other-countries", 30: "coherence trust",
}  # fmt: skip


def test_a_table_that_has_a_number_answers_that_question() -> None:
    numbered = {kind.number: name for name, kind in table_kinds().items() if kind.number}
    assert {number: QUESTIONS[number].split()[1] for number in numbered} == numbered
    # 27 asked whether a link goes beyond chance: what nobody acted on is not answered any more
    assert (len(numbered), [*QUESTIONS]) == (
        16,
        [number for number in range(1, 31) if number != 27],
    )


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_question_is_answered_by_one_command(number: int, cli: Cli) -> None:
    words = shlex.split(QUESTIONS[number])
    form = "json" if words[0] == "coherence" else "csv"
    done = cli(*words, "--format", form, "--language", "en")
    assert (done.returncode, bool(done.stderr)) == (0, form == "csv"), (
        "what is said stands beside pure data alone"
    )
    if form == "csv":
        assert list(csv.DictReader(io.StringIO(done.stdout))), f"question {number} has no answer"
        return
    answer = json.loads(done.stdout)
    plainly = any(
        note["en"].startswith("The graph holds no interaction score") for note in answer["notes"]
    )
    assert (bool(answer["rows"]), plainly) == (number not in (14, 25, 26), number in (14, 25, 26))
