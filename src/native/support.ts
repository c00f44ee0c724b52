/** Where the native engine can be installed, in words. */
const SUPPORTED = 'Linux with glibc on x64';

/** Why the native engine cannot be installed on this machine; undefined where it can. */
export function unsupported(
  platform: string = process.platform,
  arch: string = process.arch,
  glibc = platform === 'linux' ? glibcVersion() : '',
): string | undefined {
  const rest = 'Runs train on WebAssembly here, which needs no installation.';
  if (platform !== 'linux' || arch !== 'x64')
    return `The native engine is for ${SUPPORTED}; this is ${platform} on ${arch}. ${rest}`;
  if (glibc === '') return `The native engine is for ${SUPPORTED}; this Linux has another C library. ${rest}`;
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 17))
    return `The native engine needs glibc 2.17 or newer, this is ${glibc}. ${rest}`;
  return undefined;
}

/** Empty where the C library is another one. */
function glibcVersion(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? '';
}
