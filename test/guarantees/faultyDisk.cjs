// Loaded before the training program: the system fails it at one point of writing its n-th checkpoint (or line), or it is
// killed there. FAULT names the point, FAULT_AT is n.
const fs = require('node:fs');

const { FAULT, FAULT_AT = '1' } = process.env;
let left = Number(FAULT_AT);
const isDue = (point) => point === FAULT && --left === 0;
const { openSync, writeSync, fsyncSync, renameSync, existsSync } = fs;

const die = () => process.kill(process.pid, 'SIGKILL');
const diskFull = () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};
const writeHalf = (handle, bytes, from) => writeSync(handle, bytes, from, Math.ceil((bytes.length - from) / 2));

let part = { path: '', handle: -1 };
let announces = false;
let isFull = false;

fs.openSync = (path, ...rest) => {
  const handle = openSync(path, ...rest);
  if (String(path).endsWith('latest.safetensors.part') && rest[0] & fs.constants.O_CREAT) part = { path, handle };
  return handle;
};

fs.writeSync = (handle, bytes, from = 0) => {
  if (handle === part.handle) writePart(handle, bytes, from);
  else writeLine(handle, bytes, from);
  return writeSync(handle, bytes, from);
};

function writePart(handle, bytes, from) {
  if (isDue('killed half written')) {
    writeHalf(handle, bytes, from);
    die();
  }
  if (isDue('disk full')) {
    writeHalf(handle, bytes, from);
    isFull = true;
    diskFull();
  }
}

function writeLine(handle, bytes, from) {
  // What half a checkpoint has filled leaves no room for a line of the log.
  if (isFull && existsSync(part.path)) diskFull();
  const line = String(bytes);
  announces = line.includes('"type":"checkpoint"');
  if (announces && isDue('killed half announced')) {
    writeHalf(handle, bytes, from);
    die();
  }
  if (line.includes('"type":"step"') && isDue('disk full in a line')) {
    writeHalf(handle, bytes, from);
    diskFull();
  }
}

fs.fsyncSync = (handle) => {
  fsyncSync(handle);
  if (announces && isDue('killed when it is announced')) die();
  announces = false;
  if (handle !== part.handle) return;
  part.handle = -1;
  if (isDue('killed before it is announced')) die();
};

fs.renameSync = (from, to) => {
  const isLast = String(from).endsWith('latest.safetensors.part');
  if (isLast && isDue('killed between the renames')) die();
  renameSync(from, to);
  if (isLast && isDue('killed when it has its name')) die();
};
