import { svg } from 'lit';
import { short } from './rows';

/** Colours of tasks in a stack; the order tells them apart. */
const COLOURS = 6;

/** A stack in each column, its parts from the bottom up. @param columns shares of the height; undefined for no column */
export function stacksOf(columns: readonly (readonly number[] | undefined)[]) {
  const paths = Array.from({ length: COLOURS }, (): string[] => []);
  columns.forEach((shares, column) => {
    let height = 0;
    shares?.forEach((share, part) => {
      if (!(share > 0)) return;
      paths[part % COLOURS]?.push(`M${short(column + 0.1)} ${short(1 - height)}h0.8v${short(-share)}h-0.8Z`);
      height += share;
    });
  });
  const frames = columns.map((shares, column) => (shares ? `M${column + 0.1} 0h0.8v1h-0.8Z` : '')).join('');
  return svg`${paths.map((d, k) => (d.length > 0 ? svg`<path class="owner owner-${k}" d=${d.join('')} />` : ''))}<path class="frame" d=${frames} />`;
}
