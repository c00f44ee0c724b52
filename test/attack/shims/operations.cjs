// Loaded into the real programs: numbers the operations with which they change files or start processes.
// LETHE_ATTACK_TRACE (a folder): each process writes down what it did. LETHE_ATTACK_PLAN (a file): what is to be killed at
// which operation, as JSON { role, name, nth, moment, victims, folder }. Who carries it out first renames the file.
// LETHE_ATTACK_SLOW (ms): each operation first waits up to so long, so that processes get in each other's way.
'use strict';
const childProcess = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { appendFileSync, readFileSync, readdirSync, renameSync, writeSync } = fs;
const role = path.basename(process.argv[1] ?? '', '.js');
const traceFolder = process.env.LETHE_ATTACK_TRACE;
const planFile = process.env.LETHE_ATTACK_PLAN;
const longestWait = Number(process.env.LETHE_ATTACK_SLOW ?? 0);
const nothing = new Int32Array(new SharedArrayBuffer(4));
const plan = readPlan();
const files = new Map();
let met = 0;
/** Node.js builds some operations out of others: only the outermost counts. */
let busy = false;

function readPlan() {
  try {
    const read = JSON.parse(readFileSync(planFile, 'utf8'));
    return read.role === role ? read : undefined;
  } catch {
    return undefined;
  }
}

/** What an operation is called: alike for every run, process and time. */
function nameOf(operation, file) {
  const known = path
    .basename(String(file))
    .replace(/\d{8}-\d{6}-\w+-seed\d+-\w+/, '<run>')
    .replace(/lethe-verify-\w+/, 'lethe-verify')
    .replace(/(?:[-.]?(?:[0-9a-f]{8,}|\d+))+/g, '#');
  return `${operation.replace(/Sync$/, '')} ${known}`;
}

/** Whether this operation is the one at which something is to be killed. */
function isDue(name) {
  if (traceFolder) appendFileSync(path.join(traceFolder, `${role}-${process.pid}`), `${name}\n`);
  if (plan?.name !== name) return false;
  met += 1;
  if (met !== plan.nth) return false;
  try {
    // Only one process carries it out.
    renameSync(planFile, `${planFile}.done`);
    return true;
  } catch {
    return false;
  }
}

function kill() {
  for (const { pid, args } of processes()) {
    const isVictim = plan.victims.some((victim) => args.includes(`${victim}.js`)) && args.includes(plan.folder);
    if (isVictim && pid !== process.pid) killOne(pid);
  }
  if (plan.victims.includes(role)) killOne(process.pid);
}

function killOne(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function processes() {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), args: commandLine(name) }));
  }
  const text = childProcess.execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), args }] : [];
  });
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Calls an operation and kills before, after, or (writes) in the middle of it. `half` does the first half of it. */
function around(name, whole, half) {
  if (busy) return whole();
  busy = true;
  try {
    return perform(name, whole, half);
  } finally {
    busy = false;
  }
}

function perform(name, whole, half) {
  if (longestWait > 0) Atomics.wait(nothing, 0, 0, Math.random() * longestWait);
  if (!isDue(name)) return whole();
  if (plan.moment === 'before') kill();
  if (plan.moment === 'within') {
    // Who lives on carries the operation out whole.
    if (plan.victims.includes(role)) half?.();
    kill();
  }
  const result = whole();
  if (plan.moment === 'after') {
    if (typeof result?.then === 'function') return result.then((value) => (kill(), value));
    kill();
  }
  return result;
}

const halfOf = (data) => {
  const bytes = Buffer.from(data);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
};

const isData = (data) => typeof data === 'string' || ArrayBuffer.isView(data);

/** Reading changes nothing. */
const isReading = (flags) =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT)) === 0
    : flags === undefined || flags === 'r';

/** Operations on a file that is named. The file of a rename is the new one: the old may have any name. */
function wrapNamed(holder, operation, { fileAt = 0, opens = false, writes = false } = {}) {
  const real = holder[operation];
  if (typeof real !== 'function') return;
  holder[operation] = function (...args) {
    const name = nameOf(operation, typeof args[fileAt] === 'number' ? (files.get(args[fileAt]) ?? 'fd') : args[fileAt]);
    const whole = () => real.apply(this, args);
    if (opens && isReading(args[1])) return whole();
    const half = writes && isData(args[1]) ? () => writeHalf(args[0], args[1], operation) : undefined;
    const result = around(name, whole, half);
    if (opens) remember(result, args[0]);
    return result;
  };
}

function remember(result, file) {
  if (typeof result === 'number') files.set(result, file);
  else result?.then?.((handle) => wrapHandle(handle, file)).catch(() => undefined);
}

function writeHalf(target, data, operation) {
  if (typeof target === 'number') return void writeSync(target, halfOf(data));
  const handle = fs.openSync(target, operation.startsWith('append') ? 'a' : 'w');
  writeSync(handle, halfOf(data));
}

function wrapHandle(handle, file) {
  for (const operation of ['write', 'writeFile', 'appendFile', 'sync', 'datasync', 'truncate']) {
    const method = handle[operation];
    if (typeof method !== 'function') continue;
    handle[operation] = function (...args) {
      const half = isData(args[0]) ? () => writeSync(handle.fd, halfOf(args[0])) : undefined;
      return around(nameOf(operation, file), () => method.apply(this, args), half);
    };
  }
  return handle;
}

const named = ['mkdir', 'rm', 'unlink', 'rmdir', 'utimes', 'chmod', 'mkdtemp'];
const secondNamed = ['rename', 'link', 'symlink', 'copyFile'];
const onHandles = ['fsync', 'fdatasync', 'ftruncate'];
for (const operation of named) wrapNamed(fs, `${operation}Sync`);
for (const operation of secondNamed) wrapNamed(fs, `${operation}Sync`, { fileAt: 1 });
for (const operation of onHandles) wrapNamed(fs, `${operation}Sync`);
for (const operation of ['writeFile', 'appendFile', 'write']) wrapNamed(fs, `${operation}Sync`, { writes: true });
wrapNamed(fs, 'openSync', { opens: true });
for (const operation of named) wrapNamed(fs.promises, operation);
for (const operation of secondNamed) wrapNamed(fs.promises, operation, { fileAt: 1 });
for (const operation of ['writeFile', 'appendFile']) wrapNamed(fs.promises, operation, { writes: true });
wrapNamed(fs.promises, 'open', { opens: true });

const { spawn } = childProcess;
childProcess.spawn = function (program, args, ...more) {
  const script = (args ?? []).find((argument) => /\.js$/.test(argument)) ?? program;
  return around(nameOf('spawn', script), () => spawn.call(this, program, args, ...more));
};
