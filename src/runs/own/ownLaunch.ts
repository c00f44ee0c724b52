import { dirname } from 'node:path';
import { manifestIn } from '../runFolder';
import { OwnCodeError, ownBeside, type OwnPermission } from './ownCopies';
import { isPermitted } from './ownPermissions';

/**
 * What a queued run is told of the user's own code that it may run; undefined for a run without any.
 *
 * @throws OwnCodeError when the code does not stand beside the experiment any more, or this user never asked for it
 */
export async function ownPermissionOf(runFolder: string, store: string): Promise<OwnPermission | undefined> {
  const manifest = await manifestIn(runFolder);
  // What is wrong with it the training process says.
  if (!manifest) return undefined;
  const own = await ownBeside(dirname(store), manifest);
  if (!own) return undefined;
  if (await isPermitted(own.permission.hash)) return own.permission;
  throw new OwnCodeError(
    'The run brings code of its own that you have not started here yet. Resume it, and it runs ("lethe resume", or in VS Code).',
  );
}
