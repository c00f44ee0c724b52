import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { lifeOf, recordOf } from './liveness';

describe('whether a process lives', () => {
  it('is alive for this one', async () => {
    expect(await lifeOf(await recordOf(process.pid))).toBe('alive');
  });

  it('is dead once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const record = await recordOf(child.pid ?? 0);
    expect(await lifeOf(record)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await lifeOf(record)).toBe('dead');
  });

  it.skipIf(process.platform === 'win32')('is dead when the pid was given to another process', async () => {
    expect(await lifeOf({ ...(await recordOf(process.pid)), startTime: 'some other time' })).toBe('dead');
  });

  it('cannot be known on another host', async () => {
    expect(await lifeOf({ ...(await recordOf(process.pid)), host: 'elsewhere.invalid' })).toBe('unknown');
  });

  it.skipIf(process.platform !== 'linux')('is dead for a zombie, which only waits to be reaped', async () => {
    // The shell becomes sleep, which never reaps the child it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const record = await recordOf(Number(line.toString()));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(() => process.kill(record.pid, 0)).not.toThrow();
    expect(await lifeOf(record)).toBe('dead');
    parent.kill('SIGKILL');
  });
});
