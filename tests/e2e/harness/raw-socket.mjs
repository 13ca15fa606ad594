// A plain WebSocket and nothing else, as docs/spec/websocket.md describes it, with the members of a socket
// that harness/client.mjs uses: `new Client(url, undefined, { connect: rawSocket })`.

import WebSocket from 'ws';

export function rawSocket(url) {
  const line = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, 'easyrtc.v1.json');
  const listeners = {};
  const answers = new Map();
  const tell = (event, ...details) => listeners[event]?.forEach((listener) => listener(...details));
  const socket = {
    connected: false,
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    emit(event, message, answer) {
      const id = answers.size;
      answers.set(id, answer);
      line.send(JSON.stringify({ event, id, message }));
    },
    disconnect: () => line.close(),
  };
  line.on('message', (text) => {
    const { event, ack, message } = JSON.parse(text);
    if (event === undefined) return answers.get(ack)(message);
    if (event !== 'welcome') return tell(event, message);
    socket.connected = true;
    tell('connect');
  });
  line.on('error', (error) => tell('connect_error', error));
  line.on('close', (code) => tell('disconnect', `closed with ${code}`));
  return socket;
}
