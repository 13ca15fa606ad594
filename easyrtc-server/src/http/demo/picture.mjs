// A picture for those without a camera: their initials on a ground that drifts a little.

const WIDTH = 640;
const HEIGHT = 360;

/** Pictures in a second: enough to keep an encoder awake, little enough to cost nothing. */
const RATE = 8;

const HUES = [222, 172, 262, 340, 200, 300, 150, 20];

/** Two letters at most that stand for a name. */
export function initials(name) {
  const words = name
    .trim()
    .split(/[\s_.-]+/)
    .filter(Boolean);
  const first = words.length > 1 ? [words[0], words.at(-1)] : words;
  return first.map((word) => [...word][0].toUpperCase()).join('') || '?';
}

/** A hue, in degrees, that is the same wherever the name is. */
export function hueOf(name) {
  let sum = 0;
  for (const letter of name) sum = Math.imul(sum ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return HUES[(sum >>> 12) % HUES.length];
}

/** Draws a picture and streams it. */
export class DrawnPicture {
  #canvas = document.createElement('canvas');
  #name = '';
  #still = matchMedia('(prefers-reduced-motion: reduce)');
  #timer = null;
  #track;

  constructor(name) {
    this.#canvas.width = WIDTH;
    this.#canvas.height = HEIGHT;
    this.#name = name;
    this.#draw(0);
    this.#track = this.#canvas.captureStream(RATE).getVideoTracks()[0];
    this.#timer = setInterval(() => this.#draw(performance.now()), 1000 / RATE);
  }

  /** The video track with the picture. */
  get track() {
    return this.#track;
  }

  /** Whose initials are shown. */
  set name(name) {
    this.#name = name;
  }

  #draw(now) {
    const context = this.#canvas.getContext('2d');
    const hue = hueOf(this.#name);
    // Who asked for less motion gets the same picture again and again.
    const turn = this.#still.matches ? 0.6 : now / 9000;
    const ground = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
    ground.addColorStop(0, `hsl(${hue} 46% 34%)`);
    ground.addColorStop(1, `hsl(${hue + 34} 52% 22%)`);
    context.fillStyle = ground;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = `hsl(${hue + 20} 70% 70% / 0.13)`;
    for (const [distance, size, speed] of [
      [150, 170, 1],
      [210, 120, -0.7],
      [90, 90, 1.6],
    ]) {
      context.beginPath();
      const angle = turn * speed + size;
      const x = WIDTH / 2 + Math.cos(angle) * distance * 1.5;
      context.arc(x, HEIGHT / 2 + Math.sin(angle) * distance, size, 0, 2 * Math.PI);
      context.fill();
    }
    context.fillStyle = `hsl(${hue} 60% 30%)`;
    context.beginPath();
    context.arc(WIDTH / 2, HEIGHT / 2, 84, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = '#fff';
    context.font = '600 72px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(initials(this.#name), WIDTH / 2, HEIGHT / 2 + 4);
  }
}
