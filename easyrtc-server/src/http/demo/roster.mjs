// Who is in the room, as the server tells it: a list at first, then what changes.

/** A person in the room, from an entry of the protocol's client list. */
function person(entry) {
  return {
    id: entry.easyrtcid,
    name: entry.username || `Guest ${entry.easyrtcid.slice(0, 4)}`,
    joined: entry.roomJoinTime ?? 0,
    presence: entry.presence?.show ?? 'chat',
    // What the demo says of itself; other clients say nothing.
    media: entry.apiField?.media?.fieldValue ?? null,
  };
}

export class Roster {
  #people = new Map();

  /** Everybody, in the order in which they came. */
  get people() {
    return [...this.#people.values()].sort((a, b) => a.joined - b.joined || (a.id < b.id ? -1 : 1));
  }

  get size() {
    return this.#people.size;
  }

  get(id) {
    return this.#people.get(id);
  }

  /** What to call somebody who may have left. */
  nameOf(id) {
    return this.#people.get(id)?.name ?? `Guest ${id.slice(0, 4)}`;
  }

  /**
   * Takes one room of a `roomData` message and returns `{ joined, left, changed }`, lists of
   * people.
   */
  take(room) {
    const news = { joined: [], left: [], changed: [] };
    if (room.clientList) {
      for (const id of this.#people.keys()) {
        if (!Object.hasOwn(room.clientList, id)) this.#remove(id, news);
      }
      this.#update(room.clientList, news);
    }
    const { updateClient, removeClient } = room.clientListDelta ?? {};
    for (const id of Object.keys(removeClient ?? {})) this.#remove(id, news);
    this.#update(updateClient ?? {}, news);
    return news;
  }

  #remove(id, news) {
    const gone = this.#people.get(id);
    if (this.#people.delete(id)) news.left.push(gone);
  }

  #update(entries, news) {
    for (const [id, entry] of Object.entries(entries)) {
      const known = this.#people.get(id);
      const now = person(entry);
      this.#people.set(id, now);
      (known ? news.changed : news.joined).push(now);
    }
  }
}
