// The network as an SVG file: what is shown, where it is shown, in the colours of paper.

import { type Colours, outline, round } from "./looks";
import type { Model } from "./model";

const MARGIN = 60;

export function svgOf(model: Model, positions: Map<string, { x: number; y: number }>, colour: Colours, title: string): string {
    const shown = model.shown();
    const placed = [...shown.things].filter((id) => positions.has(id));
    const at = (id: string): { x: number; y: number } => positions.get(id) ?? { x: 0, y: 0 };
    const xs = placed.map((id) => at(id).x);
    const ys = placed.map((id) => at(id).y);
    const [left, top] = [Math.min(...xs, Infinity) - MARGIN, Math.min(...ys, Infinity) - MARGIN].map((n) => (Number.isFinite(n) ? n : 0)) as [number, number];
    const width = Math.max(...xs, left) - left + 3 * MARGIN;
    const height = Math.max(...ys, top) - top + MARGIN;
    const lines = [...shown.links].map((id) => {
        const link = model.links.get(id);
        const from = at(link?.source ?? "");
        const to = at(link?.target ?? "");
        const look = link?.evidence === "inferred" ? `stroke="${colour.inferred}" stroke-dasharray="6 4"` : `stroke="${colour.declared}"`;
        const name = escape(`${link?.typeLabel ?? link?.type ?? ""}`);
        return `<line x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}" ${look}><title>${name}</title></line>`;
    });
    const things = placed.map((id) => {
        const thing = model.things.get(id);
        const { x, y } = at(id);
        const text = escape(thing?.label ?? id);
        const short = escape(shorten(thing?.label ?? id));
        const lang = thing?.lang ? ` xml:lang="${escape(thing.lang)}"` : "";
        const type = thing?.type ?? "";
        return `<g${lang}>${outline(type, x, y, 9)} fill="${colour.tint(thing, model.tint)}"><title>${text}</title></${tagOf(type)}><text x="${round(x + 13)}" y="${round(y + 4)}">${short}</text></g>`;
    });
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${round(left)} ${round(top)} ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img">`,
        `<title>${escape(title)}</title>`,
        `<rect x="${round(left)}" y="${round(top)}" width="100%" height="100%" fill="${colour.paper}"/>`,
        `<g stroke-width="1.5" fill="none">${lines.join("\n")}</g>`,
        `<g font-family="sans-serif" font-size="11" stroke="none" fill="${colour.ink}">${things.join("\n")}</g>`,
        "</svg>\n",
    ].join("\n");
}

function tagOf(type: string): string {
    return /^<(\w+)/.exec(outline(type, 0, 0, 1))?.[1] ?? "g";
}

export function shorten(text: string, most = 56): string {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function escape(text: string): string {
    return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}
