import {
  findNodeAtLocation,
  getNodePath,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { shippedCatalogue, type Catalogue } from './catalogue';
import { checkExperiment } from './checks';
import { MOST_ENTRIES, readExperimentFile, resolveAll, seedList, seedsSchema, type Experiment } from './experiment';
import { checkExpectations } from './expectationChecks';
import { checkImplemented } from './implementedChecks';
import { explain, quoted, singleIssues, type Issue } from './explain';
import { checkMemory } from './memoryNeeds';
import { checkNamedFiles, namingsIn, noNamedFiles, type FileNaming, type NamedFiles } from './namedFiles';
import { ownValue, valueAt } from './ownValue';
import { checkOwnFiles } from './own/ownFileChecks';
import { noOwnFiles, ownAsksIn, type OwnAsk, type OwnFiles } from './own/ownFiles';
import type { Finding, Problem } from './problems';
import { checkSelection } from './selectionChecks';
import { eachOnce, expandSweeps, isSwept, withoutFaultySweeps, writtenPlace, type PlainFile } from './sweeps/expand';
import { excessOf } from './textLimits';
import { withProtocol } from './withProtocol';

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
  /** Place of the `methods` key; of `extends`, where a file leaves the methods to that; when there is one. */
  readonly methodsOffset?: number;
  readonly entries: readonly EntryPlace[];
  /** Set when there is no text to show the problem in. */
  readonly unreadable?: true;
}

/** Nobody reads more at once. The rest is counted. */
const MOST_PROBLEMS = 100;

const syntaxMessages = new Map([
  ['ValueExpected', 'A value is missing here.'],
  ['CommaExpected', 'A comma is missing here.'],
  ['ColonExpected', 'A colon is missing here.'],
  ['PropertyNameExpected', 'A property name in double quotes is expected here.'],
  ['CloseBraceExpected', 'A closing } is missing.'],
  ['CloseBracketExpected', 'A closing ] is missing.'],
  ['EndOfFileExpected', 'Nothing more is expected after the experiment.'],
  ['InvalidSymbol', 'This is not JSON: strings need double quotes; true, false, null and numbers do not.'],
  ['InvalidNumberFormat', 'This is not a number.'],
  ['UnexpectedEndOfString', 'The closing quote of this string is missing.'],
  ['UnexpectedEndOfComment', 'The closing */ of this comment is missing.'],
  ['UnexpectedEndOfNumber', 'This number is not complete.'],
  ['InvalidUnicode', 'After \\u four digits 0 to f are needed.'],
  ['InvalidEscapeCharacter', 'In a string a backslash stands only before " \\ / b f n r t u.'],
  ['InvalidCharacter', 'In a string this character must be written with a backslash.'],
]);

/** A place in the text (UTF-16 units). */
type Range = Pick<Problem, 'offset' | 'length'>;

/** A fault with its place in the text. */
type PlacedFinding = Pick<Problem, 'severity' | 'message' | 'path' | 'offset' | 'length'>;

/** A fault that is put into words only when it is shown. */
type Fault = () => PlacedFinding;

/**
 * Parses, validates and resolves an experiment file (JSON with comments). Never throws, whatever the text, and takes time
 * in proportion to its length, up to the limits of `excessOf`.
 *
 * @param catalogue the data sets that the file may name
 * @param own what is known of the files of the user's own that it names
 * @param files what is known of other files that it names, such as weights
 * @param memory bytes of the machine that is to train it
 */
