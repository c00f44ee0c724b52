/** Exit codes of a training process. `superseded`: the run is not this process's any more, and nothing was said in its log. */
export const exit = { done: 0, failed: 1, stopped: 3, superseded: 4 } as const;
