import { clock } from './clock';
import { disks } from './disks';
import { folders } from './folders';
import { inputs } from './inputs';
import { kills } from './kills';
import { links } from './links';
import { manyRuns } from './manyRuns';
import { ownFiles } from './ownFiles';
import { races } from './races';
import type { Section } from './section';

/** All sections, in the order in which they are run and shown. */
export const sections: readonly Section[] = [kills, inputs, folders, disks, links, clock, races, ownFiles, manyRuns];
