// The things and links of a network, which of them are shown, and the ways between them. Nothing here draws.

export interface Thing {
    id: string;
    label: string;
    lang?: string;
    /** The label in other languages. */
    labels?: Record<string, string>;
    /** Not shown until its neighbours are asked for. */
    hidden?: boolean;
    type: string;
    plan?: string | null;
    planLabel?: string | null;
    href?: string;
    x?: number;
    y?: number;
    /** The field of policy of its plan, and the colour that has everywhere. */
    field?: string;
    colour?: string;
    /** The community it belongs to: a number from 0, negative for none. */
    group?: number;
}

export interface Link {
    id: string;
    source: string;
    target: string;
    type: string;
    typeLabel?: string;
    evidence?: string;
    quote?: string | null;
    quoteLang?: string | null;
    document?: string | null;
    certainty?: string | null;
    relation?: string | null;
    via?: string | null;
    /** Whether it leads from one to the other; it does where nothing is said. */
    directed?: boolean;
    why?: string | null;
    href?: string | null;
}

export interface Data {
    nodes: Thing[];
    edges: Link[];
    more?: string | null;
    /** The types of links that are shown at first; all where nothing is said. */
    shown?: string[];
    /** What is chosen at first. */
    focus?: string | null;
}

const SPREAD = 120;

export type Tint = "type" | "field" | "group";

export class Model {
    readonly things = new Map<string, Thing>();
    readonly links = new Map<string, Link>();
    readonly offTypes = new Set<string>();
    readonly offEvidence = new Set<string>();
    /** What was hidden by hand. */
    readonly hidden = new Set<string>();
    /** What is not shown until its neighbours are asked for. */
    readonly waiting = new Set<string>();
    /** What is shown whether it has a link or not. */
    focus: string | undefined;
    plan = "";
    /** What the colours say: the kind of a thing, the field of policy of its plan, or its community. */
    tint: Tint = "type";
    private at = new Map<string, Link[]>();

    private published = new Map<string, { label: string; lang?: string }>();

    constructor(data: Data) {
        this.add(data);
        for (const { type } of data.shown ? data.edges : []) {
            if (!data.shown?.includes(type)) {
                this.offTypes.add(type);
            }
        }
        data.nodes.filter(({ hidden }) => hidden).forEach(({ id }) => this.waiting.add(id));
        this.focus = data.focus ?? undefined;
    }

    /** Show a thing, even one that was hidden. */
    reveal(id: string): void {
        this.hidden.delete(id);
        this.waiting.delete(id);
    }

    revealAll(): void {
        this.hidden.clear();
        this.waiting.clear();
    }

    /** The thing an address means behind its hash: by its identifier, the end of that, or the name of its page. */
    find(name: string): Thing | undefined {
        const ends = [`/${name}`, `/${name}.html`];
        return this.things.get(name) ?? [...this.things.values()].find(({ id, href = "" }) => id.endsWith(ends[0] as string) || `/${href}`.endsWith(ends[1] as string));
    }

    /** Name things in a language where they have a name in it; an empty one brings back what the page was published with. */
    speak(language: string): void {
        for (const thing of this.things.values()) {
            const first = this.published.get(thing.id) ?? { label: thing.label, lang: thing.lang };
            this.published.set(thing.id, first);
            const label = thing.labels?.[language];
            [thing.label, thing.lang] = label ? [label, language] : [first.label, first.lang];
        }
    }

    /** Add things and links that are not yet there; the ids of the added things. */
    add({ nodes, edges }: Data, around?: { x: number; y: number }): string[] {
        const added = nodes.filter(({ id }) => !this.things.has(id));
        added.forEach((thing, place) => {
            const angle = (2 * Math.PI * place) / Math.max(1, added.length);
            const near = around && { x: around.x + SPREAD * Math.cos(angle), y: around.y + SPREAD * Math.sin(angle) };
            this.things.set(thing.id, { ...thing, ...near });
        });
        for (const link of edges) {
            if (!this.links.has(link.id) && this.things.has(link.source) && this.things.has(link.target)) {
                this.links.set(link.id, link);
                for (const end of new Set([link.source, link.target])) {
                    this.at.set(end, [...(this.at.get(end) ?? []), link]);
                }
            }
        }
        if (!around) {
            this.spread();
        }
        return added.map(({ id }) => id);
    }

