/** What a comparison says of the backends of its runs. */
import { isBackendChoice, type BackendChoice } from './backends';
import { inARow, listed, someOf, t } from './text';

/** Of a row of the comparison. */
interface OnBackends {
  readonly label: string;
  /** Backends of the runs that count. */
  readonly backends: readonly string[];
}

/** Names that one list has. */
const MOST_NAMES = 5;

/** What makes the rows not comparable, or not what was asked for, and how to mend it. */
export function backendWarnings(rows: readonly OnBackends[], asked: BackendChoice): string[] {
  const labels = labelsByBackend(rows);
  const names = [...labels.keys()];
  const missing = asked !== 'auto' && !labels.has(asked);
  if (missing && names.length > 0)
    return [
      inARow([t('No run of this comparison is on {0}; its runs are on {1}.', asked, listed(names)), adviceFor(asked)]),
    ];
  if (names.length < 2) return [];
  const on = [...labels].map(([name, of]) => t('{0}: {1}', name, someOf(of, MOST_NAMES))).join('; ');
  const said = t(
    'Runs of this comparison used different backends ({0}): times are not comparable, and numbers differ in rounding.',
    on,
  );
  // Where all that differs is what other programs compute with, there is nothing to choose.
  if (names.filter(isBackendChoice).length < 2) return [said];
  return [inARow([said, adviceFor(asked === 'auto' ? usualOf(labels) : asked)]).trimEnd()];
}

function labelsByBackend(rows: readonly OnBackends[]): Map<string, string[]> {
  const labels = new Map<string, string[]>();
  for (const { label, backends } of rows)
    for (const name of backends) labels.set(name, [...(labels.get(name) ?? []), label]);
  return labels;
}

/** The one of most rows, of equally many the first. */
const usualOf = (labels: ReadonlyMap<string, readonly string[]>): string =>
  [...labels].reduce((best, other) => (other[1].length > best[1].length ? other : best))[0];

/** How to have everything on one backend; nothing where Lethe does not have it. */
const adviceFor = (name: string): string =>
  isBackendChoice(name)
    ? t(
        '"lethe run FILE --backend {0}" runs what is missing on {0}; in VS Code the setting lethe.backend says the same.',
        name,
      )
    : '';

/** That there are results on another backend too, and how to have those. */
export function elsewhereSentences(
  groups: readonly { readonly elsewhere?: readonly string[] }[],
  rows: readonly OnBackends[],
): string[] {
  const others = [...new Set(groups.flatMap(({ elsewhere }) => elsewhere ?? []))];
  if (others.length === 0) return [];
  const counted = [...labelsByBackend(rows).keys()];
  const how = others.filter(isBackendChoice).map((name) => `--backend ${name}`);
  const places = [listed(counted), listed(others)] as const;
  return [
    how.length === 0
      ? t('These are results on {0}. There are results on {1} too.', ...places)
      : t(
          'These are results on {0}. There are results on {1} too: {2} counts them instead.',
          ...places,
          how.join(t(' or ')),
        ),
  ];
}
