import { describe, expect, it, vi } from 'vitest';
import { contributes } from '../../package.json';

vi.mock('vscode', () => ({ EventEmitter: class {}, window: {} }));
const { EXPERIMENTS_VIEW } = await import('./experimentsTree');
const { WELCOME_VIEW } = await import('./welcomeView');

const { views, viewsWelcome } = contributes;
const clauseOf = (view: string) => views.lethe.find(({ id }) => id === view)?.when;

describe('the views of the manifest', () => {
  it('are those that the source fills', () => {
    expect(views.lethe.map(({ id }) => id)).toEqual([EXPERIMENTS_VIEW, WELCOME_VIEW]);
  });

  it('keep welcome and rows apart: Eclipse Theia never asks a view that has a welcome for its rows', () => {
    expect(new Set(viewsWelcome.map(({ view }) => view))).toEqual(new Set([WELCOME_VIEW]));
  });

  it('show one of the two at any time, the tree until it is known that there is nothing to list', () => {
    expect(clauseOf(EXPERIMENTS_VIEW)).toBe('!lethe.isEmpty');
    expect(clauseOf(WELCOME_VIEW)).toBe('lethe.isEmpty');
  });
});
