// Set-up of the test project `native`: skips its tests, with the reason, where native TensorFlow is not installed.
import { beforeEach } from 'vitest';
import { whyNoNative } from '../src/engine/backend/testBackends';

const reason = whyNoNative();
beforeEach(({ skip }) => skip(reason !== undefined, reason));
