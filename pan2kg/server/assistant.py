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
from typing import Any

from pan2kg.errors import FormatError, Pan2kgError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.graph.statements import grounds_of
from pan2kg.i18n import catalogue, message
from pan2kg.store import queries
from pan2kg.tables import answers, table as tables, writers
from pan2kg.turtle.vocabulary import PAN

# rows of an answer where nobody says how many, and at most; documents and statements it tells of at
# most
ROWS = 100
MOST_ROWS = 1000
DOCUMENTS = 40
STATEMENTS = 200
# how long a query of the assistant's own may take
SECONDS = 30
_WORDS = catalogue.Messages("assistant")
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
        entries = [
            self.graph.labels.entries[iri] for iri in self.graph.search.find(words, limit=20)
        ]
        rows = [
            {"iri": e.iri, "key": e.key, "kind": e.kind, "label": self.graph.label(e.iri)}
            for e in entries
        ]
        return {"found": rows}

    def questions(self) -> Content:
        """The stored questions, each with its words, its caveats, and what its parameters mean."""
        language = self.graph.language
        questions = []
        for query in sorted(
            self.graph.queries.values(), key=lambda query: (query.group, query.name)
        ):
            parameters = {
                p.name: p.meaning_in(language) for p in query.parameters if p.name != "language"
            }
            words = {"question": query.question(language), "caveats": query.summary_in(language)}
            questions.append({"name": query.name, **words, "parameters": parameters})
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
        values = {name.replace("-", "_"): value for name, value in (parameters or {}).items()}
        if question in queries.FORMER and question not in graph.queries:
            table, chosen = queries.succeeded(question, values, graph.project)
            evidence = chosen.pop("evidence", "")
            return self.figure(
                table,
                evidence=evidence,
                limit=limit,
                **{key: [name] for key, name in chosen.items()},
            )
        query = queries.find_query(graph.project, question)
        if any(parameter.name == "language" for parameter in query.parameters):
            values.setdefault("language", graph.language)
        queries.insist(query, values)
        answer = graph.sparql(queries.fill(query, values, store=graph.store, resolve=graph.resolve))
        level = answers.level_of(query, values)
        caveats = query.summary_in(graph.language), answers.taken(query, values, graph.language)
        return {
            "question": query.question(graph.language),
            "caveats": list(filter(None, caveats)),
            "level": level,
            "basis": answers.basis_of(
                graph.store, graph.language, release=graph.release, day=graph.as_of, level=level
            ),
            **self._rows([*answer.rows], limit),
        }

    def figures(self) -> Content:
        """The tables of figures there are, each with the question it answers."""
        words = catalogue.Messages("help")
        return {
            "figures": {
                name: words.say(f"question.{name}", self.graph.language)
                for name in tables.table_kinds()
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
            statements.append(
                {
                    "property": graph.label(statement.predicate),
                    "value": graph.label(statement.target)
                    if statement.target
                    else statement.value.value,
                    "iri": statement.target or None,
                    "certainty": grounds.certainty or None,
                    "documents": list(grounds.sources),
                    "rule": statement.rule or None,
                }
            )
        more = {"left_out": len(every) - len(statements), "documents": self._documents(sources)}
        return {
            "iri": iri,
            "label": graph.label(iri),
            "release": graph.release,
            "statements": statements,
            **more,
        }

    def sparql(self, query: str, limit: int = ROWS) -> Content:
        """The answer to a query of the assistant's own, in a process that is ended after 30 seconds.

        Raises:
            QueryError: it took longer, or is no query that can be answered.
        """
        words = [
            sys.executable,
            "-m",
            "pan2kg.cli.main",
            "sparql",
            "-",
            *self.arguments,
            "--format",
            "json",
        ]
        text = queries.with_prefixes(query, self.graph.prefixes)
        try:
            done = subprocess.run(  # noqa: S603 - our own command, and the query goes through a pipe
                words, input=text, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise QueryError("query-too-long", seconds=SECONDS) from None
        if done.returncode:
            raise QueryError(
                "verbatim", words=done.stderr.strip().splitlines()[-1].removeprefix("pan2kg: ")
            )
        answer = json.loads(done.stdout)
        hints = [hint.say(self.graph.language) for hint in self.graph.known_terms.hints(text)]
        about = {"release": self.graph.release, **({"hints": hints} if hints else {})}
        if "boolean" in answer:
            return {"answer": answer["boolean"], **about}
        rows = [{name: row[name]["value"] for name in row} for row in answer["results"]["bindings"]]
        return {**about, **self._rows(rows, limit)}

    def _rows(self, rows: list[Any], limit: int) -> Content:
        chosen = rows[: max(0, min(limit, MOST_ROWS))]
        statements = self.graph.statements
        values = {value for row in chosen for value in row.values() if isinstance(value, str)}
        sources = Counter[str]()
        for iri in {
            word for value in values for word in value.split()
        } & self.graph.labels.entries.keys():
            sources.update(
                {
                    source
                    for s in statements.about(iri)
                    for source in grounds_of(statements, s).sources
                }
            )
        documents = self._documents(sorted(sources, key=lambda source: (-sources[source], source)))
        return {"rows": chosen, "left_out": len(rows) - len(chosen), "documents": documents}

    def _documents(self, iris: Iterable[str]) -> list[Content]:
        graph = self.graph
        titled = [
            (iri, graph.label(iri), graph.statements.one(iri, f"{PAN}readAt")) for iri in iris
        ]
        return [
            {"iri": iri, "title": title, "read_at": place or None} for iri, title, place in titled
        ][:DOCUMENTS]


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
    release = assistant.graph.release
    words = _WORDS.say("instructions", language)
    service = MCPServer("pan2kg", instructions=words, version=release, log_level="WARNING")
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
    @functools.wraps(tool)
    def answer(*values: object, **more: object) -> Content:
        with message.speaking(language):
            try:
                return tool(*values, **more)
            except Pan2kgError as error:
                raise refusal(str(error)) from None

    return answer
