// A picture as a file of 16:9, for a presentation: nothing is scaled or cut, the sheet is white around it.

const WIDTH = 1920;
const HEIGHT = 1080;
const SVG = "http://www.w3.org/2000/svg";
const FAMILY = "Helvetica,Arial,sans-serif";
const MARGIN = 24;
const LEAST = 720;
/** How wide and high a sign of a legend is, with the room beside it. */
const SIGN = 37;
const LINE = 24;

/** What a style sheet says of a mark, which a file of its own has to say itself. */
const LOOK = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor"];
const MARKS = ["path", "circle", "text"].join(",");

function copied(svg: SVGSVGElement): SVGSVGElement {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const marks = svg.querySelectorAll(MARKS);
    copy.querySelectorAll(MARKS).forEach((mark, at) => {
        const style = getComputedStyle(marks[at] ?? mark);
        LOOK.forEach((name) => mark.setAttribute(name, style.getPropertyValue(name)));
    });
    return copy;
}

function drawn(name: string, values: Record<string, string | number>, ...inner: (Node | string)[]): SVGElement {
    const element = document.createElementNS(SVG, name);
    Object.entries(values).forEach(([key, value]) => element.setAttribute(key, String(value)));
    element.append(...inner);
    return element;
}

/** The picture as it is shown now, with the words and the legend beside it and its source, as an SVG document of its own: its links lead to whole addresses. */
export function sheetOf(svg: SVGSVGElement): string {
    const { width, height } = svg.viewBox.baseVal;
    const inner = Math.max(width, LEAST);
    const figure = svg.closest("figure");
    const sheet = drawn("svg", { xmlns: SVG, lang: document.documentElement.lang, "font-family": FAMILY, fill: "#1a1a1a" });
    const pen = document.createElement("canvas").getContext("2d");
    let y = MARGIN;
    const measured = (text: string, font: string): number => {
        if (pen) {
            pen.font = `${font} ${FAMILY}`;
        }
        return pen?.measureText(text).width ?? 0;
    };
    const write = (text: string, size: number, weight = "normal"): void => {
        let line = "";
        if (!text) {
            return;
        }
        const put = (): void => {
            y += size * 1.25;
            sheet.append(drawn("text", { x: MARGIN, y, "font-size": size, "font-weight": weight }, line));
        };
        for (const word of text.trim().split(/\s+/)) {
            const longer = line ? `${line} ${word}` : word;
            if (line && measured(longer, `${weight} ${size}px`) > inner) {
                put();
            }
            line = line && measured(longer, `${weight} ${size}px`) > inner ? word : longer;
        }
        put();
    };
    const caption = figure?.querySelector("figcaption");
    write(caption?.firstChild?.textContent ?? document.title, 19, "bold");
    caption?.querySelectorAll("p").forEach((words) => write(words.textContent ?? "", 12.5));
    const copy = copied(svg);
    Object.entries({ x: MARGIN, y: y + 14, width, height }).forEach(([name, value]) => copy.setAttribute(name, String(value)));
    sheet.append(copy);
    y += height + 30;
    let x = 0;
    for (const item of figure?.querySelectorAll(".signs li") ?? []) {
        const words = item.textContent ?? "";
        const wide = SIGN + measured(words, "11.5px");
        if (x && x + wide > inner) {
            [x, y] = [0, y + LINE];
        }
        const sign = copied(item.querySelector("svg") as SVGSVGElement);
        Object.entries({ x: MARGIN + x, y, width: 30, height: 18 }).forEach(([name, value]) => sign.setAttribute(name, String(value)));
        sheet.append(sign, drawn("text", { x: MARGIN + x + SIGN, y: y + 13, "font-size": 11.5 }, words));
        x += wide + LINE;
    }
    y += LINE;
    // the level stands at the sentences the page begins with, release and day in the words of all pages
    write(document.querySelector("[aria-labelledby=brief] > .hint")?.textContent ?? "", 11.5);
    write(window.pan2kgWords?.picture?.source ?? "", 10.5);
    const [all, high] = [inner + 2 * MARGIN, y + MARGIN];
    const [across, down] = [Math.max(all, (high * WIDTH) / HEIGHT), Math.max(high, (all * HEIGHT) / WIDTH)];
    const box = { x: -(across - all) / 2, y: -(down - high) / 2, width: across, height: down };
    Object.entries({ width: across, height: down, viewBox: Object.values(box).join(" ") }).forEach(([name, value]) => sheet.setAttribute(name, String(value)));
    sheet.prepend(drawn("rect", { ...box, fill: "#ffffff" }));
    sheet.querySelectorAll("a[href]").forEach((link) => link.setAttribute("href", new URL(link.getAttribute("href") ?? "", location.href).href));
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(sheet)}\n`;
}

/** The same as a PNG of 1920 × 1080 pixels; rejected where the browser cannot draw it. */
export async function pngOf(svg: SVGSVGElement): Promise<Blob> {
    const image = new Image(WIDTH, HEIGHT);
    const address = URL.createObjectURL(new Blob([sheetOf(svg)], { type: "image/svg+xml" }));
    try {
        image.src = address;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [WIDTH, HEIGHT];
        canvas.getContext("2d")?.drawImage(image, 0, 0, WIDTH, HEIGHT);
        return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("toBlob ✗"))), "image/png"));
    } finally {
        URL.revokeObjectURL(address);
    }
}
