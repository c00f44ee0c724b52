import { deviceNeededBy } from '../core/manifest';
import { manifestIn } from './runFolder';

/** How many programs at a time are given a device, by its name. */
export type DeviceCounts = Readonly<Record<string, number>>;

/** @param unnamed how many there are of a device that is not named */
export const deviceCount = (counts: DeviceCounts, device: string, unnamed: number): number =>
  Object.hasOwn(counts, device) ? (counts[device] ?? unnamed) : unnamed;

/** Counts the devices that runs were given: those of one machine, or of one worker. */
export class Devices {
  /** Of run folders the device that their program needs: it is written once, so it is read once. */
  private readonly needs = new Map<string, string | undefined>();

  /** @param unnamed how many there are of a device that is not named */
  constructor(private readonly unnamed: 0 | 1) {}

  /**
   * Whether the device that the program of a run needs, if any, has room for one more.
   *
   * @param training run folders that have theirs. @param counts how many there are
   */
  async haveRoomFor(folder: string, training: Iterable<string>, counts: DeviceCounts): Promise<boolean> {
    const device = await this.neededBy(folder);
    if (device === undefined) return true;
    const given = await Promise.all([...training].map((other) => this.neededBy(other)));
    return given.filter((other) => other === device).length < deviceCount(counts, device, this.unnamed);
  }

  private async neededBy(folder: string): Promise<string | undefined> {
    if (!this.needs.has(folder)) {
      const manifest = await manifestIn(folder);
      this.needs.set(folder, manifest && deviceNeededBy(manifest));
    }
    return this.needs.get(folder);
  }
}
