// Lint rules. The zones of the product and who may import what are in the table `zones` below.
import eslint from '@eslint/js';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

const vscode = { regex: '^vscode$', message: 'Only the extension side knows the vscode API.' };
const node = {
  regex: `^(node:.*|${builtinModules.join('|')})$`,
  message: 'This zone runs anywhere: it must not need Node.js.',
};
const tensorflow = { regex: '^@tensorflow/', message: 'Only the engine computes with tensors.' };
const toolkit = { regex: '^@vscode/webview-ui-toolkit', message: 'The toolkit stays behind webview/controls.ts.' };
// Whatever the product does, it does on the user's own machine: one file alone loads data that the user asked for.
const network = {
  regex: '^(node:)?(https?|http2|net|dgram|tls|dns(/promises)?|undici)$',
  message: 'Only src/data/network reaches the network.',
};
const networkRoom = 'src/data/network/fetchFile.ts';
const networkGlobals = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'];

/**
 * Zone → where it lives, which zones it may import besides itself, and which packages it must not import.
 * Imports point only downwards: extension → commands → editor, views, dashboard → workspace → native, data → runs, report → core.
 */
const zones = {
  core: { places: ['src/core'], imports: [], without: [vscode, node, tensorflow, toolkit] },
  engine: { places: ['src/engine'], imports: ['native', 'data', 'core'], without: [vscode, toolkit] },
  // The installer of native TensorFlow, and where it is found. It reaches the network by npm and pip only.
  native: { places: ['src/native'], imports: ['runs', 'core'], without: [vscode, tensorflow, toolkit] },
  // Data sets of the user: read, added, downloaded, listed.
  data: { places: ['src/data'], imports: ['runs', 'core'], without: [vscode, tensorflow, toolkit] },
  runs: { places: ['src/runs'], imports: ['core'], without: [vscode, tensorflow, toolkit] },
  report: { places: ['src/report'], imports: ['core'], without: [vscode, tensorflow, toolkit] },
  cli: {
    places: ['src/cli'],
    imports: ['native', 'data', 'runs', 'report', 'core'],
    without: [vscode, tensorflow, toolkit],
  },
  webview: { places: ['webview'], imports: ['core'], without: [vscode, node, tensorflow, toolkit] },
  workspace: {
    places: ['src/workspace'],
    imports: ['native', 'data', 'runs', 'report', 'core'],
    without: [tensorflow, toolkit],
  },
  editor: {
    places: ['src/editor'],
    imports: ['workspace', 'data', 'runs', 'report', 'core'],
    without: [tensorflow, toolkit],
  },
  views: { places: ['src/views'], imports: ['workspace', 'runs', 'report', 'core'], without: [tensorflow, toolkit] },
  dashboard: {
    places: ['src/dashboard'],
    imports: ['workspace', 'data', 'runs', 'report', 'core'],
    without: [tensorflow, toolkit],
  },
  commands: {
    places: ['src/commands', 'src/commands.ts'],
    imports: ['editor', 'views', 'dashboard', 'workspace', 'native', 'data', 'runs', 'report', 'core'],
    without: [tensorflow, toolkit],
  },
  extension: {
    places: ['src/extension.ts'],
    imports: ['commands', 'editor', 'views', 'dashboard', 'workspace', 'native', 'data', 'runs', 'report', 'core'],
    without: [tensorflow, toolkit],
  },
};

