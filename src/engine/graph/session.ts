import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { dataTypeOf, nativeBackend, nativeId, type NativeTensor } from './binding';
import { encodeSavedModel } from './encoder';
import type { Graph, TensorSpec } from './model';

/** A tensor to feed: TensorFlow's id of it, and what it is. */
export interface Feed extends TensorSpec {
  readonly id: number;
}

/** What TensorFlow holds at the moment besides the tensors of TensorFlow.js, by id. */
const open = { feeds: new Set<number>(), sessions: new Set<number>() };

/** Lets go of all of it but some feeds: nobody may use it any more. */
export function closeAllBut(kept: readonly Feed[]): void {
  const { binding } = nativeBackend();
  for (const id of open.sessions) binding.deleteSavedModel(id);
  open.sessions.clear();
  const stays = new Set(kept.map(({ id }) => id));
  deleteFeeds([...open.feeds].filter((id) => !stays.has(id)).map((id) => ({ id })));
}

export const feedOf = (tensor: tf.Tensor): Feed => ({
  id: nativeId(tensor),
  shape: tensor.shape,
  dtype: dataTypeOf(tensor),
});

/** Values handed over to TensorFlow, for the caller to delete. @throws Error when they are not as many as the shape says */
export function feedFrom(values: Float32Array | Int32Array | Uint8Array, { shape, dtype }: TensorSpec): Feed {
  const size = shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) throw new Error(`${values.length} values for a feed of shape [${shape.join()}]`);
  const id = nativeBackend().binding.createTensor([...shape], dtype, values);
  open.feeds.add(id);
  return { id, shape, dtype };
}

export function deleteFeeds(feeds: readonly { readonly id: number }[]): void {
  const { binding } = nativeBackend();
  for (const { id } of feeds) {
    binding.deleteTensor(id);
    open.feeds.delete(id);
  }
}

/** A graph in a session of TensorFlow, with its variables. */
export class GraphSession {
  private readonly placeholders: ReadonlyMap<string, TensorSpec>;
  private readonly id: number;

  /** The graph reaches TensorFlow through a file: the only way in that the addon has. The file is gone at once. */
  constructor(graph: Graph) {
    this.placeholders = placeholdersOf(graph);
    const folder = mkdtempSync(path.join(tmpdir(), 'lethe-graph-'));
    try {
      writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph));
      this.id = nativeBackend().binding.loadSavedModel(folder, 'serve');
      open.sessions.add(this.id);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs what the fetched nodes need, and returns their first outputs. Tensors are not copied on the way in or out.
   *
   * @throws Error when a feed is missing or has another shape or type than the graph says: TensorFlow does not look
   */
  run(feeds: Readonly<Record<string, Feed>>, fetches: readonly string[]): NativeTensor[] {
    const names = Object.keys(feeds);
    for (const name of names) this.check(name, feeds[name] as Feed);
    return nativeBackend().binding.runSavedModel(
      this.id,
      names.map((name) => (feeds[name] as Feed).id),
      names.map((name) => `${name}:0`).join(','),
      fetches.map((name) => `${name}:0`).join(','),
    );
  }

  dispose(): void {
    // The last one of a run is let go of with all others.
    if (open.sessions.delete(this.id)) nativeBackend().binding.deleteSavedModel(this.id);
  }

  private check(name: string, { shape, dtype }: Feed): void {
    const wanted = this.placeholders.get(name);
    if (!wanted) throw new Error(`the graph has no input ${name}`);
    const fits =
      wanted.dtype === dtype &&
      wanted.shape.length === shape.length &&
      wanted.shape.every((size, i) => size === -1 || size === shape[i]);
    if (!fits)
      throw new Error(
        `input ${name} of a graph is [${shape.join()}] of type ${dtype} instead of [${wanted.shape.join()}] of type ${wanted.dtype}`,
      );
  }
}

function placeholdersOf({ nodes }: Graph): ReadonlyMap<string, TensorSpec> {
  const found = new Map<string, TensorSpec>();
  for (const { name, op, attributes } of nodes) {
    const { dtype, shape } = attributes;
    if (op === 'Placeholder' && dtype?.kind === 'type' && shape?.kind === 'shape')
      found.set(name, { dtype: dtype.value, shape: shape.value });
  }
  return found;
}
