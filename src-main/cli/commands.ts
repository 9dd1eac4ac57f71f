import { ablateCommand } from './ablate';
import { collectionsCommand } from './collections';
import type { Command } from './command';
import { describeCommand } from './describe';
import { doctorCommand } from './doctor';
import { encodeCommand } from './encode';
import { evaluateCommand } from './evaluate';
import { exportCommand } from './export';
import { exportRunCommand } from './export-run';
import { featuresCommand } from './features';
import { fewShotCommand } from './few-shot';
import { importCommand } from './import';
import { importRunCommand } from './import-run';
import { linkCommand } from './link';
import { mapCommand } from './map';
import { neighboursCommand } from './neighbours';
import { queryCommand } from './query';
import { runsCommand } from './runs';
import { serveCommand } from './serve';
import { setupComputeCommand } from './setup-compute';
import { slurmTaskCommand } from './slurm-task';
import { sweepCommand } from './sweep';
import { statisticsCommand } from './statistics';
import { teachersCommand } from './teachers';
import { trainCommand } from './train';

/** In the order of a first use. */
export const commands: readonly Command[] = [
  importCommand,
  teachersCommand,
  featuresCommand,
  trainCommand,
  encodeCommand,
  evaluateCommand,
  fewShotCommand,
  statisticsCommand,
  sweepCommand,
  ablateCommand,
  describeCommand,
  neighboursCommand,
  queryCommand,
  mapCommand,
  exportCommand,
  exportRunCommand,
  importRunCommand,
  runsCommand,
  collectionsCommand,
  serveCommand,
  linkCommand,
  doctorCommand,
  setupComputeCommand,
  slurmTaskCommand,
];
