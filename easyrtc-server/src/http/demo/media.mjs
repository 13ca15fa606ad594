// What this person sends: always one audio and one video track, so that calls need no negotiation
// when a device comes or goes. Without a microphone the sound is silence, without a camera the
// picture is drawn.

import { DrawnPicture } from './picture.mjs';

const CAMERA = {
  width: { ideal: 960 },
  height: { ideal: 540 },
  frameRate: { ideal: 24 },
  facingMode: 'user',
};
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const CAUSES = {
  NotAllowedError: 'not allowed',
  NotFoundError: 'none found',
  NotReadableError: 'in use by another program',
  AbortError: 'it does not start',
};

/** Emits `change` whenever a track, `microphone`, `camera` or a problem changes. */
export class Media extends EventTarget {
  /** What is sent: its two tracks are replaced by others as devices come and go. */
  stream = new MediaStream();

  /** `on`, `off` or `absent`, each. */
  microphone = 'absent';
  camera = 'absent';

  /** Why a device is not in use although it is wanted: `{ camera, microphone }`, texts or ''. */
  problems = { camera: '', microphone: '' };

  #picture;
  #silence = null;

  constructor(name) {
    super();
    this.#picture = new DrawnPicture(name);
    this.#use('video', this.#picture.track);
    this.#use('audio', this.#silentTrack());
  }

  /** The name on the drawn picture. */
  set name(name) {
    this.#picture.name = name;
  }

  get audioTrack() {
    return this.stream.getAudioTracks()[0];
  }

  get videoTrack() {
    return this.stream.getVideoTracks()[0];
  }

  /** Whether others see a camera's picture. */
  get isFilmed() {
    return this.camera === 'on';
  }

  /** Asks for both devices, in one question if possible. Never rejects. */
  async start() {
    if (!navigator.mediaDevices?.getUserMedia) {
      const problem = 'browsers share them over https only';
      this.problems = { camera: problem, microphone: problem };
      this.#changed();
      return;
    }
    try {
      const both = await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: MICROPHONE });
      this.#take(both);
    } catch {
      // One of them is missing or refused: each for itself, so that the other can still be used.
      await this.#ask('microphone', { audio: MICROPHONE });
      await this.#ask('camera', { video: CAMERA });
    }
    this.#changed();
  }

  /** Turns the microphone on or off. */
  async toggleMicrophone() {
    if (this.microphone === 'absent') return this.#askAgain('microphone', { audio: MICROPHONE });
    this.microphone = this.microphone === 'on' ? 'off' : 'on';
    this.audioTrack.enabled = this.microphone === 'on';
    this.#changed();
  }

  /** Turns the camera on or off. Off means that the device is let go of. */
  async toggleCamera() {
    if (this.camera !== 'on') return this.#askAgain('camera', { video: CAMERA });
    const film = this.videoTrack;
    this.#use('video', this.#picture.track);
    film.stop();
    this.camera = 'off';
    this.#changed();
  }

  async #askAgain(device, constraints) {
    if (!navigator.mediaDevices?.getUserMedia) return;
    await this.#ask(device, constraints);
    this.#changed();
  }

  async #ask(device, constraints) {
    try {
      this.#take(await navigator.mediaDevices.getUserMedia(constraints));
    } catch (error) {
      this[device] = 'absent';
      this.problems[device] = CAUSES[error.name] ?? error.message;
    }
  }

  #take(stream) {
    for (const track of stream.getTracks()) {
      const device = track.kind === 'video' ? 'camera' : 'microphone';
      this[device] = 'on';
      this.problems[device] = '';
      this.#use(track.kind, track);
      track.addEventListener('ended', () => this.#lost(device, track));
    }
  }

  /** The device was pulled out, or its permission taken back. */
  #lost(device, track) {
    if (!this.stream.getTracks().includes(track)) return;
    this[device] = 'absent';
    this.problems[device] = 'it has stopped';
    this.#use(track.kind, track.kind === 'video' ? this.#picture.track : this.#silentTrack());
    this.#changed();
  }

  #use(kind, track) {
    for (const old of this.stream.getTracks()) {
      if (old.kind !== kind) continue;
      this.stream.removeTrack(old);
      if (kind === 'audio' && old !== this.#silence) old.stop();
    }
    this.stream.addTrack(track);
  }

  #silentTrack() {
    this.#silence ??= new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
    return this.#silence;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** One sentence about devices that are not in use, or ''. */
export function deviceReport({ camera, microphone, problems }) {
  const absent = camera === 'absent' && microphone === 'absent';
  if (absent && problems.camera && problems.camera === problems.microphone) {
    return `No camera and no microphone (${problems.camera}): others see a drawn picture and cannot hear you.`;
  }
  const missing = [];
  if (camera === 'absent' && problems.camera) {
    missing.push(`No camera (${problems.camera}): others see a drawn picture.`);
  }
  if (microphone === 'absent' && problems.microphone) {
    missing.push(`No microphone (${problems.microphone}): others cannot hear you.`);
  }
  return missing.join(' ');
}