const filesOf = (places) => places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.ts`));

/**
 * Room of the engine → which others it may import, and which files beside the rooms. Training itself (the files beside
 * the rooms) stands on all of them.
 */
const rooms = {
  contract: ['random.ts'],
  data: ['contract', 'regularFile.ts'],
  streams: ['data', 'contract', 'random.ts'],
  graph: ['contract'],
  backend: ['graph', 'outOfMemory.ts'],
  networks: ['backend', 'contract', 'random.ts'],
  steps: ['networks', 'graph', 'streams', 'data', 'contract', 'optimizer.ts', 'random.ts'],
  importance: ['networks', 'backend', 'contract', 'random.ts', 'valuesOf.ts'],
  // Of a network that is not trained.
  measures: ['steps', 'networks', 'contract', 'random.ts', 'valuesOf.ts'],
  coresets: ['steps', 'networks', 'contract', 'random.ts', 'valuesOf.ts'],
  sleep: [],
  quantiser: ['random.ts'],
  buffers: ['coresets', 'contract', 'exampleBuffer.ts', 'random.ts'],
  // What files of the user's own are given, and how they are loaded.
  own: [
    'methods',
    'buffers',
    'importance',
    'steps',
    'networks',
    'streams',
    'data',
    'contract',
    'exampleBuffer.ts',
    'random.ts',
    'regularFile.ts',
  ],
  methods: [
    'buffers',
    'coresets',
    'importance',
    'measures',
    'sleep',
    'quantiser',
    'steps',
    'networks',
    'contract',
    'exampleBuffer.ts',
    'random.ts',
    'valuesOf.ts',
  ],
};

/** Nothing comes from another zone unless the table says so, nor from tests and benchmarks. */
const restrictionsOf = ([name, { places, imports }]) => {
  const others = Object.keys(zones).filter((other) => other !== name && !imports.includes(other));
  const from = others.flatMap((other) => zones[other].places).concat(['test', 'bench', 'scripts']);
  return places.map((target) => ({
    target: `./${target}`,
    from: from.map((place) => `./${place}`),
    message: `The zone ${name} imports ${['itself', ...imports].join(', ')} and no other zone.`,
  }));
};

const restrictedPaths = (restrictions) => ({
  'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: restrictions }],
});

/** The same for a room of the engine, besides what holds for the whole engine. */
const importsOfRoom = ([room, imports]) => ({
  files: [`src/engine/${room}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: restrictedPaths([
    ...restrictionsOf(['engine', zones.engine]),
    {
      target: `./src/engine/${room}`,
      from: './src/engine',
      except: [room, ...imports].map((place) => `./${place}`),
      message: `The room ${room} imports ${['itself', ...imports].join(', ')} and nothing else of the engine.`,
    },
  ]),
});

/** The rules for a zone. */
const importsOf = (zone) => {
  const [, { places, without }] = zone;
  return {
    files: filesOf(places),
    rules: {
      ...restrictedPaths(restrictionsOf(zone)),
      'no-restricted-imports': ['error', { patterns: [...without, network] }],
      'no-restricted-globals': ['error', ...networkGlobals],
    },
  };
};

/** The engine's contract is the ground of the engine: types, and of nothing that stands on it. */
const contract = {
  files: ['src/engine/contract/**/*.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: '.*', allowTypeImports: true, message: 'The contract is types alone.' },
          { regex: '^\\.\\./(?!random$|\\.\\./core/)', message: 'The contract knows no other room of the engine.' },
        ],
      },
    ],
  },
};

export default defineConfig(
  globalIgnores([
    'dist/',
    'bench/.venv/',
    'clients/python/.venv/',
    'test/vscode/host/',
    'test/theia/{host,installed}/',
    'test/artifacts/',
    'coverage/',
    // What `lethe init` writes: its types are those of the built package, and a test has TypeScript check it.
    'templates/',
  ]),
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.mjs', '.js', '.json'] })] },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      // One way to say that a member is private.
      'no-restricted-syntax': ['error', { selector: 'PrivateIdentifier', message: 'Say `private`.' }],
      // `array[i] as number` is how hot loops over typed arrays read: the index is in range by construction, and a
      // check per element would cost more than the sum it guards. `array[i]!` says the same with less.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => view.refresh()` and `return this.hide()` read well where nobody expects a value.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `void | Promise<void>` is what a callback returns that may or may not have something to wait for.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Anything with dispose() is a vscode.Disposable: that API, like TypeScript, looks at shapes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `env['HOME']` marks a key that no type promises.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An empty text often means none: `env['HOME'] || fallback`.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setImmediate: 'readonly',
        setInterval: 'readonly',
      },
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // Vitest's matchers (`expect.stringMatching(…)`) are typed as `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // Stand-ins for other programs' classes may be empty or do all in their constructor.
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true, allowConstructorOnly: true }],
    },
  },
  Object.entries(zones).map(importsOf),
  Object.entries(rooms).map(importsOfRoom),
  contract,
  { files: ['src/**/*.ts', 'webview/**/*.ts'], rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }] } },
  {
    // The command line says everything through its terminal, which cleans it.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/terminal.ts', 'src/cli/**/*.test.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'stdout', message: 'Text goes out through the Terminal.' },
        { object: 'process', property: 'stderr', message: 'Text goes out through the Terminal.' },
      ],
    },
  },
  {
    // Tests run in Node.js, whatever they test.
    files: ['src/core/**/*.test.ts', 'webview/**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [vscode, tensorflow, toolkit] }] },
  },
  {
    files: [networkRoom],
    rules: { 'no-restricted-imports': ['error', { patterns: [vscode, tensorflow, toolkit] }] },
  },
  {
    files: ['webview/controls.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [vscode, node, tensorflow, network] }],
    },
  },
);
