/** First process of a machine of its own: `node machine.js <server> <place> <seed> <network>` mounts what it sees of the server. */
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from './fuse';
import { NetworkFolder, type Network } from './networkFolder';

const [server = '', place = '', seed = '0', network = '{}'] = process.argv.slice(2);
const folder = new NetworkFolder(server, JSON.parse(network) as Network, Number(seed));
serve(folder, place).then(
  async () => {
    console.log('ready');
    // Until it is killed, and all that runs on it with it.
    for (;;) await delay(60_000);
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
