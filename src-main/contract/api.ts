import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';
import { closingChoice } from './closing';
import { comparison, runPair } from './compare';
import { trainingConfig } from './config';
import { estimateEvent, measuring, trainingPlan } from './estimate';
import { curveStretch, stretchRequest } from './curves';
import { changeMade, duplicateList, history, nearDuplicateDefaults, tagCount } from './curate';
import { alternative, describeOutcome, filesAtOnce, occlusionEvent, occlusionGrids, reading } from './describing';
import { errorDetail } from './errors';
import { exportedFile, exportRequest, grantPurpose } from './export';
import { evaluation, fewShot, fewShotOptions } from './evaluation';
import { describedFile, map, prefixNode, symbolDetail, symbolName, vocabulary } from './explore';
import { collection, fileFailure, imageItem, imagePage } from './images';
import { job } from './jobs';
import { languageStatistics } from './language';
import { givenName, givenSymbolName, rowId, runNote, symbolNumber, symbolSequence, tagName } from './names';
import { queryText, selectedImages } from './query';
import { contentHash, nearImages, nearnesses, nearSubject } from './near';
import { comparedRun, comparisonRequest } from './run-comparison';
import { mostReported, runReport } from './run-report';
import { finding } from './health';
import { runNews } from './run-news';
import { deletedRun, keptDays, runDiskUse, runExportRequest } from './run-folder';
import { curves, run, snapshots, trainingEvent } from './runs';
import { sweepElsewhere, sweepPlanEvent, sweepRequest, sweepStatus, sweepSummary } from './sweeps';
import { engineInfo } from './system';
import { embeddedTeacherName, hubId, hubRevision, teacher, teacherName, teacherWishes } from './teachers';
import { savedView, view } from './views';

/** Every procedure may fail with one typed error; its data says what happened, to what, and what to do. */
const procedure = oc.errors({ GLYPHSCOPE: { status: 422, data: errorDetail } });
const started = z.object({ job: z.string() });
/** Trains beside the runs that are trained already; otherwise it waits until they are done. */
const atOnce = z.boolean().default(false);
const severalRuns = z.object({ runs: z.array(rowId).min(1).max(10_000) });
const runAndCollection = z.object({ run: rowId, collection: rowId });

