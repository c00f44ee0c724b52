import { ownValue } from '../ownValue';
import { buzzega2020 } from './buzzega2020';
import { chaudhry2019 } from './chaudhry2019';
import { dohare2024 } from './dohare2024';
import { farajtabar2020 } from './farajtabar2020';
import { lopezPaz2017 } from './lopezPaz2017';
import { mirzadeh2020 } from './mirzadeh2020';
import { mirzadeh2021 } from './mirzadeh2021';
import type { Protocol } from './protocol';
import { saha2021 } from './saha2021';
import { tadros2022 } from './tadros2022';
import { vanDeVen2019Permuted, vanDeVen2019Split } from './vanDeVen2019';
import { vanDeVen2022 } from './vanDeVen2022';
import { yoon2018 } from './yoon2018';
import { zenke2017 } from './zenke2017';

/** Protocols of the literature, in the order of the documentation. */
export const protocols: readonly Protocol[] = [
  ...vanDeVen2022,
  ...vanDeVen2019Split,
  ...buzzega2020,
  ...tadros2022,
  ...vanDeVen2019Permuted,
  chaudhry2019,
  saha2021,
  zenke2017,
  lopezPaz2017,
  mirzadeh2020,
  mirzadeh2021,
  ...farajtabar2020,
  ...dohare2024,
  yoon2018,
];

const byId: Readonly<Record<string, Protocol>> = Object.fromEntries(protocols.map((one) => [one.id, one]));

export const protocolIds: readonly string[] = Object.keys(byId);

/** The protocol of an id; undefined where there is none. */
export const protocolOf = (id: unknown): Protocol | undefined =>
  typeof id === 'string' ? (ownValue(byId, id) as Protocol | undefined) : undefined;
