// Which names are written at a scale: the most linked things first, each where no other name stands already.

export interface Named {
    id: string;
    /** Where it stands on the screen, and how far its shape reaches. */
    x: number;
    y: number;
    radius: number;
    text: string;
    /** What is written first. */
    rank: number;
}

export const FONT = 11;
export const WIDTH = 120;
const LETTER = 0.56 * FONT;
const LINE = 1.2 * FONT;

type Box = [left: number, top: number, right: number, bottom: number];

/** The things whose names do not touch each other, nor the shapes of those named before. */
export function placeNames(things: Named[]): Set<string> {
    const taken: Box[] = [];
    const named = new Set<string>();
    for (const { id, x, y, radius, text } of [...things].sort((one, two) => two.rank - one.rank || (one.id < two.id ? -1 : 1))) {
        const long = text.length * LETTER;
        const half = Math.min(long, WIDTH) / 2;
        const lines = Math.ceil(long / (0.9 * WIDTH));
        const box: Box = [x - half, y - radius, x + half, y + radius + lines * LINE];
        if (!taken.some((other) => touch(box, other))) {
            taken.push(box);
            named.add(id);
        }
    }
    return named;
}

function touch(one: Box, two: Box): boolean {
    return one[0] < two[2] && two[0] < one[2] && one[1] < two[3] && two[1] < one[3];
}
