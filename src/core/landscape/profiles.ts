import type { PathResult, Profile } from '../analyses/path';
import { roundStep } from '../roundStep';

/** The loss of a task along a way, as it is drawn: y downwards. */
export interface DrawnProfile {
  readonly way: Profile['way'];
  readonly of: number;
  /** A path of SVG; it has gaps where a loss is not finite. */
  readonly line: string;
  /** From the straight line between both ends up to the loss where the rise is largest; left out where there is none. */
  readonly barrier?: { readonly x: number; readonly low: number; readonly high: number };
}

export interface DrawnPaths {
  readonly profiles: readonly DrawnProfile[];
  /** Losses that lines are drawn at, with their heights. */
  readonly ticks: readonly { readonly value: number; readonly y: number }[];
}

/** Lines of the grid above 0, at most. */
const TICKS = 4;

/** What is drawn of a path in a box so wide and so high. */
export function profilesOf({ shares, profiles }: PathResult, width: number, height: number): DrawnPaths {
  const finite = profiles.flatMap(({ loss }) => loss.filter((value) => value !== null));
  const most = finite.reduce((most, value) => Math.max(most, value), 0) || 1;
  const step = roundStep(most, TICKS);
  const top = step * Math.ceil((most * 1.02) / step);
  const [x, y] = [(share: number) => share * width, (loss: number) => height * (1 - loss / top)];
  return {
    profiles: profiles.map(({ way, of, loss, barrier, at }) => {
      const [start, end] = [loss[0], loss.at(-1)];
      const drawn = { way, of, line: lineText(loss, (i) => x(shares[i] ?? 0), y) };
      if (barrier === null || at === null || barrier <= 0 || typeof start !== 'number' || typeof end !== 'number')
        return drawn;
      const ground = start + at * (end - start);
      return { ...drawn, barrier: { x: x(at), low: y(ground), high: y(ground + barrier) } };
    }),
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => {
      const value = Number((i * step).toPrecision(12));
      return { value, y: y(value) };
    }),
  };
}

/** A path of SVG through values, with gaps where there is none. */
export function lineText(
  loss: readonly (number | null)[],
  x: (i: number) => number,
  y: (value: number) => number,
): string {
  let isOn = false;
  return loss
    .map((value, i) => {
      if (value === null) {
        isOn = false;
        return '';
      }
      const text = `${isOn ? 'L' : 'M'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      isOn = true;
      return text;
    })
    .join('');
}
