// The picture: cytoscape.js on positions computed beforehand, moved through by keyboard or pointer.

import cytoscape from "cytoscape";
import { colours, shapeFor } from "./looks";
import type { Model } from "./model";
import { FONT, type Named, type Place, placeNames, WIDTH } from "./names";
import { shorten } from "./svg";

export interface Heard {
    choose(id: string, kind: "thing" | "link"): void;
    open(): void;
    move(id: string): void;
}

const RULES_ID = "__________cytoscape_stylesheet";
const MANY_LINKS = 800;
const LEAST = 16;
const GROWTH = 3;
const MOST = 60;
/** By how much the scale must have changed for the names to be written anew: a tenth. */
const STEP = 0.14;
/** So many milliseconds after the picture was last moved names are written anew. */
const SETTLED = 100;

export class Canvas {
    readonly cy: cytoscape.Core;
    private focused: string | undefined;
    private naming = 0;
    private moving: ReturnType<typeof setTimeout> | undefined;
    /** The scale for which the names were written. */
    private namedAt = 1;
    private readonly calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

    constructor(
        private readonly host: HTMLElement,
        private readonly model: Model,
        private readonly heard: Heard,
    ) {
        keepRulesOut();
        const isPlaced = [...model.things.values()].every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
        const many = model.links.size > MANY_LINKS;
        this.cy = cytoscape({
            container: host,
            elements: this.elements([...model.things.keys()]),
            layout: isPlaced ? { name: "preset", fit: false } : { name: "cose", animate: false, randomize: true, nodeRepulsion: () => 400_000 },
            style: this.style(many),
            minZoom: 0.05,
            maxZoom: 4,
            boxSelectionEnabled: false,
            hideEdgesOnViewport: many,
            pixelRatio: model.things.size > 250 ? 1 : "auto",
        });
        this.cy.on("tap", "node", (event) => this.point(event.target.id() as string));
        this.cy.on("zoom", () => {
            if (Math.abs(Math.log2(this.cy.zoom() / this.namedAt)) > STEP) {
                this.nameSoon();
            }
        });
        this.cy.on("pan resize", () => {
            clearTimeout(this.moving);
            this.moving = setTimeout(() => this.nameSoon(), SETTLED);
        });
        this.cy.on("mouseover", "node", (event) => (host.title = model.things.get(event.target.id() as string)?.label ?? ""));
        this.cy.on("mouseout", "node", () => (host.title = ""));
        this.cy.on("tap", "edge", (event) => heard.choose(event.target.id() as string, "link"));
        host.addEventListener("keydown", (event) => this.key(event));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(this.style(many)));
        this.fit();
    }

    private elements(ids: string[]): cytoscape.ElementDefinition[] {
        const wanted = new Set(ids);
        // what is not shown is so from the beginning: the library would work out how large it is
        const shown = this.model.shown();
        const classes = (has: boolean): string => (has ? "" : "off");
        const things = ids.map((id): cytoscape.ElementDefinition => {
            const thing = this.model.things.get(id);
            const position = Number.isFinite(thing?.x) && Number.isFinite(thing?.y) ? { x: thing?.x as number, y: thing?.y as number } : undefined;
            const size = LEAST + GROWTH * Math.sqrt(Math.min(this.model.linksOf(id).length, MOST));
            return { group: "nodes", data: { id, label: shorten(thing?.label ?? id), type: thing?.type, size }, position, classes: classes(shown.things.has(id)) };
        });
        const links = [...this.model.links.values()]
            .filter(({ id, source, target }) => (wanted.has(source) || wanted.has(target)) && !this.cy?.getElementById(id).nonempty())
            .map(({ id, source, target, evidence, directed }): cytoscape.ElementDefinition => ({ group: "edges", data: { id, source, target, evidence, directed: directed === false ? 0 : 1 }, classes: classes(shown.links.has(id)) }));
        return [...things, ...links];
    }

    private style(many: boolean): cytoscape.StylesheetJson {
        const colour = colours();
        const node = {
            width: "data(size)",
            height: "data(size)",
            shape: (one: cytoscape.NodeSingular) => shapeFor(one.data("type") as string) as cytoscape.Css.NodeShape,
            "background-color": (one: cytoscape.NodeSingular) => colour.tint(this.model.things.get(one.id()), this.model.tint),
            color: colour.ink,
            "text-wrap": "wrap",
            "text-valign": "bottom",
            "text-outline-color": colour.paper,
        };
        const edge = {
            width: 1.5,
            "curve-style": many ? "haystack" : "bezier",
            "target-arrow-shape": many ? "none" : "triangle",
            "arrow-scale": 0.8,
            "line-color": colour.declared,
            "target-arrow-color": colour.declared,
        };
        const inferred = { "line-style": "dashed", "line-color": colour.inferred, "target-arrow-color": colour.inferred };
        const chosen = { "border-width": 6, "border-color": colour.accent, "z-index": 10 };
        return [
            { selector: "node", style: node },
            { selector: "edge", style: edge },
            { selector: "edge[evidence = 'inferred']", style: inferred },
            { selector: "edge[directed = 0]", style: { "target-arrow-shape": "none" } },
            { selector: "node.named", style: { label: "data(label)" } },
            { selector: ".off", style: { display: "none" } },
            { selector: ".dim", style: { opacity: 0.2 } },
            { selector: "node.chosen, node.way", style: chosen },
            { selector: "edge.chosen, edge.way", style: { width: 4, opacity: 1, "z-index": 9 } },
        ] as unknown as cytoscape.StylesheetJson;
    }

    /** Show what the model shows. */
    update(): void {
        const { things, links } = this.model.shown();
        this.cy.batch(() => {
            this.cy.nodes().forEach((one) => void one.toggleClass("off", !things.has(one.id())));
            this.cy.edges().forEach((one) => void one.toggleClass("off", !links.has(one.id())));
        });
        this.nameSoon();
    }

    /** Lay out what is shown anew, and bring it into the picture. */
    arrange(): void {
        const shown = this.cy.elements().not(".off");
        shown.layout({ name: "cose", animate: false, randomize: false, fit: false, numIter: 300, nodeOverlap: 30, idealEdgeLength: () => 90, nodeRepulsion: () => 2_000_000 } as cytoscape.CoseLayoutOptions).run();
        this.fit();
        this.nameSoon();
    }

    /** Take the colours that say what the model wants them to. */
    repaint(): void {
        this.cy.style(this.style(this.model.links.size > MANY_LINKS));
        this.nameSoon();
    }

    /** Take the names the model has now. */
    rename(): void {
        this.cy.batch(() => this.cy.nodes().forEach((one) => void one.data("label", shorten(this.model.things.get(one.id())?.label ?? one.id()))));
        this.nameSoon();
    }

    /** Add things the model was given. */
    grow(ids: string[]): void {
        this.cy.add(this.elements(ids));
        this.update();
    }

    /** Mark a thing or a link, its neighbours clear and all else dim. */
    mark(id: string): void {
        const one = this.cy.getElementById(id);
        this.cy.batch(() => {
            this.forget();
            one.addClass("chosen");
            this.cy.elements().not(one.closedNeighborhood().union(one.isEdge() ? one.connectedNodes() : one)).addClass("dim");
        });
        this.nameSoon();
        if (one.isNode()) {
            this.focused = id;
            this.show(one as unknown as cytoscape.NodeCollection);
        }
    }

    markWay(things: string[], links: string[]): void {
        this.cy.batch(() => {
            this.forget();
            this.cy.elements().addClass("dim");
            [...things, ...links].forEach((id) => void this.cy.getElementById(id).removeClass("dim").addClass("way"));
        });
        this.nameSoon();
        const way = this.cy.nodes(".way");
        this.go({ fit: { eles: way, padding: 60 } }, () => this.cy.fit(way, 60));
    }

    clear(): void {
        this.cy.batch(() => this.forget());
        this.nameSoon();
    }

    private forget(): void {
        this.cy.elements().removeClass("chosen way dim");
    }

    /** Write the names anew with the next drawing, once however much has changed. */
    private nameSoon(): void {
        this.naming ||= requestAnimationFrame(() => {
            this.naming = 0;
            this.name();
        });
    }

    /** Write as many names as there is room for, in the size of the page however far away the picture is. */
    private name(): void {
        const zoom = this.cy.zoom();
        this.namedAt = zoom;
        const clear = this.cy.nodes().not(".off, .dim").nodes();
        const named = placeNames(
            clear.map((one): Named => {
                const { x, y } = one.renderedPosition();
                const size = one.data("size") as number;
                const rank = one.hasClass("chosen") ? Infinity : size + (one.data("type") === "plan" ? LEAST : 0);
                return { id: one.id(), x, y, radius: (size * zoom) / 2, text: one.data("label") as string, rank };
            }),
            this.host.clientWidth,
            this.host.clientHeight,
        );
        this.cy.batch(() => {
            this.cy.nodes().forEach((one) => void one.toggleClass("named", named.has(one.id())));
            this.cy.nodes(".named").forEach((one) => void one.style({ "font-size": FONT / zoom, "text-max-width": `${WIDTH / zoom}px`, "text-outline-width": 2 / zoom, ...beside(named.get(one.id()) as Place, zoom) }));
        });
    }

    fit(): void {
        this.cy.fit(this.cy.elements().not(".off"), Math.min(60, this.host.clientWidth / 10));
    }

    zoom(factor: number): void {
        const { width, height } = this.host.getBoundingClientRect();
        this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
    }

    positions(): Map<string, { x: number; y: number }> {
        return new Map(this.cy.nodes().map((one) => [one.id(), { ...one.position() }]));
    }

    png(): Blob {
        return this.cy.png({ output: "blob", full: true, scale: 2, maxWidth: 6000, maxHeight: 6000, bg: colours().paper }) as unknown as Blob;
    }

    private show(one: cytoscape.NodeCollection): void {
        const box = one.renderedBoundingBox({});
        const { width, height } = this.host.getBoundingClientRect();
        const isInside = box.x1 > 0 && box.y1 > 0 && box.x2 < width && box.y2 < height;
        if (!isInside) {
            this.go({ center: { eles: one } }, () => this.cy.center(one));
        }
    }

    private go(options: { fit?: object; center?: object }, atOnce: () => void): void {
        if (this.calm) {
            atOnce();
        } else {
            this.cy.animate({ ...(options as object), duration: 250 } as cytoscape.AnimateOptions);
        }
    }

    private point(id: string): void {
        this.heard.choose(id, "thing");
    }

    private key(event: KeyboardEvent): void {
        const turns: Record<string, [number, number]> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
        const turn = turns[event.key];
        const act: Record<string, () => void> = { "+": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3), "0": () => this.fit() };
        if (event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }
        if (turn) {
            const next = this.next(turn);
            if (next) {
                this.heard.move(next);
            }
        } else if (event.key === "Enter" && this.focused) {
            this.heard.open();
        } else if (act[event.key]) {
            act[event.key]?.();
        } else {
            return;
        }
        event.preventDefault();
    }

    /** The nearest thing in a direction; sideways counts twice. */
    private next([dx, dy]: [number, number]): string | undefined {
        const shown = this.cy.nodes().not(".off");
        const here = this.focused ? this.cy.getElementById(this.focused) : undefined;
        if (!here?.nonempty() || here.hasClass("off")) {
            return shown.nonempty() ? shown[0]?.id() : undefined;
        }
        const from = here.position();
        let best: string | undefined;
        let least = Infinity;
        shown.forEach((one) => {
            const { x, y } = one.position();
            const along = (x - from.x) * dx + (y - from.y) * dy;
            const aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
            const far = along + 2 * aside;
            if (one.id() !== this.focused && along > 0 && aside <= 2 * along && far < least) {
                [best, least] = [one.id(), far];
            }
        });
        return best;
    }
}

/** How the library sets a name on a side of its thing. */
function beside({ side, gap }: Place, zoom: number): Record<string, string | number> {
    const [across, down] = { below: [0, 1], above: [0, -1], right: [1, 0], left: [-1, 0] }[side] as [number, number];
    return {
        "text-halign": ["left", "center", "right"][across + 1] as string,
        "text-valign": ["top", "center", "bottom"][down + 1] as string,
        "text-margin-x": (across * gap) / zoom,
        "text-margin-y": (down * gap) / zoom,
    };
}

/** The library writes a style element, which the content policy forbids, unless one with its id is there; our style sheet has its rule. */
function keepRulesOut(): void {
    if (!document.getElementById(RULES_ID)) {
        const standIn = document.createElement("meta");
        standIn.id = RULES_ID;
        document.head.append(standIn);
    }
}
