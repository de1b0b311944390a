"""What somebody can act on: the brief of a plan, and what there is to do about one thing.

How a brief is put on paper stands in :mod:`pan2kg.site.printing`; faults in the data are found and
told by :mod:`pan2kg.validation`.
"""

from pan2kg.findings.brief import (
    Advice,
    Brief,
    duties,
    duty,
    introduced,
    involved,
    is_late,
    of_action,
    of_body,
    of_pair,
    of_text,
    of_topic,
    write_brief,
)

__all__ = [
    "Advice",
    "Brief",
    "duties",
    "duty",
    "introduced",
    "involved",
    "is_late",
    "of_action",
    "of_body",
    "of_pair",
    "of_text",
    "of_topic",
    "write_brief",
]
