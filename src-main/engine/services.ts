import type { ImageStore } from '../dataset/image-store';
import type { Journal } from './changes/journal';
import type { Collections } from './collections';
import type { Compute } from './compute';
import type { Estimates } from './estimates';
import type { DeletedRuns } from './deleted-runs';
import type { Exports } from './exports';
import type { Grants } from './grants';
import type { ImageFiles } from './image-files';
import type { JobBoard } from './jobs';
import type { Library } from './library';
import type { Lifetime } from './lifetime';
import type { Locations } from './locations';
import type { RunComparison } from './run-comparison';
import type { Runs } from './runs';
import type { Students } from './students';
import type { Sweeps } from './sweeps';
import type { Teachers } from './teachers';
import type { Trainings } from './trainings';
import type { Uploads } from './uploads';
import type { Vectors } from './vectors';

/** What the procedures of the contract and the long work are made of. */
export interface Services {
  readonly locations: Locations;
  readonly library: Library;
  /** What students and trainings compute with. */
  readonly compute: Compute;
  readonly jobs: JobBoard;
  readonly collections: Collections;
  /** What the user changes by hand is done through it, so that it can be undone. */
  readonly journal: Journal;
  readonly runs: Runs;
  readonly deletedRuns: DeletedRuns;
  /** What was measured while runs trained, for comparing them. */
  readonly comparison: RunComparison;
  readonly images: ImageFiles;
  /** Bytes of images that the library keeps itself. */
  readonly packs: ImageStore;
  readonly teachers: Teachers;
  readonly students: Students;
  readonly vectors: Vectors;
  readonly trainings: Trainings;
  readonly estimates: Estimates;
  readonly sweeps: Sweeps;
  readonly grants: Grants;
  readonly uploads: Uploads;
  readonly exports: Exports;
  readonly log: (line: string) => void;
  /** Name of the machine that the engine runs on. */
  readonly host: string;
  /** Whether the page is shown on another machine, as far as the engine can know: through a tunnel, or over the network. */
  readonly remote: boolean;
  /** Opens the page with a session; for whoever has the host token. Null when the engine does not listen. */
  readonly page: () => { origin: string; pageToken: string } | null;
  /** For an engine that was started by a window. */
  readonly lifetime: Lifetime;
  /** Ends the engine after the answer that is being given. */
  readonly shutdown: () => void;
}
