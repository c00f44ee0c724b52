/** What an installation is doing. Phases come in this order; `wheel` ones only where the official way fails. */
export type Phase = 'packages' | 'official' | 'download' | 'unpack' | 'compile' | 'test';

export interface Progress {
  readonly phase: Phase;
  /** Bytes done and to do, where they are known. */
  readonly done?: number;
  readonly total?: number;
}

/** What every step of an installation gets. */
export interface Step {
  /** Folder that becomes the engine when all went well; nobody else looks into it. */
  readonly staging: string;
  /** Folder for temporary files, in the staging folder. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}
