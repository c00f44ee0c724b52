import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { REPOSITORY } from './installation';

/** One broken accessibility rule with the elements that break it. */
export interface AccessibilityFinding {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  /** HTML of each element, with axe's explanation. */
  readonly elements: readonly string[];
}

const SERIOUS = ['serious', 'critical'];

/**
 * Runs axe-core inside a frame. Its source is evaluated by the debugger, so that a strict Content Security Policy
 * neither stops nor reports it.
 */
export async function accessibilityFindings(frame: Frame): Promise<AccessibilityFinding[]> {
  const source = readFileSync(
    createRequire(path.join(REPOSITORY, 'package.json')).resolve('axe-core/axe.min.js'),
    'utf8',
  );
  await frame.evaluate(source);
  const violations = await frame.evaluate(async () => {
    const scope = globalThis as typeof globalThis & { axe: typeof axe };
    // Preloading would fetch style sheets, which the policy forbids.
    const result = await scope.axe.run(document, { resultTypes: ['violations'], preload: false, iframes: false });
    return result.violations.map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? 'unknown',
      help,
      elements: nodes.map((node) => `${node.html}\n${node.failureSummary ?? ''}`),
    }));
  });
  return violations;
}

/** The findings nobody may ship. */
export function seriousFindings(findings: readonly AccessibilityFinding[]): AccessibilityFinding[] {
  return findings.filter((finding) => SERIOUS.includes(finding.impact));
}
