import { laidOut, placesOf, type MeasuredRun } from './layOut';
import { allPlaces, summarised, type LineColumns, type Series } from './seedLines';
import { extremesAt, lineThrough } from './thinned';

/** One of a program's own numbers over the training of the runs of one variant, seeds together, as columns. */
export interface MetricColumns extends LineColumns {
  /** Where it was measured, ascending: global steps. */
  readonly places: Float64Array;
  /** The global step at which each task ends, in the run that has the most: the others are laid out like it. */
  readonly ends: Float64Array;
  /** Seeds that contribute. */
  readonly seeds: number;
}

/** Between its own points a seed is interpolated linearly. Of more points than wanted, the least and the most are kept. */
export function metricColumns(
  measured: readonly MeasuredRun[],
  { name, points }: { readonly name: string; readonly points: number },
): MetricColumns {
  const { runs, ends } = laidOut(measured.filter(({ state }) => state.started !== undefined));
  const series = runs.flatMap((run): Series[] => {
    const found = run.columns.metrics.get(name);
    return found ? [withoutGaps(placesOf(run, found), found.values[0]?.values ?? new Float32Array())] : [];
  });
  const places = allPlaces(series);
  const line = summarised(series, places);
  const more = { ends: Float64Array.from(ends), seeds: series.filter((one) => one.places.length > 0).length };
  if (places.length <= points) return { places, ...line, ...more };
  const { places: kept, numbers } = extremesAt(places, points);
  return { places: kept, ...lineThrough(line, numbers), ...more };
}

/** Where there is a number. */
function withoutGaps(places: Float64Array, values: Float32Array | Float64Array): Series {
  const known = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  return { places: known.map((i) => places[i] ?? NaN), values: known.map((i) => values[i] ?? NaN) };
}
