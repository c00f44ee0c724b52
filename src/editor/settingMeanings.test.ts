import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cards } from '../core/methods/index';
import { trainingSchema } from '../core/recipe';
import { meaningsIn, readMeanings } from './settingMeanings';

describe('what settings mean', () => {
  it('is read from the schema that ships, for every setting of every method', async () => {
    const meaningOf = await readMeanings(path.join(import.meta.dirname, '..', '..', 'dist'));
    for (const { id, settings } of Object.values(cards))
      for (const [name, { description }] of Object.entries(settings.shape))
        expect(meaningOf(id, name), `${id} ${name}`).toBe(description);
    for (const [name, { description }] of Object.entries(trainingSchema.shape))
      expect(meaningOf('training', name), name).toBe(description);
  });

  it('is not known of anything else', () => {
    expect(meaningsIn({})('ewc', 'lambda')).toBeUndefined();
    expect(meaningsIn({})('training', 'learningRate')).toBeUndefined();
    expect(meaningsIn({ definitions: { part: { properties: { method: { const: 'ewc' } } } } })('ewc', 'x')).toBe(
      undefined,
    );
  });
});
