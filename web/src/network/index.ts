// <network-view> around a JSON script and a list: the network to look at, filter, walk through and save.

import { embedded, fold, freshId, loadData, make, type Say, save, speaker } from "../page";
import { Canvas } from "./canvas";
import { Lists } from "./lists";
import { colours, GROUP_COLOURS, outline } from "./looks";
import { type Data, Model, type Tint } from "./model";
import { type Packed, unpack } from "./packed";
import { aboutOf, Panel, typeWord } from "./panel";
import { svgOf } from "./svg";

class NetworkView extends HTMLElement {
    private say!: Say;
    private model!: Model;
    private canvas!: Canvas;
    private panel!: Panel;
    private lists!: Lists;
    private more: string | null = null;
    private status = make("p", { role: "status", class: "status" });
    private key = make("ul", { class: "legend" });
    private controls = make("div");
    private picture = make("div", { class: "network-picture", tabindex: 0, role: "application" });

    connectedCallback(): void {
        const given = embedded<Data | Packed>(this, "network");
        const { source, ready } = this.dataset;
        if (ready || !(given || source)) {
            return;
        }
        this.dataset.ready = "yes";
        if (given) {
            this.show(given);
        } else if (source) {
            void loadData<Packed>(source, "pan2kgNetwork").then((network) => this.show(network));
        }
    }

    private show(given: Data | Packed): void {
        const data = "things" in given ? unpack(given) : given;
        this.say = speaker("network");
        this.model = new Model(data);
        this.more = data.more ?? null;
        const before = [...this.children] as HTMLElement[];
        const help = make("p", { id: freshId("help"), class: "hint" }, this.say("help"));
        this.picture.setAttribute("aria-label", this.say("canvas", { n: data.nodes.length }));
        this.picture.setAttribute("aria-describedby", help.id);
        this.panel = new Panel(this.model, this.say, {
            choose: (id) => this.pick(id, "thing"),
            expand: (id) => void this.expand(id),
            hide: (id) => this.hide(id),
            back: () => this.picture.focus(),
        });
        this.lists = new Lists(this.model, this.say, (id, kind) => this.pick(id, kind));
        const side = make("div", { class: "network-side" }, this.findBox(), this.panel.element, this.lists.element);
        const drawing = make("div", {}, this.tools(), this.picture, this.status, this.key, help);
        this.controls.append(this.filters());
        this.legend();
        this.append(this.controls, make("div", { class: "network-columns" }, drawing, side));
        before.filter((one) => one.tagName !== "SCRIPT").forEach((one) => (one.hidden = true));
        this.canvas = new Canvas(this.picture, this.model, {
            choose: (id, kind) => this.pick(id, kind),
            move: (id) => this.pick(id, "thing"),
            open: () => this.panel.focus(),
        });
        const language = document.querySelector<HTMLSelectElement>("data-language select")?.value;
        this.speak(language ?? "");
        document.addEventListener("pan2kg:language", (event) => this.speak((event as CustomEvent<string>).detail));
        window.addEventListener("hashchange", () => this.adopt());
        if (!this.adopt() && data.focus && this.model.things.has(data.focus)) {
            this.choose(data.focus, "thing");
        }
        this.dataset.drawn = "yes";
    }

    /** Take the view from the address behind its hash, and choose what that names; whether it names something. */
    private adopt(): boolean {
        const [called = "", view] = location.hash.slice(1).split("?");
        const name = decodeURIComponent(called);
        if (view !== undefined) {
            this.see(new URLSearchParams(view));
        }
        const thing = name ? this.model.find(name) : undefined;
        if (thing) {
            this.model.reveal(thing.id);
            this.model.focus = thing.id;
            this.refresh();
            this.choose(thing.id, "thing");
        } else if (name && !document.getElementById(name)) {
            this.status.textContent = this.say("not-here");
        }
        return Boolean(thing);
    }

    /** The view an address tells: a plan, kinds of links and evidence that are off, what the colours say. */
    private see(view: URLSearchParams): void {
        const { model } = this;
        const take = (set: Set<string>, name: string): void => {
            set.clear();
            view.getAll(name).forEach((one) => set.add(one));
        };
        take(model.offTypes, "off");
        take(model.offEvidence, "without");
        model.plan = model.plans().find(([id]) => id.endsWith(`/${view.get("plan") ?? ""}`))?.[0] ?? "";
        const tint = view.get("colour");
        model.tint = tint === "field" || tint === "group" ? tint : "type";
        this.controls.replaceChildren(this.filters());
        this.legend();
        this.canvas.repaint();
        this.refresh();
        this.canvas.arrange();
    }

