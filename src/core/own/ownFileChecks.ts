import { ownValue } from '../ownValue';
import type { Finding } from '../problems';
import type { OwnFile, OwnFiles, OwnKind } from './ownFiles';
import { isOwnPath } from './ownPath';

/** A path of a file of the user's own in an experiment file: what it has to be there, and where it stands. */
interface NamingPlace {
  readonly name: unknown;
  readonly wanted: OwnKind;
  readonly path: readonly (string | number)[];
}

/** Where each kind of file of the user's own is named. */
const namedIn: Readonly<Record<OwnKind, string>> = {
  method: '"methods"',
  network: '"network"',
  stream: '"stream"',
};

/** What is wrong with the files of the user's own that an experiment file, valid or not, names: at each place that names one. */
export const checkOwnFiles = (file: unknown, own: OwnFiles): Finding[] =>
  placesIn(file).flatMap(({ name, wanted, path }) => {
    const found = isOwnPath(name) ? own.get(name) : undefined;
    return found && found.kind !== wanted ? findingsOf(found, wanted, path) : [];
  });

function findingsOf(file: OwnFile, wanted: OwnKind, path: readonly (string | number)[]): Finding[] {
  if (file.kind !== 'faulty' && file.kind !== 'unread') {
    const message = `This file is a ${file.kind}: it is named in ${namedIn[file.kind]}. Here a ${wanted} is needed.`;
    return [{ severity: 'error', message, path }];
  }
  if (file.message === undefined) return [];
  return [{ severity: file.kind === 'faulty' ? 'error' : 'warning', message: file.message, path }];
}

function placesIn(file: unknown): NamingPlace[] {
  const methods = ownValue(file, 'methods');
  const items = Array.isArray(methods) ? (methods as unknown[]) : [];
  return [
    networkIn(file, []),
    { name: ownValue(ownValue(file, 'stream'), 'kind'), wanted: 'stream', path: ['stream', 'kind'] },
    ...items.flatMap((item, i) =>
      Array.isArray(item)
        ? item.flatMap((entry: unknown, j) => ofEntry(entry, ['methods', i, j]))
        : ofEntry(item, ['methods', i]),
    ),
  ];
}

const ofEntry = (entry: unknown, path: readonly (string | number)[]): NamingPlace[] => [
  { name: ownValue(entry, 'method'), wanted: 'method', path: [...path, 'method'] },
  networkIn(entry, path),
];

const networkIn = (of: unknown, path: readonly (string | number)[]): NamingPlace => ({
  name: ownValue(ownValue(of, 'network'), 'kind'),
  wanted: 'network',
  path: [...path, 'network', 'kind'],
});
