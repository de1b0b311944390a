// Charts of answers: bars, points and lines by Observable Plot.

import { barX, dot, lineY, plot, ruleX, ruleY } from "@observablehq/plot";
import { language, make, offer } from "../page";

export interface Chart {
    kind: "bar" | "dot" | "line";
    x: string;
    y: string;
    rows: { x: string | number | Date; y: number; title: string }[];
    width: number;
    label: string;
}

/** About how wide a letter is. */
const LETTER = 7;

/** Draw a chart. Rules for its looks stand in the style sheet: the content policy forbids those a library writes. */
function draw({ kind, x, y, rows, width, label }: Chart): Element {
    const common = { width, className: "chart", ariaLabel: label, style: { fontSize: "13px" } };
    const drawn =
        kind === "bar"
            ? plot({
                  ...common,
                  marginLeft: Math.min(roomOf(width), 40 + LETTER * Math.max(0, ...rows.map((row) => String(row.x).length))),
                  marginBottom: 48,
                  x: { label: y, labelOffset: 44, grid: true, ...wholeTicks(rows) },
                  y: { label: null, tickFormat: shortener(width) },
                  marks: [barX(rows, { x: "y", y: "x", title: "title", className: "bars", sort: { y: null } }), ruleX([0])],
              })
            : plot({
                  ...common,
                  marginBottom: 48,
                  marginLeft: 60,
                  x: { label: x, labelOffset: 44 },
                  y: { label: y, grid: true },
                  marks: [
                      ruleY([0]),
                      kind === "line" ? lineY(rows, { x: "x", y: "y", className: "lines" }) : null,
                      dot(rows, { x: "x", y: "y", title: "title", className: "dots" }),
                  ],
              });
    return finished(drawn);
}

/** A day of one of up to three series, on the line of a name. */
export interface Event {
    name: string;
    series: number;
    day: Date;
    title: string;
}

export interface Timeline {
    events: Event[];
    width: number;
    label: string;
}

const SYMBOLS = ["circle", "diamond2", "square2"] as const;
const SAMPLES = ['<circle cx="8" cy="8" r="5"', '<path d="M8 2L14 8L8 14L2 8Z"', '<path d="M3 3H13V13H3Z"'];

/** Draw a line for each name, in the order of their first days, with a mark for each day. */
function drawTimeline({ events, width, label }: Timeline): Element {
    const month = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", timeZone: "UTC" });
    const sorted = [...events].sort((one, two) => one.day.getTime() - two.day.getTime());
    const spans = new Map<string, { name: string; from: Date; to: Date }>();
    for (const { name, day } of sorted) {
        const span = spans.get(name) ?? { name, from: day, to: day };
        spans.set(name, { ...span, to: day });
    }
    const drawn = plot({
        width,
        className: "chart",
        ariaLabel: label,
        style: { fontSize: "13px" },
        marginLeft: roomOf(width),
        x: { type: "utc", grid: true, label: null, ticks: Math.max(2, Math.floor(width / 160)), tickFormat: (day: Date) => month.format(day) },
        y: { type: "band", domain: [...spans.keys()], label: null, tickFormat: shortener(width) },
        marks: [
            barX([...spans.values()], { x1: "from", x2: "to", y: "name", insetTop: 8, insetBottom: 8, className: "spans" }),
            ...SYMBOLS.map((symbol, series) =>
                dot(
                    sorted.filter((one) => one.series === series),
                    { x: "day", y: "name", title: "title", symbol, r: 5, className: `series-${series}` },
                ),
            ),
        ],
    });
    return finished(drawn);
}

/** The mark of a series, for a legend. */
function sample(series: number): HTMLElement {
    const picture = make("span", { class: `sample series-${series}`, "aria-hidden": "true" });
    picture.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16">${SAMPLES[series]}/></svg>`;
    return picture;
}

/** How wide the names beside a drawing may be. */
function roomOf(width: number): number {
    return Math.min(260, 0.4 * width);
}

function shortener(width: number): (text: string) => string {
    const most = Math.floor((roomOf(width) - 10) / LETTER);
    return (text) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
}

/** The drawing without what the content policy forbids, and with one name: the library names its parts, which have no role. */
function finished(drawn: Element): Element {
    drawn.querySelectorAll("style").forEach((style) => style.remove());
    drawn.querySelectorAll("g[aria-label]").forEach((part) => part.removeAttribute("aria-label"));
    drawn.setAttribute("role", "img");
    return drawn;
}

/** No fractions on the scale of small whole numbers. */
function wholeTicks(rows: Chart["rows"]): { ticks?: number } {
    const most = Math.max(0, ...rows.map((row) => row.y));
    return rows.every((row) => Number.isInteger(row.y)) && most < 10 ? { ticks: Math.max(1, most) } : {};
}

export interface PlotPart {
    draw: typeof draw;
    drawTimeline: typeof drawTimeline;
    sample: typeof sample;
}

offer<PlotPart>("plot", { draw, drawTimeline, sample });
