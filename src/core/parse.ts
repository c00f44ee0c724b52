import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { checkExperiment } from './checks';
import { allowedKeys, experimentSchema, resolveExperiment, type Experiment } from './experiment';
import { explain } from './explain';
import type { Finding, Problem } from './problems';

/** Where an entry of `methods` stands in the text, for CodeLenses. Offsets are UTF-16 units. */
export interface EntryPlace {
  readonly entry: number;
  readonly offset: number;
  readonly length: number;
}

export interface ParsedExperiment {
  /** Present when there is no error (warnings may remain). */
  readonly experiment?: Experiment;
  readonly problems: readonly Problem[];
  /** Place of the `methods` key, when there is one. */
  readonly methodsOffset?: number;
  readonly entries: readonly EntryPlace[];
}

const syntaxMessages: Readonly<Record<string, string>> = {
  ValueExpected: 'A value is missing here.',
  CommaExpected: 'A comma is missing here.',
  ColonExpected: 'A colon is missing here.',
  PropertyNameExpected: 'A property name in double quotes is expected here.',
  CloseBraceExpected: 'A closing } is missing.',
  CloseBracketExpected: 'A closing ] is missing.',
  EndOfFileExpected: 'Nothing more is expected after the experiment.',
  InvalidSymbol: 'This is not JSON: strings need double quotes; true, false, null and numbers do not.',
  InvalidNumberFormat: 'This is not a number.',
  UnexpectedEndOfString: 'The closing quote of this string is missing.',
};

/** Parses, validates and resolves an experiment file (JSON with comments). Never throws for bad text. */
export function parseExperiment(text: string): ParsedExperiment {
  const errors: ParseError[] = [];
  const place = placer(text);
  if (text.trim() === '') {
    const message =
      'The file is empty. An experiment needs at least { "name": "…", "methods": [ { "method": "ewc" } ] }.';
    return { problems: [place({ severity: 'error', message, path: [] }, 0, text.length)], entries: [] };
  }
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const places = placesOf(root);
  if (errors.length > 0 || root === undefined) {
    const problems = errors.map((error) => {
      const code = printParseErrorCode(error.error);
      return place(
        { severity: 'error', message: syntaxMessages[code] ?? `Not valid JSON (${code}).`, path: [] },
        error.offset,
        error.length,
      );
    });
    return { ...places, problems };
  }
  const parsed = experimentSchema.safeParse(plainValue(root));
  const findings: Finding[] = [...duplicateKeys(root)];
  let experiment: Experiment | undefined;
  if (parsed.success) {
    findings.push(...checkExperiment(parsed.data));
    if (!findings.some((finding) => finding.severity === 'error')) experiment = resolveExperiment(parsed.data);
  } else {
    const file = plainValue(root);
    findings.push(...parsed.error.issues.flatMap((issue) => explain(issue, file, (path) => allowedKeys(path, file))));
  }
  const problems = findings.map((finding) => place(finding, ...rangeOf(root, finding)));
  return { ...places, problems, ...(experiment ? { experiment } : {}) };
}

function placesOf(root: Node | undefined): Pick<ParsedExperiment, 'methodsOffset' | 'entries'> {
  const methods = root && findNodeAtLocation(root, ['methods']);
  if (!methods) return { entries: [] };
  const entries = (methods.children ?? []).map((node, entry) => ({ entry, offset: node.offset, length: node.length }));
  return { methodsOffset: methods.parent?.offset ?? methods.offset, entries };
}

function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value as unknown;
  const pairs = (node.children ?? []).flatMap((property): [string, unknown][] => {
    const [key, value] = property.children ?? [];
    return key && value ? [[String(key.value), plainValue(value)]] : [];
  });
  return Object.fromEntries(pairs);
}

function duplicateKeys(node: Node, path: (string | number)[] = []): Finding[] {
  if (node.type === 'array') return (node.children ?? []).flatMap((child, i) => duplicateKeys(child, [...path, i]));
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((property): Finding[] => {
    const [key, value] = property.children ?? [];
    if (!key) return [];
    const name = String(key.value);
    const twice: Finding[] = seen.has(name)
      ? [{ severity: 'error', message: `"${name}" is given twice.`, path: [...path, name], atKey: true }]
      : [];
    seen.add(name);
    return value ? [...twice, ...duplicateKeys(value, [...path, name])] : twice;
  });
}

/** Offset and length of what a finding is about; the nearest parent that exists when its own node does not. */
function rangeOf(root: Node, finding: Finding): [number, number] {
  for (let depth = finding.path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, finding.path.slice(0, depth));
    if (!node) continue;
    if (depth < finding.path.length) return firstToken(node);
    const key = finding.atKey ? node.parent?.children?.[0] : undefined;
    return key ? [key.offset, key.length] : [node.offset, node.length];
  }
  return firstToken(root);
}

/** A whole object underlined says nothing: mark its first key, or its opening bracket. */
function firstToken(node: Node): [number, number] {
  if (node.type !== 'object' && node.type !== 'array') return [node.offset, node.length];
  const key =
    node.type === 'object' ? (node.parent?.type === 'property' ? node.parent.children?.[0] : undefined) : undefined;
  return key ? [key.offset, key.length] : [node.offset, 1];
}

function placer(text: string) {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  return (finding: Finding, offset: number, length: number): Problem => {
    let line = starts.length;
    while (line > 1 && (starts[line - 1] ?? 0) > offset) line--;
    return {
      severity: finding.severity,
      message: finding.message,
      path: finding.path,
      offset,
      length,
      line,
      column: offset - (starts[line - 1] ?? 0) + 1,
    };
  };
}
