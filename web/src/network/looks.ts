// How things and links look, for the canvas, the legend and the SVG: shape as well as colour tells them apart.

import type { Thing, Tint } from "./model";

export const SHAPES: Record<string, string> = {
    plan: "round-rectangle",
    action: "ellipse",
    instrument: "diamond",
    body: "hexagon",
    obligation: "triangle",
    recommendation: "vee",
    review: "star",
};

export function shapeFor(type: string): string {
    return SHAPES[type] ?? "rectangle";
}

export interface Colours {
    ink: string;
    paper: string;
    muted: string;
    accent: string;
    declared: string;
    inferred: string;
    of(type: string): string;
    /** The colour of a thing by what the colours say; of what that says nothing about, the one of no kind. */
    tint(thing: Thing | undefined, by: Tint): string;
}

/** Colours of communities: those of fields, told apart by colour-blind readers too; the smaller ones have none. */
export const GROUP_COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

/** The colours the style sheet sets, in light or dark. */
export function colours(): Colours {
    const style = getComputedStyle(document.documentElement);
    const value = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
    return {
        ink: value("--ink", "#1b1f24"),
        paper: value("--paper", "#ffffff"),
        muted: value("--muted", "#57606a"),
        accent: value("--accent", "#0b57a4"),
        declared: value("--declared", "#1d4f91"),
        inferred: value("--inferred", "#9a4d00"),
        of: (type) => value(`--thing-${type}`, value("--thing", "#57606a")),
        tint(thing, by) {
            const none = value("--line", "#c4c4c4");
            return by === "type" ? this.of(thing?.type ?? "") : ((by === "field" ? thing?.colour : GROUP_COLOURS[thing?.group ?? -1]) ?? none);
        },
    };
}

const STAR = Array.from({ length: 10 }, (_, corner): [number, number] => {
    const [angle, reach] = [(corner * Math.PI) / 5, corner % 2 ? 0.45 : 1.1];
    return [reach * Math.sin(angle), -reach * Math.cos(angle)];
});

/** The corners of a shape around a point, as an SVG element's text. */
export function outline(type: string, x: number, y: number, radius: number): string {
    const points = (...corners: [number, number][]): string =>
        `<polygon points="${corners.map(([dx, dy]) => `${round(x + dx * radius)},${round(y + dy * radius)}`).join(" ")}"`;
    switch (shapeFor(type)) {
        case "ellipse":
            return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}"`;
        case "diamond":
            return points([0, -1], [1, 0], [0, 1], [-1, 0]);
        case "hexagon":
            return points([-1, 0], [-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87]);
        case "triangle":
            return points([0, -1], [1, 0.9], [-1, 0.9]);
        case "vee":
            return points([-1, -1], [0, -0.33], [1, -1], [0, 1]);
        case "star":
            return points(...STAR);
        default:
            return `<rect x="${round(x - radius)}" y="${round(y - radius)}" width="${2 * radius}" height="${2 * radius}" rx="${shapeFor(type) === "rectangle" ? 0 : 4}"`;
    }
}

export function round(value: number): number {
    return Math.round(value * 10) / 10;
}
