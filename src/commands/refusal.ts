/** A button of a message: what it says and what it does. */
export interface Remedy {
  readonly title: string;
  readonly action: () => unknown;
}

/** Why a command did nothing, in words fit for the user, with what helps. Not a fault of the program. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly remedies: readonly Remedy[];

  constructor(message: string, ...remedies: Remedy[]) {
    super(message);
    this.remedies = remedies;
  }
}
