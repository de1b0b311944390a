// A picture of the server with what a reader does with it: point at a mark, choose what is shown, save it, share the view.

import { freshId, make, offer, save, type Say, speaker } from "../page";
import { pngOf, sheetOf } from "./sheet";

/** What a line or a plan can be chosen by, besides its years: the name of its tag. */
const CHOICES = ["field", "kind", "level"] as const;
const YEARS = ["from", "to"] as const;
const PALE = "0.12";
const HIT = "11";

class PictureView {
    private readonly say: Say = speaker("picture");
    private readonly marks: SVGElement[];
    private readonly id: string;
    private readonly told = make("p", { class: "picture-told hint", role: "status" });
    private readonly fields = new Map<string, HTMLSelectElement | HTMLInputElement>();
    /** The lines of each thing, and the marks that stand for it alone. */
    private readonly lines = new Map<string, SVGElement[]>();
    private readonly boxes = new Map<string, SVGElement[]>();
    private readonly tools: HTMLElement;

    constructor(private readonly svg: SVGSVGElement) {
        this.marks = [...svg.querySelectorAll<SVGElement>("[data-of]")];
        for (const mark of this.marks) {
            const of = things(mark);
            const held = of.length > 1 ? this.lines : this.boxes;
            of.forEach((thing) => held.set(thing, [...(held.get(thing) ?? []), mark]));
        }
        this.id = freshId("picture");
        this.tools = this.build();
        const room = svg.closest("figure")?.querySelector<HTMLElement>(".picture-room");
        room?.append(this.told, this.tools);
        room?.removeAttribute("hidden");
        this.told.textContent = this.say("hint");
        for (const mark of this.marks) {
            widen(mark);
            mark.addEventListener("pointerenter", () => this.point(mark));
            mark.addEventListener("focusin", () => this.point(mark));
        }
        svg.addEventListener("pointerleave", () => this.show());
        svg.addEventListener("focusout", () => this.show());
        this.adopt();
        window.addEventListener("hashchange", () => this.adopt());
    }

    private build(): HTMLElement {
        const { say } = this;
        for (const name of CHOICES) {
            const values = new Set(this.marks.flatMap(({ dataset }) => dataset[name] ?? []));
            if (values.size > 1) {
                const labelled = [...values].map((value) => [value, say.has(`${name}-${value}`) ? say(`${name}-${value}`) : value] as const);
                const options = labelled.sort(([, one], [, two]) => one.localeCompare(two)).map(([value, label]) => make("option", { value }, label));
                this.fields.set(name, make("select", {}, make("option", { value: "" }, say("all")), ...options));
            }
        }
        const years = this.marks.flatMap(({ dataset }) => [dataset.from, dataset.to]).flatMap((year) => (year ? [Number(year)] : []));
        if (years.length) {
            const [min, max] = [Math.min(...years), Math.max(...years)];
            YEARS.forEach((name) => this.fields.set(name, make("input", { type: "number", min, max, inputmode: "numeric" })));
        }
        const labels = [...this.fields].flatMap(([name, field]) => [make("label", {}, `${say(name)} `, field), " "]);
        this.fields.forEach((field) => field.addEventListener("input", () => this.choose()));
        const whole = make("button", { type: "button", class: "quiet", click: () => this.reset() }, say("whole"));
        const name = `${document.querySelector("h1")?.textContent?.trim().slice(0, 60) || "picture"}`;
        const svg = make("button", { type: "button", class: "quiet", click: () => save(`${name}.svg`, sheetOf(this.svg), "image/svg+xml") }, say("save-svg"));
        const png = make("button", { type: "button", class: "quiet", click: () => void this.savePng(name) }, say("save-png"));
        const saves = make("p", {}, svg, " ", png);
        return labels.length ? make("details", { class: "picture-tools" }, make("summary", {}, say("filter")), make("p", { class: "filters" }, ...labels, whole), saves) : saves;
    }

    private async savePng(name: string): Promise<void> {
        const blob = await pngOf(this.svg).catch(() => undefined);
        if (blob) {
            save(`${name}.png`, blob);
        } else {
            this.told.textContent = this.say("not-drawn");
        }
    }

    private reset(): void {
        this.fields.forEach((field) => (field.value = ""));
        this.choose();
    }

