import { GlyphscopeError } from '../../contract/errors';
import { inTransaction, type WriteHandle } from '../handles';
import { images } from './0010-images';
import { collections } from './0020-collections';
import { runs } from './0030-runs';
import { descriptions } from './0040-descriptions';
import { jobs } from './0050-jobs';
import { sweeps } from './0060-sweeps';
import { runDocuments } from './0070-run-documents';
import { savedViews } from './0080-saved-views';
import { curation } from './0090-curation';
import { symbolNames } from './0100-symbol-names';
import { describedFiles } from './0110-described-files';
import { mapPlacing } from './0120-map-placing';
import { comparisons } from './0130-comparisons';
import { symbolsWithoutIndex } from './0140-symbols-without-index';
import { comparingRuns } from './0150-comparing-runs';
import { queueAndFindings } from './0160-queue-and-findings';
import { sweepRegistry } from './0170-sweep-registry';
import { deletedRuns } from './0180-deleted-runs';
import { startedFrom } from './0190-started-from';

export interface Migration {
  /** Number of the library's format after it; multiples of ten, so that a repair fits between. */
  version: number;
  apply(db: WriteHandle): void;
}

export const migrations: readonly Migration[] = [
  { version: 10, apply: images },
  { version: 20, apply: collections },
  { version: 30, apply: runs },
  { version: 40, apply: descriptions },
  { version: 50, apply: jobs },
  { version: 60, apply: sweeps },
  { version: 70, apply: runDocuments },
  { version: 80, apply: savedViews },
  { version: 90, apply: curation },
  { version: 100, apply: symbolNames },
  { version: 110, apply: describedFiles },
  { version: 120, apply: mapPlacing },
  { version: 130, apply: comparisons },
  { version: 140, apply: symbolsWithoutIndex },
  { version: 150, apply: comparingRuns },
  { version: 160, apply: queueAndFindings },
  { version: 170, apply: sweepRegistry },
  { version: 180, apply: deletedRuns },
  { version: 190, apply: startedFrom },
];

/** The format that this program reads and writes. */
export const currentVersion = migrations[migrations.length - 1].version;

/** The format of a library file; 0 for a new one. */
export function libraryVersion(db: WriteHandle): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Brings a library to the current format, each step in a transaction of its own with its number.
 * `beforeFirst` runs once before a library that already holds something is changed: the backup.
 * @throws GlyphscopeError LIBRARY_NEWER when a newer program wrote it; nothing is changed then
 */
export function migrate(db: WriteHandle, beforeFirst: (from: number, to: number) => void, steps: readonly Migration[] = migrations): void {
  const from = libraryVersion(db);
  const to = steps[steps.length - 1].version;
  if (from > to)
    throw new GlyphscopeError('LIBRARY_NEWER', `This library has format ${from}; this Glyphscope reads formats up to ${to}.`, {
      subject: 'library.sqlite',
      remedy: 'Open it with the newer Glyphscope that wrote it, or choose another library with --library.',
    });
  if (from > 0 && from < to) beforeFirst(from, to);
  for (const step of steps) {
    if (step.version <= from) continue;
    inTransaction(db, () => {
      step.apply(db);
      db.pragma(`user_version = ${step.version}`);
    });
  }
}
