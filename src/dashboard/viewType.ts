/** Of the webviews, by which VS Code brings them back. */
export const VIEW_TYPE = 'lethe.dashboard';