    /** Show what was chosen, and let the address say so. */
    private choose(): void {
        const asked = new URLSearchParams([...this.fields].flatMap(([name, { value }]) => (value ? [[name, value]] : [])));
        history.replaceState(null, "", asked.size ? `#${this.id}?${asked}` : location.pathname + location.search);
        this.show();
    }

    /** Take the view from the address. */
    private adopt(): void {
        const [id, asked] = location.hash.slice(1).split("?");
        if (id === this.id && asked !== undefined) {
            const wanted = new URLSearchParams(asked);
            this.fields.forEach((field, name) => (field.value = wanted.get(name) ?? ""));
            this.tools.setAttribute("open", "");
            this.svg.scrollIntoView({ block: "center" });
        }
        this.show();
    }

    /** What a mark says, and only what belongs to it, as long as it is pointed at. */
    private point(mark: SVGElement): void {
        const drawn = Array.from(mark.querySelectorAll("text"), (text) => text.textContent);
        this.told.textContent = mark.querySelector(":scope > title")?.textContent ?? drawn.join(" ");
        const own = things(mark);
        const lines = own.length > 1 ? [mark] : (this.lines.get(own[0] ?? "") ?? []);
        const near = new Set([mark, ...lines].flatMap(things));
        const isNear = (one: SVGElement): boolean => {
            const of = things(one);
            return of.length > 1 ? lines.some((line) => things(line).join() === of.join()) : near.has(of[0] ?? "");
        };
        this.marks.forEach((one) => pale(one, !this.isShown(one) || !isNear(one)));
    }

    private show(): void {
        this.marks.forEach((mark) => pale(mark, !this.isShown(mark)));
    }

    /** Lines by what was chosen of them; what they join by that, and where a kind of line was chosen, with one that is shown. */
    private isShown(mark: SVGElement): boolean {
        const own = things(mark);
        const isFit = own.every((thing) => this.boxes.get(thing)?.every((box) => this.fits(box)) ?? true);
        if (own.length > 1) {
            return isFit && this.fits(mark);
        }
        const lines = this.lines.get(own[0] ?? "") ?? [];
        const isByLine = ["kind", "level"].some((name) => this.fields.get(name)?.value);
        return isFit && (!isByLine || !lines.length || lines.some((line) => this.isShown(line)));
    }

    private fits({ dataset }: SVGElement): boolean {
        const wanted = (name: string): string => this.fields.get(name)?.value ?? "";
        const [from, to] = [Number(wanted("from")) || -Infinity, Number(wanted("to")) || Infinity];
        const [first, last] = [dataset.from ?? dataset.to, dataset.to ?? dataset.from];
        const isInTime = first === undefined || (Number(last ?? first) >= from && Number(first) <= to);
        return isInTime && CHOICES.every((name) => !wanted(name) || dataset[name] === undefined || dataset[name] === wanted(name));
    }
}

/** The keys of what a mark stands for: where it does not say them, those in the address to which it leads. */
function things(mark: SVGElement): string[] {
    const address = /[^/#?]*?(?=(?:\.html)?(?:\?[^#]*)?$)/.exec(mark.getAttribute("href") ?? "")?.[0] ?? "";
    return (mark.dataset.of ? mark.dataset.of.split(" ") : address.split("--")).filter(Boolean);
}

/** A line is hit some pixels beside it too. */
function widen(mark: SVGElement): void {
    const line = things(mark).length > 1 ? mark.querySelector<SVGPathElement>(":scope path") : null;
    if (line) {
        const wide = line.cloneNode() as SVGPathElement;
        wide.removeAttribute("class");
        Object.entries({ fill: "none", stroke: "transparent", "stroke-width": HIT, "stroke-dasharray": "none", "pointer-events": "stroke" }).forEach(([name, value]) => wide.setAttribute(name, value));
        line.after(wide);
    }
}

function pale(mark: SVGElement, isPale: boolean): void {
    if (isPale) {
        mark.setAttribute("opacity", PALE);
    } else {
        mark.removeAttribute("opacity");
    }
}

const pictures = new Set(Array.from(document.querySelectorAll("svg [data-of]"), (mark) => mark.closest("svg") as SVGSVGElement));
pictures.forEach((svg) => new PictureView(svg));

offer("picture", {});
