import { randomBytes } from 'node:crypto';

export interface PageOptions {
  /** Source that VS Code serves the page's own files from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Language of the user interface, e.g. `zh-cn`. */
  readonly language: string;
  /** Translated texts by key; empty for English. */
  readonly texts: Readonly<Record<string, string>>;
  /** What logs and cards say, by their English; empty for English. */
  readonly words: Readonly<Record<string, string>>;
  /** What the dashboard is of. */
  readonly title: string;
  /** What stands there until the script draws. */
  readonly waiting: string;
  readonly nonce?: string;
}

/** Nothing is allowed but the page's own script, style and pictures; nothing is inline, nothing is evaluated. */
export const contentSecurityPolicy = (source: string, nonce: string): string =>
  [
    "default-src 'none'",
    `img-src ${source}`,
    `font-src ${source}`,
    `style-src ${source} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');

/** Grey rows in the place of the table that is to come. */
const WAITING_ROWS = 6;

/**
 * The HTML of the dashboard. Everything visible is drawn by the script, but for what says, before it is there and knows
 * anything, that something is on its way; the script takes it away with its first drawing.
 */
export function pageHtml(options: PageOptions): string {
  const { cspSource, script, style, language, texts, words, title, waiting } = options;
  const { nonce = randomBytes(18).toString('base64') } = options;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(contentSecurityPolicy(cspSource, nonce))}">
<meta property="csp-nonce" content="${nonce}">
<title>Lethe</title>
<link rel="stylesheet" href="${escapeHtml(style)}">
</head>
<body>
<main id="waiting" aria-busy="true">
<h1>${escapeHtml(title)}</h1>
<p class="quiet" role="status">${escapeHtml(waiting)}</p>
<div class="waiting-rows" aria-hidden="true">${'<i></i>'.repeat(WAITING_ROWS)}</div>
</main>
<script type="application/json" id="texts" nonce="${nonce}">${scriptJson({ texts, words })}</script>
<script type="module" nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** JSON that cannot end the script element it stands in. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');
