import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../src-main/cli/commands';
import { trainingConfig } from '../src-main/contract/config';
import { errorCode } from '../src-main/contract/errors';
import { commandsPage, configurationPage } from './support/reference';

const root = path.resolve(import.meta.dirname, '..');
const read = (name: string) => fs.readFileSync(path.join(root, name), 'utf8');

/** Generated pages are written anew by `npm run docs`, which sets this; otherwise they are compared. */
function generated(name: string, text: string) {
  if (process.env.GLYPHSCOPE_WRITE_DOCS) fs.writeFileSync(path.join(root, name), text);
  expect(read(name), `${name} is out of date: run \`npm run docs\``).toBe(text);
}

describe('the documentation', () => {
  it('explains every error code, and no other', () => {
    const listed = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(listed.sort()).toEqual([...errorCode.options].sort());
  });

  it('lists every command with its flags', () => {
    generated('docs/commands.md', commandsPage());
    for (const { name, hidden } of commands) if (!hidden) expect(read('docs/commands.md')).toContain(`## ${name}\n`);
  });

  it('lists every field of a training with what the presets give it', () => {
    generated('docs/configuration.md', configurationPage());
    for (const key of Object.keys(trainingConfig.shape)) expect(read('docs/configuration.md')).toContain(`${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}\``);
  });

  it('says of every package why it is there', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const page = read('docs/dependencies.md');
    const missing = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).filter((name) => !page.includes(name.startsWith('@types/') ? '@types/*' : name));
    expect(missing).toEqual([]);
  });

  it('links to files that are there', () => {
    const pages = ['README.md', ...fs.readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => path.join('docs', name))];
    const broken = pages.filter((page) => fs.existsSync(path.join(root, page))).flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target]) => target).filter((target) => !fs.existsSync(path.resolve(root, path.dirname(page), target))).map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
