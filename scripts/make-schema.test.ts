import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { schemaText } from './make-schema';

it('the committed JSON schema is the one the experiment schema gives (else: npm run schema)', async () => {
  const committed = await readFile(join(__dirname, '../media/experiment.schema.json'), 'utf8');
  expect(committed).toBe(schemaText());
});
