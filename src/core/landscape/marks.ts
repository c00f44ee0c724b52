/** Shapes by which the paths of runs are told apart, as paths of SVG round a place. */
const shapes: readonly ((x: number, y: number, r: number) => string)[] = [
  (x, y, r) => `M${f(x - r)} ${f(y)}a${f(r)} ${f(r)} 0 1 0 ${f(2 * r)} 0a${f(r)} ${f(r)} 0 1 0 ${f(-2 * r)} 0Z`,
  (x, y, r) => `M${f(x - r)} ${f(y - r)}h${f(2 * r)}v${f(2 * r)}h${f(-2 * r)}Z`,
  (x, y, r) => `M${f(x)} ${f(y - 1.3 * r)}l${f(1.3 * r)} ${f(2.2 * r)}h${f(-2.6 * r)}Z`,
  (x, y, r) =>
    `M${f(x)} ${f(y - 1.4 * r)}l${f(1.4 * r)} ${f(1.4 * r)}l${f(-1.4 * r)} ${f(1.4 * r)}l${f(-1.4 * r)} ${f(-1.4 * r)}Z`,
  (x, y, r) => `M${f(x)} ${f(y + 1.3 * r)}l${f(1.3 * r)} ${f(-2.2 * r)}h${f(-2.6 * r)}Z`,
  (x, y, r) =>
    `M${f(x - r)} ${f(y - 0.5 * r)}l${f(r)} ${f(-0.7 * r)}l${f(r)} ${f(0.7 * r)}l${f(-0.4 * r)} ${f(1.4 * r)}h${f(-1.2 * r)}Z`,
];
const f = (value: number): string => String(Number(value.toFixed(1)));

/** @param which of the paths it is: after six shapes they begin anew */
export const markOf = (which: number, x: number, y: number, radius: number): string =>
  (shapes[which % shapes.length] as (typeof shapes)[number])(x, y, radius);
