const collator = new Intl.Collator('en', { numeric: true });

/** The order in which people read names: m2 before m10. */
export const naturally = (a: string, b: string): number => collator.compare(a, b);
