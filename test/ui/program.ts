import { appendFileSync } from 'node:fs';
import type { RunEvent } from '../../src/core/events';
import type { RunManifest } from '../../src/core/manifest';
import { recordedEvents } from '../recordings/recordings';
import { writeRun } from './recordedFolder';
import { eventsFile } from './runsOnDisk';

/** Another program that writes runs as they were recorded, some events at a time. */
export class Program {
  private constructor(
    private readonly workspace: string,
    private readonly left: ReadonlyMap<string, RunEvent[]>,
  ) {}

  /** Begins a run of each of some recorded methods, under the name of one experiment. */
  static begin(workspace: string, name: string, keys: readonly string[]): Program {
    const recorded = recordedEvents('full', '').filter(({ manifest }) => keys.includes(manifest.variant.key));
    const left = new Map<string, RunEvent[]>();
    for (const { manifest, events } of recorded) {
      const { variant, seed } = manifest;
      const id = `program-${variant.key}-${seed}`;
      const own: RunManifest = {
        ...manifest,
        ...{ id, trainer: 'program', program: 'a program', experiment: { name } },
        variant: { ...variant, hash: `program-${variant.key}` },
      };
      // Of a process elsewhere, which nobody can look for.
      const [started, ...rest] = events.map((event) =>
        event.type === 'started' ? { ...event, host: 'elsewhere.invalid' } : event,
      );
      writeRun(workspace, own, started ? [started] : []);
      left.set(id, rest);
    }
    return new Program(workspace, left);
  }

  /** Writes so many events of each run that is not over. */
  write(count: number): void {
    for (const [id, events] of this.left) {
      const lines = events.splice(0, count).map((event) => `${JSON.stringify(event)}\n`);
      if (lines.length > 0) appendFileSync(eventsFile(this.workspace, id), lines.join(''));
    }
  }

  /** Goes on writing, an event of each run at a time, but for the last ones. @returns what stops it */
  goOn(everyMs: number, last: number): () => void {
    const isFar = () => [...this.left.values()].every((events) => events.length > last);
    const timer = setInterval(() => isFar() && this.write(1), everyMs);
    return () => clearInterval(timer);
  }
}
