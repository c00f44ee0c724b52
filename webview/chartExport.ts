import { taskAt, type Curve, type Curves } from './curves';
import { dashOf, readColors, TASK_STYLES } from './theme';
import { isAfterPause, stepOf } from './timeline';

/**
 * All points of a chart as CSV: a row for each place, accuracies in per cent with their lowest and highest seed. `after`
 * names what the method did since that step, where the row is of after it.
 */
export function csvOf(curves: Curves): string {
  const { places, seconds, tasks, online, validation, stretches, joint, pauses } = curves;
  const named: (readonly [name: string, curve: Curve, scale: number])[] = [
    ...tasks.map((curve) => [`task_${curve.task + 1}`, curve, 100] as const),
    ...(online ? [['online', online, 100] as const] : []),
    ...(validation
      ? [['validation', validation.accuracy, 100] as const, ['validation_loss', validation.loss, 1] as const]
      : []),
  ];
  const head = [
    'step',
    'after',
    'trained_task',
    'seconds',
    ...named.flatMap(([name]) => [name, `${name}_low`, `${name}_high`]),
  ];
  const rows = Array.from(places, (place, i) => {
    const pause = isAfterPause(place) ? pauses.find(({ step }) => step === stepOf(place)) : undefined;
    return [
      String(stepOf(place)),
      quoted(pause?.names.join(' ') ?? ''),
      joint ? '' : String(taskAt(stretches, place) + 1),
      numberText(seconds[i], 1, 2),
      ...named.flatMap(([, { mean, low, high }, scale]) =>
        [mean, low, high].map((column) => numberText(column[i], scale, 4)),
      ),
    ];
  });
  return [head, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

const numberText = (value = NaN, scale: number, digits: number): string =>
  Number.isNaN(value) ? '' : String(Number((scale * value).toFixed(digits)));

/** A text that is no number and no formula to a spreadsheet. */
const quoted = (text: string): string => {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** Room around a chart in a picture, and height of a line of text, in pixels. */
const MARGIN = 12;
const LINE = 18;

/**
 * A chart as it is shown, with its title and what its lines are, as the base64 of a PNG; undefined while it is not drawn.
 *
 * @param legend of each line its text
 */
export function pictureOf(
  chart: HTMLCanvasElement | null,
  title: string,
  legend: readonly string[],
): string | undefined {
  const canvas = document.createElement('canvas');
  const draw = canvas.getContext('2d');
  if (!chart || !draw) return undefined;
  const [width, height] = [chart.width / devicePixelRatio, chart.height / devicePixelRatio];
  const style = getComputedStyle(document.body);
  const font = `12px ${style.fontFamily}`;
  draw.font = font;
  const rows = rowsOf(
    legend.map((text) => draw.measureText(text).width + 46),
    width,
  );
  canvas.width = (width + 2 * MARGIN) * devicePixelRatio;
  canvas.height = (height + 2 * MARGIN + (1 + (rows.at(-1)?.row ?? -1) + 1) * LINE) * devicePixelRatio;
  draw.scale(devicePixelRatio, devicePixelRatio);
  draw.fillStyle = style.backgroundColor;
  draw.fillRect(0, 0, canvas.width, canvas.height);
  draw.fillStyle = style.color;
  draw.font = `bold ${font}`;
  draw.fillText(title, MARGIN, MARGIN + 12);
  draw.font = font;
  draw.drawImage(chart, MARGIN, MARGIN + LINE, width, height);
  const { tasks } = readColors();
  legend.forEach((text, k) => {
    const { row, x } = rows[k] ?? { row: 0, x: 0 };
    const [left, base] = [MARGIN + x, MARGIN + LINE + height + row * LINE + 12];
    draw.strokeStyle = tasks[k % TASK_STYLES] ?? style.color;
    draw.lineWidth = 2;
    draw.setLineDash([...dashOf(k)]);
    draw.beginPath();
    draw.moveTo(left, base - 4);
    draw.lineTo(left + 28, base - 4);
    draw.stroke();
    draw.fillText(text, left + 34, base);
  });
  return canvas.toDataURL('image/png').split(',')[1];
}

/** Things of some widths, in rows that are at most so wide. */
export function rowsOf(widths: readonly number[], most: number): { readonly row: number; readonly x: number }[] {
  let [row, x] = [0, 0];
  return widths.map((width) => {
    if (x > 0 && x + width > most) [row, x] = [row + 1, 0];
    const place = { row, x };
    x += width;
    return place;
  });
}
