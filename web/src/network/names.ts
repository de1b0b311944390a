// Which names are written at a scale, and where: the most linked things first, each where no other name and no thing stands.

export interface Named {
    id: string;
    /** Where it stands on the screen, and how far its shape reaches. */
    x: number;
    y: number;
    radius: number;
    text: string;
    /** What is written first; what is infinite always is, further away where that covers less. */
    rank: number;
}

export const FONT = 11;
export const WIDTH = 120;
/** How far a name stands from its thing, and one that is always written may. */
const GAPS = [2, 12, 24];
/** A name that is cut off is worse than one that stands over so many things. */
const CUT = 100;
const LETTER = 0.6 * FONT;
const LINE = 1.25 * FONT;

/** On which side of its thing a name stands, and how far from it. */
export interface Place {
    side: "below" | "above" | "right" | "left";
    gap: number;
}

const NEAR = (["below", "above", "right", "left"] as const).map((side): Place => ({ side, gap: GAPS[0] as number }));
const PLACES = GAPS.flatMap((gap) => NEAR.map((place): Place => ({ ...place, gap })));

type Box = [left: number, top: number, right: number, bottom: number];

/** Things and names that are in the way, by the squares of the screen they reach into. */
class Taken {
    private readonly squares = new Map<string, Set<Box>>();

    add(box: Box): void {
        for (const square of squaresOf(box)) {
            this.squares.set(square, (this.squares.get(square) ?? new Set()).add(box));
        }
    }

    /** How many of them a box touches. */
    touched(box: Box, own: Box): number {
        const near = new Set(squaresOf(box).flatMap((square) => [...(this.squares.get(square) ?? [])]));
        return [...near].filter((other) => other !== own && touch(box, other)).length;
    }
}

/** Where each name that is written stands; all of it on a screen of that width and height, unless it always is. */
export function placeNames(things: Named[], width: number, height: number): Map<string, Place> {
    const taken = new Taken();
    const shapes = new Map(things.map(({ id, x, y, radius }): [string, Box] => [id, [x - radius, y - radius, x + radius, y + radius]]));
    shapes.forEach((box) => taken.add(box));
    const named = new Map<string, Place>();
    for (const thing of [...things].sort((one, two) => compare(two.rank, one.rank) || (one.id < two.id ? -1 : 1))) {
        const own = shapes.get(thing.id) as Box;
        const places = (thing.rank === Infinity ? PLACES : NEAR).map((place) => ({ place, box: boxOf(thing, place) }));
        const found = places.map((one) => ({ ...one, covers: taken.touched(one.box, own) + (isWithin(one.box, width, height) ? 0 : CUT) }));
        const best = found.reduce((one, two) => (two.covers < one.covers ? two : one));
        if (!best.covers || thing.rank === Infinity) {
            taken.add(best.box);
            named.set(thing.id, best.place);
        }
    }
    return named;
}

function boxOf({ x, y, radius, text }: Named, { side, gap }: Place): Box {
    const long = text.length * LETTER;
    const wide = Math.max(Math.min(long, WIDTH), ...text.split(/\s/).map((word) => word.length * LETTER));
    const high = Math.ceil(long / (0.85 * WIDTH)) * LINE;
    const far = radius + gap;
    switch (side) {
        case "below":
            return [x - wide / 2, y + far, x + wide / 2, y + far + high];
        case "above":
            return [x - wide / 2, y - far - high, x + wide / 2, y - far];
        case "right":
            return [x + far, y - high / 2, x + far + wide, y + high / 2];
        default:
            return [x - far - wide, y - high / 2, x - far, y + high / 2];
    }
}

function isWithin([left, top, right, bottom]: Box, width: number, height: number): boolean {
    return left >= 0 && top >= 0 && right <= width && bottom <= height;
}

function squaresOf([left, top, right, bottom]: Box): string[] {
    const found: string[] = [];
    for (let column = Math.floor(left / WIDTH); column <= Math.floor(right / WIDTH); column++) {
        for (let row = Math.floor(top / WIDTH); row <= Math.floor(bottom / WIDTH); row++) {
            found.push(`${column} ${row}`);
        }
    }
    return found;
}

/** As numbers are compared, the infinite too. */
function compare(one: number, two: number): number {
    return one === two ? 0 : one - two;
}

function touch(one: Box, two: Box): boolean {
    return one[0] < two[2] && two[0] < one[2] && one[1] < two[3] && two[1] < one[3];
}