/** What the page, the CLI and scripts may ask. No procedure here takes a path. */
export const pageContract = {
  system: {
    info: procedure.output(engineInfo),
    /** Measures every backend: takes some seconds. */
  },
  collections: {
    list: procedure.output(z.array(collection)),
    rename: procedure.input(z.object({ collection: rowId, name: givenName })).output(collection),
    remove: procedure.input(z.object({ collection: rowId })),
    failures: procedure.input(z.object({ collection: rowId })).output(z.array(fileFailure)),
  },
  images: {
    list: procedure
      .input(z.object({ collection: rowId, run: rowId.optional(), query: queryText.default(''), offset: z.int().min(0), limit: z.int().min(1).max(1000) }))
      .output(imagePage),
    get: procedure.input(z.object({ image: rowId, collection: rowId, run: rowId.optional() })).output(imageItem),
    /** Ids of the images at places `offset` to `offset + limit` of a list, all of them without `limit`: Int32, little endian. */
    ids: procedure
      .input(z.object({ collection: rowId, run: rowId.optional(), query: queryText.default(''), offset: z.int().min(0).default(0), limit: z.int().min(1).optional() }))
      .output(z.instanceof(Blob)),
    /** How many of the images that a query finds have each label, split and symbol at a position. */
    facets: procedure
      .input(z.object({ collection: rowId, run: rowId.optional(), query: queryText.default(''), position: z.int().min(1).max(8).default(1) }))
      .output(
        z.object({
          labels: z.array(z.object({ name: z.string(), count: z.int() })),
          splits: z.array(z.object({ name: z.string(), count: z.int() })),
          symbols: z.array(z.object({ symbol: symbolNumber, count: z.int() })),
        }),
      ),
  },
  /** What the user says about images, and taking it back. A change gives its title. */
  curate: {
    tags: procedure.input(z.object({ collection: rowId })).output(z.array(tagCount)),
    tag: procedure.input(selectedImages.extend({ tag: tagName })).output(changeMade),
    untag: procedure.input(selectedImages.extend({ tag: tagName })).output(changeMade),
    /** Leaves images out of trainings, evaluations, maps and neighbours; they stay in the collection. */
    exclude: procedure.input(selectedImages).output(changeMade),
    include: procedure.input(selectedImages).output(changeMade),
    /** Looks for near-duplicates; the result is kept until it is looked for again. */
    findNearDuplicates: procedure.input(runAndCollection.extend({ symbols: z.int().min(1).max(8).default(nearDuplicateDefaults.symbols) })).output(started),
    /** What was found, at a threshold; null before the first search. Excluded images are not among them. */
    nearDuplicates: procedure
      .input(runAndCollection.extend({ threshold: z.number().min(0).max(nearDuplicateDefaults.most), offset: z.int().min(0).default(0), limit: z.int().min(1).max(200).default(50) }))
      .output(duplicateList.nullable()),
    /** Excludes all but the first image of the group that holds `image`, or of every group. */
    excludeDuplicates: procedure.input(runAndCollection.extend({ threshold: z.number().min(0).max(nearDuplicateDefaults.most), image: rowId.optional() })).output(changeMade),
    history: procedure.output(history),
    /** Takes back what was changed by hand last; null when there is nothing. */
    undo: procedure.output(z.string().nullable()),
    /** Does again what was taken back last; null when there is nothing. */
    redo: procedure.output(z.string().nullable()),
  },
  /** What the user looked at and gave a name. */
  views: {
    list: procedure.output(z.array(savedView)),
    save: procedure.input(z.object({ name: givenName, view })).output(savedView),
    rename: procedure.input(z.object({ id: rowId, name: givenName })).output(savedView),
    remove: procedure.input(z.object({ id: rowId })),
  },
  jobs: {
    list: procedure.output(z.array(job)),
    /** The whole list whenever it changes, at most four times a second. */
    watch: procedure.output(eventIterator(z.array(job))),
    cancel: procedure.input(z.object({ job: z.string() })),
    /** Takes an ended job off the list. */
    dismiss: procedure.input(z.object({ job: z.string() })),
  },
  imports: {
    /** Imports what the user chose in the shell's own dialog; the page knows it only by this grant. */
    fromGrant: procedure.input(z.object({ grant: z.string(), collection: givenName })).output(started),
    /** For a browser: begin, send each file or one archive, finish. Unfinished uploads are removed at the next start. */
    beginUpload: procedure.output(z.object({ upload: z.string() })),
    uploadFile: procedure.input(z.object({ upload: z.string(), name: z.string().min(1).max(1000), file: z.instanceof(Blob) })),
    finishUpload: procedure.input(z.object({ upload: z.string(), collection: givenName })).output(started),
  },
  exports: {
    /** Writes a new folder into the one that the user chose in the shell's own dialog. */
    toGrant: procedure.input(exportRequest.extend({ grant: z.string() })).output(started),
    /** Writes files that a browser fetches at `exportUrl` once the job is done; they stay until the next start. */
    toDownload: procedure.input(exportRequest).output(started),
    files: procedure.input(z.object({ job: z.string() })).output(z.array(exportedFile)),
  },
  teachers: {
    list: procedure.output(z.array(teacher)),
    /** Downloads a model from the hub that the engine was told of (HF_ENDPOINT), or goes on where that stopped. */
    addFromHub: procedure.input(teacherWishes.extend({ id: hubId, revision: hubRevision.default('main') })).output(started),
    /** From a folder that the user chose in the shell's own dialog. */
    addFromGrant: procedure.input(teacherWishes.extend({ grant: z.string() })).output(started),
    /** Takes it out of the library with its features; refused while runs need it. */
    remove: procedure.input(z.object({ teacher: teacherName })),
  },
  features: {
    /** Teacher features of the clean images and, with `views`, of four augmented views each; with `tokens` N tokens of each. */
    compute: procedure.input(z.object({ collection: rowId, views: z.boolean(), tokens: trainingConfig.shape.featureTokens.default(0), teacher: teacherName.default(embeddedTeacherName) })).output(started),
  },
  runs: {
    list: procedure.output(z.array(run)),
    get: procedure.input(z.object({ run: rowId })).output(run),
    /** The complete config of a preset with the given changes, validated. */
    configure: procedure.input(z.record(z.string(), z.unknown())).output(trainingConfig),
    /** Begins a run; with `from` on the weights of a checkpoint, which then decide the fields of contract/fine-tuning.ts. */
    start: procedure.input(trainingPlan.extend({ name: givenName, sweep: givenName.optional(), atOnce })).output(run),
    /** What a run would take. Measuring takes some seconds; ending the stream ends it. */
    estimate: procedure.input(trainingPlan.extend({ measure: measuring.default('no') })).output(eventIterator(estimateEvent)),
    pause: procedure.input(z.object({ run: rowId })),
    /** Goes on from the last checkpoint, or begins what waits. */
    resume: procedure.input(z.object({ run: rowId, atOnce })),
    /** Ends it with a checkpoint; what was learned stays usable. */
    stop: procedure.input(z.object({ run: rowId })),
    /** Ends it and deletes it: what was learned is not kept. */
    discard: procedure.input(z.object({ run: rowId })).output(changeMade),
    /** Gives a run that waits another place, from 1 on. */
    moveInQueue: procedure.input(z.object({ run: rowId, place: z.int().min(1) })),
    /** What a run is found to suffer from, in the order it was found; also what is over. */
    health: procedure.input(z.object({ run: rowId })).output(z.array(finding)),
    /** What happens to runs, as it happens, for notifications. */
    news: procedure.output(eventIterator(runNews)),
    /** Deletes runs; until they are emptied, `deletedRuns.restore` and undo bring them back. */
    remove: procedure.input(severalRuns).output(changeMade),
    /** Bytes on the disk, by what they are for. */
    diskUse: procedure.input(severalRuns).output(z.array(runDiskUse)),
    /** With `points` 0 the newest step alone: `stretch` gives the others. */
    curves: procedure.input(z.object({ run: rowId, points: z.int().min(0).max(20_000).default(4000) })).output(curves),
    /** The steps from one to another as columns, each block of them as its least and greatest values where there are many. */
    stretch: procedure.input(stretchRequest).output(curveStretch),
    /** What the run said of the same few images at each evaluation; null where it said nothing. */
    snapshots: procedure.input(z.object({ run: rowId })).output(snapshots.nullable()),
    /** Figures of many runs over all that they reported, and thinned curves of some quantities, for comparing them. */
    compare: procedure.input(comparisonRequest).output(z.array(comparedRun)),
    /** The paper's table and figure 2 for runs, with figures in light or dark colours. */
    report: procedure.input(z.object({ runs: z.array(rowId).min(1).max(mostReported), scheme: z.enum(['light', 'dark']).default('light') })).output(runReport),
    /** Marks runs, or takes the mark away. */
    star: procedure.input(z.object({ runs: z.array(rowId).min(1), starred: z.boolean() })).output(changeMade),
    /** Writes what the user says of a run. With `goesOn` it is undone together with the change before, of the same note. */
    note: procedure.input(z.object({ run: rowId, note: runNote, goesOn: z.boolean().default(false) })).output(changeMade),
    /** Events after `step` as they happen; steps are coalesced to at most ten messages a second. */
    watch: procedure.input(z.object({ run: rowId, step: z.int().min(0) })).output(eventIterator(z.array(trainingEvent))),
    encode: procedure.input(runAndCollection).output(started),
    evaluate: procedure.input(runAndCollection).output(started),
    evaluation: procedure.input(runAndCollection).output(evaluation.nullable()),
    /** Classifies from a few labelled images of each class. */
    measureFewShot: procedure.input(runAndCollection.extend(fewShotOptions.shape)).output(started),
    fewShot: procedure.input(runAndCollection).output(fewShot.nullable()),
    /** Measures a run's descriptions of a collection as a language. */
    measureStatistics: procedure.input(runAndCollection).output(started),
    statistics: procedure.input(runAndCollection).output(languageStatistics.nullable()),
    /** A hue in degrees for each of the K symbols, from its place in the embedding: related symbols have near hues. */
    hues: procedure.input(z.object({ run: rowId })).output(z.array(z.number())),
  },
  /** Trainings of one collection that are begun together, to be compared. */
  sweeps: {
    /** The newest first. */
    list: procedure.output(z.array(sweepSummary)),
    /** What a sweep would train and take. `measure` times configurations that are not known yet; ending the stream ends that. */
    plan: procedure.input(sweepRequest.extend({ measure: z.boolean().default(false) })).output(eventIterator(sweepPlanEvent)),
    /** Begins a sweep. With `goOn` one of this name goes on, with the variants that are new in the request added. */
    start: procedure.input(sweepRequest.extend({ goOn: z.boolean().default(false) })).output(sweepStatus),
    get: procedure.input(z.object({ sweep: givenName })).output(sweepStatus),
    /** How it stands whenever that has changed, at most twice a second. */
    watch: procedure.input(z.object({ sweep: givenName })).output(eventIterator(sweepStatus)),
    /** Ends what trains with checkpoints and begins nothing more, until the sweep goes on. */
    stop: procedure.input(z.object({ sweep: givenName })).output(sweepStatus),
    /** Goes on with all that is not done, also with what failed. */
    resume: procedure.input(z.object({ sweep: givenName })).output(sweepStatus),
    /** Goes on with one variant that failed or was stopped. */
    retry: procedure.input(z.object({ sweep: givenName, variant: z.string() })).output(sweepStatus),
    /** Takes a sweep off the list whose runs are all deleted. */
    remove: procedure.input(z.object({ sweep: givenName })),
  },
  /** Runs that were deleted and are kept until they are emptied. */
  deletedRuns: {
    list: procedure.output(z.object({ runs: z.array(deletedRun), keptDays })),
    /** Puts them back, under another name where theirs was taken meanwhile. */
    restore: procedure.input(severalRuns).output(changeMade),
    /** Takes them away for good; gives how many, and the bytes set free. */
    empty: procedure.input(severalRuns).output(z.object({ runs: z.int(), bytes: z.int() })),
    /** Days after which they are emptied by themselves; null: never. */
    keep: procedure.input(z.object({ days: keptDays })),
  },
  /** Runs as folders for other machines and programs (contract/run-folder.ts). */
  runFolders: {
    /** Writes a new folder into the one that the user chose in the shell's own dialog. */
    toGrant: procedure.input(runExportRequest.extend({ grant: z.string() })).output(started),
    /** Writes an archive that a browser fetches at `exportUrl` once the job is done; it stays until the next start. */
    toDownload: procedure.input(runExportRequest).output(started),
    /** Imports a folder or archive that the user chose in the shell's own dialog, under a name or its own. */
    fromGrant: procedure.input(z.object({ grant: z.string(), name: givenName.optional() })).output(started),
    /** For a browser: after `imports.beginUpload` and a file at a time, or one archive. */
    finishUpload: procedure.input(z.object({ upload: z.string(), name: givenName.optional() })).output(started),
  },
  describe: {
    /** Describes files that need not be in any collection; bytes described before cost no model a call. One outcome for each. */
    files: procedure
      .input(z.object({ run: rowId, files: z.array(z.object({ name: z.string().max(1000), file: z.instanceof(Blob) })).min(1).max(filesAtOnce) }))
      .output(z.array(describeOutcome)),
    /** The likeliest symbols at a position, from 0, of a described file, and how the description goes on from each. */
    alternatives: procedure
      .input(z.object({ run: rowId, sha256: contentHash, position: z.int().min(0).max(7), count: z.int().min(1).max(8).default(5) }))
      .output(z.array(alternative)),
    /** What the interpreter reads in the first symbols of a described file, and the images nearest to that. */
    readings: procedure
      .input(runAndCollection.extend({ sha256: contentHash, lengths: z.array(z.int().min(1).max(8)).min(1).max(8), count: z.int().min(1).max(50).default(6) }))
      .output(z.array(reading)),
    /** How much each patch of a file matters to each symbol: how many patches are done, then the result. */
    occlude: procedure
      .input(z.object({ run: rowId, name: z.string().max(1000), file: z.instanceof(Blob), grid: z.literal(occlusionGrids).default(8) }))
      .output(eventIterator(occlusionEvent)),
  },
  explore: {
    /** The images nearest to an image, a described file or a sequence of symbols, whether or not an image has it. */
    near: procedure
      .input(runAndCollection.extend({ of: nearSubject, by: z.enum(nearnesses), count: z.int().min(1).max(500).default(12) }))
      .output(nearImages),
    vocabulary: procedure.input(runAndCollection.extend({ exemplars: z.int().min(0).max(32).default(6) })).output(vocabulary),
    /** One node of the tree of prefixes. `images` exemplars are shared out among the children from `skip` on, by size. */
    prefix: procedure
      .input(runAndCollection.extend({ prefix: symbolSequence.default([]), images: z.int().min(0).max(4000).default(400), skip: z.int().min(0).default(0) }))
      .output(prefixNode),
    /** All names that the user gave to a run's symbols. */
    names: procedure.input(z.object({ run: rowId })).output(z.array(symbolName)),
    /** Names a symbol, at one position or everywhere; null takes the name away. Gives all names. */
    nameSymbol: procedure
      .input(z.object({ run: rowId, symbol: symbolNumber, position: symbolName.shape.position.default(null), name: givenSymbolName.nullable() }))
      .output(z.array(symbolName)),
    symbol: procedure.input(runAndCollection.extend({ symbol: symbolNumber, images: z.int().min(1).max(200).default(24) })).output(symbolDetail),
    map: procedure.input(runAndCollection).output(map.nullable()),
    computeMap: procedure.input(runAndCollection.extend({ seed: z.int().min(0).default(0) })).output(started),
    /** Places the images that were described since the map was computed, without moving the others. */
    placeOnMap: procedure.input(runAndCollection).output(started),
    /** Where a description stands on the map, within −1 … 1; null while there is no map of the run's newest descriptions. */
    place: procedure
      .input(runAndCollection.extend({ symbols: symbolSequence.min(1) }))
      .output(z.object({ map: rowId, x: z.number(), y: z.number() }).nullable()),
  },
  /** Two runs on the same images. */
  compare: {
    /** Null before they were compared, and after either has described the collection anew. */
    of: procedure.input(runPair).output(comparison.nullable()),
    compute: procedure.input(runPair).output(started),
  },
};

