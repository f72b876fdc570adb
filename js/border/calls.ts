import type { CoreModule } from './coreModule.ts';
import type { LoadedCore } from './loader.ts';
import { Message } from './message.ts';
import { News } from './names.ts';

/**
 * The calls of the border, with their numbers in wasm/border/calls.hpp. The comment above each call in calls_*.cpp documents its
 * message and its reply.
 */
export const enum Call {
  // calls_pages.cpp
  openSpace = 0,
  closeSpace,
  openPage,
  closePage,
  openCount,
  // calls_entries.cpp
  observe = 32,
  lookUp,
  admit,
  reject,
  set,
  remove,
  dropResident,
  allowGrace,
  keepFor,
  sweep,
  maintain,
  // calls_encrypted.cpp
  encryptedKeys = 64,
  findEncrypted,
  rejectEncrypted,
  prepareEncryption,
  writeEncrypted,
  abandonEncryption,
  removePlain,
  // calls_selectors.cpp
  keys = 96,
  invalidate,
  learnInvalidation,
  clear,
  // calls_others.cpp
  adopt = 128,
  oldestToTake,
  areaChanged,
  // calls_fetching.cpp
  beginFlight = 160,
  isVoid,
  endFlight,
  failFlight,
  retryAfter,
  watch,
  unwatch,
  outdated,
  setVisible,
  catchUp,
  catchUpAfterLoad,
  retryFailed,
  beginRefresh,
  endRefresh,
  takeDue,
  watchStatus,
  // calls_events.cpp
  addRule = 192,
  readEvent,
  applyEvent,
  isConcerned,
  // calls_reports.cpp
  statistics = 224,
  inspect,
  noteError,
}

/** For calls that need no page. */
const NO_PAGE = 0;

/** The module, and the message that all calls share. */
export class Border {
  readonly message: Message;
  readonly #module: CoreModule;
  /** A field of its own: engines may store an object of several members as a table of names, which each call would search. */
  readonly #call: CoreModule['_call'];

  constructor(loaded: LoadedCore) {
    this.#module = loaded.module;
    this.#call = loaded.module._call;
    this.message = new Message(loaded);
  }

  /** Sends the message; returns bits of `News`. TypeError if the core refuses the message. */
  send(what: Call, page: number, now: number): number {
    const { message } = this;
    message.isSent = true;
    let news: number;
    try {
      news = this.#call(what, page, now, message.size);
    } finally {
      message.isSent = false;
    }
    if (news & News.refused)
      throw new TypeError(`cardcache: the core refused call ${what}. Load script and module from the same release`);
    return news;
  }

  /** Makes a call that concerns no open page. */
  ask<T>(what: Call, write: (message: Message) => unknown, read: (reply: Message) => T): T {
    write(this.message.begin());
    this.send(what, NO_PAGE, 0);
    return read(this.message.reply());
  }

  /** The area of the space that is opened next. */
  set area(area: CoreModule['area']) {
    this.#module.area = area;
  }
}
