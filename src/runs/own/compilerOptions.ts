/** How TypeScript checks files of the user's own: those of `lethe init`, and `lethe check`. They run in nothing but the engine. */
export const ownCompilerOptions = {
  target: 'ES2022',
  lib: ['ES2023'],
  types: [],
  module: 'ESNext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};
