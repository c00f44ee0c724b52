import { named } from '../text';

/**
 * The sentences that say why a number is what it is, in English, with `{name}` for an argument. docs/why.md has the rule
 * behind each. A translation has the same keys.
 */
export const whyTexts = {
  whySoFarOf: 'After task {task} of {tasks}: {text}',

  whyJoint: '{accuracy}: trained on all tasks together, so there was nothing to forget.',
  whyCumulative: '{accuracy}: trained anew on everything seen so far, so there was nothing to forget.',
  whySeparate: '{told} when told the task: each task has a network of its own, so nothing is overwritten.',

  whyToldOnly: '{told}, but only when told the task: {kept}.',
  whyNothingForgotten: 'nothing is forgotten',
  whySomeForgotten: 'it forgets {forgotten}',

  whyClose:
    '{accuracy}, and {told} when told the task: the right task is found for {inferred}, the right class in it for {within}.',
  whyToldOrNot: '{told} when told the task, {accuracy} when not: {cause}.',
  whyToldOrNotAndForgets:
    '{told} when told the task, {accuracy} when not: {cause}, and even when told it forgets {forgotten}.',
  whyNewestWins: 'the newest outputs drown out the old ones ({recency} of old images are taken for the newest task)',
  whyNewestMost: '{recency} of old images are taken for the newest task',
  whyNewestOften: 'most errors are old images taken for the newest task ({recency} of them)',
  whyTasksMixed: 'tasks are mistaken for one another (the right one is found for {inferred})',
  whyClassesMixed: 'the right task is found for {inferred}, but the right class in it only for {within}',
  whyHardlyLearned: 'new tasks are learned only to {learned}',
  whyNotSaid: 'not knowing the task costs {cost}; what images are taken for is not in its log',

  whyShared: '{learned} right after learning, {accuracy} at the end: {cause}.',
  whyLittleForgotten: 'little is forgotten',
  whyGained: 'later tasks made the old ones better',
  whyNewestShared: 'the outputs that all tasks share follow the newest one',
  whyLayersShared: 'the task is told, but the weights that tasks share were changed by newer ones',
  whyOverwritten: 'newer tasks overwrite the old ones',
  whyLearnsLittle: 'tasks are not learned well in the first place',
  whyOneTask: '{accuracy} on its first task: there is nothing to forget yet.',

  whyPartsOf:
    'Of 100 images {right} are right; {otherClass} get a wrong class of the right task, {newest} are old and taken for the newest task, {otherTask} are taken for another task.',
  whyExactly: 'Accuracy is the right task times the right class in it, exactly: {inferred} × {within} = {accuracy}.',
  whyTold: 'When told the task it reaches {told} and forgets {forgotten}.',
  whyLearned: 'Right after learning, a task reaches {learned} on average; at the end {accuracy}.',
  whySteps:
    'Of {looked} steps that were looked at, {against} went against the old tasks and {along} with them (mean cosine {cosine} with the gradient of their loss).',
  whyFlips: 'From task to task {lost} of the old images turned wrong and {regained} turned right again.',
  whyFree: 'At the end {free} of the {unit} are still free for new tasks.',
  whyFull: 'None of the {unit} are free any more: there is no room for new tasks.',

  whyLacksCounts: 'What images are taken for is not in the log (event "confusion").',
  whyLacksSteps: 'What steps do to old tasks is not in the log (event "interference").',
  whyLacksFlips: 'Which images turned is not in the log (event "forgotten").',

  whyShortTold: '{told} if told the task',
  whyShortNewest: '{recency} of old taken for newest',
  whyShortMixed: 'tasks mistaken for one another',
  whyShortClasses: 'classes mistaken within tasks',
  whyShortLearned: 'learned only to {learned}',
  whyShortForgot: 'overwritten by newer tasks',

  whyPartRight: 'right',
  whyPartOtherClass: 'right task, wrong class',
  whyPartNewest: 'old, taken for the newest task',
  whyPartOtherTask: 'taken for another task',
  whyPartLost: 'right once, lost since',
  whyPartUnlearned: 'never learned',
  whyPartWrong: 'wrong',
  whyBarTold: 'told the task',
  whyBarUntold: 'not told',
  whyBarOnly: 'at the end',
} as const;

export type WhyKey = keyof typeof whyTexts;
export type WhyValues = Readonly<Record<string, string>>;
/** Says a text in the language of the reader. */
export type Say = (key: WhyKey, values?: WhyValues) => string;

/** In the language that all texts are in. */
export const say: Say = (key, values) => named(whyTexts[key], values);
