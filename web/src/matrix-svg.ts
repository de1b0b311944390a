// The matrix that is shown as a picture of its own, for a choice that was made without a server.

const [NAMES, HEADS, WIDE, HIGH, LINE] = [350, 190, 46, 24, 18];
const CUT = { names: 48, heads: 30 };
const STYLE = `text{font:12px system-ui,"Liberation Sans",sans-serif;fill:#1b2026}.title{font-size:18px;font-weight:700}.small{font-size:11px;fill:#525c68}
.cell{stroke:#d5dae0;fill:#fff}.declared{fill:#e6f0fa}.inferred{fill:#fdf1e2}.none{fill:url(#none)}
.number{text-anchor:middle}.number .b{font-weight:700;fill:#0f4c8a}.number .i{fill:#8a4300}`;

/** What stands around the matrix: its title, what was chosen, what its marks mean, and its source. */
export interface Around {
    title: string;
    chosen: string[];
    /** What each kind of cell means. */
    legend: { kind: string; words: string }[];
    empty: string;
    source: string;
    language: string;
}

/** The rows and columns of a table of the page, drawn anew; without a table what the page says instead. */
export function matrixSvg(table: HTMLTableElement | null, { title, chosen, legend, empty, source, language }: Around): string {
    const rows = [...(table?.tBodies[0]?.rows ?? [])];
    const heads = [...(table?.tHead?.rows[0]?.cells ?? [])].slice(1);
    const lines = rows.length ? chosen : [...chosen, empty];
    const top = 44 + (chosen.length + 1) * LINE;
    const from = top + HEADS;
    const width = Math.max(720, NAMES + heads.length * WIDE + 20);
    const height = (rows.length ? from + rows.length * HIGH : top) + 40;
    const parts = [
        text(10, 26, "title", title),
        ...lines.map((line, at) => text(10, 48 + at * LINE, "small", line)),
        ...(rows.length ? legend.map(sample(top - LINE + 4)) : []),
        ...heads.map((head, at) => {
            const [x, y] = [NAMES + at * WIDE + WIDE / 2 + 4, from - 6];
            return `<text x="${x}" y="${y}" transform="rotate(-90 ${x} ${y})">${short(head, CUT.heads)}</text>`;
        }),
        ...rows.flatMap((row, down) => {
            const y = from + down * HIGH;
            const [name, ...cells] = [...row.cells];
            return [`<text x="10" y="${y + 16}">${short(name, CUT.names)}</text>`, ...cells.map((cell, at) => drawn(cell, NAMES + at * WIDE, y))];
        }),
        text(10, height - 14, "small", source),
    ];
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" lang="${language}" role="img"><title>${safe(title)}</title>
<style>${STYLE}</style>
<defs><pattern id="none" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M0 8 8 0" stroke="#d5dae0"/></pattern></defs>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

function drawn(cell: HTMLTableCellElement, x: number, y: number): string {
    const numbers = [...cell.querySelectorAll("b, i")].map((one) => `<tspan class="${one.localName}">${safe(one.textContent ?? "")}</tspan>`);
    const box = `<rect class="cell ${cell.className}" x="${x}" y="${y}" width="${WIDE}" height="${HIGH}"/>`;
    return numbers.length ? `${box}<text class="number" x="${x + WIDE / 2}" y="${y + 16}">${numbers.join(" ")}</text>` : box;
}

/** The entries of the legend in a line, each after a cell of its kind. */
function sample(y: number): (entry: Around["legend"][number]) => string {
    let x = 10;
    return ({ kind, words }) => {
        const made = `<rect class="cell ${kind}" x="${x}" y="${y - 12}" width="24" height="15"/>${text(x + 30, y, "small", words)}`;
        x += 50 + words.length * 6.5;
        return made;
    };
}

function text(x: number, y: number, kind: string, words: string): string {
    return `<text class="${kind}" x="${x}" y="${y}">${safe(words)}</text>`;
}

function short(cell: Element | undefined, most: number): string {
    const words = (cell?.textContent ?? "").trim().replace(/[ \t\n\r]+/g, " ");
    return safe(words.length > most ? `${words.slice(0, most - 1).trimEnd()}…` : words);
}

function safe(words: string): string {
    return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
