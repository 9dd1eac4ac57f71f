import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { GlyphscopeError } from '../contract/errors';

/** Where models come from when nothing else is said. */
export const defaultHub = 'https://huggingface.co';
/** A request that gives no byte for so long is given up (milliseconds). */
const silence = 30_000;
/** Times that a download goes on by itself after it was broken off. */
const attempts = 5;
/** Redirects that are followed when a repository has been renamed. */
const renames = 5;
/** Bytes that are taken at most of a file whose size the hub does not say. */
const mostUntold = 4 * 2 ** 30;

/** A model's repository at a revision. */
export interface HubSource {
  /** Address of the hub without a slash at its end. */
  hub: string;
  /** "owner/model" */
  id: string;
  /** Branch, tag or commit. */
  revision: string;
}

/** One file as the hub tells of it before it is downloaded. */
export interface HubFile {
  source: HubSource;
  name: string;
  bytes: number | null;
  /** Of the repository; a branch that moves on does not change the files of a download. */
  commit: string | null;
  /** SHA-256 of what LFS keeps, or the SHA-1 that git gives a small file; null when the hub says neither. */
  hash: { kind: 'sha256' | 'git'; value: string } | null;
}

/**
 * Asks for a file's size, commit and hash without downloading it. The hub tells them (`x-linked-size`, `x-repo-commit`,
 * `x-linked-etag`) with the answer that redirects to where the bytes are, so redirects to other hosts are not followed.
 * @returns null when the repository has no such file
 * @throws GlyphscopeError HUB_UNREACHABLE, NOT_FOUND no such repository or revision, NOT_ALLOWED it is not public
 */
