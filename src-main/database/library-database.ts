import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { readCollectionImages, writeCollectionImages } from './collection-images';
import { readCollections, writeCollections } from './collections';
import { readComparisons, writeComparisons } from './comparisons';
import { readDescribedFiles, writeDescribedFiles } from './described-files';
import { readDescriptions, writeDescriptions } from './descriptions';
import { readExcludedImages, writeExcludedImages } from './excluded-images';
import { inTransaction, openReadHandle, openWriteHandle, type WriteHandle } from './handles';
import { readImageTags, writeImageTags } from './image-tags';
import { readImageSearch } from './image-search';
import { readImages, writeImages } from './images';
import { readImportSources, writeImportSources } from './import-sources';
import { readJobs, writeJobs } from './jobs';
import { readJournal, writeJournal } from './journal';
import { readMaps, writeMaps } from './maps';
import { migrate } from './migrations';
import { readReferenceFigures, writeReferenceFigures } from './reference-figures';
import { readRunDocuments, writeRunDocuments } from './run-documents';
import { readRunColumns, writeRunColumns } from './run-columns';
import { readRuns, writeRunProgress, writeRunRemovals, writeRuns, writeRunWords } from './runs';
import { readSavedViews, writeSavedViews } from './saved-views';
import { readSettings, writeSettings } from './settings';
import { readSweeps, writeSweeps } from './sweeps';
import { readSymbolNames, writeSymbolNames } from './symbol-names';
import { readTrainingEvents, writeTrainingEvents } from './training-events';
import { readTrainingQueue, writeTrainingQueue } from './training-queue';

/** True for the errors by which SQLite says that a file is not, or is no longer, a sound database. */
export function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB');
}

/**
 * Opens a library's database, brings it to the current format (an older one is copied beside it first) and prepares
 * every statement. Three connections stand behind it: one that only reads, one that writes, and one whose commits wait
 * for the disk, for the registry of runs.
 * @param check looks through the whole file first; for a library that was not closed in an orderly way
 * @throws GlyphscopeError LIBRARY_NEWER, LIBRARY_DAMAGED
 */
export function openLibraryDatabase(file: string, { check }: { check: boolean }) {
  const opened: { close: () => void }[] = [];
  const keep = <T extends { close: () => void }>(connection: T): T => (opened.unshift(connection), connection);
  const closeAll = () => opened.forEach((connection) => connection.close());
  try {
    const { handle: writer } = keep(openWriteHandle(file, { durable: false }));
    if (check) assertSound(writer);
    migrate(writer, (from, to) => {
      const copy = join(dirname(file), `${basename(file, '.sqlite')}.before-format-${to}-from-${from}.sqlite`);
      if (existsSync(copy)) return;
      rmSync(`${copy}.part`, { force: true });
      writer.prepare('VACUUM INTO ?').run(`${copy}.part`);
      renameSync(`${copy}.part`, copy);
    });
    const { handle: durable } = keep(openWriteHandle(file, { durable: true }));
    const settleTime = writeSettings(durable);
    const { handle: reader } = keep(openReadHandle(file));
    const imageSearch = readImageSearch(reader);
    return {
      transaction: <T>(work: () => T): T => inTransaction(writer, work),
      durableTransaction: <T>(work: () => T): T => inTransaction(durable, work),
      /** Waits until everything committed so far is on disk. Ids must be durable before files are addressed by them. */
      settle: () => settleTime.set('settled', String(Date.now())),
      read: {
        settings: readSettings(reader),
        savedViews: readSavedViews(reader),
        images: readImages(reader),
        imageTags: readImageTags(reader),
        imageSearch,
        excludedImages: readExcludedImages(reader),
        collections: readCollections(reader),
        collectionImages: readCollectionImages(reader, imageSearch),
        importSources: readImportSources(reader),
        runs: readRuns(reader),
        trainingEvents: readTrainingEvents(reader),
        runColumns: readRunColumns(reader),
        trainingQueue: readTrainingQueue(reader),
        descriptions: readDescriptions(reader),
        describedFiles: readDescribedFiles(reader),
        runDocuments: readRunDocuments(reader),
        referenceFigures: readReferenceFigures(reader),
        maps: readMaps(reader),
        comparisons: readComparisons(reader),
        jobs: readJobs(reader),
        journal: readJournal(reader),
        symbolNames: readSymbolNames(reader),
        sweeps: readSweeps(reader),
      },
      write: {
        settings: writeSettings(writer),
        savedViews: writeSavedViews(writer),
        images: writeImages(writer),
        imageTags: writeImageTags(writer),
        excludedImages: writeExcludedImages(writer),
        collections: writeCollections(writer),
        collectionImages: writeCollectionImages(writer),
        importSources: writeImportSources(writer),
        runs: writeRuns(durable),
        runProgress: writeRunProgress(writer),
        runWords: writeRunWords(writer),
        runRemovals: writeRunRemovals(writer),
        trainingEvents: writeTrainingEvents(writer),
        runColumns: writeRunColumns(writer),
        trainingQueue: writeTrainingQueue(durable),
        descriptions: writeDescriptions(writer),
        describedFiles: writeDescribedFiles(writer),
        runDocuments: writeRunDocuments(writer),
        referenceFigures: writeReferenceFigures(writer),
        maps: writeMaps(writer),
        comparisons: writeComparisons(writer),
        jobs: writeJobs(writer),
        journal: writeJournal(writer),
        symbolNames: writeSymbolNames(writer),
        sweeps: writeSweeps(durable),
      },
      close: closeAll,
    };
  } catch (error) {
    closeAll();
    if (isDamage(error))
      throw new GlyphscopeError('LIBRARY_DAMAGED', `The library's database is damaged: ${(error as Error).message}.`, { subject: file, cause: error });
    throw error;
  }
}

export type LibraryDatabase = ReturnType<typeof openLibraryDatabase>;

function assertSound(db: WriteHandle): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { code: 'SQLITE_CORRUPT' });
}
