/** What is the same as last time stays the same object: whatever is made of it is then kept, too. */
export class Kept<T extends object> {
  private readonly last = new Map<string, T>();

  /** What was given last time by this name where it has the same fields (a list: the same entries), else what is given now. */
  of(name: string, now: T): T {
    const before = this.last.get(name);
    if (before && isSame(before, now)) return before;
    this.last.set(name, now);
    return now;
  }
}

function isSame(a: object, b: object): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, i) => entry === b[i]);
  const [before, now] = [Object.entries(a), Object.entries(b)];
  return (
    before.length === now.length && before.every(([name, value]) => value === (b as Record<string, unknown>)[name])
  );
}

/** The same function, asked once for each object. */
export function onceOf<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const made = new WeakMap<Of, { readonly value: Made }>();
  return (of) => {
    const known = made.get(of) ?? { value: make(of) };
    made.set(of, known);
    return known.value;
  };
}
