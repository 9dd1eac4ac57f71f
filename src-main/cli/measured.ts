import { GlyphscopeError } from '../contract/errors';
import { type Invocation, text } from './command';
import type { Client } from './engine-connection';
import { followJob } from './follow-job';
import { findCollection, findRun } from './known-names';

/** The run and collection that `--run` and `--collection` name, and their numbers for the engine. */
export async function namedRunAndCollection(client: Client, invocation: Invocation) {
  const run = await findRun(client, text(invocation, 'run'));
  const collection = await findCollection(client, text(invocation, 'collection'));
  return { run, collection, both: { run: run.id, collection: collection.id } };
}

/**
 * Follows a job of the engine to its end and gives the document that it stored.
 * @param what the work is called, in the error for a job that stored nothing
 * @throws GlyphscopeError as followJob
 */
export async function measured<T>(client: Client, { out, signal }: Invocation, what: string, begin: () => Promise<{ job: string }>, read: () => Promise<T | null>): Promise<T> {
  await followJob(client, (await begin()).job, out, signal);
  const document = await read();
  if (document === null) throw new GlyphscopeError('INTERNAL', `${what} ended without a result.`);
  return document;
}
