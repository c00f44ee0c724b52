/** What an installation is doing. Phases come in this order. */
export type InstallPhase = 'packages' | 'download' | 'unpack' | 'compile' | 'test';

export interface InstallProgress {
  readonly phase: InstallPhase;
  /** Bytes done and to do, where they are known. */
  readonly done?: number;
  readonly total?: number;
}

/** What every part of an installation gets. */
export interface Installation {
  /** Folder where the engine is made; nobody else looks into it. */
  readonly staging: string;
  /** Folder for temporary files of programs. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: InstallProgress) => void;
}
