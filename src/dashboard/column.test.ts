import { describe, expect, it } from 'vitest';
import { columnForDashboard } from './column';

const columns = (...hasDashboard: boolean[]) => hasDashboard.map((has, i) => ({ column: i + 1, hasDashboard: has }));

describe('the column of a new dashboard', () => {
  it('is beside the editor for the first one', () => {
    expect(columnForDashboard(columns(false), 1)).toBe('beside');
    expect(columnForDashboard(columns(false, false), 1)).toBe('beside');
  });

  it('is that of the dashboard that is there, wherever the focus is', () => {
    expect(columnForDashboard(columns(false, true), 1)).toBe(2);
    expect(columnForDashboard(columns(false, true), undefined)).toBe(2);
    expect(columnForDashboard(columns(false, true, false), 3)).toBe(2);
  });

  it('is not the one in which the text is edited', () => {
    expect(columnForDashboard(columns(true), 1)).toBe('beside');
    expect(columnForDashboard(columns(true, true), 1)).toBe(2);
  });
});
