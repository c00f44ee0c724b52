export { dataFolder } from '../runs/userFolders';
