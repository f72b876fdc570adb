const KEPT = 'demo-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen() {
  const kept = localStorage.getItem(KEPT);
  return kept === 'dark' || kept === 'light' ? kept : undefined;
}

export const isDark = () => (chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark';

/** Follows the system's theme until the user chooses one. `onChange` is called for both, like a change of `hass.themes`. */
export function themeSwitch(button, onChange) {
  const show = () => {
    document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.title = isDark() ? 'Show the page light' : 'Show the page dark';
    onChange(isDark());
  };
  button.addEventListener('click', () => {
    const wanted = isDark() ? 'light' : 'dark';
    localStorage.setItem(KEPT, wanted);
    show();
  });
  system.addEventListener('change', show);
  show();
}
