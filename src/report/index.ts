export { htmlReport } from './html';
export { displayWidth, markdownTable, textTable } from './tables';
