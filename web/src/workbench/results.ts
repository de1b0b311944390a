// An answer as a table, a chart, a timeline, a network and raw text, behind tabs.

import { freshId, language, make, memory, type Say, save } from "../page";
import { csvOf, localCsvOf, type Reply, type Row } from "../reply";
import { chart, type Columns, columnsOf, isNumeric, network, textOf, timeline, type Told } from "./drawings";
import { hrefOf, type Name, namesIn } from "./labels";
import { failureOf, type Source } from "./source";

const BATCH = 200;
const MOST_RAW = 200_000;
const VIEWS = ["table", "chart", "timeline", "network", "raw"] as const;
type View = (typeof VIEWS)[number];

/** Which view of an answer is shown first, and who is told when a reader chooses another. */
export interface Opening {
    first: string;
    chosen(view: string): void;
}

/** An answer whose table stands on the page already; its rows are fetched when another view is wanted. */
export interface Given {
    table: HTMLElement;
    reply(): Promise<Reply>;
}

export class Results {
    readonly element = make("div", { class: "results", hidden: true });
    private tabs = new Map<View, HTMLButtonElement>();
    private panels = new Map<View, HTMLElement>();
    private savers = make("p", { class: "downloads", hidden: true });
    private reply: Reply | undefined;
    private given: Given | undefined;
    private names = new Map<string, Name>();
    private turn = 0;
    private named = false;

    constructor(
        private readonly say: Say,
        private readonly source: Source,
        private readonly called: Columns = {},
        private readonly opening?: Opening,
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
        this.element.append(this.savers);
        list.addEventListener("keydown", (event) => this.key(event));
    }

    /** Show an answer, first as it is and then with the labels of its things. */
    async show(reply: Reply): Promise<void> {
        const turn = ++this.turn;
        this.given = undefined;
        this.reply = reply;
        this.names = new Map();
        this.element.hidden = false;
        this.savers.hidden = false;
        this.savers.replaceChildren(...this.saversOf(reply));
        this.choose(reply.rows.length ? this.first() : "table", false);
        const names = await namesIn(reply, this.source);
        if (turn === this.turn && names.size) {
            this.names = names;
            this.choose(this.view(), false);
        }
    }

    /** Take over a table that stands on the page. */
    adopt(given: Given): void {
        given.table.replaceWith(this.element);
        this.given = given;
        this.element.hidden = false;
        this.choose(given.table.querySelector("tbody tr") ? this.first() : "table", false);
    }

    /** The view an answer is opened with: on the page of a question the one it asks for, else the one used last. */
    private first(): View {
        return (this.opening ? this.opening.first : memory.get("view")) as View;
    }

    /** Show text that is no whole answer. */
    showRaw(raw: string): void {
        this.turn += 1;
        this.reply = undefined;
        this.element.hidden = !raw;
        this.savers.hidden = true;
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
        if (remember && this.opening) {
            this.opening.first = view;
            this.opening.chosen(view);
        } else if (remember) {
            memory.set("view", view);
        }
        for (const one of VIEWS) {
            const tab = this.tabs.get(one);
            tab?.setAttribute("aria-selected", String(one === view));
            tab?.setAttribute("tabindex", one === view ? "0" : "-1");
            this.panel(one).hidden = one !== view;
        }
        if (this.given && view === "table") {
            this.panel(view).replaceChildren(this.given.table);
        } else if (this.given && !this.reply) {
            void this.fetch(this.given, view);
        } else if (this.reply) {
            this.panel(view).replaceChildren(...this.drawn(view, this.reply));
            if (this.given && (view === "network" || nameless(this.reply))) {
                void this.name(this.reply);
            }
        }
    }

    private async fetch(given: Given, view: View): Promise<void> {
        this.panel(view).replaceChildren(make("p", { role: "status" }, this.say("running")));
        try {
            this.reply = await given.reply();
            this.choose(this.view(), false);
        } catch (error) {
            this.panel(view).replaceChildren(make("p", { role: "alert" }, failureOf(error, "", this.say).message));
        }
    }

