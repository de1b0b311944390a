// A network written short, as the pages have it: rows instead of objects, and often said words once.

import type { Data, Link, Thing } from "./model";

type ThingRow = [id: string, type: string, plan: number, x: number, y: number, hidden?: number, label?: string, lang?: string, labels?: Record<string, string>, href?: string];
type LinkRow = [id: string, from: number, to: number, kind: number, declared?: number, directed?: number, relation?: number, via?: number, evidence?: number, certainty?: number];

export interface Packed {
    /** How identifiers begin that are written without it. */
    ids: string;
    /** The way to the folder of the language. */
    base: string;
    plans: [string, string][];
    kinds: [string, string][];
    words: string[];
    things: ThingRow[];
    links: LinkRow[];
    shown?: string[];
    focus?: string | null;
}

export function unpack(packed: Packed): Data {
    const { ids, base, plans, kinds, words } = packed;
    const whole = (id: string): string => (/^[a-z][\w+.-]*:/.test(id) ? id : ids + id);
    const nodes = packed.things.map(([id, type, plan, x, y, hidden, label = id, lang, labels, href]): Thing => {
        const [planId, planLabel] = plans[plan] ?? [];
        const page = href ?? (whole(id) === id ? "" : `${base}${id}.html`);
        return { id: whole(id), type, x, y, hidden: Boolean(hidden), label, lang, labels, plan: planId && whole(planId), planLabel, href: page || undefined };
    });
    const edges = packed.links.map(([id, from, to, kind, declared, directed, ...said]): Link => {
        const [type = "", typeLabel] = kinds[kind] ?? [];
        const [relation, via, quote, certainty] = said.map((place) => words[place ?? -1]);
        const [one, two] = [nodes[from], nodes[to]];
        const evidence = declared ? "declared" : "inferred";
        const ends = { source: one?.id ?? "", target: two?.id ?? "" };
        return { id: `${ids}link/${id}`, ...ends, type, typeLabel, evidence, directed: Boolean(directed), relation, via, quote, certainty, href: whyOf(base, one, two) };
    });
    return { nodes, edges, shown: packed.shown, focus: packed.focus };
}

/** The page with the whole argument: that of the two plans, or that of the end that has one. */
function whyOf(base: string, one: Thing | undefined, two: Thing | undefined): string | undefined {
    const plans = [one, two].map((thing) => thing?.plan || (thing?.type === "plan" ? thing.id : ""));
    const keys = plans.map((plan) => (plan ?? "").slice((plan ?? "").lastIndexOf("/") + 1));
    return keys[0] && keys[1] && keys[0] !== keys[1] ? `${base}pair/${keys.sort().join("--")}.html` : one?.href;
}
