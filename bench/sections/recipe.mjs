import { measureList, tables } from './parts.mjs';

export const title = 'What settings of the recipe cost';

export const measure = (options) => measureList(['recipe'], options);

export { tables };
