// A network written short, as the pages have it: rows instead of objects, and often said words once.

import { isStatic } from "../page";
import type { Data, Link, Thing } from "./model";

type ThingRow = [id: string, type: string, plan: number, x: number, y: number, hidden?: number, label?: string, lang?: string, labels?: Record<string, string>, href?: string];
type LinkRow = [id: string, from: number, to: number, kind: number, declared?: number, directed?: number, relation?: number, via?: number, evidence?: number, certainty?: number];

export interface Packed {
    /** How identifiers begin that are written without it. */
    ids: string;
    /** The way to the folder of the language. */
    base: string;
    plans: [id: string, label: string, field?: number][];
    /** Fields of policy, each with its colour. */
    fields?: [string, string][];
    /** The community of each thing. */
    groups?: number[];
    /** Each kind with its label; marked where its links give two plans no page of their own in a folder of files. */
    kinds: [kind: string, label: string, isWeak?: number][];
    words: string[];
    things: ThingRow[];
    links: LinkRow[];
    shown?: string[];
    focus?: string | null;
}

export function unpack(packed: Packed): Data {
    const { ids, base, plans, kinds, words } = packed;
    const whole = (id: string): string => (/^[a-z][\w+.-]*:/.test(id) ? id : ids + id);
    const fieldOf = new Map(plans.map(([id, , field]) => [id, packed.fields?.[field ?? -1]]));
    const nodes = packed.things.map(([id, type, plan, x, y, hidden, label = id, lang, labels, href], at): Thing => {
        const [planId, planLabel] = plans[plan] ?? [];
        const [field, colour] = fieldOf.get(type === "plan" ? id : (planId ?? "")) ?? [];
        const page = href ?? (whole(id) === id ? "" : `${base}${id}.html`);
        return { id: whole(id), type, x, y, hidden: Boolean(hidden), label, lang, labels, plan: planId && whole(planId), planLabel, href: page || undefined, field, colour, group: packed.groups?.[at] };
    });
    const edges = packed.links.map(([id, from, to, kind, declared, directed, ...said]): Link => {
        const [type = "", typeLabel, isWeak] = kinds[kind] ?? [];
        const [relation, via, quote, certainty] = said.map((place) => words[place ?? -1]);
        const [one, two] = [nodes[from], nodes[to]];
        const evidence = declared ? "declared" : "inferred";
        const ends = { source: one?.id ?? "", target: two?.id ?? "" };
        return { id: `${ids}link/${id}`, ...ends, type, typeLabel, evidence, directed: Boolean(directed), relation, via, quote, certainty, href: whyOf(base, one, two, Boolean(isWeak)) };
    });
    return { nodes, edges, shown: packed.shown, focus: packed.focus };
}

/** The page with the whole argument: that of the two plans, or that of the end that has one. */
function whyOf(base: string, one: Thing | undefined, two: Thing | undefined, weak: boolean): string | undefined {
    const plans = [one, two].map((thing) => thing?.plan || (thing?.type === "plan" ? thing.id : ""));
    const keys = plans.map((plan) => (plan ?? "").slice((plan ?? "").lastIndexOf("/") + 1));
    if (!keys[0] || !keys[1] || keys[0] === keys[1]) {
        return one?.href;
    }
    const pair = keys.sort().join("--");
    return isStatic && weak ? `${base}shared.html?plans=${pair}` : `${base}pair/${pair}.html`;
}
