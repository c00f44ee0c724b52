type Kind = 'cifar-10' | 'cifar-100';

export function cifarFiles(kind: Kind, train?: number, test?: number): Map<string, Buffer>;
export function cifarArchive(kind: Kind, files?: ReadonlyMap<string, Buffer>): Promise<Buffer>;
