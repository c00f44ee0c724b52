/** The backends of Lethe. Other programs that write runs have other names for theirs. */
export const backendNames = ['native', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
