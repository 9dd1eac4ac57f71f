import path from 'node:path';
import { type Command } from './command';
import { withEngine } from './engine-connection';
import { followJob } from './follow-job';

export const importRunCommand: Command = {
  name: 'import-run',
  summary: 'Import a run that export-run wrote; it describes images at once, with the same symbols.',
  operand: { name: 'FOLDER', many: false, help: 'Its folder, or a .tar, .tar.gz or .zip of it.' },
  options: { name: { value: 'NAME', help: 'What it is called here. Default: its own name, with a number when there is a run of that name.' } },
  notes: ['Every file is compared with its SHA-256 before anything is imported. A teacher that the library has not is added when the folder holds it.'],

  async run(invocation) {
    const { files, values, out, signal } = invocation;
    return withEngine(invocation, async (client) => {
      const { job } = await client.host.importRunPath({ path: path.resolve(files[0]), name: values.name === undefined ? undefined : String(values.name) });
      const { summary, counts } = await followJob(client, job, out, signal);
      const run = await client.runs.get({ run: counts?.run ?? 0 });
      out.result({ run: run.name, id: run.id, teacher: run.teacher }, summary ?? `"${run.name}" imported.`);
      return true;
    });
  },
};
