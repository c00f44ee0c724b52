export { csv } from './csv';
export { htmlReport } from './html';
export { displayWidth, latexTable, markdownTable, textTable } from './tables';
