"""House style, texts, shapes and quality queries, brought together in one report.

A project is checked by ``check.check``, or looked at by :func:`look`, of which a :class:`Report` is
made; :func:`check_change` looks at some files or at what a change has added, :func:`check_store` at a
store that holds what is derived as well. A :class:`Report` holds a :class:`Finding` for each fault,
with the :class:`Rule` it breaks; faults of data are never exceptions. :func:`judge` says whether a
quotation stands in the texts that are kept.
"""

from pan2kg.validation.changes import CheckedChange, check_change, named_files, objections
from pan2kg.validation.check import KINDS, Looked, check_store, look
from pan2kg.validation.evaluation import Engine
from pan2kg.validation.explanation import explain
from pan2kg.validation.quotations import Comparison, KeptText, judge, texts_of_members
from pan2kg.validation.report import Finding, Kind, Names, Report, Rule, RuleUse, Severity

__all__ = [
    "KINDS",
    "CheckedChange",
    "Comparison",
    "Engine",
    "Finding",
    "KeptText",
    "Kind",
    "Looked",
    "Names",
    "Report",
    "Rule",
    "RuleUse",
    "Severity",
    "check_change",
    "check_store",
    "explain",
    "judge",
    "look",
    "named_files",
    "objections",
    "texts_of_members",
]
