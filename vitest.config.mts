import { tmpdir } from 'node:os';
import path from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files whose tests compute with `testBackend` or `testBackends` of src/engine/backend/testBackends.ts. */
const onBothBackends = [
  'test/guarantees/{activeClasses,agem,averaging,betweenMinima,bounds,buffers,contract,der,ewc,fairness,flops,foreseenGrowth,fork,gdumb,gem,gpm,gss,hat,icarl,inputs,lwf,mas,mc-sgd,networkToys,numbers,ogd,onlineAccuracy,ownDivergence,ownNetworks,ownStreams,packnet,permuted,process,progressive,recipe,rehearsal,remind,replay,resnet,resnetMethods,rwalk,sam,sharedProcess,si,sleep,sleepBehindFront,stable-sgd,stepToys,streams,toys,generative-replay,l2-init,shrink-and-perturb,continual-backprop,den,branching,programStream,net2net}.test.ts',
  'src/engine/{evaluation,optimizer,importance/squaredGradients}.test.ts',
  'src/engine/{analysis/{analyseRun,analyseSeveral},measures/sharpness}.test.ts',
  'src/engine/networks/{layers,net2net,secondDerivatives}.test.ts',
  'test/guarantees/measuring.test.ts',
];
/** What Lethe keeps for the user is not what tests start and read. */
const folders = {
  LETHE_STATE_DIR: path.join(tmpdir(), 'lethe-tests', 'state'),
  LETHE_CACHE_DIR: path.join(tmpdir(), 'lethe-tests', 'cache'),
  LETHE_DATA_DIR: path.join(tmpdir(), 'lethe-tests', 'data'),
};
const onNativeOnly = [
  'test/guarantees/{compiled,rowFunctions,threads}.test.ts',
  'test/guarantees/shippedLine.test.mjs',
];

// Unit tests and guarantees. Two processes at most: training in tests takes memory, and the processor for itself.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real processes on a shared machine: there one more try decides, and the last lines name what needed it.
    retry: process.env.CI ? 1 : 0,
    // What a passing test prints is noise.
    silent: 'passed-only',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          env: folders,
          include: ['{src,webview,scripts,test}/**/*.test.{ts,mjs}'],
          exclude: [
            ...configDefaults.exclude,
            'test/vscode/host/**',
            'test/theia/installed/**',
            'test/artifacts/**',
            ...onNativeOnly,
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'native',
          include: [...onBothBackends, ...onNativeOnly],
          env: { ...folders, LETHE_TEST_BACKEND: 'native' },
          setupFiles: ['test/nativeProject.ts'],
        },
      },
    ],
  },
});
