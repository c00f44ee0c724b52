import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the server is told so that native TensorFlow is not installed. */
export const withoutEngine = { LETHE_ENGINE_DIR: path.join(tmpdir(), 'no-engine-was-ever-here') };
