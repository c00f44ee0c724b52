// Loaded into a real program: when it ends, writes what it took to the file LETHE_ATTACK_GAUGE, as JSON: seconds of the
// processor, peak resident memory (bytes), the longest time its event loop was blocked (ms).
'use strict';
const { writeFileSync } = require('node:fs');

let longest = 0;
let last;

const spent = () => {
  const { user, system } = process.cpuUsage();
  return { time: performance.now(), processor: (user + system) / 1000 };
};

/** Between two turns of the loop. What other processes took of the processor meanwhile is no fault of this one. */
function look() {
  const now = spent();
  if (last) longest = Math.max(longest, Math.min(now.time - last.time, now.processor - last.processor));
  last = now;
}

// Loading the program comes first, and is no work on runs: what counts begins with the first turn of the loop after it.
setImmediate(() => setInterval(look, 1).unref());

process.on('exit', () => {
  if (last) look();
  const { maxRSS } = process.resourceUsage();
  writeFileSync(
    process.env.LETHE_ATTACK_GAUGE,
    JSON.stringify({ cpuSeconds: spent().processor / 1000, peakMemory: maxRSS * 1024, longestBlock: longest }),
  );
});
