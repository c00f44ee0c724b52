/** How lines and bars of tasks are told apart, in the dashboard and in the report alike: by colour and by dash. */

/** Colours, in the order of tasks: those of VS Code's charts (blue, red, green, yellow, purple), and that of the text. */
export const TASK_STYLES = 6;

/** Lengths of dash and gap, in pixels. Empty: solid. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [2, 5], [12, 4, 2, 4, 2, 4]];

/** Where colours begin anew, dashes are shifted by one: 36 tasks differ. */
export const dashOf = (task: number): readonly number[] =>
  dashes[(task + Math.floor(task / TASK_STYLES)) % dashes.length] ?? [];
