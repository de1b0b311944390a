// The picture: cytoscape.js on positions computed beforehand, moved through by keyboard or pointer.

import cytoscape from "cytoscape";
import { colours, shapeFor } from "./looks";
import type { Model } from "./model";
import { shorten } from "./svg";

export interface Heard {
    choose(id: string, kind: "thing" | "link"): void;
    open(): void;
    move(id: string): void;
}

const RULES_ID = "__________cytoscape_stylesheet";
const MANY_LINKS = 800;

export class Canvas {
    readonly cy: cytoscape.Core;
    private focused: string | undefined;
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
            layout: isPlaced ? { name: "preset" } : { name: "cose", animate: false, randomize: true, nodeRepulsion: () => 400_000 },
            style: this.style(many),
            minZoom: 0.05,
            maxZoom: 4,
            boxSelectionEnabled: false,
            hideEdgesOnViewport: many,
            pixelRatio: model.things.size > 250 ? 1 : "auto",
        });
        this.cy.on("tap", "node", (event) => this.point(event.target.id() as string));
        this.cy.on("zoom", () => this.enlarge());
        this.cy.on("tap", "edge", (event) => heard.choose(event.target.id() as string, "link"));
        host.addEventListener("keydown", (event) => this.key(event));
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(this.style(many)));
        this.fit();
    }

    private elements(ids: string[]): cytoscape.ElementDefinition[] {
        const wanted = new Set(ids);
        const things = ids.map((id): cytoscape.ElementDefinition => {
            const thing = this.model.things.get(id);
            const position = Number.isFinite(thing?.x) && Number.isFinite(thing?.y) ? { x: thing?.x as number, y: thing?.y as number } : undefined;
            return { group: "nodes", data: { id, label: shorten(thing?.label ?? id), type: thing?.type }, position };
        });
        const links = [...this.model.links.values()]
            .filter(({ id, source, target }) => (wanted.has(source) || wanted.has(target)) && !this.cy?.getElementById(id).nonempty())
            .map(({ id, source, target, evidence, directed }): cytoscape.ElementDefinition => ({ group: "edges", data: { id, source, target, evidence, directed: directed === false ? 0 : 1 } }));
        return [...things, ...links];
    }

    private style(many: boolean): cytoscape.StylesheetJson {
        const colour = colours();
        const node = {
            label: "data(label)",
            width: 20,
            height: 20,
            shape: (one: cytoscape.NodeSingular) => shapeFor(one.data("type") as string) as cytoscape.Css.NodeShape,
            "background-color": (one: cytoscape.NodeSingular) => colour.of(one.data("type") as string),
            color: colour.ink,
            "font-size": 11,
            "text-wrap": "wrap",
            "text-max-width": "130px",
            "text-valign": "bottom",
            "text-margin-y": 3,
            "text-outline-color": colour.paper,
            "text-outline-width": 2,
            "min-zoomed-font-size": 8,
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
        const chosen = { "border-width": 4, "border-color": colour.accent, width: 28, height: 28, "min-zoomed-font-size": 0, "z-index": 10 };
        return [
            { selector: "node", style: node },
            { selector: "edge", style: edge },
            { selector: "edge[evidence = 'inferred']", style: inferred },
            { selector: "edge[directed = 0]", style: { "target-arrow-shape": "none" } },
            { selector: ".off", style: { display: "none" } },
            { selector: ".dim", style: { opacity: 0.25 } },
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
    }

    /** Take the names the model has now. */
    rename(): void {
        this.cy.batch(() => this.cy.nodes().forEach((one) => void one.data("label", shorten(this.model.things.get(one.id())?.label ?? one.id()))));
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
        this.enlarge();
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
        this.enlarge();
        const way = this.cy.nodes(".way");
        this.go({ fit: { eles: way, padding: 60 } }, () => this.cy.fit(way, 60));
    }

    clear(): void {
        this.cy.batch(() => this.forget());
    }

    private forget(): void {
        this.cy.nodes(".chosen, .way").removeStyle("font-size");
        this.cy.elements().removeClass("chosen way dim");
    }

    /** Keep the names of what is chosen readable however far away the picture is. */
    private enlarge(): void {
        this.cy.nodes(".chosen, .way").style("font-size", Math.max(12, 13 / this.cy.zoom()));
    }

    fit(): void {
        this.cy.fit(this.cy.elements().not(".off"), 30);
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

/** The library writes a style element, which the content policy forbids, unless one with its id is there; our style sheet has its rule. */
function keepRulesOut(): void {
    if (!document.getElementById(RULES_ID)) {
        const standIn = document.createElement("meta");
        standIn.id = RULES_ID;
        document.head.append(standIn);
    }
}
