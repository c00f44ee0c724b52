import type { ResolvedMethod } from '../../core/experiment';
import { isMethodId, type MethodId } from '../../core/methods/index';
import type { AgemSettings } from '../../core/methods/agem';
import type { EwcSettings } from '../../core/methods/ewc';
import type { PacknetSettings } from '../../core/methods/packnet';
import type { ReplaySettings } from '../../core/methods/replay';
import type { SamSettings } from '../../core/methods/sam';
import type { SiSettings } from '../../core/methods/si';
import type { SleepSettings } from '../../core/methods/sleep';
import { createAgem } from './agem';
import { combine } from './combine';
import { createEwc } from './ewc';
import { createJoint } from './joint';
import type { Method } from '../contract/method';
import { createNone } from './none';
import { createPacknet } from './packnet';
import { createReplay } from './replay';
import { createSam } from './sam';
import { createSi } from './si';
import { createSleep } from './sleep';

/** The settings were parsed by the method's card (runFile.ts). */
const factories: Record<MethodId, (settings: never) => Method> = {
  none: createNone,
  joint: createJoint,
  ewc: (settings: EwcSettings) => createEwc(settings),
  si: (settings: SiSettings) => createSi(settings),
  packnet: (settings: PacknetSettings) => createPacknet(settings),
  replay: (settings: ReplaySettings) => createReplay(settings),
  agem: (settings: AgemSettings) => createAgem(settings),
  sam: (settings: SamSettings) => createSam(settings),
  sleep: (settings: SleepSettings) => createSleep(settings),
};

/**
 * @param own of a method of the user's own, by its place
 * @throws Error when a run asks for a method this version does not have
 */
export function createMethod(
  methods: readonly { readonly method: string; readonly settings: ResolvedMethod['settings'] }[],
  own: (index: number) => Method | undefined = () => undefined,
): Method {
  return combine(
    methods.map(({ method, settings }, i) => {
      const made = own(i);
      if (made) return made;
      if (!isMethodId(method)) throw new Error(`This version of Lethe has no method "${method}".`);
      return factories[method](settings as never);
    }),
  );
}
