import type { NetworkSpec, TrainingSpec } from './recipe';
import type { StreamSpec } from './stream';
import { asked, mayEndEarly, withoutNeutral } from './trainingSettings';

/** Settings that do not go together: where in `training` it shows, and what is wrong. */
interface Fault {
  readonly setting: readonly [string, ...(string | number)[]];
  readonly message: string;
}

/** What is wrong with a training as a whole, which the schema of its settings cannot see. */
export function recipeFaults(
  given: TrainingSpec,
  network: NetworkSpec,
  { blurry, scenario }: Pick<StreamSpec, 'blurry' | 'scenario'>,
): Fault[] {
  const training = withoutNeutral(given);
  return [...optimizerFaults(training), ...stepSizeFaults(training), ...validationFaults(training)].concat(
    training.labelSmoothing !== undefined && network.output !== 'softmax'
      ? [fault('labelSmoothing', 'Label smoothing is for a softmax with cross-entropy: "output": "softmax".')]
      : [],
    training.activeClasses !== undefined && scenario !== 'class'
      ? [
          fault(
            'activeClasses',
            'Only with "scenario": "class" has training outputs of classes still to come to leave out.',
          ),
        ]
      : [],
    training.activeClasses !== undefined && blurry
      ? [fault('activeClasses', 'With "blurry" classes come before their task: it is not known which are met.')]
      : [],
    training.sampling !== undefined && training.samplesPerTask === undefined
      ? [fault('sampling', '"sampling" says which samplesPerTask examples are used: give samplesPerTask.')]
      : [],
    blurry && mayEndEarly(training)
      ? [
          fault(
            asked(training.earlyStopping) ? 'earlyStopping' : ['schedule', 'below'],
            'This ends tasks early, and with "blurry" no task has an end.',
          ),
        ]
      : [],
  );
}

const fault = (setting: string | Fault['setting'], message: string): Fault => ({
  setting: typeof setting === 'string' ? [setting] : setting,
  message,
});

function optimizerFaults({
  optimizer,
  momentum,
  nesterov,
  weightDecay,
  decoupledWeightDecay,
  ...more
}: TrainingSpec): Fault[] {
  const found: Fault[] = [];
  if (nesterov && (optimizer !== 'sgd' || momentum === 0))
    found.push(fault('nesterov', 'Nesterov\'s momentum needs the optimizer "sgd" with a momentum above 0.'));
  if (decoupledWeightDecay && weightDecay === undefined)
    found.push(fault('decoupledWeightDecay', 'There is no weight decay to decouple: give weightDecay.'));
  const clipping = asked(more.clipping);
  if (clipping && (clipping.norm === undefined) === (clipping.value === undefined))
    found.push(fault('clipping', 'Clip either by norm or by value: give one of "norm" and "value".'));
  return found;
}

function stepSizeFaults({ schedule, learningRate, ...more }: TrainingSpec): Fault[] {
  const found: Fault[] = [];
  if (schedule?.kind === 'steps') {
    const { milestones, unit } = schedule;
    const at = milestones.findIndex((one, i) => i > 0 && one <= (milestones[i - 1] ?? 0));
    if (at > 0) found.push(fault(['schedule', 'milestones', at], 'Milestones stand in rising order.'));
    const beyond = milestones.findIndex((one) => one >= 1);
    if (unit === 'share' && beyond >= 0)
      found.push(fault(['schedule', 'milestones', beyond], 'A share of the steps of a task is below 1.'));
  }
  if (schedule?.kind === 'cosine') {
    if (schedule.tMult > 1 && schedule.t0 === undefined)
      found.push(fault(['schedule', 'tMult'], 'Periods grow from restart to restart: give t0, the first one.'));
    if (schedule.etaMin >= learningRate)
      found.push(fault(['schedule', 'etaMin'], 'The end of the cosine must be below the learning rate.'));
  }
  if (schedule?.kind === 'plateau') {
    if (schedule.minimum >= learningRate)
      found.push(fault(['schedule', 'minimum'], 'The smallest step size must be below the learning rate.'));
    if (schedule.below === 'stop' && schedule.minimum === 0)
      found.push(fault(['schedule', 'below'], 'To stop below a minimum, give "minimum".'));
  }
  const warmup = asked(more.warmup);
  if (warmup && (warmup.steps === undefined) === (warmup.epochs === undefined))
    found.push(fault('warmup', 'Give the length of the warm-up either in "steps" or in "epochs".'));
  const decay = asked(more.taskDecay);
  if (decay && (decay.gamma === undefined) === (decay.factors === undefined))
    found.push(fault('taskDecay', 'Give either "gamma" or "factors".'));
  return found;
}

function validationFaults({ schedule, ...more }: TrainingSpec): Fault[] {
  const validation = asked(more.validation);
  if (validation)
    return (validation.share === undefined) === (validation.count === undefined)
      ? [fault('validation', 'Give the size of the validation set either as "share" or as "count".')]
      : [];
  const needs = (setting: string, what: string) =>
    fault(setting, `${what} goes by a validation set: give "validation", for example { "share": 0.1 }.`);
  return [
    ...(asked(more.earlyStopping) ? [needs('earlyStopping', 'Early stopping')] : []),
    ...(schedule?.kind === 'plateau' ? [needs('schedule', 'A plateau')] : []),
  ];
}
