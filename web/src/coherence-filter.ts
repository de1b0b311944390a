// <coherence-filter> around the four numbers, the form and the matrix: without a server the choice is made here, and
// gives what a server would show for the same address.

import { showLabels } from "./data-language";
import { matrixSvg } from "./matrix-svg";
import { csvLine, embedded, isStatic, language, make, save, sayer, type Say, type Words } from "./page";

interface Plan {
    key: string;
    iri?: string;
    /** 1 for a plan of another country than the project's. */
    foreign?: number;
    /** What heads a column where the plan has no short name, as a link. */
    head?: string;
    /** The plan's name as a link, as the page has it. */
    row: string;
    topics: number[];
    bodies: number[];
    years: [number | null, number | null];
    /** Since which level actions are linked, 0 for those without a link seen, and how many. */
    actions: [number, number][];
    /** Read in full, so that no link with another such plan is none. */
    full?: number;
}

interface Data {
    limit: number | null;
    asked: string[];
    /** Levels of evidence as numbers, from 1, the firmest; the one that is shown where nothing is chosen. */
    headline: number;
    levels: Record<string, number>;
    /** What addresses said before, and what is chosen for it. */
    before: Record<string, string>;
    keys: string[];
    topics: string[];
    bodies: string[];
    plans: Plan[];
    /** Two plans by their places, since which level they are linked, cite and are cited, and what they share at each. */
    pairs: number[][];
    ids: string;
    words: Words;
}

/** A linked pair at the level chosen: who cites whom, and what both share in bits; `since` which level they are linked. */
interface Met {
    one: number;
    two: number;
    cites: number;
    cited: number;
    bits: number;
    since: number;
}

class CoherenceFilter extends HTMLElement {
    private data!: Data;
    private say!: Say;
    private form!: HTMLFormElement;
    private status = make("p", { role: "status", class: "off-screen" });

