import * as vscode from 'vscode';
import { placeOfQuery, queryOf, type DashboardPlace } from '../core/dashboardPlace';
import { oneLine } from '../core/visibleText';
import { isExperimentUri } from '../workspace/experiments';
import { t } from '../workspace/text';

interface Opener {
  open(experiment: vscode.Uri, place?: DashboardPlace): void | Promise<void>;
}

/** `vscode://lethe.lethe/dashboard?file=…&section=…`: a place in the dashboard of an experiment of the workspace. */
export function linkTo(experiment: vscode.Uri, place: DashboardPlace): string {
  const file = new URLSearchParams({ file: vscode.workspace.asRelativePath(experiment) }).toString();
  const query = [file, queryOf(place)]
    .filter((part) => part !== '')
    .join('&')
    .replaceAll('%2F', '/');
  const uri = vscode.Uri.from({ scheme: vscode.env.uriScheme, authority: 'lethe.lethe', path: '/dashboard', query });
  // VS Code decodes a query before the extension does: what is encoded is so twice. Most are not, and stay readable.
  return uri.toString(!/[%+]/.test(query));
}

/** Opens what a link leads to. It shows what is there already, and starts nothing: anybody may have written it. */
export async function followLink({ path, query }: vscode.Uri, dashboards: Opener): Promise<void> {
  const file = new URLSearchParams(query).get('file') ?? '';
  const experiment = path === '/dashboard' ? await experimentNamed(file) : undefined;
  if (experiment) return dashboards.open(experiment, placeOfQuery(query));
  void vscode.window.showErrorMessage(
    t('The link leads to the experiment {0}, which is not in this workspace.', oneLine(file) || '?'),
  );
}

/** @param file as `asRelativePath` writes it: beginning with the name of its folder where there are several */
async function experimentNamed(file: string): Promise<vscode.Uri | undefined> {
  const parts = file.split('/');
  if (parts.some((part) => ['', '.', '..'].includes(part))) return undefined;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    for (const own of [parts, parts.slice(1)]) {
      const found = vscode.Uri.joinPath(uri, ...own);
      const isIt = isExperimentUri(found) && vscode.workspace.asRelativePath(found) === file;
      if (isIt && (await exists(found))) return found;
    }
  }
  return undefined;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type !== vscode.FileType.Directory;
  } catch {
    return false;
  }
}
