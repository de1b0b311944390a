"""What somebody can act on: the brief of a plan, and what there is to do about one thing.

How a brief is put on paper stands in :mod:`pan2kg.site.printing`; faults in the data are found and
told by :mod:`pan2kg.validation`.
"""

from pan2kg.findings.brief import (
    Brief,
    BriefFinding,
    duties,
    introduced,
    of_action,
    of_body,
    of_pair,
    of_text,
    of_topic,
    write_brief,
)
from pan2kg.findings.wording import QuotedWords, involvements_by_body, involvements_by_work

__all__ = [
    "Brief",
    "BriefFinding",
    "QuotedWords",
    "duties",
    "introduced",
    "involvements_by_body",
    "involvements_by_work",
    "of_action",
    "of_body",
    "of_pair",
    "of_text",
    "of_topic",
    "write_brief",
]
