// Answers as both engines give them: SPARQL results in JSON, or triples as N-Triples.

import { csvLine } from "./page";
import { orderColumns, type Shape } from "./sparql";

export interface Term {
    type: "uri" | "literal" | "bnode" | "triple";
    value: string;
    lang?: string;
    datatype?: string;
}

export type Row = Record<string, Term | undefined>;

export interface Reply {
    kind: "rows" | "truth" | "graph";
    columns: string[];
    rows: Row[];
    truth?: boolean;
    raw: string;
    media: string;
    ms: number;
}

type Binding = Record<string, Term & { "xml:lang"?: string }>;

interface Results {
    head: { vars?: string[] };
    results?: { bindings: Binding[] };
    boolean?: boolean;
}

/** Read SPARQL results in JSON. */
export function readResults(raw: string, shape: Shape, ms: number): Reply {
    const media = "application/sparql-results+json";
    const { head, results, boolean } = JSON.parse(raw) as Results;
    if (boolean !== undefined) {
        return { kind: "truth", columns: [], rows: [], truth: boolean, raw, media, ms };
    }
    const columns = orderColumns(shape, head.vars ?? []);
    return { kind: "rows", columns, rows: results?.bindings.map(rowOf) ?? [], raw, media, ms };
}

function rowOf(binding: Binding): Row {
    return Object.fromEntries(Object.entries(binding).map(([name, { "xml:lang": lang, ...term }]) => [name, lang ? { ...term, lang } : term]));
}

const LINE =
    /^(<[^>]*>|_:\S+)\s+(<[^>]*>)\s+(?:(<[^>]*>)|(_:[^\s.]+)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?)\s*\.\s*$/;

/** Read triples as rows of three columns. */
export function readTriples(raw: string, ms: number): Reply {
    const rows: Row[] = [];
    for (const line of raw.split("\n")) {
        const match = LINE.exec(line);
        if (match) {
            const [, subject = "", predicate = "", iri, blank, text, lang, datatype] = match;
            const object: Term =
                text !== undefined ? { type: "literal", value: unescape(text), lang, datatype } : node(iri ?? blank ?? "");
            rows.push({ subject: node(subject), predicate: node(predicate), object });
        }
    }
    return { kind: "graph", columns: ["subject", "predicate", "object"], rows, raw, media: "application/n-triples", ms };
}

function node(text: string): Term {
    return text.startsWith("<") ? { type: "uri", value: unescape(text.slice(1, -1)) } : { type: "bnode", value: text.slice(2) };
}

const ESCAPES: Record<string, string> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

function unescape(text: string): string {
    return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four?: string, eight?: string, one?: string) =>
        one === undefined ? String.fromCodePoint(Number.parseInt(four ?? eight ?? "0", 16)) : (ESCAPES[one] ?? one),
    );
}

/** Rows as CSV, as SPARQL 1.1 writes it: the values alone. */
export function csvOf(reply: Reply): string {
    const value = (term: Term | undefined): string => (term?.type === "bnode" ? `_:${term.value}` : (term?.value ?? ""));
    return [reply.columns, ...reply.rows.map((row) => reply.columns.map((name) => value(row[name])))].map(csvLine).join("");
}

/** The answer as spreadsheet programs of a language open it: semicolons, its decimal sign, names of columns and keys. */
export function localCsvOf(reply: Reply, language: string, heads: Record<string, string> = {}, words: Record<string, Record<string, string>> = {}): string {
    const sign = (1.5).toLocaleString(language).slice(1, 2);
    const value = (name: string, term: Term | undefined): string => {
        const text = term?.type === "bnode" ? `_:${term.value}` : (term?.value ?? "");
        if (/#(decimal|double|float)$/.test(term?.datatype ?? "")) {
            return text.replace(".", sign);
        }
        return (words[name]?.[text] ?? text).replace(/^(?=[=+\-@\t\r])/, "'");
    };
    const head = (name: string): string => (reply.columns.includes(`${name}_label`) ? `${heads[name] ?? name} (id)` : (heads[name.replace(/_label$/, "")] ?? name));
    const line = (cells: string[]): string => `${cells.map((cell) => (/[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(";")}\r\n`;
    return `\ufeff${[reply.columns.map(head), ...reply.rows.map((row) => reply.columns.map((name) => value(name, row[name])))].map(line).join("")}`;
}
