/** The backends of Lethe. Other programs that write runs have other names for theirs. */
export type BackendName = 'native' | 'wasm' | 'cpu';

/** What may be asked for: `auto` is the first that works. */
export const backendChoices = ['auto', 'native', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backendChoices)[number];
