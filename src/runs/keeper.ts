import { Keeper } from './keeperLoop';

/**
 * Entry of the queue keeper: `node keeper.js <workspace>/.lethe [node]`. Ends when there is nothing to start or to watch.
 * `node`: the Node.js that runs training processes, where it is not the one that runs this.
 */
const [store, node = process.execPath] = process.argv.slice(2);
if (store === undefined) {
  console.error('Usage: node keeper.js <workspace>/.lethe [node]');
  process.exitCode = 2;
} else {
  new Keeper(store, { node, dist: __dirname }).work().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
