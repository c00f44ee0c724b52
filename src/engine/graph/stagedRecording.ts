import type { Emitter } from './emitter';
import type { Recording, Ref } from './recording';

/**
 * A recording whose operations are written out in stages: some of its arguments are not there before others have been
 * used, as the θ that an optimizer proposes, which needs the gradient.
 */
export class StagedRecording {
  /** Names of the values that are there, by `keyOf`. */
  private readonly names = new Map<string, string>();
  private readonly stages: readonly number[];
  private stage = 0;

  /**
   * @param starts numbers of the first argument of the second stage, the third and so on
   * @param results those of the recording's that will be asked for
   */
  constructor(
    private readonly recording: Recording,
    private readonly starts: readonly number[] = [],
    private readonly results: readonly Ref[] = recording.results,
  ) {
    this.stages = this.stagesOfNodes();
  }

  /** Writes the operations of the next stage. @param argument name of an argument that it needs */
  emit(emitter: Emitter, argument: (i: number) => string): void {
    const { stage, recording } = this;
    for (const ref of [...recording.nodes.flatMap(({ inputs }) => inputs), ...this.results]) {
      if ('argument' in ref && this.stageOf(ref) === stage && !this.names.has(keyOf(ref)))
        this.names.set(keyOf(ref), argument(ref.argument));
    }
    recording.nodes.forEach(({ op, inputs, attributes }, node) => {
      if (this.stages[node] !== stage) return;
      const names = inputs.map((input) => this.nameOf(input));
      const { outputs } = emitter.add(op, names, attributes);
      outputs.forEach((name, output) => this.names.set(keyOf({ node, output }), name));
    });
    this.stage++;
  }

  nameOf(ref: Ref): string {
    const name = this.names.get(keyOf(ref));
    if (name === undefined) throw new Error('a value of the recording is not there yet');
    return name;
  }

  /** Values that are there and that later stages need, constants apart. @param results needed later as well */
  leftOver(results: readonly Ref[]): Ref[] {
    const later = this.recording.nodes.flatMap(({ inputs }, i) => ((this.stages[i] ?? 0) >= this.stage ? inputs : []));
    const found = new Map<string, Ref>();
    for (const ref of [...later, ...results]) {
      if (this.stageOf(ref) < this.stage && !this.isConstant(ref)) found.set(keyOf(ref), ref);
    }
    return [...found.values()];
  }

  /** What comes later has this value from elsewhere. */
  rename(ref: Ref, name: string): void {
    this.names.set(keyOf(ref), name);
  }

  private stagesOfNodes(): number[] {
    const stages: number[] = [];
    const stageOf = (ref: Ref) => ('argument' in ref ? this.stageOf(ref) : (stages[ref.node] ?? 0));
    for (const { inputs } of this.recording.nodes) stages.push(Math.max(0, ...inputs.map(stageOf)));
    return stages;
  }

  private stageOf(ref: Ref): number {
    if ('node' in ref) return this.stages[ref.node] ?? 0;
    return this.starts.filter((start) => ref.argument >= start).length;
  }

  private isConstant(ref: Ref): boolean {
    return 'node' in ref && this.recording.nodes[ref.node]?.op === 'Const';
  }
}

const keyOf = (ref: Ref): string => ('argument' in ref ? `argument ${ref.argument}` : `${ref.node}:${ref.output}`);
