// Where a query is answered: by the server, or by the engine in the browser.

import type { BrowserEngine, EnginePart } from "../engine";
import { load, type Say, sentence } from "../page";
import { readResults, readTriples, type Reply } from "../reply";
import { shapeOf } from "../sparql";

/** What went wrong, in the words of the page, and the text that arrived nevertheless. */
export class Failure extends Error {
    constructor(
        message: string,
        readonly raw = "",
        readonly isStop = false,
    ) {
        super(message);
    }
}

export interface Source {
    kind: "server" | "browser";
    query(text: string): Promise<Reply>;
    stop(): void;
}

/** The source an element names by `data-endpoint` or `data-graph`. */
export function sourceOf(element: HTMLElement, say: Say, told: (words: string) => void): Source {
    const { endpoint, graph } = element.dataset;
    return endpoint !== undefined ? server(endpoint, say) : browser(graph ?? "", say, told);
}

function server(endpoint: string, say: Say): Source {
    const running = new Set<AbortController>();
    return {
        kind: "server",
        stop: () => running.forEach((one) => one.abort()),
        async query(text) {
            const shape = shapeOf(text);
            const isGraph = shape.form === "construct" || shape.form === "describe";
            const abort = new AbortController();
            running.add(abort);
            const from = performance.now();
            let raw = "";
            try {
                const response = await fetch(endpoint, {
                    method: "POST",
                    body: text,
                    signal: abort.signal,
                    headers: {
                        "Content-Type": "application/sparql-query",
                        Accept: isGraph ? "application/n-triples" : "application/sparql-results+json",
                    },
                });
                raw = await response.text();
                if (!response.ok) {
                    throw new Failure(failed(reasonIn(raw) || String(response.status), say));
                }
                const ms = performance.now() - from;
                return isGraph ? readTriples(raw, ms) : readResults(raw, shape, ms);
            } catch (error) {
                throw abort.signal.aborted ? new Failure(say("stopped"), "", true) : failureOf(error, raw, say);
            } finally {
                running.delete(abort);
            }
        },
    };
}

const FAULT = /\bat (?:line )?(\d+)(?::|, column )(\d+)[^:]*: expected (?:one of )?([^]+)$/;

/** What the service says when it does not answer, and the word of the page that says the same. */
const REFUSALS: [RegExp, string][] = [
    [/^The query took longer than (?<n>[\d.]+) seconds/, "too-long"],
    [/^The answer has more than (?<n>\d+) rows/, "too-many-rows"],
    [/^The answer is larger than (?<n>[\d.]+) megabytes/, "too-large"],
    [/needs more memory than it may take/, "too-much-memory"],
    [/^SERVICE is refused at line (?<line>\d+), column (?<column>\d+)/, "outside"],
    [/^\w+ is refused at line (?<line>\d+), column (?<column>\d+): a query changes nothing/, "changes"],
    [/^(All workers are taken|Too many queries are waiting|Others are waiting)/, "busy"],
    [/^The service is being ended/, "ended"],
];

/** Why a query failed, in the words of the page where it knows what is said. */
function failed(reason: string, say: Say): string {
    const [, line = "", column = "", expected = ""] = FAULT.exec(reason) ?? [];
    if (line) {
        return say("syntax", { line, column, expected: expected.trim().replace(/\.$/, "") });
    }
    for (const [pattern, key] of REFUSALS) {
        const found = pattern.exec(reason);
        if (found) {
            const { n = "", ...place } = found.groups ?? {};
            return say(key, n ? { n: Number(n) } : place);
        }
    }
    return say("failed", { reason });
}

/** What a server says went wrong: the sentence of a problem in JSON (RFC 9457), else its text. */
function reasonIn(raw: string): string {
    try {
        const { detail } = JSON.parse(raw) as { detail?: unknown };
        return typeof detail === "string" ? detail : raw;
    } catch {
        return raw.slice(0, 2000);
    }
}

function failureOf(error: unknown, raw: string, say: Say): Failure {
    if (error instanceof Failure) {
        return error;
    }
    return error instanceof SyntaxError ? new Failure(say("cut"), raw) : new Failure(say("unreachable"), raw);
}

function browser(graph: string, say: Say, told: (words: string) => void): Source {
    let engine: BrowserEngine | undefined;
    const open = async (): Promise<BrowserEngine> => {
        if (engine) {
            return engine;
        }
        told(say("loading"));
        const part = await load<EnginePart>("engine");
        const opened = await part.open(graph);
        const { size, ms } = await opened.ready;
        told(say("loaded", { n: size, ms: Math.round(ms) }));
        engine = opened;
        return engine;
    };
    return {
        kind: "browser",
        stop: () => engine?.stop(),
        async query(text) {
            const ready = await open().catch((error: unknown) => {
                const known = reasonOf(error);
                throw new Failure(known ? say(known) : `${say("no-engine")} ${sentence(error)}`);
            });
            return ready.query(text).catch((error: unknown) => {
                const known = reasonOf(error);
                throw new Failure(known ? say(known) : failed(sentence(error), say), "", known === "stopped");
            });
        },
    };
}

function reasonOf(error: unknown): string | undefined {
    return error instanceof Error && error.name === "Refused" ? (error as Error & { reason: string }).reason : undefined;
}
