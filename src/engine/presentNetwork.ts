import type { Method } from './contract/method';
import type { Architecture, Network } from './contract/network';
import type { Stream } from './contract/stream';
import { networkFrom } from './networks/network';

/** The network of a run: the one it began with, or another that a method put in its place. */
export class PresentNetwork {
  private readonly first: Network;
  private present: Network;

  /** @param experiment as the experiment file describes it, of which a method may make its own */
  constructor(
    private readonly experiment: Network,
    private readonly method: Method,
    private readonly stream: Stream,
  ) {
    this.first = this.made();
    this.present = this.first;
  }

  readonly get = (): Network => this.present;

  set(network: Network): void {
    this.present = network;
  }

  /** What a checkpoint has to say of it: nothing of the one that the run began with. */
  get architecture(): Architecture | undefined {
    return this.present === this.first ? undefined : this.present.architecture;
  }

  /** The one that a checkpoint tells of. @throws RangeError when the run cannot have it */
  of(architecture: Architecture | undefined): Network {
    if (!architecture) return this.first;
    return this.method.network ? this.made(architecture) : networkFrom(architecture, this.experiment);
  }

  private made(architecture?: Architecture): Network {
    return this.method.network?.(this.experiment, architecture, this.stream) ?? this.experiment;
  }
}