    /** The address tells the view. */
    private address(): void {
        const { model } = this;
        const short = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
        const view = new URLSearchParams([
            ...(model.plan ? [["plan", short(model.plan)]] : []),
            ...[...model.offTypes].map((one) => ["off", one]),
            ...[...model.offEvidence].map((one) => ["without", one]),
            ...(model.tint === "type" ? [] : [["colour", model.tint]]),
        ]);
        history.replaceState(null, "", `#${encodeURIComponent(short(this.dataset.chosen ?? ""))}${view.size ? `?${view}` : ""}`);
    }

    /** What is shown was chosen anew: it is laid out for itself, and the address tells it. */
    private filtered(): void {
        this.refresh();
        this.canvas.arrange();
        this.address();
    }

    private speak(language: string): void {
        this.model.speak(language);
        this.canvas?.rename();
        this.lists.update();
        const chosen = this.dataset.chosen;
        if (chosen && this.panel.shows(chosen)) {
            this.choose(chosen, this.model.things.has(chosen) ? "thing" : "link");
        }
    }

    /** Choose what a reader pointed at; the address tells it. */
    private pick(id: string, kind: "thing" | "link"): void {
        this.choose(id, kind);
        this.address();
    }

    private choose(id: string, kind: "thing" | "link"): void {
        const thing = this.model.things.get(id);
        const link = this.model.links.get(id);
        if (kind === "thing" && thing) {
            this.panel.showThing(thing);
            this.status.textContent = `${thing.label} · ${aboutOf(this.say, thing)}`;
        } else if (link) {
            this.panel.showLink(link);
            this.status.textContent = [link.typeLabel ?? link.type, this.say(link.evidence ?? "declared")].join(", ");
        }
        this.canvas.mark(id);
        this.lists.mark(id);
        this.dataset.chosen = id;
    }

    private refresh(): void {
        this.canvas.update();
        this.lists.update();
        const { things, links } = this.model.shown();
        this.status.textContent = `${this.say("nodes", { n: things.size })}, ${this.say("links", { n: links.size })}`;
    }

    private hide(id: string): void {
        this.model.hidden.add(id);
        this.canvas.clear();
        this.panel.clear();
        this.refresh();
        this.status.textContent = this.say("hidden", { label: this.model.things.get(id)?.label ?? id });
        this.picture.focus();
    }

    /** Show again the neighbours that were hidden, and fetch those not yet there where the page says from where. */
    private async expand(id: string): Promise<void> {
        const before = this.model.shown().things.size;
        const ends = this.model.linksOf(id).filter((link) => this.model.passes(link)).flatMap(({ source, target }) => [source, target]);
        ends.forEach((end) => this.model.reveal(end));
        let said = "";
        if (this.more && location.protocol !== "file:") {
            try {
                const answer = await fetch(this.more.replace("{id}", encodeURIComponent(id)));
                const data = (await answer.json()) as Data;
                this.canvas.grow(this.model.add(data, this.canvas.positions().get(id)));
            } catch {
                said = this.say("expand-failed");
            }
        }
        this.refresh();
        this.status.textContent = said || this.say("expanded", { n: this.model.shown().things.size - before });
        this.choose(id, "thing");
    }

    private findBox(): HTMLElement {
        const id = freshId("find");
        const input = make("input", { type: "search", id, autocomplete: "off" });
        input.addEventListener("input", () => this.lists.update(fold(input.value).split(/\s+/).filter(Boolean)));
        input.addEventListener("keydown", (event) => {
            const first = this.lists.first();
            if (event.key === "Enter" && first) {
                event.preventDefault();
                this.choose(first, "thing");
            }
        });
        return make("p", { class: "network-find" }, make("label", { for: id }, this.say("find")), " ", input);
    }

    private filters(): HTMLElement {
        const { say, model } = this;
        const box = (set: Set<string>, value: string, text: string): HTMLElement => {
            const input = make("input", { type: "checkbox", checked: !set.has(value) });
            input.addEventListener("change", () => {
                input.checked ? set.delete(value) : set.add(value);
                this.filtered();
            });
            return make("label", { class: "check" }, input, ` ${text}`);
        };
        const types = model.types().map(([type, label, n]) => box(model.offTypes, type, `${label} (${n})`));
        const evidence = ["declared", "inferred"].map((one) => box(model.offEvidence, one, say(one)));
        const plans = make("select", { id: freshId("plan") }, make("option", { value: "" }, say("all-plans")), ...model.plans().map(([id, label]) => make("option", { value: id }, label)));
        plans.addEventListener("change", () => {
            model.plan = plans.value;
            this.filtered();
        });
        plans.value = model.plan;
        const tints = (["type", "field", "group"] as const).filter((one) => one === "type" || model.tints(one).size > 1);
        const tint = make("select", { id: freshId("colour") }, ...tints.map((one) => make("option", { value: one }, say(`colour-${one}`))));
        tint.value = model.tint;
        tint.addEventListener("change", () => {
            model.tint = tint.value as Tint;
            this.legend();
            this.canvas.repaint();
            this.address();
        });
        const group = (key: string, boxes: HTMLElement[]): HTMLElement => make("fieldset", {}, make("legend", {}, say(key)), ...boxes);
        return make(
            "details",
            { class: "filters", open: matchMedia("(min-width: 60rem)").matches },
            make("summary", {}, say("filters")),
            group("filter-types", types),
            group("filter-evidence", evidence),
            make("p", {}, make("label", { for: plans.id }, say("filter-plan")), " ", plans),
            tints.length > 1 && make("p", {}, make("label", { for: tint.id }, say("colour")), " ", tint),
        );
    }

