// Writes src/engine/backend/updateRules.json: the update rules of updateRules.wat as WebAssembly, in base64.
//   node scripts/make-update-rules.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import initWabt from 'wabt';

const place = (name) => fileURLToPath(new URL(`../src/engine/backend/${name}`, import.meta.url));

export async function updateRulesText() {
  const { parseWat } = await initWabt();
  const module = parseWat('updateRules.wat', readFileSync(place('updateRules.wat'), 'utf8'), { simd: true });
  module.validate({ simd: true });
  const { buffer } = module.toBinary({});
  return `${JSON.stringify({ wasm: Buffer.from(buffer).toString('base64') }, undefined, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(place('updateRules.json'), await updateRulesText());
