import type { ResolvedMethod } from '../../core/experiment';
import { isMethodId, type MethodId } from '../../core/methods/index';
import type { AgemSettings } from '../../core/methods/agem';
import type { AveragingSettings } from '../../core/methods/averaging';
import type { CumulativeSettings } from '../../core/methods/cumulative';
import type { DerSettings } from '../../core/methods/der';
import type { DerppSettings } from '../../core/methods/derpp';
import type { EwcSettings } from '../../core/methods/ewc';
import type { GdumbSettings } from '../../core/methods/gdumb';
import type { GemSettings } from '../../core/methods/gem';
import type { GpmSettings } from '../../core/methods/gpm';
import type { McSgdSettings } from '../../core/methods/mc-sgd';
import type { OgdSettings } from '../../core/methods/ogd';
import type { IcarlSettings } from '../../core/methods/icarl';
import type { LwfSettings } from '../../core/methods/lwf';
import type { MasSettings } from '../../core/methods/mas';
import type { PacknetSettings } from '../../core/methods/packnet';
import type { RehearsalSettings } from '../../core/methods/rehearsal';
import type { ReplaySettings } from '../../core/methods/replay';
import type { RwalkSettings } from '../../core/methods/rwalk';
import type { SamSettings } from '../../core/methods/sam';
import type { SiSettings } from '../../core/methods/si';
import type { SleepSettings } from '../../core/methods/sleep';
import type { ProgressiveSettings } from '../../core/methods/progressive';
import type { HatSettings } from '../../core/methods/hat';
import type { GenerativeReplaySettings } from '../../core/methods/generative-replay';
import type { L2InitSettings } from '../../core/methods/l2-init';
import type { ShrinkAndPerturbSettings } from '../../core/methods/shrink-and-perturb';
import type { ContinualBackpropSettings } from '../../core/methods/continual-backprop';
import type { RemindSettings } from '../../core/methods/remind';
import type { DenSettings } from '../../core/methods/den';
import type { BranchingSettings } from '../../core/methods/branching';
import type { Net2netSettings } from '../../core/methods/net2net';
import { createAgem } from './agem';
import { createAveraging } from './averaging';
import { combine } from './combine';
import { createCumulative } from './cumulative';
import { createDer } from './der';
import { createDerpp } from './derpp';
import { createEwc } from './ewc';
import { createGdumb } from './gdumb';
import { createGem } from './gem';
import { createGpm } from './gpm';
import { createIcarl } from './icarl';
import { createJoint } from './joint';
import { createLwf } from './lwf';
import { createMas } from './mas';
import type { Method } from '../contract/method';
import { createMcSgd } from './mc-sgd';
import { createNone } from './none';
import { createOgd } from './ogd';
import { createPacknet } from './packnet';
import { createRehearsal } from './rehearsal';
import { createReplay } from './replay';
import { createRwalk } from './rwalk';
import { createSam } from './sam';
import { createSeparate } from './separate';
import { createSi } from './si';
import { createSleep } from './sleep';
import { createStableSgd } from './stable-sgd';
import { createProgressive } from './progressive';
import { createHat } from './hat';
import { createGenerativeReplay } from './generative-replay';
import { createL2Init } from './l2-init';
import { createShrinkAndPerturb } from './shrink-and-perturb';
import { createContinualBackprop } from './continual-backprop';
import { createRemind } from './remind';
import { createDen } from './den';
import { createBranching } from './branching';
import { createNet2net } from './net2net';

/** The settings were parsed by the method's card (runFile.ts). */
const factories: Record<MethodId, (settings: never) => Method> = {
  none: createNone,
  joint: createJoint,
  cumulative: (settings: CumulativeSettings) => createCumulative(settings),
  separate: createSeparate,
  ewc: (settings: EwcSettings) => createEwc(settings),
  si: (settings: SiSettings) => createSi(settings),
  mas: (settings: MasSettings) => createMas(settings),
  rwalk: (settings: RwalkSettings) => createRwalk(settings),
  lwf: (settings: LwfSettings) => createLwf(settings),
  packnet: (settings: PacknetSettings) => createPacknet(settings),
  rehearsal: (settings: RehearsalSettings) => createRehearsal(settings),
  replay: (settings: ReplaySettings) => createReplay(settings),
  der: (settings: DerSettings) => createDer(settings),
  derpp: (settings: DerppSettings) => createDerpp(settings),
  gdumb: (settings: GdumbSettings) => createGdumb(settings),
  agem: (settings: AgemSettings) => createAgem(settings),
  gem: (settings: GemSettings) => createGem(settings),
  ogd: (settings: OgdSettings) => createOgd(settings),
  gpm: (settings: GpmSettings) => createGpm(settings),
  sam: (settings: SamSettings) => createSam(settings),
  'stable-sgd': createStableSgd,
  averaging: (settings: AveragingSettings) => createAveraging(settings),
  sleep: (settings: SleepSettings) => createSleep(settings),
  icarl: (settings: IcarlSettings) => createIcarl(settings),
  'mc-sgd': (settings: McSgdSettings) => createMcSgd(settings),
  progressive: (settings: ProgressiveSettings) => createProgressive(settings),
  hat: (settings: HatSettings) => createHat(settings),
  'generative-replay': (settings: GenerativeReplaySettings) => createGenerativeReplay(settings),
  'l2-init': (settings: L2InitSettings) => createL2Init(settings),
  'shrink-and-perturb': (settings: ShrinkAndPerturbSettings) => createShrinkAndPerturb(settings),
  'continual-backprop': (settings: ContinualBackpropSettings) => createContinualBackprop(settings),
  remind: (settings: RemindSettings) => createRemind(settings),
  den: (settings: DenSettings) => createDen(settings),
  branching: (settings: BranchingSettings) => createBranching(settings),
  net2net: (settings: Net2netSettings) => createNet2net(settings),
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
