/** What VS Code shows says its texts as all else does. */
export { named, t, useTranslator, type Translate } from '../core/text';
