// Charts of answers: bars, points and lines by Observable Plot.

import { barX, dot, lineY, plot, ruleX, ruleY } from "@observablehq/plot";
import { offer } from "../page";

export interface Chart {
    kind: "bar" | "dot" | "line";
    x: string;
    y: string;
    rows: { x: string | number | Date; y: number; title: string }[];
    width: number;
    label: string;
}

/** Draw a chart. Rules for its looks stand in the style sheet: the content policy forbids those a library writes. */
function draw({ kind, x, y, rows, width, label }: Chart): Element {
    const common = { width, className: "chart", ariaLabel: label, style: { fontSize: "13px" } };
    const drawn =
        kind === "bar"
            ? plot({
                  ...common,
                  marginLeft: Math.min(260, 40 + 6.6 * Math.max(0, ...rows.map((row) => Math.min(String(row.x).length, 34)))),
                  marginBottom: 48,
                  x: { label: y, labelOffset: 44, grid: true, ...wholeTicks(rows) },
                  y: { label: null, tickFormat: (text: string) => (text.length > 34 ? `${text.slice(0, 33)}…` : text) },
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
    drawn.querySelectorAll("style").forEach((style) => style.remove());
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
}

offer<PlotPart>("plot", { draw });
