export { csv } from './csv';
export { htmlReport, type ReportInput } from './html';
export { summaryOf, type SummaryWords } from './summary';
export { displayWidth, latexTable, markdownTable, textTable, type TextTableOptions } from './tables';
