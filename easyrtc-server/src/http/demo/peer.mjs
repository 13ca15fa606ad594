// A call with one person. Either side may offer at any time; where two offers cross, the polite
// side gives way (the "perfect negotiation" pattern), which is the one with the greater id, as in
// the stock client.

/** How long a call may be without a connection before a new way is looked for, in milliseconds. */
const PATIENCE = 4000;

/** Candidates kept while there is no description to go with them. */
const MAX_EARLY_CANDIDATES = 100;

/** Emits `stream` when something is to be seen, and `state` when `state` changes. */
export class Peer extends EventTarget {
  /** What the person sends. */
  stream = new MediaStream();

  #connection;
  #send;
  #polite;
  #makingOffer = false;
  #settingAnswer = false;
  #ignoringOffer = false;
  #early = [];
  #work = Promise.resolve();
  #restart = null;

  /** `send(type, data)` carries signals to the person, in order. */
  constructor({ polite, iceServers, media, send }) {
    super();
    this.#polite = polite;
    this.#send = send;
    this.#connection = new RTCPeerConnection({ iceServers });
    this.#listen();
    for (const track of media.stream.getTracks()) this.#connection.addTrack(track, media.stream);
  }

  /** RTCPeerConnection's: `new`, `connecting`, `connected`, `disconnected`, `failed`, `closed`. */
  get state() {
    return this.#connection.connectionState;
  }

  /** Whether the other side has said something that could be understood. */
  get isAnswered() {
    return this.#connection.remoteDescription !== null;
  }

  /** Sends what is in the stream now. */
  async sendTracks(stream) {
    for (const track of stream.getTracks()) {
      const sender = this.#connection.getSenders().find((one) => one.track?.kind === track.kind);
      if (sender && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  /** Takes a signal of the other side, each after the one before. Never rejects. */
  receive(type, data) {
    this.#work = this.#work
      .then(() =>
        type === 'candidate' ? this.#takeCandidate(data) : this.#takeDescription(type, data),
      )
      .catch((error) => this.#report(error));
    return this.#work;
  }

  /** Replaces the path between the two, which no longer works. */
  lookForAnotherWay() {
    if (!this.#isClosed) this.#connection.restartIce();
  }

  /** Ends the call. The other side is not told. */
  close() {
    clearTimeout(this.#restart);
    this.#connection.close();
  }

  get #isClosed() {
    return this.#connection.signalingState === 'closed';
  }

  #listen() {
    const connection = this.#connection;
    connection.addEventListener('negotiationneeded', () => this.#offer());
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate?.candidate) return;
      const { sdpMLineIndex: label, sdpMid: id } = candidate;
      this.#send('candidate', { type: 'candidate', label, id, candidate: candidate.candidate });
    });
    connection.addEventListener('track', ({ track }) => {
      for (const old of this.stream.getTracks()) {
        if (old.kind === track.kind) this.stream.removeTrack(old);
      }
      this.stream.addTrack(track);
      this.dispatchEvent(new Event('stream'));
    });
    connection.addEventListener('connectionstatechange', () => {
      this.#watchConnection();
      this.dispatchEvent(new Event('state'));
    });
  }

  /** A path that broke, with a change of network say, is replaced by another. */
  #watchConnection() {
    clearTimeout(this.#restart);
    if (this.state === 'failed') this.lookForAnotherWay();
    if (this.state === 'disconnected') {
      this.#restart = setTimeout(() => this.lookForAnotherWay(), PATIENCE);
    }
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      const { type, sdp } = this.#connection.localDescription;
      this.#send(type, { type, sdp });
    } catch (error) {
      this.#report(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #takeDescription(type, data) {
    if (this.#isClosed || typeof data?.sdp !== 'string') return;
    const connection = this.#connection;
    const ready =
      !this.#makingOffer && (connection.signalingState === 'stable' || this.#settingAnswer);
    this.#ignoringOffer = type === 'offer' && !ready && !this.#polite;
    if (this.#ignoringOffer) return;
    if (type === 'answer' && connection.signalingState !== 'have-local-offer') return;
    this.#settingAnswer = type === 'answer';
    await connection.setRemoteDescription({ type, sdp: data.sdp });
    this.#settingAnswer = false;
    if (type === 'offer') {
      await connection.setLocalDescription();
      const { sdp } = connection.localDescription;
      this.#send('answer', { type: 'answer', sdp });
    }
    const early = this.#early.splice(0);
    for (const candidate of early) await this.#takeCandidate(candidate);
  }

  async #takeCandidate(data) {
    if (this.#isClosed || typeof data?.candidate !== 'string') return;
    if (!this.#connection.remoteDescription) {
      if (this.#early.length < MAX_EARLY_CANDIDATES) this.#early.push(data);
      return;
    }
    try {
      await this.#connection.addIceCandidate({
        candidate: data.candidate,
        sdpMLineIndex: data.label,
        sdpMid: data.id,
      });
    } catch (error) {
      // Those that belong to an offer that was ignored fit nothing here.
      if (!this.#ignoringOffer) throw error;
    }
  }

  #report(error) {
    if (this.#isClosed) return;
    this.dispatchEvent(new CustomEvent('trouble', { detail: error }));
  }
}
