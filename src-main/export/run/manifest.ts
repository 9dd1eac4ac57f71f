import { createHash } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlyphscopeError } from '../../contract/errors';
import { runFileName, runFolderVersion, runManifest, teacherFolder, type RunFolder } from '../../contract/run-folder';
import { sha256OfFile } from '../../teacher/catalogue';

export const manifestFile = 'manifest.json';

/** SHA-256 over the facts as JSON, keys in order of the alphabet. */
function hashOf(facts: object): string {
  const ordered = (value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, ordered(one)])) : value;
  return createHash('sha256').update(JSON.stringify(ordered(facts))).digest('hex');
}

/** Writes manifest.json over all files that lie in the folder and in its `teacher`. */
export async function writeManifest(folder: string, facts: Omit<RunFolder, 'format' | 'version' | 'files'>): Promise<void> {
  const files: RunFolder['files'] = {};
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    files[name] = { bytes: (await stat(path)).size, sha256: await sha256OfFile(path) };
  }
  const manifest = { format: 'glyphscope-run' as const, version: runFolderVersion, ...facts, files };
  await writeFile(join(folder, manifestFile), `${JSON.stringify({ ...manifest, hash: hashOf(manifest) }, null, 1)}\n`);
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = entries.some((entry) => entry.isDirectory() && entry.name === teacherFolder) ? await readdir(join(folder, teacherFolder)) : [];
  return [...entries.filter((entry) => entry.isFile() && entry.name !== manifestFile).map(({ name }) => name), ...inner.map((name) => `${teacherFolder}/${name}`)].sort();
}

/**
 * Reads what manifest.json says.
 * @throws GlyphscopeError RUN_FOLDER_UNUSABLE when it is none, was changed, or is of a newer version
 */
export function readManifest(bytes: Buffer): RunFolder {
  let stored: unknown;
  try {
    stored = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw unusable(manifestFile, 'is not JSON', error);
  }
  const { format, version } = (stored ?? {}) as { format?: unknown; version?: unknown };
  if (format !== 'glyphscope-run') throw unusable(manifestFile, 'does not describe an exported run');
  if (typeof version === 'number' && version > runFolderVersion) throw unusable(manifestFile, `is of version ${version}: this Glyphscope reads up to ${runFolderVersion}`, undefined, 'Update Glyphscope, then import it again.');
  const parsed = runManifest.safeParse(stored);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unusable(manifestFile, `is not valid at ${issue.path.join('.') || 'its top'}: ${issue.message}`, parsed.error);
  }
  const { hash: _, ...facts } = stored as Record<string, unknown>;
  if (hashOf(facts) !== parsed.data.hash) throw unusable(manifestFile, 'was changed: it does not match its own hash');
  return parsed.data;
}

/**
 * Compares the files that are there with those that the manifest lists.
 * @throws GlyphscopeError RUN_FOLDER_UNUSABLE naming the file that is missing, longer or shorter, or changed
 */
export async function verifyFiles(folder: string, { files }: RunFolder, signal: AbortSignal, onFile: (done: number, total: number) => void): Promise<void> {
  const all = Object.entries(files);
  for (const [i, [name, { bytes, sha256 }]] of all.entries()) {
    signal.throwIfAborted();
    onFile(i, all.length);
    const found = await stat(join(folder, runFileName.parse(name))).catch(() => null);
    if (!found?.isFile()) throw unusable(name, 'is missing');
    if (found.size !== bytes) throw unusable(name, `has ${found.size.toLocaleString('en')} bytes, not ${bytes.toLocaleString('en')}`);
    if ((await sha256OfFile(join(folder, name))) !== sha256) throw unusable(name, 'is damaged: it does not match its hash');
  }
}

/** @param why what is wrong with the file, as the rest of a sentence */
export function unusable(file: string, why: string, cause?: unknown, remedy = 'Export the run again, or copy the whole folder again.'): GlyphscopeError {
  return new GlyphscopeError('RUN_FOLDER_UNUSABLE', `${file} ${why}.`, { subject: file, remedy, cause });
}
