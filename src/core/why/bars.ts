import type { AnswerShares } from '../measures/ofAnswers';
import type { WhyKey } from './texts';
import type { Why } from './why';

/** Where answers go. The first is what is right; the last is what a log does not say. */
export const partKinds = ['right', 'otherClass', 'newest', 'otherTask', 'lost', 'unlearned', 'wrong'] as const;
export type PartKind = (typeof partKinds)[number];

export interface Part {
  readonly kind: PartKind;
  /** Of all images, each task alike: 0 to 1. */
  readonly share: number;
}

/** A bar of 100 %. */
export interface Bar {
  readonly name: 'told' | 'untold' | 'only';
  readonly parts: readonly Part[];
}

export const partTitles: Readonly<Record<PartKind, WhyKey>> = {
  right: 'whyPartRight',
  otherClass: 'whyPartOtherClass',
  newest: 'whyPartNewest',
  otherTask: 'whyPartOtherTask',
  lost: 'whyPartLost',
  unlearned: 'whyPartUnlearned',
  wrong: 'whyPartWrong',
};

export const shareParts = ({ right, otherClass, newest, otherTask }: AnswerShares): Part[] => [
  { kind: 'right', share: right },
  { kind: 'otherClass', share: otherClass },
  { kind: 'newest', share: newest },
  { kind: 'otherTask', share: otherTask },
];

export const rightOrWrong = (right: number): Part[] => [
  { kind: 'right', share: right },
  { kind: 'wrong', share: 1 - right },
];

/** What is right, what of the rest was right after its own task (net), and what never was. */
function learnedParts({ accuracy, learningAccuracy }: Why['numbers']): Part[] {
  if (!Number.isFinite(learningAccuracy)) return rightOrWrong(accuracy);
  const lost = Math.max(0, learningAccuracy - accuracy);
  return [
    { kind: 'right', share: accuracy },
    { kind: 'lost', share: lost },
    { kind: 'unlearned', share: 1 - accuracy - lost },
  ];
}

/**
 * The bars of a variant. Where tasks compete, one for when the task is not told and one for when it is; else one of what
 * was learned and what is left.
 */
export function barsOf({ answers, numbers }: Why): Bar[] {
  const { shares, accuracy, taskAwareAccuracy: told } = numbers;
  if (answers === 'told only') return Number.isFinite(told) ? [{ name: 'told', parts: rightOrWrong(told) }] : [];
  if (answers !== 'competing') return [{ name: 'only', parts: learnedParts(numbers) }];
  return [
    { name: 'untold', parts: shares ? shareParts(shares) : rightOrWrong(accuracy) },
    ...(Number.isFinite(told) ? [{ name: 'told', parts: rightOrWrong(told) } as const] : []),
  ];
}

export const barTitles: Readonly<Record<Bar['name'], WhyKey>> = {
  told: 'whyBarTold',
  untold: 'whyBarUntold',
  only: 'whyBarOnly',
};
