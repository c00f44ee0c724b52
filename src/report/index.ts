export { csv } from './csv';
export { htmlReport } from './html';
export { matrixOf } from './series';
export { clipped, displayWidth, latexTable, markdownTable, textTable } from './tables';
