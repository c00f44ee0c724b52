/** What VS Code shows says its texts as all else does. */
export { t, useTranslator } from '../core/text';
