import { oneLine } from '../core/visibleText';

/** What means something to LaTeX, or is no letter of its text fonts. */
const signs: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  // A row or a rule before it would take these for arguments of its own.
  '[': '{[}',
  ']': '{]}',
  '*': '{*}',
};

/** Commands of mathematics, by the character that each stands for. */
const commands: Readonly<Record<string, string>> = {
  ...{ '−': '-', '±': '\\pm', '≈': '\\approx', '·': '\\cdot', '×': '\\times', '→': '\\to', '←': '\\gets' },
  ...{ '≤': '\\le', '≥': '\\ge', '≠': '\\ne', '∞': '\\infty', '∑': '\\sum', '∏': '\\prod', '∂': '\\partial' },
  ...{ '∇': '\\nabla', '√': '\\surd', '∈': '\\in', '‖': '\\|', '′': "'", '∼': '\\sim', '½': '\\tfrac12' },
  ...{ α: '\\alpha', β: '\\beta', γ: '\\gamma', δ: '\\delta', ε: '\\varepsilon', ζ: '\\zeta', η: '\\eta' },
  ...{ θ: '\\theta', ι: '\\iota', κ: '\\kappa', λ: '\\lambda', μ: '\\mu', µ: '\\mu', ν: '\\nu', ξ: '\\xi', π: '\\pi' },
  ...{ ρ: '\\rho', σ: '\\sigma', τ: '\\tau', υ: '\\upsilon', φ: '\\varphi', χ: '\\chi', ψ: '\\psi', ω: '\\omega' },
  ...{ Γ: '\\Gamma', Δ: '\\Delta', Θ: '\\Theta', Λ: '\\Lambda', Ξ: '\\Xi', Π: '\\Pi', Σ: '\\Sigma', Υ: '\\Upsilon' },
  ...{ Φ: '\\Phi', Ψ: '\\Psi', Ω: '\\Omega' },
  ...raised('^', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ', '0123456789+-n'),
  ...raised('_', '₀₁₂₃₄₅₆₇₈₉₊₋ₖ', '0123456789+-k'),
};

function raised(mark: string, characters: string, plain: string): Record<string, string> {
  return Object.fromEntries(Array.from(characters, (character, i) => [character, `${mark}{${plain[i] ?? ''}}`]));
}

/** Text in LaTeX, in one line. Letters of other scripts than Latin and Greek stay: they need XeLaTeX or LuaLaTeX. */
export const latexText = (text: string): string =>
  oneLine(text).replace(/[^A-Za-z0-9\s]/gu, (character) => {
    const command = commands[character];
    if (command !== undefined) return `$${command}$`;
    return signs[character] ?? (/[&%$#_{}]/.test(character) ? `\\${character}` : character);
  });
