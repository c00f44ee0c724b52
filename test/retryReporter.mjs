import { JsonReporter } from 'vitest/node';

/** Vitest's JSON report, in which each test's `meta.retries` says how often it was tried again. Without, it does not. */
export default class extends JsonReporter {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests()) test.meta().retries = test.diagnostic()?.retryCount ?? 0;
    }
    return super.onTestRunEnd(modules);
  }
}
