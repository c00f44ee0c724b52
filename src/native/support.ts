/** Where the native engine can be installed, in words. */
const SUPPORTED = 'Linux with glibc on x64';

/** Why the native engine cannot be installed on this machine, for people; undefined where it can. */
export function unsupported(...machine: Parameters<typeof limits>): string | undefined {
  const reason = limits(...machine);
  return reason && `The native engine ${reason}. Runs train on WebAssembly here, which needs no installation.`;
}

/** The same as the end of a sentence about the native engine. */
export function limits(
  platform: string = process.platform,
  arch: string = process.arch,
  glibc = platform === 'linux' ? glibcVersion() : '',
): string | undefined {
  if (platform !== 'linux' || arch !== 'x64') return `is for ${SUPPORTED}, and this is ${platform} on ${arch}`;
  if (glibc === '') return `is for ${SUPPORTED}, and this Linux has another C library`;
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 17)) return `needs glibc 2.17 or newer, and this is ${glibc}`;
  return undefined;
}

/** Empty where the C library is another one. */
function glibcVersion(): string {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ?? '';
}
