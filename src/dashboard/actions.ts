import { placeOfQuery, type DashboardPlace } from '../core/dashboardPlace';
import type { FromWebview } from '../core/fromWebview';
import { pngOf } from './png';

type Done = void | Promise<unknown>;

/** What the dashboard's buttons do. The experiment is the address of the file that the dashboard shows. */
export interface DashboardActions<Address> {
  /** Runs the seeds of a variant that have no finished run; stopped ones go on from their checkpoint. */
  run(experiment: Address, variant: string): Done;
  stop(experiment: Address, variant: string): Done;
  runAll(experiment: Address): Done;
  stopAll(experiment: Address): Done;
  resume(experiment: Address, run: string): Done;
  /** A new run of the same variant and seed. */
  runAgain(experiment: Address, run: string): Done;
  /** The same run with other settings from a task on. */
  forkRun(experiment: Address, run: string): Done;
  stopRun(experiment: Address, run: string): Done;
  openFile(experiment: Address): Done;
  openLog(experiment: Address, run: string): Done;
  /** All settings of a run; beside those of another one. */
  showSettings(experiment: Address, run: string): Done;
  compareSettings(experiment: Address, run: string): Done;
  /** Repeats a run and compares. */
  verify(experiment: Address, run: string): Done;
  analyse(experiment: Address, run: string): Done;
  /** Asks for checkpoints, and measures on a plane through them, or on the way between two. */
  showLandscape(experiment: Address): Done;
  findPath(experiment: Address): Done;
  /** Shows the folder of a run. */
  reveal(experiment: Address, run: string): Done;
  openReport(experiment: Address): Done;
  copyTable(experiment: Address, text: string): Done;
  /** Copies a link to a place of this dashboard. */
  copyLink(experiment: Address, place: DashboardPlace): Done;
  /** Asks where a picture is to be saved. @param name what is proposed, without folder and ending */
  savePicture(experiment: Address, png: Uint8Array, name: string): Done;
}

type ActionMessage = Extract<FromWebview, { type: 'action' }>;

const acts = new Set<ActionMessage['action']>([
  'run',
  'runAll',
  'resume',
  'runAgain',
  'forkRun',
  'stopRun',
  'stop',
  'stopAll',
  'verify',
  'analyse',
  'showLandscape',
  'findPath',
  'savePicture',
]);

/**
 * Does what the page asks for. Nothing that starts, ends or writes is done in a workspace that is not trusted, whatever the
 * page says, nor is anything done with an argument missing.
 * @returns false when it was refused
 */
export async function perform<Address>(
  message: ActionMessage,
  experiment: Address,
  actions: DashboardActions<Address>,
  trusted: boolean,
): Promise<boolean> {
  const { action, variant, run, text } = message;
  if (acts.has(action) && !trusted) return false;
  switch (action) {
    case 'run':
    case 'stop':
      if (variant === undefined) return false;
      await actions[action](experiment, variant);
      return true;
    case 'resume':
    case 'runAgain':
    case 'forkRun':
    case 'stopRun':
    case 'openLog':
    case 'showSettings':
    case 'compareSettings':
    case 'verify':
    case 'analyse':
    case 'reveal':
      if (run === undefined) return false;
      await actions[action](experiment, run);
      return true;
    case 'copyTable':
      if (text === undefined) return false;
      await actions.copyTable(experiment, text);
      return true;
    case 'copyLink':
      if (text === undefined) return false;
      await actions.copyLink(experiment, placeOfQuery(text));
      return true;
    case 'savePicture': {
      const png = pngOf(text ?? '');
      if (!png) return false;
      await actions.savePicture(experiment, png, fileNameOf(variant ?? ''));
      return true;
    }
    default:
      await actions[action](experiment);
      return true;
  }
}

/** A text from the page as a file name of letters, digits and dashes, whatever it was. */
const fileNameOf = (text: string): string => text.replaceAll(/[^\w-]+/g, '-').slice(0, 80) || 'lethe';
