// The engine's worker: the graph in WebAssembly. Queries run to their end here, so stopping one means ending the worker.

import init, { Store } from "oxigraph/web.js";

export interface Start {
    module: WebAssembly.Module;
    quads: ArrayBuffer;
}

export interface Question {
    id: number;
    text: string;
    union: boolean;
    format: string;
}

export type Told = { size: number; ms: number } | { id: number; raw: string; ms: number } | { id: number; error: string };

const worker = self as unknown as { onmessage: (event: MessageEvent<Start | Question>) => void; postMessage(told: Told): void };
let store: Store | undefined;
let opening: Promise<void> = Promise.resolve();

async function open({ module, quads }: Start): Promise<void> {
    const from = performance.now();
    await init({ module_or_path: module });
    store = new Store();
    store.load(new Uint8Array(quads) as never, { format: "application/trig", no_transaction: true, lenient: true });
    worker.postMessage({ size: store.size, ms: performance.now() - from });
}

function answer({ id, text, union, format }: Question): void {
    const from = performance.now();
    try {
        const raw = store?.query(text, { results_format: format, use_default_graph_as_union: union });
        worker.postMessage({ id, raw: String(raw), ms: performance.now() - from });
    } catch (error) {
        worker.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
}

worker.onmessage = ({ data }) => {
    if ("module" in data) {
        opening = open(data);
    } else {
        void opening.then(
            () => answer(data),
            (error: unknown) => worker.postMessage({ id: data.id, error: String(error) }),
        );
    }
};
