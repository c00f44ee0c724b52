/** The engine's commands as the reasons for a backend and the errors of runs name them: those of the command line. */
export const INSTALL_ENGINE = '"lethe engine install"';
export const REMOVE_ENGINE = '"lethe engine remove"';

/** What the same commands are called elsewhere. */
export interface EngineCommandNames {
  readonly install: string;
  readonly remove: string;
}

/** The text with the commands called what they are where it is read. */
export const withCommandNames = (text: string, { install, remove }: EngineCommandNames): string =>
  // Functions, since `$` has a meaning in a replacement.
  text.replaceAll(INSTALL_ENGINE, () => `"${install}"`).replaceAll(REMOVE_ENGINE, () => `"${remove}"`);
