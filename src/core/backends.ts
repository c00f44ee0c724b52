/** The backends of Lethe. Other programs that write runs have other names for theirs. */
export type BackendName = 'native' | 'wasm' | 'cpu';
