"""Every IRI of the graph answers: it leads to a document that is there, in each form one graph, and to a page. What is
retired is gone, never unknown; the graph is described at its well-known address as a release
describes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

import pan2kg
from pan2kg.graph.datasets import own_profile, read_profiles
from pan2kg.publish import void as numbers
from pan2kg.publish.dumps import read_content
from pan2kg.publish.edition import Addresses
from pan2kg.server import descriptions, document_paths, documents
from pan2kg.server.all_pages import AllPages
from pan2kg.server.protocol import RefusalError, ServedRelease
from pan2kg.site.page import SiteContext
from pan2kg.store import query_text
from pan2kg.store.store import LocalStore, plain, select
from pan2kg.turtle.vocabulary import DCTERMS, GRAPH, ID, PAN, ROOT, SKOS
from pan2kg.turtle.writer import read_prefixes
from tests.conftest import start
from tests.lots import by_lot
from tests.server.conftest import Reply, Service, command

VOID = "http://rdfs.org/ns/void#"
TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic"
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
PLAN = "/doc/plan/lu-bhr-2"
FILE = "graph/plans/lu-bhr-2"
ACTION = ID + "action/lu-bhr-2-4-3"
OLD = ID + "plan/xx-old"
NEW = ID + "plan/xx-new"
BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de",
}


@dataclass(frozen=True)
class Client:
    graph: pan2kg.Graph
    pages: AllPages
    source: documents.DataSource

    def get(self, path: str, accept: str = "", *, host: str = "localhost", **headers: str) -> Reply:
        path, _, query = path.partition("?")
        names = {
            "host": host,
            "accept": accept,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "query_string": query.encode(),
        }
        scope |= {
            "root_path": "",
            "front": "/",
            "headers": [(n.encode(), v.encode()) for n, v in names.items()],
        }
        try:
            response = self.source.answer(Request(scope))
        except HTTPException as error:  # it is there as before
            return Reply(error.status_code, error.headers or {}, b"")
        assert len(dict(response.headers)) == len(response.raw_headers), "a header is sent twice"
        return Reply(response.status_code, dict(response.headers), bytes(response.body))

    def refused(self, path: str, accept: str = "") -> RefusalError:
        with pytest.raises(RefusalError) as caught:
            self.get(path, accept)
        assert caught.value.sentence.endswith("."), "a refusal is a sentence"
        return caught.value

    def statements(self, path: str, accept: str = "text/turtle") -> set[tuple[str, str, str]]:
        triples = (
            quad.triple for quad in ox.parse(self.get(path, accept).body, format=FORMATS[accept])
        )
        return {
            (str(t.subject)[1:-1], str(t.predicate)[1:-1], str(t.object).strip("<>"))
            for t in triples
        }

    def as_one_graph(self, path: str) -> str:
        forms = set()
        for media, form in FORMATS.items():
            dataset = ox.Dataset(ox.parse(self.get(path, media).body, format=form))
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            forms.add("".join(sorted(f"{quad}\n" for quad in dataset)))
        assert len(forms) == 1, f"the formats of {path} differ"
        return forms.pop()


def client(graph: pan2kg.Graph) -> Client:
    pages = AllPages(SiteContext(graph, mode="served"))
    prefixes = read_prefixes(graph.project)
    source = documents.DataSource(
        graph.project, graph.store, ServedRelease("test"), prefixes, pages.portray
    )
    return Client(graph, pages, source)


@pytest.fixture(scope="module")
def shipped(dated: pan2kg.Graph) -> Client:
    return client(dated)


@pytest.fixture(scope="module")
def short(few: pan2kg.Graph) -> Client:
    return client(pan2kg.Graph(few.project, few.store, language="fr", as_of=date(2026, 1, 1)))


@pytest.fixture(scope="module")
def retiring(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = start(tmp_path_factory.mktemp("retiring") / "mine")
    text = Path(__file__).with_name("retired.ttl").read_text(encoding="utf-8")
    Path(folder, "graph", "plans", "xx.ttl").write_text(text, encoding="utf-8")
    return client(pan2kg.open_graph(folder, language="fr", as_of=date(2026, 1, 1)))


def path_of(iri: str) -> str:
    return "/" + iri.removeprefix(ROOT).partition("#")[0]


def drawn(client: Client, each: int) -> list[str]:
    terms = (term for quad in client.graph.held.inner for term in (*quad.triple, quad.graph_name))
    kinds = dict[str, list[str]]()
    iris = sorted(
        {t.value for t in terms if isinstance(t, ox.NamedNode) and t.value.startswith(ROOT)}
    )
    for iri in iris:
        steps = path_of(iri)[1:].split("/")
        kinds.setdefault(
            "/".join(steps[:2]) if steps[0] in ("id", "graph") else steps[0], []
        ).append(iri)
    return [iri for among in kinds.values() for iri in (among[0], *by_lot(among, each - 1))]


def retired_paths(client: Client) -> dict[str, list[str]]:
    query = """SELECT ?old ?new { { ?old a pan:RetiredIdentifier OPTIONAL { ?old dcterms:isReplacedBy ?new } }
        UNION { ?old <http://www.w3.org/2002/07/owl#deprecated> true } }"""
    paths = dict[str, list[str]]()
    for old, new in select(
        client.graph.store, query_text.with_prefixes(query, client.graph.prefixes)
    ).rows:
        paths.setdefault(path_of(plain(old)), []).extend([path_of(plain(new))] if new else [])
    return paths


def test_every_iri_leads_to_a_document_that_is_there(shipped: Client) -> None:
    """``If-None-Match: *`` asks whether there is a document, without having it written. All that is retired is asked
    for, and of every kind the first and twenty drawn by lot."""
    retired = retired_paths(shipped)
    paths = {*map(path_of, drawn(shipped, 21)), *retired}
    assert len(paths) > 300
    for path in sorted(paths):
        reply = shipped.get(path, if_none_match="*")
        if path.startswith("/graph/") and path in retired:
            assert (reply.status, reply.headers["location"] in retired[path]) == (303, True), path
        elif path.startswith(("/graph/", "/ontology")):
            assert reply.status == 304, path
        elif len(retired.get(path, ())) == 1:
            assert (reply.status, [unquote(reply.headers["location"])]) == (301, retired[path]), (
                path
            )
        elif path in retired:
            assert reply.status == 410, path
        else:
            assert reply.status == 303, path
            assert (
                shipped.get(unquote(reply.headers["location"]), if_none_match="*").status == 304
            ), path


def test_every_kind_of_iri_is_one_graph_in_each_format_is_looked_up_and_has_a_page(
    short: Client,
) -> None:
    retired = retired_paths(short)
    chosen = [iri for iri in drawn(short, each=1) if path_of(iri) not in retired]
    assert len(chosen) > 60
    for iri in chosen:
        document = f"/{document_paths.document_of(iri)}"
        assert f"<{iri.partition('#')[0]}" in short.as_one_graph(document) or iri.startswith(GRAPH)
        place, _, fragment = (
            short.get(f"/doc?iri={iri.replace('#', '%23')}").headers["location"].partition("#")
        )
        assert (unquote(place), fragment) == (
            document,
            iri.partition("#")[2] if iri.startswith(PAN) else "",
        )
        page = short.pages.page(
            unquote(short.get(document, "text/html").headers["location"]).removeprefix("/"), {}
        )
        assert page, iri
        assert page.body.startswith(b"<!DOCTYPE html>")
    # what has its IRI from others is described by its key, or by its whole IRI
    entries = [entry for entry in short.graph.labels.entries.values() if entry.has_page]
    for entry in by_lot(entries, 100):
        assert (
            document_paths.find_thing(short.graph.store, f"{entry.kind}/{entry.key}") == entry.iri
        )
        assert (
            document_paths.find_document(short.graph.store, entry.iri)
            == f"doc/{entry.kind}/{entry.key}"
        )
    query = f"SELECT DISTINCT ?c WHERE {{ ?a <{PAN}hasTopic> ?c FILTER(STRSTARTS(STR(?c), 'http://eurovoc')) }} LIMIT 3"
    for iri in (
        *select(short.graph.store, query).values("c"),
        "http://data.europa.eu/eli/reg/2017/821/oj",
    ):
        place = short.get(f"/doc?iri={iri}").headers["location"]
        assert iri in {o for _, p, o in short.statements(place) if p == TOPIC}
        assert short.pages.page(
            short.get(place, "text/html").headers["location"].removeprefix("/"), {}
        )


NOWHERE = [
    "/id/plan/nowhere", "/id/plan", "/id/", "/id/plan/lu-bhr-2.ttl", "/id/plan/lu-bhr-2/x", "/id//plan", "/id/../x",
    "/id/plan/a b", '/id/plan/a"b', "/id/plan/<x>", "/id/plan/a\\b", "/doc/plan/nowhere", "/doc/plan", "/doc/x.ttl",
    "/doc/iri/%%%", "/doc/iri/AAAA", "/doc/id/plan/lu-bhr-2", "/doc/graph/conflicts", "/doc/instrument/lu-bhr-2",
    "/docs/x", "/graph/nowhere", "/graph/", "/ontology/9.9", "/ontology/x/y", "/dataset/9.9", "/catalogue/x",
    "/ontology/0.1.0.ttl", "/dataset/0", "/contributorsx", "/doc?iri=https://w3id.org/pan2kg/id/plan/nowhere", "/doc?iri=http://e/nowhere",
    "/doc?iri=https://w3id.org/pan2kg/ontology%23Nowhere", '/doc/instrument/"} ASK {', "/doc/instrument/x\\",
    "/id/instrument/reg-2017-821",
]  # fmt: skip


def test_what_is_not_there_is_refused_in_a_sentence(shipped: Client) -> None:
    assert {path: shipped.refused(path, "*/*").status for path in NOWHERE} == dict.fromkeys(
        NOWHERE, 404
    )
    for query in (
        "",
        "?iri=",
        "?iri=plan",
        "?iri=a:b&iri=a:c",
        "?iri=http://e/%3Cx%3E",
        "?iri=%FF",
    ):
        assert shipped.refused(f"/doc{query}").status == 400
    assert shipped.get("/dataset/0.2.0").headers["location"] == "/doc/dataset", (
        "the version that is served"
    )
    assert shipped.get("/ontology/0.2.0", "text/turtle").body == shipped.get("/ontology.ttl").body
    earlier = {"/dataset/0.1.0": "version/0.1.0/", "/ontology/0.1.0": "ontology/0.1.0.ttl"}
    assert {path: shipped.get(path).headers["location"] for path in earlier} == {
        p: ROOT + e for p, e in earlier.items()
    }


def test_a_document_says_all_of_its_thing_its_links_whole_with_names_and_on_what_it_rests(
    shipped: Client,
) -> None:
    said = shipped.statements("/doc/action/lu-bhr-2-4-3")
    own = shipped.graph.held.inner.quads_for_pattern(ox.NamedNode(ACTION), None, None, None)
    wanted = {(str(q.predicate)[1:-1], str(q.object).strip("<>")) for q in own}
    assert {(p, o) for s, p, o in said if s == ACTION} == wanted
    links = {
        s for s, p, o in said if o == ACTION and p in (PAN + "between", PAN + "from", PAN + "to")
    }
    involvements = {s for s, p, o in said if o == ACTION and p == PAN + "involvedIn"}
    assert len(wanted) > 50
    assert len(links) > 10
    for joining, properties in (
        (links, ("linkType", "status", "certainty")),
        (involvements, ("involves", "role")),
    ):
        for iri in joining:
            assert {PAN + name for name in properties} <= {p for s, p, _ in said if s == iri}
    named = {o for s, _, o in said if s == ACTION and o.startswith(ID)}
    called = {
        iri
        for iri in named
        if shipped.graph.store.query(f"ASK {{ <{iri}> <{SKOS}prefLabel> ?label }}")
    }
    assert set() < called <= {s for s, p, _ in said if p == SKOS + "prefLabel"}
    document = "http://localhost/doc/action/lu-bhr-2-4-3"
    actions = ROOT + FILE
    assert {(p, o) for s, p, o in said if s == document} >= {
        (TOPIC, ACTION),
        (VOID + "inDataset", ROOT + "dataset"),
        (DCTERMS + "source", actions),
        (DCTERMS + "license", "https://creativecommons.org/licenses/by/4.0/"),
    }
    assert any(
        s == actions and p == DCTERMS + "source" and o.startswith(ID + "document/")
        for s, p, o in said
    )
    assert len(shipped.statements("/doc/certainty/derived")) < 100, (
        "a concept used thousands of times"
    )
    for name in (FILE, "graph/derived/shared-topic"):
        quads = shipped.graph.held.inner.quads_for_pattern(
            None, None, None, ox.NamedNode(ROOT + name)
        )
        body = shipped.get(f"/{name}", "application/n-triples").body
        read = {str(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}
        assert read == {str(quad.triple) for quad in quads} != set()


def test_data_come_in_the_format_that_is_asked_for_and_a_reader_is_led_to_the_page_in_his_language(
    short: Client,
) -> None:
    accepted = (
        "",
        "*/*",
        "text/*",
        "text/html, text/turtle",
        "text/html;q=0, */*;q=0.1",
        "image/png, */*;q=0.1",
    )
    for accept, media in {
        **dict.fromkeys((*accepted, "text/turtle, text/html;q=0.9"), "text/turtle; charset=utf-8"),
        **dict.fromkeys(("application/*", "text/turtle;q=0, */*;q=0.1"), "application/n-triples"),
        **{
            media: media for media in ("application/rdf+xml", "application/xml", "application/json")
        },
        "text/xml": "text/xml; charset=utf-8",
        "application/x-turtle": "application/x-turtle",
        "application/ld+json;q=0.5, text/turtle;q=0.4": "application/ld+json",
    }.items():
        reply = short.get(PLAN, accept)
        assert (reply.status, reply.headers["content-type"], reply.headers["vary"]) == (
            200,
            media,
            "Accept",
        ), accept
    for accept, languages, language in (
        (BROWSER["Accept"], "", "fr"),
        ("text/html", "de-LU, de;q=0.9, fr;q=0.5", "de"),
        ("text/html, */*", "lb, en;q=0.4", "en"),
        ("image/png, text/html;q=0.2", "it", "fr"),
    ):
        reply = short.get(PLAN, accept, accept_language=languages)
        assert (reply.status, reply.headers["location"]) == (303, f"/{language}/plan/lu-bhr-2.html")
        assert reply.headers["vary"] == "Accept, Accept-Language"
    for accept in ("image/png", "text/html;q=0", "text/turtle;q=0, text/csv", "application/trig"):
        refusal = short.refused(PLAN, accept)
        assert (
            refusal.status,
            "text/turtle" in refusal.sentence,
            "text/html" in refusal.sentence,
        ) == (406, True, True)
    # an ending fixes the form, an ETag is that of one form at one place
    for ending, media in zip(("ttl", "nt", "rdf", "jsonld"), FORMATS, strict=True):
        headers = short.get(f"{PLAN}.{ending}", "image/png").headers
        assert (headers["content-type"].partition(";")[0], "vary" in headers) == (media, False)
        links = headers["link"].split(", ")
        assert {f'<{PLAN}>; rel="canonical"', f'<{ID}plan/lu-bhr-2>; rel="describes"'} <= {*links}
        assert not any(f"{PLAN}.{ending}>" in link for link in links), (
            "a form is no alternate of itself"
        )
        assert '</de/plan/lu-bhr-2.html>; rel="alternate"; type="text/html"; hreflang="de"' in links
    reply = short.get(f"{PLAN}.html", "text/turtle", accept_language="en")
    assert (reply.status, reply.headers["location"]) == (303, "/en/plan/lu-bhr-2.html")
    calls = [
        (PLAN, "text/turtle"),
        (PLAN, "application/n-triples"),
        ("/doc/plan/lu-bhr-1", "text/turtle"),
    ]
    tags = [short.get(path, accept).headers["etag"] for path, accept in calls]
    tags.append(short.get(PLAN, "text/turtle", host="other.example").headers["etag"])
    assert len(set(tags)) == 4
    again = short.get(PLAN, "text/turtle", if_none_match=f'"x", {tags[0]}')
    assert (again.status, again.body, again.headers["etag"], again.headers["vary"]) == (
        304,
        b"",
        tags[0],
        "Accept",
    )
    assert short.get(PLAN, "text/turtle", if_none_match=tags[1]).status == 200


def test_a_retired_thing_is_gone_with_its_description_and_leads_on(retiring: Client) -> None:
    for address in ("/id/plan/xx-old", "/doc/plan/xx-old"):
        reply = retiring.get(address, "text/turtle")
        assert reply.status == 410
        assert (OLD, DCTERMS + "isReplacedBy", NEW) in retiring.statements(address)
        assert f'<{NEW}>; rel="successor-version {DCTERMS}isReplacedBy"' in reply.headers["link"]
        reply = retiring.get(address, "text/html", accept_language="en")
        assert (reply.status, reply.headers["content-type"]) == (410, "text/html; charset=utf-8")
        assert all(
            words in reply.text
            for words in ('<html lang="en"', "Old plan", 'href="../../en/plan/xx-new.html"')
        )
    assert OLD in retiring.as_one_graph("/doc/plan/xx-old")
    lost = retiring.get("/id/plan/xx-lost", "text/html")
    assert (lost.status, "successor-version" in lost.headers["link"]) == (410, False)
    assert b"<script>" not in lost.body.split(b"<main", 1)[1], "a label is no markup"
    for path in (
        "/id/plan/xx-old",
        "/doc/plan/xx-old.ttl",
        "/id/plan/xx-lost",
    ):  # it is never answered as unknown
        assert {retiring.get(path, accept).status for accept in ("*/*", "")} == {410}
    assert {
        retiring.refused("/id/plan/xx-old", a).status
        for a in ("image/png", "text/html;q=0", "a/b+xml")
    } == {410}
    assert retiring.get("/id/plan/xx-new").status == 303
    assert retiring.get(f"/doc?iri={OLD}").headers["location"] == "/doc/plan/xx-old"
    # an old address leads to what took its place, or says which of several things did
    for kind, ending in (("id", ""), ("doc", ""), ("doc", ".ttl")):
        reply = retiring.get(f"/{kind}/action/xx-new-m1{ending}", "text/turtle")
        assert (reply.status, reply.headers["location"]) == (
            301,
            f"/{kind}/part/xx-new-axis-1{ending}",
        )
    reply = retiring.get("/id/action/xx-new-m2", "text/turtle")
    assert (reply.status, f"<{NEW}>" in reply.headers["link"]) == (410, True)
    assert f"<{ID}part/xx-new-axis-1>" in reply.headers["link"]


def test_the_graph_is_described_as_a_release_describes_it(
    few: pan2kg.Graph, short: Client, retiring: Client
) -> None:
    targets = numbers.targets_of(own_profile(read_profiles(few.held), None))
    released = numbers.count(read_content(few.held, Addresses())[1].quads, ROOT, targets)
    counted = descriptions.count(LocalStore(few.held.inner))
    void = documents.VOID_PATH
    for name in ("triples", "subjects", "objects", "properties", "classes", "links"):
        assert getattr(counted, name) == getattr(released, name), name
    short.as_one_graph(void)
    reply = short.get(void)
    said = short.statements(void)
    assert (ROOT + "dataset", VOID + "sparqlEndpoint", "http://localhost/sparql") in said
    assert (ROOT + "dataset", VOID + "dataDump", "http://localhost/data/pan2kg.nq.gz") in said
    assert any(p == VOID + "classPartition" for _, p, _ in said)
    assert short.get(void, if_none_match=reply.headers["etag"]).status == 304
    assert short.refused(void, "text/html").status == 406
    refusal = retiring.refused(void)
    assert (refusal.status, "dcterms:title" in refusal.sentence) == (404, True)


# --- the real service over a few plans, asked as browsers, portals and scripts ask


def follow(service: Service, path: str, **headers: str) -> tuple[list[int], Reply]:
    statuses = [(reply := service.get(path, **headers)).status]
    while reply.status == 303:
        assert len(statuses) < 5, f"{path} leads round in circles"
        statuses.append((reply := service.get(reply.headers["location"], **headers)).status)
    return statuses, reply


@pytest.fixture(scope="module")
def real(few: pan2kg.Graph) -> Iterator[Service]:
    with command(few.project.root, "--public") as service:
        yield service


def test_a_thing_leads_to_data_and_to_a_page_any_site_may_read_them_and_nobody_writes(
    real: Service,
) -> None:
    for path in (
        "id/plan/lu-bhr-2",
        "id/body/maee",
        "id/instrument/ungp",
        "id/topic/education",
        "dataset",
    ):
        statuses, data = follow(real, f"/{path}", Accept="text/turtle")
        assert (statuses, data.headers["content-type"]) == (
            [303, 200],
            "text/turtle; charset=utf-8",
        )
        statuses, page = follow(real, f"/{path}", **BROWSER)
        assert (statuses, b'<html lang="de"' in page.body) == ([303, 303, 200], True)
    for path in (FILE, "graph/derived/shared-body", "ontology"):
        assert follow(real, f"/{path}", Accept="application/rdf+xml")[0] == [200]
        statuses, page = follow(real, f"/{path}", **BROWSER)
        assert (statuses, b'<html lang="de"' in page.body) == ([303, 200], True)
    assert (
        b'href="../../doc/action/lu-bhr-2-4-3.ttl"'
        in follow(real, "/id/action/lu-bhr-2-4-3", **BROWSER)[1].body
    )
    for path in ("/id/plan/lu-bhr-2", PLAN, "/.well-known/void", "/id/plan/no"):
        get = real.get(path, Origin="https://other.example")
        head = real.get(path, "HEAD")
        assert get.headers["access-control-allow-origin"] == "*"
        assert (head.status, head.body) == (get.status, b"")
        for name in ("content-type", "content-length", "etag", "link", "location"):
            assert get.headers.get(name) == head.headers.get(name), f"{name} of {path}"
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        reply = real.get(PLAN, method)
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    reply = real.get("/id/plan/nowhere", Accept="application/json")
    assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")


def test_elsewhere_documents_are_there_and_things_keep_their_iri(
    few: pan2kg.Graph, endpoint: str
) -> None:
    base = "https://data.example/pan"
    with command(few.project.root, "--base", base) as service:
        for host in ("data.example", f"127.0.0.1:{service.port}"):
            assert service.get("/id/plan/lu-bhr-2", Host=host).headers["location"] == base + PLAN
        reply = service.get(f"{PLAN}.nt")
        assert f"<{base}{PLAN}> <{TOPIC}> <{ID}plan/lu-bhr-2>" in reply.text
        assert f'<{base}{PLAN}.ttl>; rel="alternate"' in reply.headers["link"]
        assert service.get(PLAN, Accept="text/html").headers["location"].startswith(f"{base}/fr/")
    with command(few.project.root, "--endpoint", endpoint) as service:
        statuses, data = follow(service, "/id/plan/lu-bhr-2", Accept="application/n-triples")
        assert (statuses, f"<{ID}plan/lu-bhr-2>" in data.text) == ([303, 200], True)
        assert follow(service, "/graph/conflicts", Accept="text/turtle")[0] == [200]


def test_the_name_of_a_graph_that_is_gone_leads_to_the_one_that_holds_it_now(
    retiring: Client,
) -> None:
    graph = "https://w3id.org/pan2kg/graph"
    for old, heir in (
        ("plans/lu-bhr-2/actions", "plans/lu-bhr-2"),
        ("core/obligations/crpd", "core/instruments/un/crpd"),
    ):
        said = f"<{graph}/{old}> a <{PAN}RetiredIdentifier> ; <{DCTERMS}isReplacedBy> <{graph}/{heir}> ."
        retiring.graph.held.inner.load(said, format=ox.RdfFormat.TURTLE)
        answer = retiring.get(f"/graph/{old}")
        assert (answer.status, answer.headers["location"]) == (303, f"/graph/{heir}")
