// The demo where two offers cross, a room is full, or the server says no.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launchBrowser, Visitor } from '../harness/browser.mjs';
import { Clients } from '../harness/client.mjs';
import { Guest } from '../harness/guest.mjs';
import { startServer } from '../harness/server.mjs';
import { until } from '../harness/wait.mjs';

/** People in a call of the demo at most. */
const MAX_PEOPLE = 6;

/**
 * In a page: two ends of a call, each offering before it knows of the other's offer; then both
 * look for a new way at the same time. Resolves with what became of them.
 */
async function crossOffers(rounds) {
  const { Peer } = await import('/demo/peer.mjs');
  const { DrawnPicture } = await import('/demo/picture.mjs');
  const troubles = [];
  const offers = [];
  const ends = {};
  for (const [own, other, polite] of [
    ['a', 'b', true],
    ['b', 'a', false],
  ]) {
    const stream = new MediaStream([new DrawnPicture(own).track]);
    // A signal takes a while, so that offers cross.
    const send = (type, data) => {
      offers.push(type);
      setTimeout(() => ends[other].receive(type, data), 20);
    };
    ends[own] = new Peer({ polite, iceServers: [], media: { stream }, send });
    ends[own].addEventListener('trouble', ({ detail }) => troubles.push(String(detail)));
  }
  const both = Object.values(ends);
  const connected = () =>
    Promise.all(
      both.map((end) => {
        if (end.state === 'connected') return;
        return new Promise((resolve) => {
          end.addEventListener('state', () => end.state === 'connected' && resolve());
        });
      }),
    );
  await connected();
  for (let round = 0; round < rounds; round += 1) {
    const before = offers.length;
    for (const end of both) end.lookForAnotherWay();
    const settled = () => offers.slice(before).filter((type) => type === 'answer').length > 0;
    while (!settled()) await new Promise((resolve) => setTimeout(resolve, 10));
    await connected();
  }
  return {
    troubles,
    states: both.map(({ state }) => state),
    tracks: both.map(({ stream }) => stream.getTracks().length),
    offers,
  };
}

describe('the demo at its bounds', () => {
  let server;
  let browser;

  before(async () => {
    server = await startServer();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('two offers that cross become one call, at first and later', async () => {
    const visitor = await Visitor.open(browser, `${server.url}/demo/about`);
    const outcome = await visitor.run(crossOffers, 3);
    assert.deepEqual(outcome.troubles, []);
    assert.deepEqual(outcome.states, ['connected', 'connected']);
    assert.deepEqual(outcome.tracks, [1, 1]);
    const first = outcome.offers.filter((type) => type !== 'candidate').slice(0, 2);
    assert.deepEqual(first, ['offer', 'offer']);
    await visitor.close();
  });

  test('a room with more people than a call takes is for chatting', async (t) => {
    const clients = new Clients(server.url, t);
    const roomJoin = { crowd: { roomName: 'crowd' } };
    const others = [];
    for (let count = 0; count < MAX_PEOPLE; count += 1) {
      others.push(await clients.login('websocket', { roomJoin, username: `Other ${count}` }));
    }
    const ada = await Guest.arrive(browser, `${server.url}/#crowd`, 'Ada');
    await ada.join();
    await ada.list('everybody', (people) => people.length === MAX_PEOPLE + 1);
    assert.match(await ada.page.textContent('.notice[data-kind=full]'), /^7 people are here/);
    await ada.say('Hello all');
    const heard = await others[5].receiveType('message');
    assert.equal(heard.msgData, 'Hello all');
    const isOffer = ({ message }) => message.msgType === 'offer';
    assert.ok(!others.some(({ received }) => received.some(isOffer)));
    // One more is called on request, and a call that the other side refuses is over.
    await ada.page.click('#people button[aria-label="Call Other 0"]');
    const offer = await others[0].receiveType('offer');
    assert.equal(offer.msgData.type, 'offer');
    const candidate = await others[0].receiveType('candidate');
    assert.deepEqual(Object.keys(candidate.msgData), ['type', 'label', 'id', 'candidate']);
    await others[0].command('reject', { targetEasyrtcid: offer.senderEasyrtcid });
    await ada.page.waitForSelector('#people button[aria-label="Call Other 0"]');
    await ada.close();
  });

  test('what makes no sense is refused, and everything else goes on', async (t) => {
    const clients = new Clients(server.url, t);
    const ada = await Guest.arrive(browser, `${server.url}/#strange`, 'Ada');
    await ada.join();
    await ada.names(['Ada (you)']);
    const stranger = await clients.login('websocket', {
      roomJoin: { strange: { roomName: 'strange' } },
    });
    const [{ easyrtcid }] = Object.values(
      stranger.token.msgData.roomData.strange.clientList,
    ).filter((entry) => entry.username === 'Ada');
    // None of these is part of a call, or makes sense.
    for (const [msgType, msgData] of [
      ['answer', { type: 'answer', sdp: 'v=0' }],
      ['candidate', { type: 'candidate', label: 0, id: '0', candidate: 'nonsense' }],
      ['offer', { type: 'offer', sdp: 'nonsense' }],
      ['candidate', { candidate: { deep: [1] } }],
      ['offer', { sdp: 7 }],
    ]) {
      await stranger.command(msgType, { targetEasyrtcid: easyrtcid, msgData });
    }
    await until('both offers are refused', () => {
      const refusals = stranger.received.filter(({ message }) => message.msgType === 'reject');
      return refusals.length === 2;
    });
    const name = `Guest ${stranger.easyrtcid.slice(0, 4)}`;
    await ada.page.waitForSelector(`#people button[aria-label="Call ${name}"]`);
    await stranger.message('message', { targetRoom: 'strange', msgData: { not: 'text' } });
    await stranger.message('message', { targetRoom: 'strange', msgData: 'still here' });
    await ada.hears(`${name}: still here`);
    await ada.close();
  });
});

test('a login that is refused leads back to the lobby, with the reason', async (t) => {
  const server = await startServer({ options: { roomMaxConnection: 1 } });
  t.after(() => server.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const ada = await Guest.arrive(browser, `${server.url}/#narrow`, 'Ada');
  await ada.join();
  await ada.names(['Ada (you)']);
  const ben = await Guest.arrive(browser, `${server.url}/#narrow`, 'Ben');
  await ben.join();
  const title = () => ben.page.textContent('#lobby-title');
  await until('it did not work', async () => (await title()) === 'That did not work');
  assert.notEqual(await ben.page.textContent('#lobby-lead'), '');
  assert.ok(await ben.page.isVisible('#lobby'));
  await ada.page.click('#leave');
  await ben.join();
  await ben.names(['Ben (you)']);
  await ada.close();
  await ben.close();
});
