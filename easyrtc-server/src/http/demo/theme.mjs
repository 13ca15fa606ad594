// Light or dark: as the system says, until somebody chooses.

import { byId, dress, remember, remembered } from './dom.mjs';

const THEMES = ['light', 'dark'];
const system = matchMedia('(prefers-color-scheme: dark)');

function current() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ?? (system.matches ? 'dark' : 'light');
}

function show(button) {
  const other = current() === 'dark' ? 'light' : 'dark';
  button.setAttribute('aria-label', `Switch to ${other} colours`);
  dress(button, other === 'dark' ? 'moon' : 'sun');
}

/** Applies the choice of an earlier visit, and lets the button change it. */
export function startTheme() {
  const button = byId('theme');
  const chosen = remembered('theme');
  if (THEMES.includes(chosen)) document.documentElement.dataset.theme = chosen;
  button.addEventListener('click', () => {
    const next = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    remember('theme', next);
    show(button);
  });
  system.addEventListener('change', () => show(button));
  show(button);
}
