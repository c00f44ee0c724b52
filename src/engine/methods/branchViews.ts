import type { View, ViewOf } from '../../core/mechanism';
import type { Learner } from '../contract/learner';
import type { BranchStore } from './branchStore';
import { meanOf, ownerOf, TRUNK } from './branchTree';
import type { TaskRelatedness } from './taskRelatedness';

/** What there is to see of a tree. */
interface Seen {
  readonly learner: Learner;
  readonly store: BranchStore;
  readonly relatedness: TaskRelatedness;
}

/** The tree up to a task, how large its layers are, and how the newest task is related to those before it. */
export function branchViews(task: number, seen: Seen): View[] {
  return [treeOf(task, seen), sizesOf(task, seen), ...relatedViews(task, seen)];
}

/** With its number, for tasks of several parts of a stream may have one name. */
function nameOf({ stream }: Learner, task: number): string {
  const name = stream.tasks[task]?.name;
  return name ? `${task + 1}: ${name}`.slice(0, 80) : `task ${task + 1}`;
}

/** Each branch below the owner of the last layer that it shares; one that shares none stands beside the trunk. */
function treeOf(task: number, { learner, store, relatedness }: Seen): ViewOf<'tree'> {
  const { tree } = store;
  return {
    kind: 'tree',
    title: 'The trunk and its branches',
    quantities: [
      { name: 'parameters of its own', unit: '1' },
      { name: 'layers shared', unit: '1' },
      { name: 'relatedness to the task whose path it leaves', unit: '1' },
    ],
    nodes: [
      { label: 'trunk', parent: null, values: [learner.memory.floats('trunk').length, null, null] },
      ...tree.slice(0, task + 1).map(({ parent, stage }, own) => ({
        label: nameOf(learner, own),
        parent: stage === 0 ? null : ownerOf(tree, own, stage - 1) + 1,
        values: [store.ownSize(own), stage, parent === TRUNK ? null : meanOf(relatedness.related(own, parent))],
      })),
    ],
  };
}

/** Of each layer the parameters of all that own it. */
function sizesOf(task: number, { store }: Seen): ViewOf<'layers'> {
  return {
    kind: 'layers',
    title: 'Parameters of the whole tree',
    quantity: 'parameters',
    unit: '1',
    layers: store.layers.map(({ name, inTrunk }, layer) => {
      const own = Array.from({ length: task + 1 }, (_, owner) => store.ownSizeIn(owner, layer));
      return { name, value: own.reduce((sum, size) => sum + size, inTrunk) };
    }),
  };
}

function relatedViews(task: number, { learner, store, relatedness }: Seen): ViewOf<'layers'>[] {
  if (task === 0) return [];
  const shared = { kind: 'layers', quantity: relatedness.quantity, unit: '1' } as const;
  const earlier = Array.from({ length: task }, (_, other) => other);
  const parent = store.tree[task]?.parent ?? TRUNK;
  return [
    {
      ...shared,
      title: 'Relatedness of the new task to earlier ones, mean over the layers',
      layers: earlier.map((other) => ({
        name: nameOf(learner, other),
        value: meanOf(relatedness.related(task, other)),
      })),
    },
    ...(parent === TRUNK
      ? []
      : [
          {
            ...shared,
            title: `Relatedness to the task whose path it leaves: ${relatedness.ofLayer}`,
            layers: relatedness.related(task, parent).map((value, layer) => ({
              name: store.layers[layer]?.name ?? '',
              value,
            })),
          },
        ]),
  ];
}
