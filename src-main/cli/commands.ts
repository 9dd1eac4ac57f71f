import { collectionsCommand } from './collections';
import type { Command } from './command';
import { describeCommand } from './describe';
import { doctorCommand } from './doctor';
import { encodeCommand } from './encode';
import { evaluateCommand } from './evaluate';
import { featuresCommand } from './features';
import { importCommand } from './import';
import { mapCommand } from './map';
import { measureBackendCommand } from './measure-backend';
import { neighboursCommand } from './neighbours';
import { runsCommand } from './runs';
import { serveCommand } from './serve';
import { trainCommand } from './train';

import { setupComputeCommand } from './setup-compute';
import { sweepCommand } from './sweep';
import { statisticsCommand } from './statistics';
/** In the order of a first use. */
export const commands: readonly Command[] = [
  importCommand,
  featuresCommand,
  trainCommand,
  encodeCommand,
  evaluateCommand,
  describeCommand,
  neighboursCommand,
  mapCommand,
  runsCommand,
  collectionsCommand,
  serveCommand,
  doctorCommand,
  measureBackendCommand,
];
  setupComputeCommand,
