/**
 * Makes records whose values are computed when somebody reads them, once each. They list, copy and become JSON like any
 * other, and then all is computed.
 */
export function lazyRecords<Name extends string>(
  names: readonly Name[],
): <Value>(valueOf: (name: Name) => Value) => Readonly<Record<Name, Value>> {
  const computing = new WeakMap<object, (name: Name) => unknown>();
  // Shared by all records of these names: thousands of them cost little.
  const getters = Object.fromEntries(
    names.map((name) => [
      name,
      {
        enumerable: true,
        configurable: true,
        get(this: object): unknown {
          const value = computing.get(this)?.(name);
          Object.defineProperty(this, name, { value, enumerable: true });
          return value;
        },
      },
    ]),
  );
  return <Value>(valueOf: (name: Name) => Value) => {
    const record = Object.defineProperties({}, getters) as Record<Name, Value>;
    computing.set(record, valueOf);
    return record;
  };
}
