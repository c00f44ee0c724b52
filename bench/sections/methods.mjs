import { measureSteps, stepTables } from '../stepTimes.mjs';

export const title = 'A step of each method';

const names = ['compiled', 'eager'];

/** In the last of five tasks: by then a method has everything it works with. */
const shared = { hidden: [400, 400], batch: 128, optimizer: 'adam', learningRate: 0.001, tasks: 5 };
const cases = [
  { name: 'EWC', method: { method: 'ewc', samples: 250 }, peer: true, work: 6 },
  { name: 'Replay, 128 + 128', method: { method: 'replay' }, peer: true, work: 8 },
  { name: 'PackNet', method: { method: 'packnet', retrain: 0 }, peer: true, work: 6 },
  { name: 'SI', method: { method: 'si' }, peer: true, work: 8 },
  { name: 'MAS', method: { method: 'mas', samples: 250 }, peer: true, work: 6 },
  { name: 'RWalk', method: { method: 'rwalk' }, peer: true, work: 10 },
  { name: 'LwF', method: { method: 'lwf' }, peer: true, work: 7 },
  { name: 'A-GEM, 128 + 128', method: { method: 'agem', perClass: 100, batchSize: 128 }, peer: true, work: 10 },
  { name: 'DER++, 128 + 128 + 128', method: { method: 'derpp', size: 500 }, peer: true, work: 12 },
  { name: 'GEM, 4 old tasks of 100', method: { method: 'gem', perTask: 100 }, peer: true, work: 22 },
  { name: 'SAM', method: { method: 'sam' }, work: 10 },
  {
    name: 'OGD, 100 directions',
    method: { method: 'ogd', perTask: 25 },
    optimizer: 'sgd',
    learningRate: 0.01,
    work: 30,
  },
  { name: 'GPM', method: { method: 'gpm' }, optimizer: 'sgd', learningRate: 0.01, work: 10 },
  { name: 'iCaRL', method: { method: 'icarl' }, network: { output: 'sigmoid' }, peer: true, work: 7 },
].map((own) => ({ ...shared, ...own }));

export const measure = (options) => measureSteps(cases, names, options);
export const tables = (results) => stepTables(results, names);
