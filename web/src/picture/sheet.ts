// A picture as a file of 16:9, for a presentation: nothing is scaled or cut, the sheet is white around it.

const WIDTH = 1920;
const HEIGHT = 1080;

/** The picture as it is shown now, as an SVG document of its own: its links lead to whole addresses. */
export function sheetOf(svg: SVGSVGElement): string {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    const { width, height } = svg.viewBox.baseVal;
    const [wide, high] = [Math.max(width, (height * WIDTH) / HEIGHT), Math.max(height, (width * HEIGHT) / WIDTH)];
    const [x, y] = [-(wide - width) / 2, -(high - height) / 2];
    copy.setAttribute("viewBox", `${x} ${y} ${wide} ${high}`);
    copy.setAttribute("width", String(wide));
    copy.setAttribute("height", String(high));
    const paper = copy.querySelector("rect");
    Object.entries({ x, y, width: wide, height: high }).forEach(([name, value]) => paper?.setAttribute(name, String(value)));
    copy.querySelectorAll("a[href]").forEach((link) => link.setAttribute("href", new URL(link.getAttribute("href") ?? "", location.href).href));
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
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
