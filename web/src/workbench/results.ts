// An answer as a table, a chart, a network and raw text, behind tabs.

import type { PlotPart } from "../plot";
import { freshId, load, make, memory, type Say, save } from "../page";
import { csvOf, type Reply, type Term } from "../reply";
import { type Name, namesOf, shortOf } from "./labels";
import type { Source } from "./source";

const BATCH = 200;
const MOST_LINKS = 300;
const VIEWS = ["table", "chart", "network", "raw"] as const;
type View = (typeof VIEWS)[number];

export class Results {
    readonly element = make("div", { class: "results", hidden: true });
    private tabs = new Map<View, HTMLButtonElement>();
    private panels = new Map<View, HTMLElement>();
    private reply: Reply | undefined;
    private names = new Map<string, Name>();
    private turn = 0;

    constructor(
        private readonly say: Say,
        private readonly source: Source,
        private readonly heads: Record<string, string> = {},
    ) {
        const list = make("div", { role: "tablist", "aria-label": say("views"), class: "tabs" });
        this.element.append(list);
        for (const view of VIEWS) {
            const id = freshId(view);
            const tab = make("button", { type: "button", role: "tab", id: `${id}-tab`, "aria-controls": id }, say(view));
            const panel = make("div", { role: "tabpanel", id, "aria-labelledby": tab.id, tabindex: 0, class: `panel-${view}` });
            tab.addEventListener("click", () => this.choose(view));
            this.tabs.set(view, tab);
            this.panels.set(view, panel);
            list.append(tab);
            this.element.append(panel);
        }
        list.addEventListener("keydown", (event) => this.key(event));
    }

    /** Show an answer, first as it is and then with the labels of its things. */
    async show(reply: Reply): Promise<void> {
        const turn = ++this.turn;
        this.reply = reply;
        this.names = new Map();
        this.element.hidden = false;
        this.choose((memory.get("view") as View | null) ?? "table", false);
        const names = await namesOf(reply, this.source);
        if (turn === this.turn && names.size) {
            this.names = names;
            this.choose(this.view(), false);
        }
    }

    /** Show text that is no whole answer. */
    showRaw(raw: string): void {
        this.turn += 1;
        this.reply = undefined;
        this.element.hidden = !raw;
        this.choose("raw", false);
        this.panel("raw").replaceChildren(make("pre", { tabindex: 0 }, raw));
    }

    hide(): void {
        this.turn += 1;
        this.element.hidden = true;
    }

    private panel(view: View): HTMLElement {
        return this.panels.get(view) as HTMLElement;
    }

    private view(): View {
        return VIEWS.find((view) => this.tabs.get(view)?.getAttribute("aria-selected") === "true") ?? "table";
    }

