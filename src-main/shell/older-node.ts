import * as buffer from 'node:buffer';
import * as streams from 'node:stream/web';

// Node 16, which Electron 22 has, does not offer these as globals, as the RPC library expects them. Import this first.
// Forms are never sent from here: the library only asks whether something is one.
for (const [name, value] of Object.entries({ ...streams, Blob: buffer.Blob, FormData: class FormData {}, File: class File {} }))
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
