import { describe, expect, it } from 'vitest';
import { measureInfo, measureNames } from '../core/measures/table';
import { latexText } from './latexText';

describe('text in LaTeX', () => {
  it('has Greek letters and signs of mathematics as commands', () => {
    expect(latexText('EWC · λ 10⁵')).toBe('EWC $\\cdot$ $\\lambda$ 10$^{5}$');
    expect(latexText('Ω₁ ≤ ±∞')).toBe('$\\Omega$$_{1}$ $\\le$ $\\pm$$\\infty$');
  });

  it('escapes what means something to LaTeX, and leaves letters and punctuation', () => {
    expect(latexText('a_b & 50 % {#1} $x$ ~^\\')).toBe(
      'a\\_b \\& 50 \\% \\{\\#1\\} \\$x\\$ \\textasciitilde{}\\textasciicircum{}\\textbackslash{}',
    );
    expect(latexText('Größe, 方法 (1.5/2)!')).toBe('Größe, 方法 (1.5/2)!');
  });

  it('of the title of any measure is of characters that every LaTeX knows', () => {
    for (const name of measureNames) expect(latexText(measureInfo[name].title), name).toMatch(/^[ -~]+$/);
  });
});
