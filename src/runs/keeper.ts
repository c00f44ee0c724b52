import { Keeper } from './keeperLoop';

/** Entry of the queue keeper: `node keeper.js <workspace>/.lethe`. Ends when there is nothing to start or to watch. */
const store = process.argv[2];
if (store === undefined) {
  console.error('Usage: node keeper.js <workspace>/.lethe');
  process.exitCode = 2;
} else {
  new Keeper(store, __dirname).work().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
