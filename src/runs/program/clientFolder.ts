import path from 'node:path';

/** Folder of the Python client, for pip. @param dist folder with what ships */
export const clientFolder = (dist: string): string => path.join(dist, '..', 'clients', 'python');
