// Small helpers for building the page. Nothing here ever parses HTML: what people write stays text.

/** The element with this id, which the page is known to have. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `properties` are set on it, but for `class`, `data` and `aria`, and names with a
 * hyphen and `role`, which are attributes; `children` are nodes or texts.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === 'class') made.className = value;
    else if (key === 'data') Object.assign(made.dataset, value);
    else if (key.includes('-') || key === 'role') made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** One of the page's icons, for the eye only. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Changes the icon and, if there is one, the text of a button that has them. */
export function dress(button, iconName, text) {
  button.querySelector('use').setAttribute('href', `#icon-${iconName}`);
  const label = button.querySelector('span');
  if (text !== undefined && label) label.textContent = text;
}

/** Sets an element's text only if it differs, so that screen readers do not say it again. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** What the browser has kept for this page under `key`, or null; storage may be forbidden. */
export function remembered(key) {
  try {
    return localStorage.getItem(`easyrtc-demo-${key}`);
  } catch {
    return null;
  }
}

/** Keeps `value` for the next visit, where that is allowed. */
export function remember(key, value) {
  try {
    localStorage.setItem(`easyrtc-demo-${key}`, value);
  } catch {
    // A visit without memory is a visit all the same.
  }
}