    /** Ask once for the names the answer does not give itself. */
    private async name(reply: Reply): Promise<void> {
        if (!this.named) {
            this.named = true;
            this.names = await namesIn(reply, this.source);
            this.choose(this.view(), false);
        }
    }

    private drawn(view: View, reply: Reply): Node[] {
        const { heads = {}, words = {} } = this.called;
        const told: Told = { say: this.say, names: this.names, heads, words };
        switch (view) {
            case "table":
                return this.table(reply, told);
            case "raw":
                return [make("pre", { tabindex: 0 }, reply.raw.length > MOST_RAW ? `${reply.raw.slice(0, MOST_RAW)}…` : reply.raw)];
            default:
                return { chart, timeline, network }[view](reply, told);
        }
    }

    private table(reply: Reply, told: Told): Node[] {
        const { say } = this;
        if (reply.kind === "truth") {
            return [make("p", { class: "truth" }, say(reply.truth ? "yes" : "no"))];
        }
        if (!reply.rows.length) {
            return [make("p", {}, say("empty"))];
        }
        const columns = columnsOf(reply);
        const head = columns.map((name) => make("th", { scope: "col" }, reply.kind === "graph" ? say(name) : (told.heads[name] ?? name)));
        const body = make("tbody");
        const table = make("table", { class: "rows" }, make("thead", {}, make("tr", {}, ...head)), body);
        const sortable = document.createElement("sortable-table");
        if (reply.rows.length > BATCH) {
            sortable.dataset.filter = "none";
        }
        const more = make("button", { type: "button" });
        const fill = (): void => {
            const from = body.rows.length;
            body.append(...reply.rows.slice(from, from + BATCH).map((row) => make("tr", {}, ...columns.map((name) => this.cell(row, name, told)))));
            const left = reply.rows.length - body.rows.length;
            more.hidden = left === 0;
            more.textContent = say("more", { n: Math.min(BATCH, left) });
        };
        more.addEventListener("click", fill);
        fill();
        sortable.append(make("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": say("table") }, table));
        return [sortable, more];
    }

    private cell(row: Row, column: string, told: Told): HTMLTableCellElement {
        const [term, given] = [row[column], row[`${column}_label`]];
        if (!term) {
            return make("td");
        }
        const text = textOf(row, column, told);
        if (term.type === "uri") {
            const name = this.names.get(term.value);
            const lang = text === given?.value ? given.lang : name?.lang;
            const href = name ? name.href : hrefOf(term.value);
            return make("td", {}, make(href ? "a" : "span", { href, title: term.value, lang, rel: href && "noreferrer" }, text));
        }
        const number = isNumeric(term) ? { "data-value": Number(term.value), class: "number" } : {};
        return make("td", { lang: term.lang, ...number }, term.type === "bnode" ? `_:${term.value}` : text);
    }

    private saversOf(reply: Reply): Node[] {
        const saver = (key: string, name: string, content: () => string, type: string): HTMLButtonElement =>
            make("button", { type: "button", click: () => save(name, content(), type) }, this.say(key));
        const [key, ending] = reply.kind === "graph" ? ["save-nt", "nt"] : ["save-json", "json"];
        const whole = saver(key, `answer.${ending}`, () => reply.raw, reply.media);
        const rows = saver("save-csv", "answer.csv", () => csvOf(reply), "text/csv;charset=utf-8");
        const local = saver("save-csv-local", "answer.csv", () => localCsvOf(reply, language, this.called.heads, this.called.words), "text/csv;charset=utf-8");
        return reply.kind === "truth" ? [whole] : [whole, " ", rows, " ", local].map((one) => (typeof one === "string" ? document.createTextNode(one) : one));
    }
}

/** Whether a column holds things whose names the answer does not give. */
function nameless({ columns, rows }: Reply): boolean {
    return columns.some((name) => !columns.includes(`${name}_label`) && rows.some((row) => row[name]?.type === "uri"));
}