    connectedCallback(): void {
        const data = isStatic ? embedded<Data>(this, "matrix-data") : undefined;
        const form = this.querySelector("form");
        if (!data || !form || this.dataset.ready) {
            return;
        }
        this.dataset.ready = "yes";
        [this.data, this.form, this.say] = [data, form, sayer(data.words, "matrix-data")];
        form.hidden = false;
        form.append(this.status);
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.remember();
            this.show();
            this.status.textContent = this.querySelector(".numbers")?.firstElementChild?.textContent?.trim() ?? "";
        });
        window.addEventListener("popstate", () => this.adopt() && this.show());
        this.querySelector("a[href^='matrix.csv']")?.addEventListener("click", (event) => this.saveCsv(event));
        this.querySelector("a[href^='matrix.svg']")?.addEventListener("click", (event) => this.saveSvg(event));
        if (this.adopt()) {
            this.show();
        }
    }

    private field(name: string): HTMLSelectElement | undefined {
        const field = this.form.elements.namedItem(name);
        return field instanceof HTMLSelectElement ? field : undefined;
    }

    private value(name: string): string {
        return this.field(name)?.value ?? "";
    }

    /** The choice as it stands in an address. */
    private get asked(): string {
        const chosen = this.data.asked.filter((name) => this.value(name)).map((name) => [name, this.value(name)]);
        return chosen.length ? `?${new URLSearchParams(chosen)}` : "";
    }

    /** Take the choice in the address; whether that changes what is chosen. */
    private adopt(): boolean {
        const before = this.asked;
        const given = new URLSearchParams(location.search);
        for (const name of this.data.asked) {
            const field = this.field(name);
            if (field) {
                const asked = given.get(name) ?? "";
                field.value = name === "evidence" ? (this.data.before[asked] ?? asked) : asked;
                field.value = field.selectedIndex < 0 ? "" : field.value;
            }
        }
        return this.asked !== before;
    }

    private remember(): void {
        try {
            history.pushState(null, "", this.asked || location.pathname);
        } catch {
            // a browser that lets no page from disk change its address shows the choice all the same
        }
    }

    private get plans(): number[] {
        const { data } = this;
        const place = (keys: string[], key: string): number => (key ? keys.indexOf(key) : -1);
        const topic = place(data.topics, this.value("topic"));
        const body = place(data.bodies, this.value("body"));
        const year = Number(this.value("year"));
        return data.plans.flatMap(({ topics, bodies, years: [since, until] }, at) => {
            const known = since !== null || until !== null;
            const inTime = !year || (known && (since ?? 0) <= year && year <= (until ?? 9999));
            return (topic < 0 || topics.includes(topic)) && (body < 0 || bodies.includes(body)) && inTime ? [at] : [];
        });
    }

    private get level(): number {
        return this.data.levels[this.value("evidence")] ?? this.data.headline;
    }

    /** The pairs of these plans that are linked at the level chosen. */
    private met(plans: number[]): Met[] {
        const shown = new Set(plans);
        const level = this.level;
        const at = (found: number): number => (found <= level ? found : 0);
        return this.data.pairs.flatMap(([one = 0, two = 0, since = 0, cites = 0, cited = 0, ...bits]) =>
            shown.has(one) && shown.has(two) && since <= level ? [{ one, two, cites: at(cites), cited: at(cited), bits: bits[level - 1] ?? 0, since }] : [],
        );
    }

    private show(): void {
        const { data, plans } = this;
        const met = this.met(plans);
        this.showNumbers(plans, met);
        const links = new Map<number, number>();
        for (const { one, two } of met) {
            [one, two].forEach((plan) => links.set(plan, (links.get(plan) ?? 0) + 1));
        }
        const foreign = (plan: number): number => data.plans[plan]?.foreign ?? 0;
        const linked = [...links.keys()].sort((one, two) => foreign(one) - foreign(two) || (links.get(two) ?? 0) - (links.get(one) ?? 0) || compare(this.iri(one), this.iri(two)));
        const order = linked.slice(0, this.data.limit ?? undefined);
        const left = linked.length - order.length;
        const absent = plans.filter((plan) => !links.has(plan));
        const whole = make("a", { href: `matrix.html${this.asked}` }, this.say("matrix-whole", { n: left }));
        const list = make("ul", {}, ...absent.map((plan) => make("li", {}, this.name(plan))));
        const made = [
            order.length ? this.table(order, met) : make("p", { class: "notice" }, this.say("matrix-empty", { of: plans.length })),
            left > 0 && make("p", {}, whole),
            absent.length > 0 && make("details", {}, make("summary", {}, this.say("matrix-absent", { n: absent.length, of: plans.length })), list),
        ];
        this.querySelector(".matrix-made")?.replaceChildren(...made.filter((one): one is HTMLElement => one instanceof HTMLElement));
        const limit = this.querySelector<HTMLElement>(".filter-limit");
        if (limit) {
            limit.hidden = !this.asked;
        }
        const titles = document.querySelector<HTMLSelectElement>("data-language select")?.value;
        if (titles) {
            void showLabels(titles);
        }
    }

    private showNumbers(plans: number[], met: Met[]): void {
        const { level } = this;
        const pairs = (plans.length * (plans.length - 1)) / 2;
        const all = plans.flatMap((plan) => this.data.plans[plan]?.actions ?? []);
        const actions = sum(all.map(([, n]) => n));
        const unlinked = sum(all.map(([since, n]) => (since && since <= level ? 0 : n)));
        const full = plans.filter((plan) => this.isRead(plan)).length;
        const read = (full * Math.max(0, full - 1)) / 2 - met.filter(({ one, two }) => this.isRead(one) && this.isRead(two)).length;
        this.showNumber("linked", met.length, { pairs });
        this.showNumber("apart", pairs - met.length, { read });
        this.showNumber("unlinked", unlinked, { actions });
    }

    private isRead(plan: number): boolean {
        return Boolean(this.data.plans[plan]?.full);
    }

    private showNumber(name: string, n: number, values: Record<string, number>): void {
        const figure = this.querySelector(`[data-number=${name}]`);
        const link = figure?.closest("a");
        if (figure?.nextElementSibling && link) {
            figure.textContent = n.toLocaleString(language);
            figure.nextElementSibling.textContent = this.say(`number-${name}`, { n, ...values });
            const [file = "", hash] = (link.getAttribute("href") ?? "").split("#");
            link.setAttribute("href", `${file.split("?")[0]}${this.asked}${hash ? `#${hash}` : ""}`);
        }
    }

    private iri(plan: number): string {
        const { iri, key = "" } = this.data.plans[plan] ?? {};
        return iri ?? this.data.ids + key;
    }

    private name(plan: number, as: "head" | "row" = "row"): DocumentFragment {
        const holder = make("template");
        holder.innerHTML = this.data.plans[plan]?.[as] ?? "";
        return holder.content;
    }

    private head(plan: number): DocumentFragment {
        return this.name(plan, this.data.plans[plan]?.head === undefined ? "row" : "head");
    }

    private table(order: number[], met: Met[]): HTMLElement {
        const cells = new Map(met.flatMap((one) => [[`${one.one} ${one.two}`, one] as const, [`${one.two} ${one.one}`, one] as const]));
        const heads = order.map((plan) => make("th", { scope: "col" }, this.head(plan)));
        const rows = order.map((plan) =>
            make("tr", {}, make("th", { scope: "row" }, this.name(plan)), ...order.map((other) => this.cell(plan, other, cells.get(`${plan} ${other}`)))),
        );
        const table = make("table", { class: "matrix", "aria-labelledby": "matrix" }, make("thead", {}, make("tr", {}, make("td"), ...heads)), make("tbody", {}, ...rows));
        return make("div", { class: "scroll", role: "group", tabindex: 0, "aria-labelledby": "matrix" }, table);
    }

    private cell(one: number, two: number, met: Met | undefined): HTMLTableCellElement {
        if (one === two) {
            return make("td", { class: "self" });
        }
        if (!met) {
            const title = this.say("cell-no", {});
            return this.isRead(one) && this.isRead(two)
                ? make("td", { class: "no" }, make("span", { title }, "–"))
                : // of the whole matrix the legend says what nearly every cell would
                  this.data.limit === null
                  ? make("td")
                  : make("td", { class: "none" }, make("span", { class: "nothing" }, this.say("cell-none")));
        }
        const [cites, cited] = met.one === one ? [met.cites, met.cited] : [met.cited, met.cites];
        const [arrow, way] = cites && cited ? ["↔", "both"] : cites ? ["→", "cites"] : cited ? ["←", "cited"] : ["", ""];
        const bits = met.bits > 0 ? amount(met.bits) : "";
        // bits are counted as other measures are, which the forms of whole numbers stand for: one for 1, none below 2
        const n = met.bits === 1 ? 1 : met.bits < 2 ? 0 : 2;
        const shares = bits && this.say("cell-shares", { bits: this.say("bits-counted", { n, amount: bits }) });
        const said = [...(arrow ? [this.say(`cell-${way}`, {})] : []), ...(shares ? [shares] : [])];
        const keys = [this.data.plans[one]?.key ?? "", this.data.plans[two]?.key ?? ""].sort(compare);
        const evidence = this.value("evidence");
        const title = said.join(" · ") || this.say("cell-together", {});
        // an export has no page of two plans of other countries: their row in the list of pairs tells of them
        const isForeign = this.data.plans[one]?.foreign && this.data.plans[two]?.foreign;
        const asked = evidence ? `?evidence=${evidence}` : "";
        const href = isForeign ? `pairs.html#${keys.join("--")}` : `pair/${keys.join("--")}.html${asked}`;
        const link = make("a", { href, title });
        const shown = bits || (arrow ? "" : "·");
        link.append(...(arrow ? [make("b", {}, arrow)] : []), ...(shown ? [make("i", {}, shown)] : []));
        return make("td", { class: arrow ? "declared" : "inferred" }, link);
    }

    /** With something chosen, the picture shows the matrix that is shown. */
    private saveSvg(event: Event): void {
        if (!this.asked) {
            return;
        }
        event.preventDefault();
        const said = (element: Element | null | undefined): string => (element?.textContent ?? "").trim().replace(/[ \t\n\r]+/g, " ");
        const chosen = this.data.asked.flatMap((name) => {
            const field = this.field(name);
            return field?.value ? [`${said(field.labels[0])}${this.say("colon")}${said(field.selectedOptions[0])}`] : [];
        });
        const around = {
            title: said(document.querySelector("h1")),
            chosen,
            legend: [...this.querySelectorAll(".legend .sample-cell")].map((one) => ({
                kind: one.className.replace("sample-cell", "").trim(),
                words: said(one.parentElement).slice(said(one).length).trim(),
            })),
            empty: said(this.querySelector(".matrix-made")),
            source: said(document.querySelector(".page-foot .source-line")),
            language,
        };
        save("matrix.svg", matrixSvg(this.querySelector<HTMLTableElement>("table.matrix"), around), "image/svg+xml;charset=utf-8");
    }

    /** With something chosen, the file holds what is shown. */
    private saveCsv(event: Event): void {
        if (!this.asked) {
            return;
        }
        event.preventDefault();
        const { data } = this;
        const name = (plan: number): string => (this.name(plan).textContent ?? "").trim();
        const met = this.met(this.plans).sort((a, b) => compare(this.iri(a.one), this.iri(b.one)) || compare(this.iri(a.two), this.iri(b.two)));
        const head = ["one", "one_label", "two", "two_label", "one_cites_two", "two_cites_one", "bits", "level"];
        const key = (level: number): string => data.keys[level - 1] ?? "";
        const rows = met.map(({ one, two, cites, cited, bits, since }) => [this.iri(one), name(one), this.iri(two), name(two), key(cites), key(cited), bits, key(since)]);
        save("matrix.csv", [head, ...rows].map((row) => csvLine(row.map(String))).join(""), "text/csv;charset=utf-8");
    }
}

/** Bits as a server writes them: two decimals, whole numbers without. */
function amount(bits: number): string {
    const format = (value: number, digits: number): string => value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    if (Number.isInteger(bits)) {
        return format(bits, 0);
    }
    return bits < 0.005 ? `< ${format(0.01, 2)}` : format(bits, 2);
}

function sum(numbers: number[]): number {
    return numbers.reduce((all, one) => all + one, 0);
}

function compare(one: string, two: string): number {
    return one < two ? -1 : one > two ? 1 : 0;
}

customElements.define("coherence-filter", CoherenceFilter);
