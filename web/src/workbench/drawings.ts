// An answer as a picture: a chart, a timeline, a network.

import type { Event, PlotPart } from "../plot";
import { load, make, type Say } from "../page";
import type { Reply, Row, Term } from "../reply";
import { hrefOf, type Name, shortOf } from "./labels";

const MOST_LINKS = 300;
const MOST_BARS = 60;
const MOST_POINTS = 2000;
const DATE = /^\d{4}-\d\d-\d\d/;
const NUMBER = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;

/** What columns are called, and the keys in them, by column. */
export interface Columns {
    heads?: Record<string, string>;
    words?: Record<string, Record<string, string>>;
}

/** What a drawing needs besides the rows: words, the names of things, and what columns and their keys are called. */
export interface Told extends Required<Columns> {
    say: Say;
    names: Map<string, Name>;
}

/** The columns a reader sees: not those that only name the things of another. */
export function columnsOf({ columns }: Reply): string[] {
    return columns.filter((name) => !(name.endsWith("_label") && columns.includes(name.slice(0, -"_label".length))));
}

export function isNumeric(term: Term | undefined): boolean {
    return !term || (term.type === "literal" && NUMBER.test(term.datatype ?? ""));
}

/** What stands in a cell: a thing by the name the answer gives it, else by the one the graph has for it; a key by its word. */
export function textOf(row: Row, column: string, { names, words }: Told): string {
    const [term, given] = [row[column], row[`${column}_label`]];
    if (term?.type !== "uri") {
        const text = term?.value ?? "";
        return words[column]?.[text] ?? text;
    }
    return given?.type === "literal" && given.value !== term.value ? given.value : (names.get(term.value)?.label ?? shortOf(term.value));
}

function all(reply: Reply, column: string, holds: (term: Term) => boolean): boolean {
    const bound = reply.rows.map((row) => row[column]).filter((term) => term !== undefined);
    return bound.length > 0 && bound.every(holds);
}

function datesOf(reply: Reply): string[] {
    return columnsOf(reply).filter((column) => all(reply, column, ({ type, value }) => type === "literal" && DATE.test(value)));
}

function widthOf(figure: HTMLElement): number {
    return Math.max(320, Math.min(960, figure.clientWidth || figure.parentElement?.clientWidth || 640));
}

export function chart(reply: Reply, told: Told): Node[] {
    const { say, heads } = told;
    const columns = columnsOf(reply);
    const numeric = columns.filter((name) => all(reply, name, isNumeric));
    const along = columns.find((name) => !numeric.includes(name)) ?? numeric[0];
    const measure = numeric.find((name) => name !== along);
    if (!along || !measure) {
        return [make("p", {}, say("chart-none"))];
    }
    const kind = datesOf(reply).includes(along) ? "line" : numeric.includes(along) ? "dot" : "bar";
    const pick = (key: string, options: [string, string][], value: string): [HTMLSelectElement, HTMLLabelElement] => {
        const select = make("select", {}, ...options.map(([name, text]) => make("option", { value: name }, text)));
        select.value = value;
        return [select, make("label", {}, `${say(key)} `, select)];
    };
    const named = (names: string[]): [string, string][] => names.map((name) => [name, heads[name] ?? name]);
    const [kinds, kindLabel] = pick("chart-kind", (["bar", "dot", "line"] as const).map((one) => [one, say(`chart-${one}`)]), kind);
    const [xs, xLabel] = pick("chart-x", named(columns), along);
    const [ys, yLabel] = pick("chart-y", named(numeric), measure);
    const figure = make("figure", { class: "chart-figure" });
    const cut = make("p", {}, say("rows-cut", { n: MOST_BARS }));
    const draw = (): void => {
        cut.hidden = kinds.value !== "bar" || reply.rows.length <= MOST_BARS;
        void plot(reply, told, figure, kinds.value as "bar", xs.value, ys.value);
    };
    [kinds, xs, ys].forEach((select) => select.addEventListener("change", draw));
    draw();
    return [make("p", { class: "filters" }, kindLabel, " ", xLabel, " ", yLabel), figure, cut];
}