/** What only the shell and the CLI may ask: they hold the host token, the page does not. These take paths. */
export const hostContract = {
  /** Remembers a path that the user chose in a native dialog, for one import or one export; valid for ten minutes. */
  grant: procedure.input(z.object({ path: z.string().min(1), purpose: grantPurpose.default('import') })).output(z.object({ grant: z.string(), name: z.string() })),
  /** Writes an export to this folder, which must be empty or not there yet. */
  exportPath: procedure.input(exportRequest.extend({ path: z.string().min(1) })).output(started),
  /** Writes a run as a folder, which must be empty or not there yet. */
  exportRunPath: procedure.input(runExportRequest.extend({ path: z.string().min(1) })).output(started),
  /** Imports a run from its folder or an archive of it. */
  importRunPath: procedure.input(z.object({ path: z.string().min(1), name: givenName.optional() })).output(started),
  addTeacher: procedure
    .input(teacherWishes.extend({ from: z.union([z.object({ path: z.string().min(1) }), z.object({ id: hubId, revision: hubRevision, hub: z.url({ protocol: /^https?$/ }).optional() })]) }))
    .output(started),
  importPath: procedure.input(z.object({ path: z.string().min(1), collection: givenName })).output(started),
  describePath: procedure
    .input(z.object({ run: rowId, collection: rowId.optional(), path: z.string().min(1), neighbours: z.int().min(0).max(200).default(0) }))
    .output(describedFile),
  /** Writes a database with this collection alone, under the same numbers, for trainings elsewhere that read this library's features. */
  copyCollection: procedure.input(z.object({ collection: rowId, path: z.string().min(1) })),
  /** Keeps a sweep that is trained so as it stands, for the window to show: nothing of it is begun here. */
  keepSweep: procedure.input(sweepElsewhere),
  /** Takes a copy of a run that was trained so, from its folder; `evaluation` is what was measured of it there. */
  adoptRun: procedure.input(z.object({ folder: z.string().min(1), collection: rowId, evaluation: evaluation.nullable() })).output(run),
  /**
   * Makes the caller the window of an engine that goes on without one, as long as it reads the stream: how to open the page.
   * Refused with LIBRARY_IN_USE by an engine that has a window or was started for a browser.
   */
  takeOver: procedure.output(eventIterator(z.object({ origin: z.string(), pageToken: z.string() }))),
  /** What becomes of trainings when the window goes, which it does next. */
  leave: procedure.input(z.object({ trainings: closingChoice })),
  shutdown: procedure,
};

export const contract = { ...pageContract, host: hostContract };
export type Contract = typeof contract;
