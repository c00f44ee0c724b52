export { dashOf, TASK_STYLES } from '../src/core/lineStyles';

/** Colours a canvas needs as values; SVG and HTML take them from the style sheet. */
export interface ChartColors {
  readonly tasks: readonly string[];
  readonly grid: string;
  readonly text: string;
  readonly shade: string;
  /** What charts lie on. */
  readonly ground: string;
}

/** Of the line of validation, which has the colour of the text. */
export const VALIDATION_DASH: readonly number[] = [4, 3];

/** Of the theme's colours for charts. Orange is missing: in some of VS Code's own themes it is nearly transparent. */
const taskTokens = ['blue', 'red', 'green', 'yellow', 'purple', 'foreground'] as const;

/** Reads the theme's colours as they are now. */
export function readColors(): ChartColors {
  const style = getComputedStyle(document.body);
  const token = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const text = token('--vscode-foreground', '#888888');
  const contrast = token('--vscode-contrastBorder', '');
  return {
    tasks: taskTokens.map((name) => token(`--vscode-charts-${name}`, text)),
    grid: contrast ? withAlpha(contrast, 0.35) : withAlpha(text, 0.15),
    text: token('--quiet', text),
    shade: withAlpha(text, contrast ? 0.12 : 0.05),
    ground: token('--vscode-editorWidget-background', token('--vscode-editor-background', 'transparent')),
  };
}

/** The colour, more transparent. */
export const withAlpha = (color: string, alpha: number): string =>
  `color-mix(in srgb, ${color} ${Math.round(alpha * 100)}%, transparent)`;

/** Calls back when the theme changes: VS Code then changes the classes of the body and the style of the root. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  const options = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] };
  observer.observe(document.body, options);
  observer.observe(document.documentElement, options);
  return () => observer.disconnect();
}
