/**
 * The one place that knows the widget library. @vscode/webview-ui-toolkit is no longer developed; whoever replaces it
 * changes this file only. Everything else asks for a button or a check box and says what it means.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeCheckbox } from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit';

/** Makes the widgets known to the page. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox());
}

export interface ButtonOptions {
  readonly label: string;
  readonly onClick: () => void;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** Says more than the label where the label alone is ambiguous, for screen readers. */
  readonly description?: string;
  /** What the button stands for, for tests. */
  readonly name: string;
}

export const button = (options: ButtonOptions): TemplateResult =>
  html`<vscode-button
    appearance=${options.primary ? 'primary' : 'secondary'}
    data-action=${options.name}
    aria-label=${options.description ?? nothing}
    ?disabled=${options.disabled ?? false}
    @click=${options.onClick}
    >${options.label}</vscode-button
  >`;

export interface ChoiceOptions<Value extends string> {
  /** What is chosen, for tests. */
  readonly name: string;
  readonly label: string;
  readonly value: Value;
  /** Each with its text. */
  readonly options: readonly (readonly [value: Value, text: string])[];
  readonly onChange: (value: Value) => void;
}

/** One of a few. */
export const choice = <Value extends string>({
  name,
  label,
  value,
  options,
  onChange,
}: ChoiceOptions<Value>): TemplateResult =>
  html`<label class="choice"
    >${label}
    <select
      data-choice=${name}
      @change=${(event: Event) => {
        const [chosen] = options[(event.target as HTMLSelectElement).selectedIndex] ?? [];
        if (chosen !== undefined) onChange(chosen);
      }}
    >
      ${options.map(([one, text]) => html`<option ?selected=${one === value}>${text}</option>`)}
    </select></label
  >`;

/** The same in the middle of a line. */
export const linkButton = (options: ButtonOptions): TemplateResult =>
  html`<button
    class="link"
    data-action=${options.name}
    aria-label=${options.description ?? nothing}
    ?disabled=${options.disabled ?? false}
    @click=${options.onClick}
  >
    ${options.label}
  </button>`;

export interface CheckboxOptions {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export const checkbox = (options: CheckboxOptions): TemplateResult =>
  html`<vscode-checkbox
    .checked=${options.checked}
    @change=${(event: Event) => options.onChange((event.target as HTMLInputElement).checked)}
    >${options.label}</vscode-checkbox
  >`;
