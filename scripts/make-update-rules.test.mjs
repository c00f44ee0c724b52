import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { updateRulesText } from './make-update-rules.mjs';

it('the committed update rules are those of updateRules.wat (else: node scripts/make-update-rules.mjs)', async () => {
  const committed = readFileSync(new URL('../src/engine/backend/updateRules.json', import.meta.url), 'utf8');
  expect(committed).toBe(await updateRulesText());
});
