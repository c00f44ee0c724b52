import { withCommandNames } from '../core/engineHint';
import type { BackendUse } from '../core/events';
import { formatBackendUse } from '../core/format';
import { t } from './text';

/** A reason or an error that names the engine's commands, with those of the command palette instead of a terminal's. */
export const withPaletteCommands = (text: string): string =>
  withCommandNames(text, {
    install: t('Lethe: Install Native TensorFlow Engine'),
    remove: t('Lethe: Remove Native TensorFlow Engine'),
  });

/** What a run computes with, and why. */
export const backendWords = (use: BackendUse): string => withPaletteCommands(formatBackendUse(use));
