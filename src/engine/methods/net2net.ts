import { growsBefore, widthsAt, type Net2netSettings } from '../../core/methods/net2net';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork } from '../contract/network';
import { widthsOf } from '../networks/blocks';
import { net2Deeper } from '../networks/deeper';
import { requireLayers } from '../networks/network';
import { net2Wider, type Growth } from '../networks/wider';
import { parametersOfLayers } from './parametersOfLayers';

/**
 * Net2Net (Chen, Goodfellow & Shlens 2016) in a stream: before a task the network gets wider (`net2Wider`: copies of units,
 * whose outgoing weights share what there was), deeper (`net2Deeper`: layers that pass on what they get), or both, and is the
 * same function. θ and the optimiser's state of what was there move along, that of what is new begins at 0. Then all of it is
 * trained, and nothing is held back: the rest is plain training.
 *
 * Deviations: the paper grows a network on one data set, and adds noise to copies so that they part; here copies of a unit are
 * heard in unequal shares, which tells them apart in the first step and leaves the function as it is.
 */
export function createNet2net(settings: Net2netSettings): Method {
  let learner: Learner;
  /** Of the experiment's network. */
  let began: readonly number[];
  const present = (): LayeredNetwork => requireLayers(learner.network, 'The method net2net');

  const grow = ({ network, move, theta }: Growth) => {
    const before = Float32Array.from(learner.theta.dataSync());
    learner.replaceNetwork(network, move);
    learner.setTheta(theta(before));
  };

  return {
    id: 'net2net',
    begin(own) {
      learner = own;
      began = widthsOf(present());
    },
    async beforePhase({ task, phase }) {
      if (phase > 0 || !growsBefore(task, settings)) return;
      const { now } = widthsAt(task, began, settings);
      const wider = now.slice(0, widthsOf(present()).length);
      if (settings.widen > 0) grow(net2Wider(present(), wider, learner.random('net2net', task), settings.asymmetry));
      for (let layer = 0; layer < settings.deepen; layer++) grow(net2Deeper(present(), present().layers.length - 2));
      await learner.progress('grow', 1, now.join('-'));
    },
    inspect: () => [parametersOfLayers(present())],
  };
}
