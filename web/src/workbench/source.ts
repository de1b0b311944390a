// Where a query is answered: by the server, or by the engine in the browser.

import type { BrowserEngine, EnginePart } from "../engine";
import { language, load, type Say, sentence } from "../page";
import { readResults, readTriples, type Reply } from "../reply";
import { shapeOf } from "../sparql";

/** What went wrong, in the language of the page; the text that arrived nevertheless; line and column of a mistake. */
export class Failure extends Error {
    constructor(
        message: string,
        readonly raw = "",
        readonly place?: [line: number, column: number],
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
                raw = await fetchText(endpoint, say, {
                    method: "POST",
                    body: text,
                    signal: abort.signal,
                    headers: {
                        "Content-Type": "application/sparql-query",
                        Accept: `${isGraph ? "application/n-triples" : "application/sparql-results+json"}, application/problem+json`,
                    },
                });
                const ms = performance.now() - from;
                return isGraph ? readTriples(raw, ms) : readResults(raw, shape, ms);
            } catch (error) {
                throw abort.signal.aborted ? new Failure(say("stopped")) : failureOf(error, raw, say);
            } finally {
                running.delete(abort);
            }
        },
    };
}

/** The text at an address of the service; where there is none, the service says why, in the language of the page. */
export async function fetchText(address: string, say: Say, options: RequestInit = {}): Promise<string> {
    const headers = { ...options.headers, "Accept-Language": language };
    const [answer, raw] = await fetch(address, { ...options, headers })
        .then(async (response) => [response, await textOf(response)] as const)
        .catch(() => {
            throw new Failure(say("unreachable"));
        });
    if (!answer.ok) {
        throw problemIn(raw) ?? new Failure(say("failed", { reason: raw.slice(0, MOST_SAID) || String(answer.status) }));
    }
    return raw;
}

/** What an answer says, unpacked where it came packed and nothing on its way has unpacked it. */
async function textOf(response: Response): Promise<string> {
    const content = await response.blob();
    const [first, second] = new Uint8Array(await content.slice(0, 2).arrayBuffer());
    const isPacked = first === 0x1f && second === 0x8b;
    return isPacked ? new Response(content.stream().pipeThrough(new DecompressionStream("gzip"))).text() : content.text();
}

/** What a service says went wrong, as a problem in JSON (RFC 9457) with the place of a mistake. */
function problemIn(raw: string): Failure | undefined {
    try {
        const { detail, line, column } = JSON.parse(raw) as { detail?: unknown; line?: number; column?: number };
        return typeof detail === "string" ? new Failure(detail, "", line && column ? [line, column] : undefined) : undefined;
    } catch {
        return undefined;
    }
}

const MOST_SAID = 2000;
const FAULT = /\bat (\d+):(\d+): expected (?:one of )?([^]+)$/;

/** Why the engine in the browser does not answer, in the words of the page. */
function failed(reason: string, say: Say): Failure {
    const [, line, column = "", expected = ""] = FAULT.exec(reason) ?? [];
    if (!line) {
        return new Failure(say("failed", { reason }));
    }
    return new Failure(say("syntax", { line, column, expected: expected.trim() }), "", [Number(line), Number(column)]);
}

/** What went wrong with an answer: where nothing else is known it arrived in part, and could not be read. */
export function failureOf(error: unknown, raw: string, say: Say): Failure {
    return error instanceof Failure ? error : new Failure(say("cut"), raw);
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
                throw known ? new Failure(say(known)) : failed(sentence(error), say);
            });
        },
    };
}

function reasonOf(error: unknown): string | undefined {
    return error instanceof Error && error.name === "Refused" ? (error as Error & { reason: string }).reason : undefined;
}
