"""The pages of the graph: served, exported as a folder, and opened from disk, always the same.

A page is a :class:`View`: a function from a :class:`PageContext` to the values of a template. The
context knows the graph, the language and the address that was asked for, and how things are named
and linked there; what is computed once for all pages is kept by the :class:`SiteContext`.

``registry`` has the list of all pages and files. Its ``Site`` makes any of them by its path, and
``write_site`` puts all of them into a folder. It imports every module of a page, so it is not
imported here. The modules, by what a reader looks for:

=====================  =============================================================================
``home``               the first page
``country_page``       that of a country; ``opening`` is the first screen of both
``plan_matrix``        how chosen plans meet: table, CSV, data for the script; ``plan_matrix_picture``
``lists``              plans, pairs of plans, actions without a link, obligations
``pair``               two plans and what links them; what several plans share
``plan``, ``entity``   a plan; any other thing
``plan_brief``         the brief of a plan, and the report behind it
``changes_page``       what changed since an earlier edition
``figure_pages``       computed tables, and what is missing
``questions``          competency questions; ``question_form`` what one chooses for them
``definitions``        what each figure means, and the list behind it
``meaning``            levels, verdicts and rules, with an example
``quality``            what the check found, and ``quality_measures`` what is counted beside it
``data_page``          files of the whole, sources, what this is
``ontology_page``      the vocabulary
``explore``            the network
``review``             forms that write: links proposed, scores
``search_page``        search
=====================  =============================================================================

A page begins with a dossier: ``dossier`` has what all of them consist of, ``plan_dossier``,
``pair_dossier``, ``action_dossier``, ``body_dossier``, ``text_dossier`` and ``topic_dossier`` each the
sentences of a kind.

They stand on ``page`` (what all share), ``frame`` (what stands around it) and ``front_end`` (scripts
and style) and on ``plan_choice`` (which plans a reader chose). ``values`` writes the values of
statements, ``nodes`` things without a page, ``statement_rows`` the statements about a thing, ``notes``
on what these rest, ``link_text`` links and ``plan_ties`` what two plans share; there are also
``script_words``, ``calendar_file`` and ``printing``. The vocabulary is read by ``ontology`` with
``turtle_statements``, ``shape_rules`` and ``ontology_examples``; ``class_diagram`` draws it in columns
that ``layers`` makes.
"""

from pan2kg.site.front_end import Bundle, find_bundle, read_bundle
from pan2kg.site.page import (
    CommonFile,
    File,
    Mode,
    PageContext,
    Request,
    SiteContext,
    SiteFile,
    Values,
    View,
    embedded,
)
from pan2kg.site.plan_choice import PlanFacts, PlanFilter

__all__ = [
    "Bundle",
    "CommonFile",
    "File",
    "Mode",
    "PageContext",
    "PlanFacts",
    "PlanFilter",
    "Request",
    "SiteContext",
    "SiteFile",
    "Values",
    "View",
    "embedded",
    "find_bundle",
    "read_bundle",
]
