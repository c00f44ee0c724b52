export type EngineFault =
  | 'unsupported'
  | 'busy'
  | 'disk full'
  | 'not writable'
  | 'program missing'
  | 'download'
  | 'damaged download'
  | 'compile'
  | 'self-test';

/** Why the engine was not installed or removed; the message says what to do and is fit to be shown as it is. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(
    readonly fault: EngineFault,
    message: string,
  ) {
    super(message);
  }
}
