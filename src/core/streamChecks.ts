import type { FactsOf } from './catalogue';
import type { DatasetFacts } from './datasets';
import { MOST_TASKS, type ImageShape } from './recipe';
import type { Finding } from './problems';
import { isOwnStream, type BuiltInStreamSpec, type PartSpec, type StreamSpec } from './stream';
import { classCounts, datasetsOf, partsOf, tasksOf } from './streamTasks';

type Place = readonly (string | number)[];
type Part = PartSpec<BuiltInStreamSpec>;
type Split = Extract<Part, { readonly kind: 'split' }>;

const error = (path: Place, message: string): Finding => ({ severity: 'error', message, path });

/** What the schema cannot say of a stream. */
export function checkStream(stream: StreamSpec, factsOf: FactsOf): Finding[] {
  if (isOwnStream(stream)) return checkShapes(datasetsOf(stream), factsOf, ['stream', 'dataset']);
  const isList = stream.kind === 'parts';
  const ofParts = partsOf(stream).flatMap((part, i) =>
    checkPart(part, factsOf(part.dataset), stream.scenario, ['stream', ...(isList ? ['parts', i] : [])]),
  );
  return isList
    ? [
        ...ofParts,
        ...checkShapes(
          stream.parts.map(({ dataset }) => dataset),
          factsOf,
          ['stream', 'parts'],
          'dataset',
        ),
        ...checkLength(stream),
      ]
    : ofParts;
}

function checkPart(part: Part, facts: DatasetFacts, scenario: StreamSpec['scenario'], path: Place): Finding[] {
  if (part.kind === 'rotated' && Array.isArray(part.angles) && part.angles.length !== part.tasks)
    return [error([...path, 'tasks'], `There are ${part.angles.length} angles: one for each task.`)];
  if (part.kind === 'rotated' && facts.shape[0] === 1)
    return [error([...path, 'kind'], `The examples of ${facts.title} are lists of values: only images can be turned.`)];
  if (part.kind !== 'split') return [];
  const order = checkOrder(part, facts, path);
  return order.length > 0 ? order : checkClasses(part, facts, scenario, path);
}

function checkOrder({ classOrder }: Split, { classes }: DatasetFacts, path: Place): Finding[] {
  if (!Array.isArray(classOrder)) return [];
  const areClasses = classOrder.every((label) => label < classes) && new Set(classOrder).size === classOrder.length;
  if (areClasses) return [];
  return [error([...path, 'classOrder'], `The order must hold classes from 0 to ${classes - 1}, each at most once.`)];
}

function checkClasses(part: Split, facts: DatasetFacts, scenario: StreamSpec['scenario'], path: Place): Finding[] {
  const { classes, title } = facts;
  const { tasks, classesPerTask, classOrder } = part;
  const used = Array.isArray(classOrder) ? classOrder.length : classes;
  const whose = Array.isArray(classOrder) ? 'The order' : title;
  const found: Finding[] = [];
  const sum = classesPerTask?.reduce((so, far) => so + far, 0) ?? 0;
  if (classesPerTask && classesPerTask.length !== tasks)
    found.push(error([...path, 'tasks'], `"classesPerTask" deals out ${classesPerTask.length} tasks.`));
  if (sum > used)
    found.push(error([...path, 'classesPerTask'], `These are ${sum} classes. ${whose} has only ${used}.`));
  if (!classesPerTask && used % tasks !== 0) found.push(error([...path, 'tasks'], unevenText(part, used, facts)));
  // Where the tasks cannot be dealt out at all, that is the fault.
  const isTooSmall = found.length === 0 && classCounts(part, classes).includes(1);
  if (isTooSmall && scenario === 'domain')
    found.push(
      error(
        [...path, classesPerTask ? 'classesPerTask' : 'tasks'],
        'In the domain-incremental scenario a task needs at least two classes.',
      ),
    );
  return found;
}

function unevenText({ tasks, classOrder }: Split, used: number, { title }: DatasetFacts): string {
  const allowed = Array.from({ length: used }, (_, i) => i + 1).filter((n) => used % n === 0);
  const isListed = Array.isArray(classOrder);
  const few = isListed ? `The order has only ${used} classes` : `${title} has only ${used} classes`;
  const uneven = `The ${used} classes of ${isListed ? 'the order' : title} do not divide evenly over ${tasks} tasks`;
  const said = tasks > used ? few : uneven;
  return `${said.slice(0, 1).toUpperCase()}${said.slice(1)}. Allowed: ${allowed.join(', ')}; or "classesPerTask".`;
}

const shapeText = (shape: ImageShape) => shape.join(' × ');

/** @param at the list that names them. @param key of the name in each of its entries, where these are objects */
function checkShapes(names: readonly string[], factsOf: FactsOf, at: Place, key?: string): Finding[] {
  const shapeOf = (name: string) => shapeText(factsOf(name).shape);
  const [first] = names;
  const other = names.findIndex((name) => first !== undefined && shapeOf(name) !== shapeOf(first));
  const name = names[other];
  if (first === undefined || name === undefined) return [];
  const [own, wanted] = [name, first].map((of) => `${factsOf(of).title} are ${shapeOf(of)}`);
  const all = key === undefined ? 'They all' : 'All parts';
  return [
    error(
      [...at, other, ...(key === undefined ? [] : [key])],
      `The images of ${own}, those of ${wanted}. ${all} must have images of one shape.`,
    ),
  ];
}

function checkLength(stream: StreamSpec): Finding[] {
  const tasks = tasksOf(stream);
  if (tasks <= MOST_TASKS) return [];
  return [error(['stream', 'parts'], `These are ${tasks} tasks; a stream has at most ${MOST_TASKS}.`)];
}
