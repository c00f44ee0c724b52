import type { MeasureName } from './table';

/** What each measure is, in one sentence: for hovers and legends. */
export const measureMeanings: Readonly<Record<MeasureName, string>> = {
  accuracy: 'Mean test accuracy over all tasks after the last one.',
  forgetting: 'How much accuracy on earlier tasks fell from its best, on average (Chaudhry et al. 2018).',
  backwardTransfer:
    'Backward transfer: what later tasks did to the accuracy on earlier ones; negative is forgetting (Lopez-Paz & Ranzato 2017).',
  forwardTransfer: 'Forward transfer: accuracy on a task before it was trained, above that of the untrained network.',
  learningAccuracy: 'Accuracy on each task right after learning it (plasticity).',
  incrementalAccuracy: 'Mean over the stream of the accuracy on the tasks seen so far.',
  intransigence: 'How much worse each task was learned than joint (or cumulative) training learns it.',
  gapClosed: 'Share of the way from none (0 %) to joint (100 %).',
  taskAwareAccuracy: 'Accuracy when the task is known at test time: outputs limited to its classes.',
  taskAwareForgetting: 'Forgetting of the task-aware accuracy.',
  onlineAccuracy: 'Accuracy on the training examples, each before the update that it was for (plasticity).',
  rocAuc:
    'Mean area under the ROC curve of the outputs of a task, one output against the rest, over all tasks after the last one.',
  memoryBytes: 'What the method stores for old tasks, at most.',
  seconds: 'Wall-clock time of a run; runs that share a machine slow each other down.',
  worstForgetting: 'The largest forgetting of any single task (Chaudhry et al. 2019).',
  relativeForgetting:
    'Share of the best accuracy on earlier tasks that is lost, on average; 100 % less it is the retention.',
  forgettingWithLast: 'Forgetting as Mammoth and Stable SGD compute it: the best accuracy may be the last one.',
  backwardTransferAll: 'Backward transfer over all pairs of a task and a later row (Díaz-Rodríguez et al. 2018).',
  positiveBackwardTransfer: 'The positive part of BWT over the whole course (Díaz-Rodríguez et al. 2018).',
  remembering: 'Remembering: 100 % less the negative part of BWT over the whole course (Díaz-Rodríguez et al. 2018).',
  omegaAll:
    'Accuracy on all that was seen beside that of joint (or cumulative) training, mean over rows (Hayes et al. 2018).',
  omegaBase:
    'Accuracy on the first task beside that of joint (or cumulative) training, mean over rows (after Kemker et al. 2018).',
  omegaNew: 'Accuracy on each task but the first right after learning it (Kemker et al. 2018).',
  plasticityLost: 'How much lower the online accuracy is over the last tenth of the tasks than over the first tenth.',
  anytimeAccuracy: 'Mean over training of the accuracy on the tasks seen so far (AAA, Caccia et al. 2022).',
  learningCurveArea: 'Mean accuracy on a task over its first ten steps: how fast it is learned (Chaudhry et al. 2019).',
  minimumAccuracy:
    'The lowest accuracy on a task at any point after it was learned, mean over tasks (De Lange et al. 2023).',
  worstCaseAccuracy: 'Accuracy on the newest task together with the lowest ones on the others (De Lange et al. 2023).',
  windowedForgetting:
    'Windowed forgetting: the largest drop within ten evaluations, mean over tasks (De Lange et al. 2023).',
  windowedPlasticity:
    'Windowed plasticity: the largest rise within ten evaluations, mean over tasks (De Lange et al. 2023).',
  stabilityGap:
    'How far the accuracy on old tasks falls in the first 100 steps of a new one, mean over switches (De Lange et al. 2023).',
  recoverySteps: 'Steps of a new task until old ones have 95 % of their accuracy again, mean over switches.',
  taskInference:
    'How often an example is taken for a class of its own task. Times the class within it, it is the accuracy exactly.',
  classWithinTask: 'How often the class is right where the task was taken rightly.',
  recencyBias: 'Share of examples of old tasks that are taken for a class of the newest one.',
  negativeFlips: 'Share of examples of old tasks that were right in the row before and are wrong now, mean over rows.',
  positiveFlips: 'Share of examples of old tasks that were wrong in the row before and are right now, mean over rows.',
  interference:
    'Cosine of training steps with the gradient of the loss on the tasks before; above 0 a step makes them worse.',
  parameters: 'Parameters of the network at the end.',
  flops:
    'Floating-point operations of all training steps: matrix products and convolutions, two for each product added up.',
  peakMemoryBytes: 'Largest resident memory of the training process.',
};
