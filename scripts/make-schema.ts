import { experimentJsonSchema } from '../src/core/experiment';

/** Text of media/experiment.schema.json, which gives `*.lethe.json` files completion: `npm run schema` writes it. */
export const schemaText = (): string => `${JSON.stringify(experimentJsonSchema(), undefined, 2)}\n`;
