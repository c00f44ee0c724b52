import type { Network } from '../contract/network';

/** What is made of a network once, and is the same object each time it is asked for: so a function is compiled once. */
export function perNetwork<Made>(make: (network: Network) => Made): (network: Network) => Made {
  const known = new WeakMap<Network, { readonly made: Made }>();
  return (network) => {
    const found = known.get(network) ?? { made: make(network) };
    known.set(network, found);
    return found.made;
  };
}
