import { expect, it } from 'vitest';
import { judgedMeasures } from './expectation';
import { measureInfo, measureNames } from './measures/table';

it('a file may expect a value of every measure that is a share, and of no other', () => {
  expect([...judgedMeasures]).toEqual(measureNames.filter((name) => measureInfo[name].unit === '%'));
});
