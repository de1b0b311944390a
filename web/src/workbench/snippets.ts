// A query as lines to paste elsewhere: into a terminal, Python, R or a spreadsheet's query editor.

import type { Form } from "../sparql";

export interface Snippet {
    name: string;
    code: string;
}

const QUERY = "application/sparql-query";

/** The ways to ask a query: of the service at an address, or of a project on the reader's own disk. */
export function snippetsOf(query: string, form: Form, endpoint: string | undefined): Snippet[] {
    const isGraph = form === "construct" || form === "describe";
    const local = [
        { name: "pan2kg", code: `pan2kg sparql - <<'SPARQL'\n${query.trim()}\nSPARQL\n` },
        ...(form === "ask" ? [] : [{ name: "Python · pan2kg", code: fromProject(query, isGraph) }]),
    ];
    if (endpoint === undefined) {
        return local;
    }
    const media = isGraph ? "text/turtle" : form === "ask" ? "application/sparql-results+json" : "text/csv";
    return [
        { name: "curl", code: `curl --data-binary @- -H 'Content-Type: ${QUERY}' -H 'Accept: ${media}' ${shell(endpoint)} <<'SPARQL'\n${query.trim()}\nSPARQL\n` },
        { name: "Python · SPARQLWrapper", code: fromEndpoint(query, form, endpoint) },
        { name: "R · httr2", code: inR(query, form === "select", media, endpoint) },
        ...(isGraph || form === "ask" ? [] : [{ name: "Power Query", code: inPowerQuery(query, endpoint) }]),
        ...local,
    ];
}

function shell(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as Python writes it over several lines. */
function python(text: string): string {
    return `"""${text.trim().replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"').replace(/"$/, '\\"')}"""`;
}

function fromProject(query: string, isGraph: boolean): string {
    const answer = isGraph ? "print(graph.construct(query).serialize())" : "print(graph.sparql(query))";
    return `from pan2kg import open_graph\n\ngraph = open_graph()\nquery = ${python(query)}\n${answer}\n`;
}

function fromEndpoint(query: string, form: Form, endpoint: string): string {
    const isGraph = form === "construct" || form === "describe";
    const begin = `from SPARQLWrapper import ${isGraph ? "TURTLE" : "JSON"}, POST, SPARQLWrapper

endpoint = SPARQLWrapper(${JSON.stringify(endpoint)})
endpoint.setMethod(POST)
endpoint.setReturnFormat(${isGraph ? "TURTLE" : "JSON"})
endpoint.setQuery(${python(query)})
`;
    if (isGraph) {
        return `${begin}print(endpoint.query().convert().decode())\n`;
    }
    return form === "ask"
        ? `${begin}print(endpoint.queryAndConvert()["boolean"])\n`
        : `${begin}for row in endpoint.queryAndConvert()["results"]["bindings"]:\n    print({column: term["value"] for column, term in row.items()})\n`;
}

function inR(query: string, isTable: boolean, media: string, endpoint: string): string {
    const last = isTable ? "rows <- read.csv(text = resp_body_string(answer))" : "cat(resp_body_string(answer))";
    return `library(httr2)

query <- r"-----(
${query.trim()}
)-----"
answer <- request(${JSON.stringify(endpoint)}) |>
  req_headers(Accept = "${media}") |>
  req_body_raw(query, "${QUERY}") |>
  req_perform()
${last}
`;
}

function inPowerQuery(query: string, endpoint: string): string {
    const text = (words: string): string => `"${words.replaceAll("#(", "#(#)(").replaceAll('"', '""')}"`;
    return `let
    Query = ${text(query.trim())},
    Answer = Web.Contents(${text(endpoint)}, [
        Headers = [#"Content-Type" = "${QUERY}", Accept = "text/csv"],
        Content = Text.ToBinary(Query)
    ]),
    Rows = Table.PromoteHeaders(Csv.Document(Answer, [Encoding = 65001]))
in
    Rows
`;
}
