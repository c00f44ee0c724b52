export { addData } from './add';
export { ownData } from './catalogue';
export { DataError } from './dataError';
export { downloadData, planDownload, type DownloadPlan, type DownloadProgress } from './download';
export { removeData } from './keep';
export type { DataRecord } from './record';