export function parseExperiment(
  text: string,
  catalogue = shippedCatalogue,
  own = noOwnFiles,
  files = noNamedFiles,
  memory = Infinity,
): ParsedExperiment {
  const excess = excessOf(text);
  if (excess) return { problems: report(text, [() => ({ severity: 'error', path: [], ...excess })]), entries: [] };
  if (text.trim() === '') {
    const message =
      'The file is empty. An experiment needs at least { "name": "…", "methods": [ { "method": "ewc" } ] }.';
    const nothing: Fault = () => ({ severity: 'error', message, path: [], offset: 0, length: text.length });
    return { problems: report(text, [nothing]), entries: [] };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const places = placesOf(text, root);
  if (errors.length > 0 || root === undefined) return { ...places, problems: report(text, errors.map(syntaxFault)) };
  const { faults, experiment } = check(root, { catalogue, own, named: files, memory });
  return { ...places, problems: report(text, faults), ...(experiment ? { experiment } : {}) };
}

/** What has to be known of the files of the user's own that an experiment file names. Never throws, whatever the text. */
export function ownAsksOf(text: string): OwnAsk[] {
  // Most files name none: they are not parsed for it.
  if (!/"\.{1,2}\//.test(text) || excessOf(text)) return [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root ? ownAsksIn(plainValue(root)) : [];
}

/** Other files that an experiment file names, such as weights, each once. Never throws, whatever the text. */
export function namedFilesOf(text: string): FileNaming[] {
  // Most files name none: they are not parsed for it.
  if (!/"(?:weights|program)"/.test(text) || excessOf(text)) return [];
  const root = parseTree(text, [], { allowTrailingComma: true });
  return root ? namingsIn(plainValue(root)) : [];
}

/** The seeds that a text asks for, however faulty the rest of it is; undefined where it says none. Never throws. */
export function seedsOf(text: string): readonly number[] | undefined {
  if (excessOf(text)) return undefined;
  const root = parseTree(text, [], { allowTrailingComma: true });
  const given = root && ownValue(plainValue(root), 'seeds');
  const seeds = given === undefined ? undefined : seedsSchema.safeParse(given);
  return seeds?.success ? seedList(seeds.data) : undefined;
}

/** What stands for an experiment file that cannot be read. `reason` goes on a sentence about it. */
export function unreadableExperiment(reason: string): ParsedExperiment {
  const message = `This file cannot be read: ${reason}.`;
  const problem: Problem = { severity: 'error', message, path: [], offset: 0, length: 0, line: 1, column: 1 };
  return { problems: [problem], entries: [], unreadable: true };
}

/** What there is where an experiment file lies. */
interface Around {
  readonly catalogue: Catalogue;
  readonly own: OwnFiles;
  readonly named: NamedFiles;
  /** Bytes. */
  readonly memory: number;
}

function check(
  root: Node,
  { catalogue, own, named, memory }: Around,
): { readonly faults: readonly Fault[]; readonly experiment?: Experiment } {
  const written = plainValue(root);
  // First what the file extends, then its sweeps, then the schema: findings keep their places in the file.
  const { files: plainFiles, findings: ofSweeps } = expandSweeps(withProtocol(written), MOST_ENTRIES);
  const twice = repeatedKeys(root).map(twiceFault);
  const placed = (finding: Finding): PlacedFinding => placedIn(root, written, finding);
  const atFault =
    (finding: Finding): Fault =>
    () =>
      placed(finding);
  const ofForm = [...twice, ...ofSweeps.map(atFault)];
  // What is wrong with files that are named is said whatever else is wrong.
  const ofFiles = (plain: PlainFile): Finding[] =>
    [...checkOwnFiles(plain.file, own), ...checkNamedFiles(plain.file, named)].map((finding) =>
      writtenPlace(finding, plain),
    );
  const read = plainFiles.map((plain) => ({ plain, parsed: readExperimentFile(plain.file, own) }));
  const files = read.flatMap(({ plain, parsed }) => (parsed.success ? [{ plain, file: parsed.data }] : []));
  if (files.length < read.length) {
    const explained = read.flatMap(({ plain, parsed }) => [
      ...singleIssues(parsed.error?.issues ?? [])
        .filter((issue) => !isLeftToProtocol(issue, written))
        .map((issue) => () => writtenPlace(explain(issue, plain.file, own), plain)),
      ...ofFiles(plain).map((finding) => () => finding),
    ]);
    // Where nothing is swept, none can be the same as another: few of them are put into words.
    const wrong =
      read.length === 1 && !plainFiles.some(isSwept)
        ? explained.map((fault) => () => placed(fault()))
        : withoutFaultySweeps(eachOnce(explained.map((fault) => fault())), ofSweeps).map(atFault);
    return { faults: [...ofForm, ...wrong] };
  }
  const variants = plainFiles.some(isSwept) ? files.reduce((sum, { file }) => sum + file.methods.length, 0) : undefined;
  const found = withoutFaultySweeps(
    eachOnce(
      files.flatMap(({ plain, file }) => [
        ...checkExperiment(file, catalogue, own, variants).map((finding) => writtenPlace(finding, plain)),
        ...ofFiles(plain),
      ]),
    ),
    ofSweeps,
  );
  const isError = ({ severity }: Finding) => severity === 'error';
  const resolved = found.some(isError) ? undefined : resolveAll(files, catalogue, own, named);
  const ofVariants = resolved
    ? [
        ...checkExpectations(resolved),
        ...checkSelection(resolved),
        ...checkImplemented(resolved),
        ...checkMemory(resolved, memory),
      ]
    : [];
  const findings = [...found, ...ofVariants];
  // Errors first: where there are more findings than are shown, these must be.
  const ranked = [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))];
  const faults = [...ofForm, ...ranked.map(atFault)];
  if (!resolved || ofForm.length > 0 || findings.some(isError)) return { faults };
  return { faults, experiment: ownValue(written, 'methods') === undefined ? withoutPlaces(resolved) : resolved };
}

/** Where a file leaves the methods to its protocol, none of them stands in its text. */
const withoutPlaces = (experiment: Experiment): Experiment => ({
  ...experiment,
  variants: experiment.variants.map(({ entry: _entry, ...variant }) => variant),
});

