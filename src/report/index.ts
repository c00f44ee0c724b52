export { csv } from './csv';
export { htmlReport } from './html';
export { clipped, displayWidth, latexTable, markdownTable, textTable } from './tables';
