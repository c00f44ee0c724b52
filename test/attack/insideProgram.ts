import { inside } from './inside';

/** Entry of what is started in a process namespace of its own: `node inside.cjs <plan>`. */
void inside(process.argv[2] ?? '').then((code) => (process.exitCode = code));
