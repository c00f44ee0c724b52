/** Programs that implement the method of another variant too: they are told the same as that. */
import type { Variant } from './experiment';
import { isOf } from './expectation';

/** The variant whose method a program implements too; undefined where its entry names none that there is. */
export function implementedBy({ program }: Variant, variants: readonly Variant[]): Variant | undefined {
  const asked = program?.implements;
  if (!asked) return undefined;
  return variants.find((other) => !other.program && isOf({ method: asked.variant }, other));
}

/** Gives such programs the settings, the network and the training of the variant whose method they implement. */
export const withImplemented = (variants: readonly Variant[]): Variant[] =>
  variants.map((variant) => {
    const other = implementedBy(variant, variants);
    return other ? toldAs(other, variant) : variant;
  });

function toldAs(other: Variant, variant: Variant): Variant {
  const { network, training, differs } = other;
  const contents = { ...other.contents, ...variant.contents };
  const code = other.own?.[network.kind];
  return {
    ...variant,
    ...{ implements: other.key, network, training, differs },
    methods: variant.methods.map(({ method, settings }) => ({
      method,
      settings: { ...toldSettings(other), ...settings },
    })),
    ...(Object.keys(contents).length > 0 && { contents }),
    ...(code && { own: { ...variant.own, [network.kind]: code } }),
  };
}

/** The settings of a method by their names; of several that are combined by the names of the methods. */
export function toldSettings({ methods }: Variant): Readonly<Record<string, unknown>> {
  const [first, ...more] = methods;
  return more.length === 0
    ? (first?.settings ?? {})
    : Object.fromEntries(methods.map(({ method, settings }) => [method, settings]));
}