async function plot(reply: Reply, told: Told, figure: HTMLElement, kind: "bar" | "dot" | "line", x: string, y: string): Promise<void> {
    const { draw } = await load<PlotPart>("plot");
    const rows = reply.rows.slice(0, kind === "bar" ? MOST_BARS : MOST_POINTS).map((row) => {
        const text = textOf(row, x, told);
        const value = kind === "bar" ? text : isNumeric(row[x]) ? Number(text) : DATE.test(text) ? new Date(text) : text;
        return { x: value, y: Number(row[y]?.value), title: `${text}: ${row[y]?.value ?? ""}` };
    });
    const [along, measure] = [told.heads[x] ?? x, told.heads[y] ?? y];
    const label = told.say("chart-label", { x: along, y: measure });
    figure.replaceChildren(draw({ kind, x: along, y: measure, rows, width: widthOf(figure), label }));
}

/** Each row as a line with its dates. */
export function timeline(reply: Reply, told: Told): Node[] {
    const { say, heads } = told;
    const dates = datesOf(reply).slice(0, 3);
    const along = columnsOf(reply).find((column) => !dates.includes(column));
    if (!along || !dates.length) {
        return [make("p", {}, say("timeline-none"))];
    }
    const events = reply.rows.slice(0, MOST_BARS).flatMap((row): Event[] =>
        dates.flatMap((column, series) => {
            const value = row[column]?.value.slice(0, 10);
            const name = textOf(row, along, told);
            return value ? [{ name, series, day: new Date(value), title: `${name}, ${heads[column] ?? column}: ${value}` }] : [];
        }),
    );
    const figure = make("figure", { class: "chart-figure" });
    void load<PlotPart>("plot").then(({ drawTimeline, sample }) => {
        const items = dates.map((column, series) => make("li", {}, sample(series), ` ${heads[column] ?? column}`));
        const legend = make("ul", { class: "legend" }, ...items);
        figure.replaceChildren(drawTimeline({ events, width: widthOf(figure), label: say("timeline-label", { n: events.length }) }), legend);
    });
    return [figure, ...(reply.rows.length > MOST_BARS ? [make("p", {}, say("rows-cut", { n: MOST_BARS }))] : [])];
}

export function network(reply: Reply, told: Told): Node[] {
    const things = reply.columns.filter((name) => reply.rows.some((row) => row[name]?.type === "uri"));
    const [from, to] = reply.kind === "graph" ? ["subject", "object"] : things;
    if (!from || !to || (reply.kind === "graph" && !things.includes("object"))) {
        return [make("p", {}, told.say("network-none"))];
    }
    const rows = reply.rows.filter((row) => row[from]?.type === "uri" && row[to]?.type === "uri");
    const nodes = new Map<string, object>();
    const edges = rows.slice(0, MOST_LINKS).map((row, place) => {
        for (const column of [from, to]) {
            const id = row[column]?.value ?? "";
            const name = told.names.get(id);
            nodes.set(id, { id, label: textOf(row, column, told), lang: name?.lang, type: name?.type ?? "thing", href: name ? name.href : hrefOf(id) });
        }
        const type = reply.kind === "graph" ? (row.predicate?.value ?? "") : `${from} → ${to}`;
        const typeLabel = reply.kind === "graph" ? textOf(row, "predicate", told) : `${told.heads[from] ?? from} → ${told.heads[to] ?? to}`;
        return { id: `e${place}`, source: row[from]?.value, target: row[to]?.value, type, typeLabel, evidence: "declared" };
    });
    const view = document.createElement("network-view");
    view.append(make("script", { type: "application/json", class: "network" }, JSON.stringify({ nodes: [...nodes.values()], edges })));
    void load("network");
    return [view, ...(rows.length > MOST_LINKS ? [make("p", {}, told.say("network-cut", { n: MOST_LINKS }))] : [])];
}
