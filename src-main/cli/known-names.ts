import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { Run } from '../contract/runs';
import type { Client } from './engine-connection';

/** The collection of that name. @throws GlyphscopeError NOT_FOUND, listing the names there are */
export async function findCollection(client: Client, name: string): Promise<Collection> {
  return find('collection', await client.collections.list(), name, '`glyphscope import PATH --collection NAME` makes one.');
}

/** The run of that name. @throws GlyphscopeError NOT_FOUND, listing the names there are */
export async function findRun(client: Client, name: string): Promise<Run> {
  return find('run', await client.runs.list(), name, '`glyphscope train` makes one.');
}

/** The deleted run of that name, the last deleted of several. @throws GlyphscopeError NOT_FOUND, listing the names there are */
export function findRunAmong<T extends { name: string }>(runs: readonly T[], name: string): T {
  return find('deleted run', runs, name, '`glyphscope runs remove RUN` deletes one.');
}

function find<T extends { name: string }>(kind: string, known: readonly T[], name: string, remedy: string): T {
  const found = known.find((one) => one.name === name.trim());
  if (found) return found;
  throw new GlyphscopeError('NOT_FOUND', `There is no ${kind} "${name}" in this library.`, {
    subject: name,
    remedy: known.length > 0 ? `There are: ${known.map((one) => `"${one.name}"`).join(', ')}.` : `It has no ${kind} yet: ${remedy}`,
  });
}
