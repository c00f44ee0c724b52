const nouns = new Map([
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object { … }'],
  ['record', 'an object { … }'],
]);

/** What messages call a type that schemas have a word for: `a list` for `array`. */
export const nounOf = (type: string): string => nouns.get(type) ?? type;
