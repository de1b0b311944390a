// What is wrong in a query before it is asked: its syntax, prefixes nobody declared, terms the graph does not know.

import type { Diagnostic } from "@codemirror/lint";
import { Parser } from "sparqljs";
import type { Say } from "../page";
import { isNear } from "../search";
import { placeAfter, prefixesIn, type Token, tokensOf } from "../sparql";
import { declarationFor } from "./completion";
import { iriOf, termOf, type Vocabulary } from "./vocabulary";

const EXPECTED = 6;
const NAME = /^[^<>"'?$@:]*:/;

/** What the parser tells of a mistake: where the last word it could read ends, the word it could not, and what it looked for. */
interface Mistake {
    text: string;
    token: string;
    loc: { last_line: number; last_column: number };
    expected: string[];
}

export function findingsIn(query: string, vocabulary: Vocabulary, say: Say): Diagnostic[] {
    if (!query.trim()) {
        return [];
    }
    const tokens = tokensOf(query).filter(({ text }) => !text.startsWith("#"));
    const declared = prefixesIn(query);
    const names = tokens.filter(({ text }, at) => NAME.test(text) && !/^prefix$/i.test(tokens[at - 1]?.text ?? ""));
    const undeclared = names.filter(({ text }) => !declared.has(prefixOf(text)));
    return [
        ...syntax(query, tokens, undeclared, say),
        ...undeclared.map((token) => undeclaredAt(token, query, vocabulary, say)),
        ...names.filter((token) => !undeclared.includes(token)).flatMap((token) => unknownAt(token, query, vocabulary, say)),
    ];
}

/** What a query names that the graph does not know, to be said beside its answer. */
export function hintsOn(query: string, vocabulary: Vocabulary, say: Say): string[] {
    const warnings = findingsIn(query, vocabulary, say).filter(({ severity }) => severity === "warning");
    const asked = warnings.filter(({ from }) => ["property", "class"].includes(placeAfter(query.slice(0, from))));
    return [...new Set(asked.map(({ message }) => message))];
}

function prefixOf(name: string): string {
    return name.slice(0, name.indexOf(":"));
}

function over({ text, from }: Token): { from: number; to: number } {
    return { from, to: from + text.length };
}

function syntax(query: string, tokens: Token[], undeclared: Token[], say: Say): Diagnostic[] {
    const prefixes = Object.fromEntries(undeclared.map(({ text }) => [prefixOf(text), "urn:"]));
    try {
        new Parser({ prefixes, sparqlStar: true }).parse(query);
        return [];
    } catch (error) {
        const { hash, message } = error as Error & { hash?: Mistake };
        const place = hash ? placeOf(hash, query) : over(tokens.find(({ text }) => /^\?/.test(text) && message.includes(text)) ?? { text: query, from: 0 });
        const before = query.slice(0, place.from).split("\n");
        const words = hash
            ? say("syntax", { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, expected: hash.expected.slice(0, EXPECTED).map(wordOf).join(", ") })
            : message;
        return [{ ...place, severity: "error", message: words }];
    }
}

/** Where the word stands that could not be read: the first after the last that could. */
function placeOf({ text, token, loc }: Mistake, query: string): { from: number; to: number } {
    const lines = query.split("\n");
    const read = lines.slice(0, loc.last_line - 1).reduce((sum, line) => sum + line.length + 1, 0) + loc.last_column;
    const end = query.trimEnd().length;
    const from = token === "EOF" ? end : Math.max(0, query.indexOf(text, token === "INVALID" || !text ? read : Math.min(read, end)));
    return { from: Math.max(0, Math.min(from, end - 1)), to: Math.max(Math.min(from + Math.max(text.length, 1), query.length), 1) };
}

function wordOf(expected: string): string {
    return expected.replace(/^'(.*)'$/, "$1");
}

function undeclaredAt(token: Token, query: string, vocabulary: Vocabulary, say: Say): Diagnostic {
    const prefix = prefixOf(token.text);
    const line = declarationFor(token.text, query, vocabulary);
    const actions = line ? [{ name: say("declare"), apply: (view: { dispatch(change: object): void }) => view.dispatch({ changes: { from: 0, insert: line } }) }] : [];
    return { ...over(token), severity: "error", message: say("undeclared", { prefix: `${prefix}:` }), actions };
}

/** A name of a vocabulary the graph uses which it does not have, where a class or a property stands. */
function unknownAt(token: Token, query: string, vocabulary: Vocabulary, say: Say): Diagnostic[] {
    const iri = iriOf(token.text, query, vocabulary);
    const space = iri?.slice(0, iri.length - token.text.slice(token.text.indexOf(":") + 1).length);
    const known = vocabulary.terms.filter(({ name }) => vocabulary.prefixes[prefixOf(name)] === space);
    const place = placeAfter(query.slice(0, token.from));
    if (!iri || iri === space || !known.length || termOf(iri, vocabulary) || (place !== "property" && place !== "class" && space !== vocabulary.prefixes.pan)) {
        return [];
    }
    const local = token.text.replace(/^.*?:/, "").toLowerCase();
    const near = known.find(({ name }) => isNear(name.replace(/^.*?:/, "").toLowerCase(), local));
    const actions = near ? [{ name: near.name, apply: (view: { dispatch(change: object): void }, from: number, to: number) => view.dispatch({ changes: { from, to, insert: near.name } }) }] : [];
    const words = say("unknown-term", { name: token.text, total: vocabulary.terms.length });
    const message = near ? `${words} ${say("meant", { name: near.name })}` : words;
    return [{ ...over(token), severity: "warning", message, actions }];
}
