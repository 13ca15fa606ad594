// A call that only a TURN server can carry, with the credentials of the token.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { CLIENT_FILES, PAGES, startServer } from '../harness/server.mjs';
import { settingsFile, startTurn } from '../harness/turn.mjs';

let turn;
let server;
let browser;
before(async () => {
  turn = await startTurn();
  const config = ['--config', settingsFile(turn.port)];
  // The public STUN servers are out of reach, and only cost time.
  const options = { appIceServers: [] };
  const pages = ['--client-files', CLIENT_FILES, '--static', PAGES];
  server = await startServer({ options, flags: [...config, ...pages] });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  turn?.stop();
});

test('a call through coturn', async () => {
  const visit = async (name) => {
    const visitor = await Visitor.open(browser, `${server.url}/call.html`);
    await visitor.run(() => {
      easyrtc.createRTCPeerConnection = (config, options) => {
        window.peer = new RTCPeerConnection({ ...config, iceTransportPolicy: 'relay' }, options);
        return window.peer;
      };
    });
    await visitor.login('relayed', name);
    return visitor;
  };
  const [ada, ben] = [await visit('Ada'), await visit('Ben')];
  await ada.sees(ben.easyrtcid);
  await ada.run((id) => call(id), ben.easyrtcid);
  for (const visitor of [ada, ben]) {
    await visitor.showsVideo('#peer');
    const kinds = await visitor.run(async () => {
      const stats = [...(await window.peer.getStats()).values()];
      const pair = stats.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
      return [pair.localCandidateId, pair.remoteCandidateId].map(
        (id) => stats.find((entry) => entry.id === id).candidateType,
      );
    });
    assert.deepEqual(kinds, ['relay', 'relay']);
    await visitor.assertContent();
  }
});
