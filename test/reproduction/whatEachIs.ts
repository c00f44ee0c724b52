import type { MethodId } from '../../src/core/methods/index';

interface Described {
  readonly family: string;
  /** What is tested of it exactly, and the file in test/guarantees that does. */
  readonly guarantee?: string;
  readonly file?: string;
}

/** Of each method the family that the field counts it to, and its guarantee in a few words, for docs/methods.md. */
export const whatEachIs: Readonly<Record<MethodId, Described>> = {
  none: { family: 'bound' },
  joint: { family: 'bound' },
  cumulative: { family: 'bound', guarantee: 'each image so far once a pass', file: 'bounds' },
  separate: { family: 'bound', guarantee: 'networks know nothing of each other', file: 'bounds' },
  ewc: { family: 'weights guarded', guarantee: 'Fisher and penalty by definition and differences' },
  si: { family: 'weights guarded', guarantee: 'path integral is the sum over steps' },
  mas: { family: 'weights guarded', guarantee: 'importance and penalty by definition and differences' },
  rwalk: { family: 'weights guarded', guarantee: 'scores of the real steps; importances in 0 … 1' },
  lwf: { family: 'answers kept', guarantee: 'without a remedy in the first task, bit for bit' },
  packnet: { family: 'network split', guarantee: 'old logits bit-identical' },
  progressive: { family: 'network grows', guarantee: 'old columns bit-identical; equation 2' },
  hat: { family: 'network split', guarantee: 'weights of old tasks bit-identical' },
  net2net: { family: 'network grows', guarantee: 'the same function after growing' },
  den: { family: 'network grows', guarantee: 'expansion and later units change no old logit, bit for bit' },
  branching: {
    family: 'network split',
    guarantee: 'answers are those of the layers on the path; old ones bit-identical',
  },
  replay: { family: 'rehearsal', guarantee: 'reservoir uniform; drawn without replacement' },
  rehearsal: { family: 'rehearsal', guarantee: 'the share of past examples, each once' },
  'generative-replay': { family: 'rehearsal', guarantee: 'loss and gradient of the generator by definition' },
  der: { family: 'rehearsal', guarantee: 'logits are those of the insertion, bit for bit' },
  derpp: { family: 'rehearsal', guarantee: 'as DER, with the loss of both terms', file: 'der' },
  gdumb: { family: 'rehearsal', guarantee: 'memory balanced; trained on it alone' },
  icarl: { family: 'coreset', guarantee: 'herding is the greedy choice' },
  remind: { family: 'rehearsal', guarantee: 'front bit-identical; nearest codes; bytes exact' },
  agem: { family: 'orthogonal steps', guarantee: 'no step along which the memory’s loss rises' },
  gem: { family: 'orthogonal steps', guarantee: 'nearest step that meets every constraint' },
  ogd: { family: 'orthogonal steps', guarantee: 'steps orthogonal to all that is stored' },
  gpm: { family: 'orthogonal steps', guarantee: 'layers’ outputs within their directions never change' },
  sam: { family: 'flat minima', guarantee: 'perturbed by ρ and restored' },
  'stable-sgd': { family: 'flat minima', guarantee: 'steps of the authors’ recipe' },
  averaging: { family: 'flat minima', guarantee: 'tested with the mean, trained on with the last' },
  'mc-sgd': { family: 'connected minima', guarantee: 'exact gradient over both lines' },
  sleep: { family: 'sleep', guarantee: 'the published loop, setting by setting' },
  'l2-init': { family: 'plasticity', guarantee: 'penalty and gradient by definition' },
  'shrink-and-perturb': { family: 'plasticity', guarantee: 'λ θ + ε before each task' },
  'continual-backprop': { family: 'plasticity', guarantee: 'units replaced at the rate; the rest as proposed' },
};
