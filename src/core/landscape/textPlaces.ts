/** A text that is set, in the middle. */
export interface TextPlace {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of a text 11 high: its line, and about so wide a letter, some being bold; those of Chinese are as wide as high. */
const LINE = 13;
const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + (letter > '\u2e7f' ? 11.5 : 7), 0);
/** What is kept free round a mark, to each side. */
const MARK = 9;

const boxOf = (x: number, y: number, width: number, height: number): Box => ({
  ...{ left: x - width / 2, right: x + width / 2 },
  ...{ top: y - height / 2, bottom: y + height / 2 },
});

/** Where texts stand on a picture so that none lies on another, or on a mark. */
export class TextPlaces {
  private readonly taken: Box[] = [];

  /** @param side of the picture, in units in which a text is 11 high; its height, where that is another */
  constructor(
    private readonly side: number,
    private readonly height = side,
  ) {}

  /** Nothing is written there. */
  keepFree(x: number, y: number): void {
    this.taken.push(boxOf(x, y, 2 * MARK, 2 * MARK));
  }

  /** On one of some places of a line: the one that is furthest from all that is there; undefined where there is no room. */
  onLine(places: readonly (readonly [x: number, y: number])[], text: string): TextPlace | undefined {
    let best: { readonly place: TextPlace; readonly room: number } | undefined;
    for (const [x, y] of places) {
      const box = boxOf(x, y, widthOf(text) + 6, LINE);
      if (!this.isFree(box)) continue;
      const room = Math.min(this.side, ...this.taken.map((other) => distanceTo(other, x, y)));
      if (!best || room > best.room) best = { place: { x, y }, room };
    }
    if (best) this.taken.push(boxOf(best.place.x, best.place.y, widthOf(text) + 6, LINE));
    return best?.place;
  }

  /** Beside a mark, on the first side that is free; undefined where none is. */
  beside(x: number, y: number, text: string): TextPlace | undefined {
    const across = widthOf(text) / 2 + MARK + 1;
    const sides = [
      [across, 0],
      [-across, 0],
      [0, -LINE - 3],
      [0, LINE + 3],
      [across, -LINE],
      [across, LINE],
      [-across, -LINE],
      [-across, LINE],
    ] as const;
    for (const [right, down] of sides) {
      const box = boxOf(x + right, y + down, widthOf(text), LINE);
      if (!this.isFree(box)) continue;
      this.taken.push(box);
      return { x: x + right, y: y + down };
    }
    return undefined;
  }

  private isFree(box: Box): boolean {
    if (box.left < 0 || box.top < 0 || box.right > this.side || box.bottom > this.height) return false;
    return !this.taken.some(
      (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
    );
  }
}

const distanceTo = ({ left, right, top, bottom }: Box, x: number, y: number): number =>
  Math.hypot((left + right) / 2 - x, (top + bottom) / 2 - y);
