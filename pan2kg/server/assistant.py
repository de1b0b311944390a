"""The one door to the Python SDK of the Model Context Protocol: the graph for those who ask an assistant.

An assistant gets what a person gets, and with it what makes an answer one that can be cited: the
words of the question with its caveats, the level of evidence, how much was read, the release and
the day, and the documents of what it names. It reads and never writes. A query of its own runs in a
process that is ended when its time is over.
"""

import functools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pan2kg.errors import FormatError, Pan2kgError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.statements import grounds_of
from pan2kg.i18n import Messages
from pan2kg.i18n.message import using_language
from pan2kg.store import filling, queries, query_text
from pan2kg.tables import answers, kinds, writers
from pan2kg.turtle.vocabulary import PAN

# rows of an answer where nobody says how many, and at most
ROWS = 100
MOST_ROWS = 1000
# documents and statements an answer tells of at most
DOCUMENTS = 40
STATEMENTS = 200
# so many seconds a query of the assistant's own may take
SECONDS = 30
_WORDS = Messages("assistant")
_SERVICE = Messages("server")
# what a tool answers, as JSON has it
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Assistant:
    """What an assistant can ask of a graph, in its language; ``arguments`` name its project to another process.

    What cannot be answered is a :class:`pan2kg.errors.QueryError`.
    """

    graph: Graph
    arguments: tuple[str, ...] = ()

    def find(self, words: str) -> Content:
        """Up to 20 things that words may mean, with key, kind and label."""
        rows = []
        for iri in self.graph.search.find(words, limit=20):
            entry = self.graph.labels.entries[iri]
            label = self.graph.label(iri)
            rows.append({"iri": entry.iri, "key": entry.key, "kind": entry.kind, "label": label})
        return {"found": rows}

    def questions(self) -> Content:
        """The stored questions, each with its words, its caveats, and what its parameters mean."""
        language = self.graph.language
        questions = []
        for query in sorted(
            self.graph.queries.values(), key=lambda query: (query.group, query.name)
        ):
            meanings = {}
            for parameter in query.parameters:
                if parameter.name != "language":
                    meanings[parameter.name] = parameter.meaning_in(language)
            questions.append(
                {
                    "name": query.name,
                    "question": query.question(language),
                    "caveats": query.summary_in(language),
                    "parameters": meanings,
                }
            )
        return {"questions": questions}

    def ask(
        self, question: str, parameters: dict[str, str] | None = None, limit: int = ROWS
    ) -> Content:
        """The answer to a stored question, with its caveats and basis, at most ``limit`` rows.

        A question that a table answers now gives that table.

        Raises:
            QueryError: no such question, or a parameter is missing or means nothing.
        """
        graph = self.graph
        language = graph.language
        values = {name.replace("-", "_"): value for name, value in (parameters or {}).items()}
        if question in queries.FORMER and question not in graph.queries:
            table, chosen = queries.succeeded(question, values, graph.project)
            level = chosen.pop("evidence", "")
            choice = {key: [name] for key, name in chosen.items()}
            return self.figure(table, evidence=level, limit=limit, **choice)
        query = queries.find_query(graph.project, question)
        if any(parameter.name == "language" for parameter in query.parameters):
            values.setdefault("language", language)
        filling.insist(query, values)
        answer = graph.sparql(filling.fill(query, values, store=graph.store, resolve=graph.resolve))
        level = answers.level_of(query, values)
        caveats = (query.summary_in(language), answers.taken(query, values, language))
        basis = answers.basis_of(
            graph.store, language, release=graph.release, day=graph.as_of, level=level
        )
        return {
            "question": query.question(language),
            "caveats": [caveat for caveat in caveats if caveat],
            "level": level,
            "basis": basis,
            **self._rows([*answer.rows], limit),
        }

    def figures(self) -> Content:
        """The tables of figures there are, each with the question it answers."""
        words = Messages("help")
        return {
            "figures": {
                name: words.say(f"question.{name}", self.graph.language)
                for name in kinds.table_kinds()
            }
        }

    def figure(
        self,
        name: str,
        plans: list[str] | None = None,
        actions: list[str] | None = None,
        evidence: str = "",
        limit: int = ROWS,
    ) -> Content:
        """A table of figures at a level of evidence, of some plans or actions, with caveats, meanings and basis.

        Raises:
            QueryError: no such table, plan, action or level.
        """
        figures = writers.answer_of(
            self.graph, name, evidence=evidence, plans=plans or (), actions=actions or ()
        )
        return {
            "title": figures.title,
            "summary": figures.summary,
            "caveats": list(figures.notes),
            "meanings": dict(figures.meanings),
            "level": self.graph.known(evidence).level.key,
            "basis": figures.basis,
            **self._rows([*figures.rows], limit),
        }

    def explain(self, one: str, two: str, evidence: str = "") -> Content:
        return self.figure("explain", actions=[one, two], evidence=evidence)

    def about(self, thing: str) -> Content:
        """What is said of a thing, each statement with its certainty, documents and rule; at most 200.

        Raises:
            QueryError: nothing is called so, or several things are.
        """
        graph = self.graph
        iri = graph.meant(thing)
        every = graph.statements.about(iri)
        statements = []
        sources = dict[str, None]()
        for statement in every[:STATEMENTS]:
            grounds = grounds_of(graph.statements, statement)
            sources |= dict.fromkeys(grounds.sources)
            target = statement.target
            statements.append(
                {
                    "property": graph.label(statement.predicate),
                    "value": graph.label(target) if target else statement.value.value,
                    "iri": target or None,
                    "certainty": grounds.certainty or None,
                    "documents": list(grounds.sources),
                    "rule": statement.rule or None,
                }
            )
        return {
            "iri": iri,
            "label": graph.label(iri),
            "release": graph.release,
            "statements": statements,
            "left_out": len(every) - len(statements),
            "documents": self._documents(sources),
        }

    def sparql(self, query: str, limit: int = ROWS) -> Content:
        """The answer to a query of the assistant's own, in a process that is ended after 30 seconds.

        Raises:
            QueryError: it took longer, or is no query that can be answered.
        """
        text = query_text.with_prefixes(query, self.graph.prefixes)
        answer = self._answer_apart(text)
        about: Content = {"release": self.graph.release}
        if hints := [hint.say(self.graph.language) for hint in self.graph.known_terms.hints(text)]:
            about["hints"] = hints
        if "boolean" in answer:
            return {"answer": answer["boolean"], **about}
        rows = []
        for binding in answer["results"]["bindings"]:
            rows.append({name: term["value"] for name, term in binding.items()})
        return {**about, **self._rows(rows, limit)}

    def _answer_apart(self, text: str) -> Content:
        """What the command ``sparql`` answers to a query in a process of its own, as SPARQL has it in JSON."""
        command = [sys.executable, "-m", "pan2kg.cli.main", "sparql", "-", *self.arguments]
        try:
            process = subprocess.run(  # noqa: S603 - our own command, and the query goes through a pipe
                [*command, "--format", "json"],
                input=text,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise QueryError("query-too-long", seconds=SECONDS) from None
        if process.returncode:
            faults = process.stderr.strip().splitlines()
            if faults:
                fault = faults[-1].removeprefix("pan2kg: ")
            else:  # the system ended it, and it could say nothing
                fault = _SERVICE.say("query-memory-or-depth", self.graph.language)
            raise QueryError("verbatim", words=fault)
        answer: Content = json.loads(process.stdout)
        return answer

    def _rows(self, rows: list[Any], limit: int) -> Content:
        """The first rows, and the documents that what they name rests on, those of most things first."""
        chosen = rows[: max(0, min(limit, MOST_ROWS))]
        words = set[str]()
        for row in chosen:
            for value in row.values():
                if isinstance(value, str):
                    words.update(value.split())
        statements = self.graph.statements
        sources = Counter[str]()
        for iri in words & self.graph.labels.entries.keys():
            of_thing = set[str]()
            for statement in statements.about(iri):
                of_thing.update(grounds_of(statements, statement).sources)
            sources.update(of_thing)
        documents = sorted(sources, key=lambda source: (-sources[source], source))
        return {
            "rows": chosen,
            "left_out": len(rows) - len(chosen),
            "documents": self._documents(documents),
        }

    def _documents(self, iris: Iterable[str]) -> list[Content]:
        """The first of these documents: what each is called, and the address where it was read."""
        graph = self.graph
        documents = []
        for iri in islice(iris, DOCUMENTS):
            address = graph.statements.one(iri, f"{PAN}readAt")
            documents.append({"iri": iri, "title": graph.label(iri), "read_at": address or None})
        return documents


def build(assistant: Assistant) -> Any:  # noqa: ANN401 - the types of the SDK end at this door
    """The server of the Model Context Protocol, a tool for each method of the assistant.

    Raises:
        FormatError: the SDK is not installed.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError:
        raise FormatError("needs-extra", remedy="install-extra", extra="mcp") from None
    language = assistant.graph.language
    service = MCPServer(
        "pan2kg",
        instructions=_WORDS.say("instructions", language),
        version=assistant.graph.release,
        log_level="WARNING",
    )
    reads = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for name in ("find", "questions", "ask", "figures", "figure", "explain", "about", "sparql"):
        tool = _spoken(getattr(assistant, name), language, ToolError)
        service.tool(
            name=name, description=_WORDS.say(f"tool.{name}", language), annotations=reads
        )(tool)
    return service


def _spoken(
    tool: Callable[..., Content], language: str, refusal: type[Exception]
) -> Callable[..., Content]:
    """A method of the assistant as a tool: it speaks a language, and what it refuses is one sentence."""

    @functools.wraps(tool)
    def answer(*values: object, **more: object) -> Content:
        with using_language(language):
            try:
                return tool(*values, **more)
            except Pan2kgError as error:
                raise refusal(str(error)) from None

    return answer
