import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { lifeOf, identityOf } from './liveness';

describe('whether a process lives', () => {
  it('is alive for this one', async () => {
    expect(await lifeOf(await identityOf(process.pid))).toBe('alive');
  });

  it('is dead once it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const identity = await identityOf(child.pid ?? 0);
    expect(await lifeOf(identity)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await lifeOf(identity)).toBe('dead');
  });

  it.skipIf(process.platform === 'win32')('is dead when the pid was given to another process', async () => {
    expect(await lifeOf({ ...(await identityOf(process.pid)), startTime: 'some other time' })).toBe('dead');
  });

  it('cannot be known on another host', async () => {
    const { pid, startTime } = await identityOf(process.pid);
    const elsewhere = { pid, startTime, host: 'elsewhere.invalid', machine: 'other', boot: 'other', pidSpace: 'other' };
    expect(await lifeOf(elsewhere)).toBe('unknown');
  });

  it.skipIf(process.platform !== 'linux')('is still known after the machine got another name', async () => {
    expect(await lifeOf({ ...(await identityOf(process.pid)), host: 'renamed.invalid' })).toBe('alive');
  });

  it.skipIf(process.platform !== 'linux')('cannot be known in another container of this machine', async () => {
    expect(await lifeOf({ ...(await identityOf(process.pid)), pidSpace: 'pid:[1]' })).toBe('unknown');
  });

  it.skipIf(process.platform !== 'linux')('cannot be told from a pid alone', async () => {
    expect(await lifeOf({ ...(await identityOf(process.pid)), startTime: undefined })).toBe('unknown');
  });

  it.skipIf(process.platform !== 'linux')('is dead for a zombie, which only waits to be reaped', async () => {
    // The shell becomes sleep, which never reaps the child it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const identity = await identityOf(Number(line.toString()));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(() => process.kill(identity.pid, 0)).not.toThrow();
    expect(await lifeOf(identity)).toBe('dead');
    parent.kill('SIGKILL');
  });
});