export async function askHub(source: HubSource, name: string, signal: AbortSignal): Promise<HubFile | null> {
  let address = addressOf(source, name);
  for (let step = 0; step < renames; step++) {
    const answer = await request(source, address, { method: 'HEAD', redirect: 'manual', headers: { 'accept-encoding': 'identity' }, signal: AbortSignal.any([signal, AbortSignal.timeout(silence)]) }, signal);
    const location = answer.headers.get('location');
    const target = location !== null && URL.canParse(location, address) ? new URL(location, address) : null;
    if (answer.status >= 300 && answer.status < 400 && target?.origin === new URL(address).origin && answer.headers.get('x-linked-etag') === null) {
      address = target.href;
      continue;
    }
    if (answer.status === 404 && answer.headers.get('x-error-code') === 'EntryNotFound') return null;
    refuse(source, name, answer);
    const own = (header: string) => (answer.ok ? answer.headers.get(header) : null); // a redirect's are not the file's
    const tag = (answer.headers.get('x-linked-etag') ?? own('etag') ?? '').replace(/^W\//, '').replaceAll('"', '');
    const size = Number(answer.headers.get('x-linked-size') ?? own('content-length') ?? Number.NaN);
    return {
      source,
      name,
      bytes: Number.isFinite(size) ? size : null,
      commit: answer.headers.get('x-repo-commit'),
      hash: /^[0-9a-f]{64}$/.test(tag) ? { kind: 'sha256', value: tag } : /^[0-9a-f]{40}$/.test(tag) ? { kind: 'git', value: tag } : null,
    };
  }
  throw unreachable(source, 'it redirects again and again');
}

/**
 * Downloads a file, going on from what an earlier download left in `target.part`, checks its hash and puts it in its place.
 * @param onBytes called with how many bytes of the file are there
 * @throws GlyphscopeError HUB_UNREACHABLE, CANCELLED (the part is kept for both), INVALID_INPUT when the bytes are not the hub's
 */
export async function downloadFile(file: HubFile, target: string, o: { signal: AbortSignal; onBytes: (bytes: number) => void }): Promise<void> {
  if (existsSync(target)) return o.onBytes(statSync(target).size);
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(part);
    try {
      await receive(file, part, o);
      break;
    } catch (error) {
      if (o.signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
      if (error instanceof GlyphscopeError && error.code === 'INVALID_INPUT') await rm(part, { force: true });
      if (error instanceof GlyphscopeError && error.code !== 'HUB_UNREACHABLE') throw error;
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
      if (sizeOf(part) > before) attempt = 1; // it goes on, if slowly
      if (attempt >= attempts) throw error instanceof GlyphscopeError ? error : unreachable(file.source, (error as Error).message, error);
      await wait(Math.min(8000, 250 * 2 ** attempt), undefined, { signal: o.signal }).catch(() => undefined);
    }
  }
  if (!(await hashMatches(part, file.hash))) {
    await rm(part, { force: true });
    throw otherBytes(file);
  }
  await rename(part, target);
}

const otherBytes = ({ name, source }: HubFile) =>
  new GlyphscopeError('INVALID_INPUT', `${name} of ${source.id} came with other bytes than the hub says it has.`, { subject: name, remedy: 'Start again: it is downloaded anew.' });

/** One request for what is missing of a file. */
async function receive(file: HubFile, part: string, { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void }): Promise<void> {
  let have = sizeOf(part);
  if (file.bytes !== null && have > file.bytes) await truncate(part, (have = 0));
  if (file.bytes !== null && have === file.bytes && have > 0) return;
  const quiet = new AbortController();
  let timer = setTimeout(() => quiet.abort(), silence);
  const stop = AbortSignal.any([signal, quiet.signal]);
  try {
    const headers: Record<string, string> = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) };
    const answer = await request(file.source, addressOf({ ...file.source, revision: file.commit ?? file.source.revision }, file.name), { headers, signal: stop }, signal);
    refuse(file.source, file.name, answer);
    if (!answer.body) throw unreachable(file.source, 'it answered without a file');
    const goesOn = answer.status === 206 && answer.headers.get('content-range')?.startsWith(`bytes ${have}-`);
    if (!goesOn) have = 0;
    async function* counted(pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), silence);
        onBytes((have += piece.length));
        if (have > (file.bytes ?? mostUntold)) throw otherBytes(file);
        yield piece;
      }
    }
    await pipeline(Readable.from(answer.body), counted, createWriteStream(part, { flags: goesOn ? 'a' : 'w' }), { signal: stop });
    if (file.bytes !== null && have < file.bytes) throw unreachable(file.source, `it broke off after ${have} of ${file.bytes} bytes`);
  } catch (error) {
    if (quiet.signal.aborted && !signal.aborted) throw unreachable(file.source, `it gave nothing for ${silence / 1000} s`, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The hub's layout: https://huggingface.co/OWNER/MODEL/resolve/REVISION/FILE */
const addressOf = ({ hub, id, revision }: HubSource, name: string) => `${hub}/${id}/resolve/${encodeURIComponent(revision)}/${name}`;
const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

async function request(source: HubSource, address: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (signal.aborted) throw new GlyphscopeError('CANCELLED', 'Cancelled.');
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    throw unreachable(source, cause?.code ?? cause?.message ?? (error as Error).message, error);
  }
}

/** Throws what a refusal of the hub means. */
function refuse({ id, revision, hub }: HubSource, name: string, answer: Response): void {
  if (answer.ok || (answer.status >= 300 && answer.status < 400)) return;
  const code = answer.headers.get('x-error-code');
  if (code === 'GatedRepo' || answer.status === 403)
    throw new GlyphscopeError('NOT_ALLOWED', `${id} is not open to everybody: ${hub} wants an account that was let in.`, { subject: id, remedy: 'Download its folder with your account, and add it with `glyphscope teachers add FOLDER`.' });
  if (code === 'RevisionNotFound') throw new GlyphscopeError('NOT_FOUND', `${id} has no revision ${revision}.`, { subject: 'revision', remedy: 'Leave the revision out, or name a branch, tag or commit of it.' });
  if (answer.status === 404 || answer.status === 401) throw new GlyphscopeError('NOT_FOUND', `${hub} has no model ${id}${answer.status === 404 ? ` with ${name}` : ''}, or it is not public.`, { subject: id, remedy: 'Check the name, as in onnx-community/dinov2-small.' });
  throw unreachable({ id, hub, revision }, `it answered ${answer.status} ${answer.statusText}`.trim());
}

function unreachable({ id, hub }: HubSource, why: string, cause?: unknown): GlyphscopeError {
  return new GlyphscopeError('HUB_UNREACHABLE', `${id} could not be downloaded from ${hub}: ${why}.`, {
    subject: id,
    remedy: 'Try again when there is a network, it goes on where it stopped; or download the folder elsewhere and add it with `glyphscope teachers add FOLDER`.',
    cause,
  });
}

async function hashMatches(file: string, expected: HubFile['hash']): Promise<boolean> {
  if (!expected) return true;
  // Git's name of a file's bytes: SHA-1 over "blob <size>\0" and the bytes.
  const hash: Hash = expected.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${statSync(file).size}\0`);
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex') === expected.value;
}
