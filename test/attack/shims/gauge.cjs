// Loaded into a real program: when it ends, writes what it took to the file LETHE_ATTACK_GAUGE, as JSON: seconds of the
// processor, peak resident memory (bytes), the longest time its event loop was blocked (ms).
'use strict';
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const RESOLUTION = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
// Loading the program comes first, and is no work on runs: what counts begins with the first turn of the loop after it.
setImmediate(() => delay.enable());

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  const longest = Math.max(0, delay.max / 1e6 - RESOLUTION);
  writeFileSync(
    process.env.LETHE_ATTACK_GAUGE,
    JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakMemory: maxRSS * 1024, longestBlock: longest }),
  );
});
