import { epsilons, fedFor, keptShares, stepSizes, type CallInput, type FedTensor } from './callInputs';
import type { Emitter } from './emitter';
import { applyOptimizer } from './fusedOptimizer';
import { attribute, dataTypes } from './model';
import type { Ref } from './recording';
import { StagedRecording } from './stagedRecording';
import type { Source, TracedStep } from './tracedStep';
import type { TrainingGraphInput } from './trainingInput';
import { assign, read, variableOf } from './variables';

const { float32 } = dataTypes;

/** Where a step is written: in the body of a loop, or as it is. */
export interface StepPlace {
  readonly emitter: Emitter;
  readonly handleOf: (variable: string) => string;
  /** Value of an input of a call, of all steps. */
  readonly valueOf: (input: CallInput) => string;
  /** Number of the step in its call. */
  readonly step: string;
}

/** The inputs of a call that the steps read: those of the recording that it uses, and the optimizer's. */
export function inputsUsed({ recording, sources }: TracedStep, { optimizer, decays }: TrainingGraphInput): CallInput[] {
  const isUsed = new Set(
    [...recording.nodes.flatMap(({ inputs }) => inputs), ...recording.results].flatMap((ref) =>
      'argument' in ref ? [ref.argument] : [],
    ),
  );
  const used = sources.flatMap((source, i) => ('input' in source && isUsed.has(i) ? [source.input] : []));
  return [...used, stepSizes, ...(optimizer.kind === 'adam' ? [epsilons] : []), ...(decays ? [keptShares] : [])];
}

/** Placeholders of what a call feeds, made where they are asked for. */
export class Placeholders {
  private readonly names = new Map<FedTensor, string>();

  constructor(private readonly graph: Emitter) {}

  get fed(): Iterable<FedTensor> {
    return this.names.keys();
  }

  /** The value of an input of a call. */
  valueOf(input: CallInput): string {
    for (const fed of fedFor(input)) this.nameOf(fed);
    const { from } = input;
    if (!('table' in from)) return this.nameOf(from);
    return this.graph.gather(this.nameOf(from.table), this.nameOf(from.rows), from.table.dtype);
  }

  private nameOf(fed: FedTensor): string {
    const name = this.names.get(fed) ?? this.graph.placeholder(fed.name, fed.dtype, fed.shape);
    this.names.set(fed, name);
    return name;
  }
}

/** The values that a step comes to, besides what the host is told. */
export const wantedOf = ({ loss, answers, gradients, rewritten }: TracedStep): Ref[] => [
  loss,
  ...(answers ? [answers] : []),
  ...gradients,
  ...rewritten.map(({ value }) => value),
];

/** A training step that is being written out. */
export class EmittedStep {
  readonly recording: StagedRecording;
  /** Nodes that read variables: what changes these comes after them. */
  private reads: string[] = [];

  constructor(
    private readonly input: TrainingGraphInput,
    private readonly step: TracedStep,
  ) {
    const told = step.asking?.told.map(({ ref }) => ref) ?? [];
    this.recording = new StagedRecording(step.recording, step.starts, [...told, ...wantedOf(step)]);
  }

  /** What the step computes before the optimizer's turn, or before the host is asked. */
  begin(place: StepPlace): void {
    this.recording.emit(place.emitter, (i) => this.givenAt(place, this.step.sources[i]));
  }

  /** What comes between the host's answers and the optimizer. @param answers their names */
  goOn({ emitter }: StepPlace, answers: readonly string[]): void {
    this.recording.emit(emitter, (i) => {
      const source = this.step.sources[i];
      return (source && 'answer' in source && answers[source.answer]) || '';
    });
  }

  /** The optimizer's turn, and what the method makes of it. @returns the nodes that have to be done for the step to be */
  end(place: StepPlace): string[] {
    const { emitter, handleOf } = place;
    const updated = this.optimize(place);
    this.recording.emit(emitter, (i) => {
      const source = this.step.sources[i];
      if (!source || !('proposed' in source)) throw new Error('an argument of a step comes too late');
      const found = read(emitter, handleOf(variableOf(source.proposed, 0)), float32, { after: updated });
      this.reads.push(found.node);
      return found.value;
    });
    const after = [...updated, ...this.reads];
    const written = this.step.rewritten.map(({ variable, value }) =>
      assign(emitter, handleOf(variable), this.nameOf(value), float32, { after }),
    );
    return [...updated, ...written];
  }

  nameOf(value: Ref): string {
    return this.recording.nameOf(value);
  }

  /** Variables that were read before belong to another half of the step: all of that is done. */
  forgetReads(): void {
    this.reads = [];
  }

  private givenAt({ emitter, handleOf, valueOf, step }: StepPlace, source: Source | undefined): string {
    if (source && 'variable' in source) {
      const { node, value } = read(emitter, handleOf(source.variable), float32);
      this.reads.push(node);
      return value;
    }
    if (!source || !('input' in source)) throw new Error('an argument of a step comes too early');
    const { input } = source;
    const value = valueOf(input);
    return input.per === 'call' ? value : emitter.gather(value, step, input.dtype);
  }

  private optimize(place: StepPlace): string[] {
    const { emitter, handleOf, valueOf, step } = place;
    const { optimizer, shapes, slots, decays } = this.input;
    const rate = emitter.gather(valueOf(stepSizes), step, float32);
    const epsilon = optimizer.kind === 'adam' ? emitter.gather(valueOf(epsilons), step, float32) : rate;
    const share = decays ? emitter.gather(valueOf(keptShares), step, float32) : undefined;
    return shapes.map((_, part) => {
      const handles = Array.from({ length: 1 + slots }, (__, group) => handleOf(variableOf(group, part)));
      const gradient = this.nameOf(this.step.gradients[part] as Ref);
      const after = share === undefined ? this.reads : [this.decay(place, part, share)];
      return applyOptimizer(emitter, optimizer, handles, { gradient, rate, epsilon }, { after }).node;
    });
  }

  /** Multiplies a part of θ, which then is a tensor of its own that the optimizer changes in place. */
  private decay({ emitter, handleOf }: StepPlace, part: number, share: string): string {
    const handle = handleOf(variableOf(0, part));
    const { node, value } = read(emitter, handle, float32);
    const less = emitter.value('Mul', [value, share], { T: attribute.type(float32) });
    return assign(emitter, handle, less, float32, { after: [...this.reads, node] });
  }
}