    private tools(): HTMLElement {
        const { say } = this;
        const button = (key: string, act: () => void): HTMLButtonElement => make("button", { type: "button", click: act }, say(key));
        const title = (): string => document.title || say("canvas", { n: this.model.things.size });
        return make(
            "div",
            { class: "network-tools" },
            button("zoom-in", () => this.canvas.zoom(1.3)),
            button("zoom-out", () => this.canvas.zoom(1 / 1.3)),
            button("fit", () => this.canvas.fit()),
            button("show-all", () => this.showAll()),
            button("save-svg", () => save("network.svg", svgOf(this.model, this.canvas.positions(), colours(), title()), "image/svg+xml")),
            button("save-png", () => save("network.png", this.canvas.png())),
            this.pathForm(),
        );
    }

    private showAll(): void {
        this.model.revealAll();
        this.model.offTypes.clear();
        this.model.offEvidence.clear();
        this.model.plan = "";
        this.controls.replaceChildren(this.filters());
        this.canvas.clear();
        this.filtered();
    }

    private pathForm(): HTMLElement {
        const { say, model } = this;
        const things = [...model.things.values()].sort((one, two) => one.label.localeCompare(two.label));
        const select = (key: string): HTMLSelectElement =>
            make("select", { "aria-label": say(key) }, make("option", { value: "" }, say(key)), ...things.map(({ id, label }) => make("option", { value: id }, label)));
        const [from, to] = [select("path-from"), select("path-to")];
        const go = make("button", { type: "button" }, say("path-go"));
        go.addEventListener("click", () => this.showWay(from.value, to.value));
        // The browser tells of the opening some time after it: what was picked in between is kept.
        let given = "";
        const opened = (): void => {
            if (from.value === given) {
                const chosen = this.dataset.chosen ?? "";
                from.value = given = this.model.things.has(chosen) ? chosen : "";
            }
        };
        return make("details", { class: "network-path", toggle: opened }, make("summary", {}, say("path")), from, " ", to, " ", go);
    }

    private showWay(from: string, to: string): void {
        const { things, links } = this.model.way(from, to);
        if (!things.length || !from || !to) {
            this.status.textContent = this.say("path-none");
            return;
        }
        this.canvas.markWay(things, links);
        const way = things.map((id) => this.model.things.get(id)?.label ?? id).join(" → ");
        this.status.textContent = this.say("path-found", { n: links.length, way });
    }

    /** What shapes, colours and lines mean. */
    private legend(): void {
        const { say, model } = this;
        const types = [...new Set([...model.things.values()].map(({ type }) => type))].sort();
        const colour = colours();
        const sample = (inner: string): HTMLElement => {
            const picture = make("span", { class: "sample", "aria-hidden": "true" });
            picture.innerHTML = `<svg viewBox="0 0 24 16" width="24" height="16">${inner}</svg>`;
            return picture;
        };
        const line = (key: string, dash: string): HTMLElement =>
            make("li", {}, sample(`<path d="M0 8H24" stroke="${key === "inferred" ? colour.inferred : colour.declared}" stroke-width="2"${dash}/>`), ` ${say(key)}`);
        const fill = (type: string): string => (model.tint === "type" ? colour.of(type) : "none");
        const edge = model.tint === "type" ? "" : ` stroke="${colour.ink}"`;
        const tints = [...model.tints(model.tint)].slice(0, GROUP_COLOURS.length);
        this.key.setAttribute("aria-label", say("legend"));
        this.key.replaceChildren(
            ...types.map((type) => make("li", {}, sample(`${outline(type, 12, 8, 7)} fill="${fill(type)}"${edge}/>`), ` ${typeWord(say, type)}`)),
            ...tints.map(([key, { label, colour: own }]) => make("li", {}, sample(`<rect x="3" y="2" width="18" height="12" fill="${own ?? GROUP_COLOURS[Number(key)]}"/>`), ` ${model.tint === "group" ? say("group-of", { label }) : label}`)),
            line("declared", ""),
            line("inferred", ' stroke-dasharray="5 3"'),
        );
    }
}

if (!customElements.get("network-view")) {
    customElements.define("network-view", NetworkView);
}
