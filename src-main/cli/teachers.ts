import { existsSync } from 'node:fs';
import path from 'node:path';
import { hubId, hubRevision, teacherFeature, teacherName, type TeacherWishes } from '../contract/teachers';
import { UsageError } from './arguments';
import type { Command, Invocation } from './command';
import { type Client, withEngine } from './engine-connection';
import { followJob } from './follow-job';
import { count, table } from './wording';

export const teachersCommand: Command = {
  name: 'teachers',
  summary: 'List the teachers of the library; add one from a folder or the hub, or remove one.',
  operand: { name: 'ACTION', many: true, optional: true, help: '`add FOLDER`, `add OWNER/MODEL` or `remove NAME`; nothing lists them.' },
  options: {
    name: { value: 'NAME', help: "The teacher's name in the library. Default: the folder's or the model's." },
    feature: { value: teacherFeature.options.join('|'), help: "Which vector of an image is learned from: the model's own (pooled), the class token or the mean of the patches. Default: the class token where there is one, for CLIP its own." },
    revision: { value: 'REV', help: 'Branch, tag or commit on the hub. Default: main.' },
    hub: { value: 'URL', help: "The hub's address. Default: HF_ENDPOINT, else https://huggingface.co." },
  },
  notes: [
    "A folder holds config.json, preprocessor_config.json and onnx/model.onnx, as the hub's repositories do (or the teacher.json and model.onnx of a teacher of your own).",
    'A download that was interrupted goes on with the same command. `train --teacher NAME` and `features --teacher NAME` use a teacher.',
  ],

  async run(invocation) {
    const [action, subject, ...more] = invocation.files;
    if (action !== undefined && action !== 'add' && action !== 'remove') throw new UsageError(`teachers has no action "${action}".`, { subject: action, remedy: 'Use `teachers`, `teachers add` or `teachers remove`.' });
    if (action !== undefined && (subject === undefined || more.length > 0)) throw new UsageError(`teachers ${action} takes one ${action === 'add' ? 'FOLDER or OWNER/MODEL' : 'NAME'}.`, { subject: action });
    return withEngine(invocation, async (client) => {
      if (action === 'add') await add(client, subject, invocation);
      else if (action === 'remove') await remove(client, subject, invocation);
      else await list(client, invocation);
      return true;
    });
  },
};

async function list(client: Client, { out }: Invocation): Promise<void> {
  const teachers = await client.teachers.list();
  const rows = teachers.map((t) => [
    t.embedded ? `${t.name} (embedded)` : t.name,
    `${count(t.featureWidth)}, ${t.feature}`,
    t.tokens ? `${count(t.tokens.count)} × ${count(t.tokens.width)}` : '–',
    `${t.inputSize} × ${t.inputSize}`,
    `${(t.bytes / 1e6).toFixed(0)} MB`,
    count(t.runs),
    t.description,
  ]);
  out.result({ teachers }, table(['teacher', 'features', 'tokens', 'input', 'size', 'runs', 'what it is'], rows));
}

async function add(client: Client, subject: string, { values, out, signal }: Invocation): Promise<void> {
  const wishes: TeacherWishes = {
    ...(values.name !== undefined && { name: parsed('name', teacherName, values.name) }),
    ...(values.feature !== undefined && { feature: parsed('feature', teacherFeature, values.feature) }),
  };
  const folder = path.resolve(subject);
  const isFolder = existsSync(folder) || !hubId.safeParse(subject).success;
  const hub = values.hub === undefined ? undefined : String(values.hub);
  const from = isFolder ? { path: folder } : { id: subject, revision: parsed('revision', hubRevision, values.revision ?? 'main'), hub };
  const { job } = await client.host.addTeacher({ ...wishes, from });
  const before = new Set((await client.teachers.list()).map(({ name }) => name));
  const { summary } = await followJob(client, job, out, signal);
  const added = (await client.teachers.list()).find(({ name }) => !before.has(name));
  out.result({ teacher: added ?? null }, `${summary ?? ''}${added ? `\nTrain with it: glyphscope train --teacher ${added.name} …` : ''}`);
}

async function remove(client: Client, name: string, { out }: Invocation): Promise<void> {
  await client.teachers.remove({ teacher: parsed('NAME', teacherName, name) });
  out.result({ removed: name }, `The teacher ${name} and its features are removed.`);
}

/** What a flag's text stands for. */
function parsed<T>(flag: string, schema: { safeParse(value: unknown): { success: boolean; data?: T; error?: { issues: readonly { message: string }[] } } }, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data as T;
  throw new UsageError(`--${flag}: "${String(value)}" is not ${result.error?.issues[0].message ?? 'allowed'}.`, { subject: `--${flag}` });
}