    private key(event: KeyboardEvent): void {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) {
            event.preventDefault();
            const next = VIEWS[(VIEWS.indexOf(this.view()) + step + VIEWS.length) % VIEWS.length] ?? "table";
            this.choose(next);
            this.tabs.get(next)?.focus();
        }
    }

    private choose(wanted: View, remember = true): void {
        const view = VIEWS.includes(wanted) ? wanted : "table";
        if (remember) {
            memory.set("view", view);
        }
        for (const one of VIEWS) {
            const tab = this.tabs.get(one);
            tab?.setAttribute("aria-selected", String(one === view));
            tab?.setAttribute("tabindex", one === view ? "0" : "-1");
            this.panel(one).hidden = one !== view;
        }
        if (this.reply) {
            const drawn = { table: this.table, chart: this.chart, network: this.network, raw: this.raw }[view];
            this.panel(view).replaceChildren(...drawn.call(this, this.reply));
        }
    }

    private table(reply: Reply): Node[] {
        const { say } = this;
        if (reply.kind === "truth") {
            return [make("p", { class: "truth" }, say(reply.truth ? "yes" : "no"))];
        }
        if (!reply.rows.length) {
            return [make("p", {}, say("empty"))];
        }
        const columns = reply.columns.filter((name) => !isLabel(name, reply.columns));
        const head = columns.map((name) => make("th", { scope: "col" }, reply.kind === "graph" ? say(name) : (this.heads[name] ?? name)));
        const body = make("tbody");
        const table = make("table", { class: "rows" }, make("thead", {}, make("tr", {}, ...head)), body);
        const sortable = document.createElement("sortable-table");
        const words = JSON.stringify({ filter: say("table-filter") });
        sortable.append(make("script", { type: "application/json", class: "words" }, words));
        if (reply.rows.length > BATCH) {
            sortable.dataset.filter = "none";
        }
        const more = make("button", { type: "button" });
        const fill = (): void => {
            const from = body.rows.length;
            body.append(...reply.rows.slice(from, from + BATCH).map((row) => make("tr", {}, ...columns.map((name) => this.cell(row[name], row[`${name}_label`])))));
            const left = reply.rows.length - body.rows.length;
            more.hidden = left === 0;
            more.textContent = say("more", { n: Math.min(BATCH, left) });
        };
        more.addEventListener("click", fill);
        fill();
        sortable.append(make("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": say("table") }, table));
        return [sortable, more];
    }

    /** A thing by the name the answer gives it, else by the one the graph has for it. */
    private cell(term: Term | undefined, label: Term | undefined): HTMLTableCellElement {
        if (!term) {
            return make("td");
        }
        if (term.type === "uri") {
            const name = this.names.get(term.value);
            const given = label?.type === "literal" && label.value !== term.value ? { label: label.value, lang: label.lang } : name;
            const text = given?.label ?? shortOf(term.value);
            return make("td", {}, make("a", { href: name?.href ?? term.value, title: term.value, lang: given?.lang, rel: "noreferrer" }, text));
        }
        const isNumber = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/.test(term.datatype ?? "");
        const attributes = { lang: term.lang, "data-value": isNumber ? Number(term.value) : undefined, class: isNumber ? "number" : undefined };
        return make("td", attributes, term.type === "bnode" ? `_:${term.value}` : String(term.value));
    }

    private raw(reply: Reply): Node[] {
        const saver = (key: string, name: string, content: () => string, type: string): HTMLButtonElement =>
            make("button", { type: "button", click: () => save(name, content(), type) }, this.say(key));
        const isGraph = reply.kind === "graph";
        return [
            make(
                "p",
                { class: "downloads" },
                isGraph
                    ? saver("save-nt", "answer.nt", () => reply.raw, reply.media)
                    : saver("save-json", "answer.json", () => reply.raw, reply.media),
                " ",
                reply.kind !== "truth" && saver("save-csv", "answer.csv", () => csvOf(reply), "text/csv;charset=utf-8"),
            ),
            make("pre", { tabindex: 0 }, reply.raw.length > 200_000 ? `${reply.raw.slice(0, 200_000)}…` : reply.raw),
        ];
    }

    private chart(reply: Reply): Node[] {
        const { say } = this;
        const numeric = reply.columns.filter((name) => reply.rows.some((row) => row[name]) && reply.rows.every((row) => isNumeric(row[name])));
        const others = reply.columns.filter((name) => !numeric.includes(name));
        const labelled = others.filter((name) => reply.rows.some((row) => row[name]?.type === "literal"));
        const along = labelled.at(-1) ?? others[0] ?? numeric[0];
        const measure = numeric.find((name) => name !== along);
        if (!along || !measure) {
            return [make("p", {}, say("chart-none"))];
        }
        const isDate = reply.rows.every((row) => /^\d{4}-\d\d-\d\d/.test(row[along]?.value ?? ""));
        const kind = isDate ? "line" : numeric.includes(along) ? "dot" : "bar";
        const pick = (key: string, options: [string, string][], value: string): [HTMLSelectElement, HTMLLabelElement] => {
            const select = make("select", {}, ...options.map(([name, text]) => make("option", { value: name }, text)));
            select.value = value;
            return [select, make("label", {}, `${say(key)} `, select)];
        };
        const named = (names: string[]): [string, string][] => names.map((name) => [name, name]);
        const [kinds, kindLabel] = pick("chart-kind", (["bar", "dot", "line"] as const).map((one) => [one, say(`chart-${one}`)]), kind);
        const [xs, xLabel] = pick("chart-x", named(reply.columns), along);
        const [ys, yLabel] = pick("chart-y", named(numeric), measure);
        const figure = make("figure", { class: "chart-figure" });
        const draw = (): void => void this.plot(reply, figure, kinds.value as "bar", xs.value, ys.value);
        [kinds, xs, ys].forEach((select) => select.addEventListener("change", draw));
        draw();
        return [make("p", { class: "filters" }, kindLabel, " ", xLabel, " ", yLabel), figure];
    }

    private async plot(reply: Reply, figure: HTMLElement, kind: "bar" | "dot" | "line", x: string, y: string): Promise<void> {
        const { draw } = await load<PlotPart>("plot");
        const rows = reply.rows.slice(0, kind === "bar" ? 60 : 2000).map((row) => {
            const text = this.text(row[x]);
            const value = isNumeric(row[x]) && kind !== "bar" ? Number(text) : /^\d{4}-\d\d-\d\d/.test(text) && kind !== "bar" ? new Date(text) : text;
            return { x: value, y: Number(row[y]?.value), title: `${text}: ${row[y]?.value ?? ""}` };
        });
        const width = Math.max(320, Math.min(960, figure.clientWidth || this.element.clientWidth || 640));
        figure.replaceChildren(draw({ kind, x, y, rows, width, label: this.say("chart-label", { x, y }) }));
    }

    private text(term: Term | undefined): string {
        return term?.type === "uri" ? (this.names.get(term.value)?.label ?? shortOf(term.value)) : (term?.value ?? "");
    }

    private network(reply: Reply): Node[] {
        const things = reply.columns.filter((name) => reply.rows.some((row) => row[name]?.type === "uri"));
        const [from, to] = reply.kind === "graph" ? ["subject", "object"] : things;
        if (!from || !to || (reply.kind === "graph" && !things.includes("object"))) {
            return [make("p", {}, this.say("network-none"))];
        }
        const rows = reply.rows.filter((row) => row[from]?.type === "uri" && row[to]?.type === "uri");
        const nodes = new Map<string, object>();
        const edges = rows.slice(0, MOST_LINKS).map((row, place) => {
            for (const term of [row[from], row[to]] as Term[]) {
                const name = this.names.get(term.value);
                nodes.set(term.value, { id: term.value, label: this.text(term), lang: name?.lang, type: "thing", href: name?.href ?? term.value });
            }
            const type = reply.kind === "graph" ? (row.predicate?.value ?? "") : `${from} → ${to}`;
            const typeLabel = reply.kind === "graph" ? this.text(row.predicate) : type;
            return { id: `e${place}`, source: row[from]?.value, target: row[to]?.value, type, typeLabel, evidence: "declared" };
        });
        const view = document.createElement("network-view");
        const data = JSON.stringify({ nodes: [...nodes.values()], edges });
        view.append(make("script", { type: "application/json", class: "network" }, data));
        const words = document.querySelector("script.network-words");
        if (words) {
            view.append(make("script", { type: "application/json", class: "words" }, words.textContent));
        }
        void load("network");
        return [view, ...(rows.length > MOST_LINKS ? [make("p", {}, this.say("network-cut", { n: MOST_LINKS }))] : [])];
    }
}

/** Whether a column only names the things of another. */
function isLabel(name: string, columns: string[]): boolean {
    return name.endsWith("_label") && columns.includes(name.slice(0, -"_label".length));
}

function isNumeric(term: Term | undefined): boolean {
    return !term || (term.type === "literal" && /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/.test(term.datatype ?? ""));
}
