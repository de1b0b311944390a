// The engine in the browser: Oxigraph as WebAssembly in a worker, over the graph the page brings as a script.

import wasm from "made:wasm";
import workerText from "made:worker";
import { loadData, offer } from "../page";
import { type Reply, readResults, readTriples } from "../reply";
import { shapeOf } from "../sparql";
import type { Question, Start, Told } from "./worker";

/** Why a query is refused or ended; the words for each stand with the element that asks. */
export class Refused extends Error {
    constructor(readonly reason: "service" | "update" | "stopped" | "old-browser") {
        super(reason);
        this.name = "Refused";
    }
}

interface Waiting {
    resolve(told: { raw: string; ms: number }): void;
    reject(error: Error): void;
}

export class BrowserEngine {
    private worker!: Worker;
    private waiting = new Map<number, Waiting>();
    private next = 0;
    private isReady!: Promise<{ size: number; ms: number }>;

    constructor(
        private readonly module: WebAssembly.Module,
        private readonly quads: ArrayBuffer,
    ) {
        this.begin();
    }

    /** Settles when the graph is loaded: how many quads, in how many milliseconds. */
    get ready(): Promise<{ size: number; ms: number }> {
        return this.isReady;
    }

    /** Ask a query. SERVICE and updates are refused; a graph without FROM is the union of all graphs. */
    async query(text: string): Promise<Reply> {
        const shape = shapeOf(text);
        if (shape.service || shape.form === "update") {
            throw new Refused(shape.service ? "service" : "update");
        }
        const isGraph = shape.form === "construct" || shape.form === "describe";
        const format = isGraph ? "application/n-triples" : "application/sparql-results+json";
        const { raw, ms } = await this.ask({ id: this.next++, text, union: !shape.names, format });
        return isGraph ? readTriples(raw, ms) : readResults(raw, shape, ms);
    }

    /** End the running query: the worker is ended and another begun. */
    stop(): void {
        this.worker.terminate();
        const stopped = [...this.waiting.values()];
        this.waiting.clear();
        this.begin();
        stopped.forEach(({ reject }) => reject(new Refused("stopped")));
    }

    private ask(question: Question): Promise<{ raw: string; ms: number }> {
        return new Promise((resolve, reject) => {
            this.waiting.set(question.id, { resolve, reject });
            this.worker.postMessage(question);
        });
    }

    private begin(): void {
        const address = URL.createObjectURL(new Blob([workerText], { type: "text/javascript" }));
        this.worker = new Worker(address);
        this.isReady = new Promise((resolve, reject) => {
            this.worker.onmessage = ({ data }: MessageEvent<Told>) => {
                if ("size" in data) {
                    URL.revokeObjectURL(address);
                    resolve(data);
                } else {
                    this.settle(data);
                }
            };
            this.worker.onerror = (event) => {
                const error = new Error(event.message || "worker");
                reject(error);
                this.waiting.forEach((one) => one.reject(error));
                this.waiting.clear();
            };
        });
        this.isReady.catch(() => undefined);
        this.worker.postMessage({ module: this.module, quads: this.quads } satisfies Start);
    }

    private settle(told: Exclude<Told, { size: number }>): void {
        const one = this.waiting.get(told.id);
        this.waiting.delete(told.id);
        if ("error" in told) {
            one?.reject(new Error(told.error));
        } else {
            one?.resolve(told);
        }
    }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let place = 0; place < text.length; place++) {
        bytes[place] = text.charCodeAt(place);
    }
    return bytes;
}

async function unpack(base64: string): Promise<ArrayBuffer> {
    if (typeof DecompressionStream === "undefined" || typeof WebAssembly === "undefined") {
        throw new Refused("old-browser");
    }
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
}

const engines = new Map<string, Promise<BrowserEngine>>();

/** The engine over a graph, one a page however many ask for it. */
export function open(graph: string): Promise<BrowserEngine> {
    let engine = engines.get(graph);
    if (!engine) {
        engine = (async () => {
            const data = loadData<string>(graph, "pan2kgGraph");
            const [module, quads] = await Promise.all([unpack(wasm).then((code) => WebAssembly.compile(code)), data.then(unpack)]);
            return new BrowserEngine(module, quads);
        })();
        engine.catch(() => engines.delete(graph));
        engines.set(graph, engine);
    }
    return engine;
}

export interface EnginePart {
    open: typeof open;
}

offer<EnginePart>("engine", { open });
