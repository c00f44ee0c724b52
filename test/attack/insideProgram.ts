import { inside } from './inside';

/** Entry of what is started in a process namespace of its own: `node inside.mjs <plan>`. */
process.exitCode = await inside(process.argv[2] ?? '');