    /** Bring positions of any scale to pixels, with about as much room for each thing whatever their number. */
    private spread(): void {
        const placed = [...this.things.values()].filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
        if (placed.length < 2) {
            return;
        }
        const xs = placed.map(({ x }) => x as number);
        const ys = placed.map(({ y }) => y as number);
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        const span = Math.max(Math.max(...xs) - left, Math.max(...ys) - top) || 1;
        const scale = (SPREAD * Math.sqrt(placed.length)) / span;
        for (const thing of placed) {
            thing.x = ((thing.x as number) - left) * scale;
            thing.y = ((thing.y as number) - top) * scale;
        }
    }

    linksOf(id: string): Link[] {
        return this.at.get(id) ?? [];
    }

    passes(link: Link): boolean {
        return !this.offTypes.has(link.type) && !this.offEvidence.has(link.evidence ?? "declared");
    }

    /** What is shown: what has a link that passes, and with a plan chosen, its things and those linked to them. */
    shown(): { things: Set<string>; links: Set<string> } {
        const things = new Set<string>();
        for (const { id } of this.things.values()) {
            if (!this.hidden.has(id) && !this.waiting.has(id) && (id === this.focus || this.isLinked(id))) {
                things.add(id);
            }
        }
        const links = [...this.links.values()].filter((link) => this.passes(link) && things.has(link.source) && things.has(link.target));
        return { things, links: new Set(links.map(({ id }) => id)) };
    }

    /** Whether a link that passes leads to something that does not wait; what was hidden by hand leaves its neighbours. */
    private isLinked(id: string): boolean {
        return this.linksOf(id).some((link) => {
            const ends = [link.source, link.target];
            return this.passes(link) && !ends.some((end) => end !== id && this.waiting.has(end)) && (!this.plan || ends.some((end) => this.belongs(end)));
        });
    }

    private belongs(id: string): boolean {
        return id === this.plan || this.things.get(id)?.plan === this.plan;
    }

    /** The shortest way between two things along what is shown, as things and links in turn; empty where there is none. */
    way(from: string, to: string): { things: string[]; links: string[] } {
        const shown = this.shown();
        const cameBy = new Map<string, Link | undefined>([[from, undefined]]);
        const queue = [from];
        for (let place = 0; place < queue.length && !cameBy.has(to); place++) {
            const here = queue[place] as string;
            for (const link of this.linksOf(here)) {
                const next = link.source === here ? link.target : link.source;
                if (shown.links.has(link.id) && !cameBy.has(next)) {
                    cameBy.set(next, link);
                    queue.push(next);
                }
            }
        }
        const things: string[] = [];
        const links: string[] = [];
        for (let here = cameBy.has(to) ? to : undefined; here !== undefined; ) {
            things.unshift(here);
            const link = cameBy.get(here);
            here = link && (link.source === here ? link.target : link.source);
            if (link) {
                links.unshift(link.id);
            }
        }
        return { things, links };
    }

    /** What can be told apart by colour: each with its words, the largest community first, as long as it has two things. */
    tints(tint: Tint): Map<string, { label: string; colour?: string }> {
        const found = new Map<string, { label: string; colour?: string }>();
        const groups = new Map<number, Thing[]>();
        for (const thing of this.things.values()) {
            if (tint === "field" && thing.field) {
                found.set(thing.field, { label: thing.field, colour: thing.colour });
            } else if (tint === "group" && (thing.group ?? -1) >= 0) {
                groups.set(thing.group as number, [...(groups.get(thing.group as number) ?? []), thing]);
            }
        }
        for (const [group, things] of [...groups].filter(([, one]) => one.length > 1).sort(([one], [two]) => one - two)) {
            const best = things.reduce((one, two) => (this.linksOf(two.id).length > this.linksOf(one.id).length ? two : one));
            found.set(String(group), { label: best.label });
        }
        return found;
    }

    /** Plans in the network with their labels, by label. */
    plans(): [string, string][] {
        const plans = new Map<string, string>();
        for (const { id, type, label, plan, planLabel } of this.things.values()) {
            if (plan) {
                plans.set(plan, planLabel ?? plans.get(plan) ?? plan);
            } else if (type === "plan") {
                plans.set(id, label);
            }
        }
        return [...plans].sort((one, two) => one[1].localeCompare(two[1]));
    }

    /** Types of links with their labels and how many there are. */
    types(): [string, string, number][] {
        const types = new Map<string, [string, string, number]>();
        for (const { type, typeLabel } of this.links.values()) {
            const [, label, count] = types.get(type) ?? [type, typeLabel ?? type, 0];
            types.set(type, [type, label, count + 1]);
        }
        return [...types.values()].sort((one, two) => two[2] - one[2]);
    }
}
