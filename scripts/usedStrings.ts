import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Every literal given to `t(…)` or `l10n.t(…)` in the TypeScript files of a folder: the keys of the translations. */
export function usedStrings(folder: string): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    collect(ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.Latest), found);
  }
  return found;
}

function collect(node: ts.Node, found: Set<string>): void {
  if (ts.isCallExpression(node) && isTranslation(node.expression)) {
    const [message] = node.arguments;
    if (message && ts.isStringLiteralLike(message)) found.add(message.text);
  }
  ts.forEachChild(node, (child) => collect(child, found));
}

const isTranslation = (callee: ts.Expression): boolean =>
  (ts.isIdentifier(callee) && callee.text === 't') ||
  (ts.isPropertyAccessExpression(callee) && callee.name.text === 't' && endsWithL10n(callee.expression));

const endsWithL10n = (expression: ts.Expression): boolean =>
  (ts.isIdentifier(expression) && expression.text === 'l10n') ||
  (ts.isPropertyAccessExpression(expression) && expression.name.text === 'l10n');
