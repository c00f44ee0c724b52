/** The backends of Lethe. Other programs that write runs have other names for theirs. */
export type BackendName = 'native' | 'wasm' | 'cpu';

/** What may be asked for: `auto` is the first that works. */
export const backendChoices = ['auto', 'native', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backendChoices)[number];

/** Whether runs can be had on it: not on what another program computes with. */
export const isBackendChoice = (name: string): name is BackendChoice =>
  backendChoices.some((choice) => choice === name);
