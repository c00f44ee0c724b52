import * as vscode from 'vscode';

export const WELCOME_VIEW = 'lethe.welcome';

/**
 * The view that stands in the place of the tree while there is nothing to list: `viewsWelcome` in package.json says what
 * it shows, because it has no rows. It is a view of its own because Eclipse Theia (since 1.73) fills a view that has a
 * welcome with it before the extension is active, and then never asks for its rows.
 */
export const registerWelcomeView = (): vscode.Disposable =>
  vscode.window.registerTreeDataProvider<never>(WELCOME_VIEW, {
    getChildren: () => [],
    getTreeItem: (row) => row,
  });