/** Of a file that extends what there is not: what it leaves out is no fault of its own. */
const isLeftToProtocol = ({ code, path }: Issue, written: unknown): boolean =>
  code === 'invalid_type' &&
  path.length === 1 &&
  ownValue(written, 'extends') !== undefined &&
  valueAt(written, path) === undefined;

/** A finding at its place; at `extends`, where it is about what comes from there alone. */
function placedIn(root: Node, written: unknown, finding: Finding): PlacedFinding {
  const [part] = finding.path;
  const extended = ownValue(written, 'extends');
  const isElsewhere = extended !== undefined && part !== undefined && ownValue(written, part) === undefined;
  if (!isElsewhere) return { ...finding, ...rangeOf(root, finding) };
  const from: Finding = { ...finding, message: `In ${quoted(extended)}: ${finding.message}`, path: ['extends'] };
  return { ...from, ...rangeOf(root, from) };
}

/** The first faults, put into words and with line and column, and how many more there are, where the next one is. */
function report(text: string, faults: readonly Fault[]): Problem[] {
  const findings = faults.slice(0, MOST_PROBLEMS + 1).map((fault) => fault());
  const more = faults.length - MOST_PROBLEMS;
  const starts = lineStarts(text, Math.max(0, ...findings.map(({ offset }) => offset)));
  return findings.map(({ severity, message, path, ...range }, i) => {
    const { offset, length } = within(text, range);
    const line = linesUpTo(starts, offset);
    const column = offset - (starts[line - 1] ?? 0) + 1;
    const said = i < MOST_PROBLEMS ? message : `… and ${more} more ${more === 1 ? 'problem' : 'problems'}.`;
    return { severity, message: said, path, offset, length, line, column };
  });
}

/** The parser goes beyond the end of the text for a comment that is never closed. */
function within(text: string, { offset, length }: Range): Range {
  const start = Math.min(offset, text.length);
  return { offset: start, length: Math.min(length, text.length - start) };
}

function placesOf(text: string, root: Node | undefined): Pick<ParsedExperiment, 'methodsOffset' | 'entries'> {
  const methods = root && findNodeAtLocation(root, ['methods']);
  if (!methods) {
    const extended = root && findNodeAtLocation(root, ['extends'])?.parent;
    return { entries: [], ...(extended && { methodsOffset: extended.offset }) };
  }
  const entries = methods.type === 'array' ? (methods.children ?? []).slice(0, MOST_ENTRIES) : [];
  return {
    methodsOffset: methods.parent?.offset ?? methods.offset,
    entries: entries.map((node, entry) => ({ entry, ...within(text, node) })),
  };
}

const syntaxFault =
  ({ error, offset, length }: ParseError): Fault =>
  () => {
    const code = printParseErrorCode(error);
    const message = syntaxMessages.get(code) ?? `Not valid JSON (${code}).`;
    return { severity: 'error', message, path: [], offset, length };
  };

function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value as unknown;
  const pairs = (node.children ?? []).flatMap((property): [string, unknown][] => {
    const [key, value] = property.children ?? [];
    return key && value ? [[String(key.value), plainValue(value)]] : [];
  });
  return Object.fromEntries(pairs);
}

/** Keys that stand in their object for the second time or more, in the order of the text. */
function repeatedKeys(node: Node): Node[] {
  if (node.type === 'array') return (node.children ?? []).flatMap(repeatedKeys);
  if (node.type !== 'object') return [];
  const seen = new Set<unknown>();
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (!key) return [];
    const repeated = seen.has(key.value) ? [key] : [];
    seen.add(key.value);
    return value ? [...repeated, ...repeatedKeys(value)] : repeated;
  });
}

const twiceFault =
  (key: Node): Fault =>
  () => ({
    severity: 'error',
    message: `${quoted(key.value)} is given twice.`,
    path: getNodePath(key),
    offset: key.offset,
    length: key.length,
  });

/** Where in the text a finding is about; the nearest parent that exists when its own node does not. */
function rangeOf(root: Node, finding: Finding): Range {
  for (let depth = finding.path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, finding.path.slice(0, depth));
    if (!node) continue;
    if (depth < finding.path.length) return firstToken(node);
    const { offset, length } = (finding.atKey ? node.parent?.children?.[0] : undefined) ?? node;
    return { offset, length };
  }
  return firstToken(root);
}

/** A whole object underlined says nothing: mark its first key, or its opening bracket. */
function firstToken(node: Node): Range {
  if (node.type !== 'object' && node.type !== 'array') return { offset: node.offset, length: node.length };
  const key = node.type === 'object' && node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  return key ? { offset: key.offset, length: key.length } : { offset: node.offset, length: 1 };
}

/** Where lines start, up to the line of an offset. */
function lineStarts(text: string, offset: number): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** How many lines start at the offset or before it. */
function linesUpTo(starts: readonly number[], offset: number): number {
  let [low, high] = [1, starts.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle - 1] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
