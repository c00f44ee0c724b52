/** Sections of the benchmarks, in the order in which they are measured and shown. */
export const sectionNames = [
  'steps',
  'networks',
  'methods',
  'between',
  'parts',
  'recipe',
  'inputs',
  'builds',
  'runs',
  'comparison',
  'start',
  'sleep',
  'memory',
  'long',
  'landscape',
  'dashboard',
  'page',
  'cluster',
];

/** The page of docs/ with the place of a section. */
export const pageOf = (name) => (name === 'networks' ? 'networks.md' : 'benchmarks.md');

/** Puts texts between the markers `<!-- bench:NAME -->` and `<!-- /bench -->` of a Markdown document. */
export function withSections(document, texts) {
  return Object.entries(texts).reduce((text, [name, section]) => {
    const place = new RegExp(`(<!-- bench:${name} -->\n)[^]*?(<!-- /bench -->)`);
    if (!place.test(text)) throw new Error(`There is no place for "${name}" in the document.`);
    return text.replace(place, (_, open, close) => `${open}\n${section}\n\n${close}`);
  }, document);
}
