import path from 'node:path';
import { type Command } from './command';
import { UsageError } from './arguments';
import { withEngine } from './engine-connection';
import { followJob } from './follow-job';
import { findRun } from './known-names';

export const exportRunCommand: Command = {
  name: 'export-run',
  summary: 'Write a run as a folder: weights, config, model card, and ONNX graphs that give the same symbols anywhere.',
  operand: { name: 'RUN FOLDER', many: true, help: 'The run, and a folder that is empty or not there yet.' },
  options: { 'with-teacher': { help: "Copy the teacher's model in although it did not come with Glyphscope: its licence must let you pass it on." } },
  notes: ['`python FOLDER/describe.py picture.jpg` describes images with it; `import-run FOLDER` brings it into another library.'],

  async run(invocation) {
    const { files, values, out, signal } = invocation;
    if (files.length !== 2) throw new UsageError('export-run takes a run and a folder.', { remedy: 'Put names with spaces in quotes.' });
    const folder = path.resolve(files[1]);
    return withEngine(invocation, async (client) => {
      const run = await findRun(client, files[0]);
      const { job } = await client.host.exportRunPath({ run: run.id, withTeacher: values['with-teacher'] === true, path: folder });
      const { summary } = await followJob(client, job, out, signal);
      out.result({ run: run.name, folder }, summary ?? `"${run.name}" exported to ${folder}.`);
      return true;
    });
  },
};
