/** The variants whose label has every word of a text, in any order, anywhere in it, in small letters or large; all for none. */
export function withWords<V extends { readonly label: string }>(variants: readonly V[], text: string): readonly V[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  return variants.filter(({ label }) => {
    const own = folded(label);
    return words.every((word) => own.includes(word));
  });
}

/** Full-width letters are letters too. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();
