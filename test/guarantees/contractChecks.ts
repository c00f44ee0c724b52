import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import { ContractChecks, STEPS } from '../../src/engine/contractCheck/checks';
import { ToyRuns } from '../../src/engine/contractCheck/toyRun';
import { createMethod } from '../../src/engine/methods/index';
import { toyManifest, type ToySpec } from './toyRuns';

export const isNative = testBackend === 'native';

/** Where the toy runs of the checks are kept; their folders are removed when the tests are done. */
export const contractRuns = new ToyRuns(() => openTestBackend());

/**
 * The contract, tried on the methods of a spec as it stands.
 * @param countsOtherwise their memory is counted otherwise than by the arrays that they keep and carry
 */
export const checksOf = (spec: ToySpec, countsOtherwise = false) =>
  new ContractChecks({
    runs: contractRuns,
    spec,
    method: () => createMethod(toyManifest(spec).spec.methods),
    isNative,
    countsOtherwise,
  });

/** With settings other than the defaults, with which contract.test.ts tries every method: over steps enough to stop at. */
export const checksOfSettings = (spec: ToySpec) =>
  checksOf({ ...spec, training: { ...spec.training, iterations: STEPS } });
