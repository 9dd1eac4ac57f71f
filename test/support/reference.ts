import { allowed, trainingFlags } from '../../src-main/cli/training-flags';
import { commands } from '../../src-main/cli/commands';
import { commandHelp } from '../../src-main/cli/help';
import { presetName } from '../../src-main/contract/config';
import { presetConfig } from '../../src-main/contract/presets';

const presets = presetName.options;

/** docs/configuration.md: every field of a training, from the schema, with what each preset gives it. */
export function configurationPage(): string {
  const flags = trainingFlags();
  const values = presets.map((preset) => presetConfig(preset));
  const groups = [...new Set(flags.map((f) => f.group))];
  const cell = (value: unknown) => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 10 }) : String(value));
  const section = (group: string) => [
    `## ${group}`,
    '',
    `| field | flag | allowed | ${presets.join(' | ')} | meaning |`,
    `|---|---|---|${presets.map(() => '---|').join('')}---|`,
    ...flags
      .filter((f) => f.group === group)
      .map((f) => {
        const flag = f.kind === 'boolean' ? `\`--[no-]${f.flag}\`` : `\`--${f.flag}\``;
        const row = [f.label, flag, allowed(f) + (f.unit ? ` (${f.unit})` : ''), ...values.map((config) => cell(config[f.key as keyof typeof config])), f.help];
        return `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
      }),
    '',
  ];
  return [
    '# Configuration of a training',
    '',
    'Every field decides something about a training and is stored with its run. In the window it is a field of the form, on',
    'the command line a flag of `glyphscope train`. A preset gives each field its starting value. This page is generated from',
    '`src-main/contract/config.ts` by `npm run docs`; a test compares the two.',
    '',
    ...groups.flatMap(section),
  ].join('\n');
}

/** docs/commands.md: what `--help` prints for every command. */
export function commandsPage(): string {
  const shown = commands.filter((command) => !command.hidden);
  const section = (name: string, text: string) => [`## ${name}`, '', '```', text, '```', ''];
  return [
    '# Commands',
    '',
    '`npm run -s glyphscope -- COMMAND …` in the project folder, or `glyphscope COMMAND …` where it is installed. Results go to stdout,',
    'progress and errors to stderr. Exit code: 0 all that was asked for was done, 1 something was not, 2 a flag was wrong,',
    '130 ended by Ctrl-C. The command line and a window share one engine: while one is running, commands use it. This page is',
    'generated from the commands by `npm run docs`; a test compares the two.',
    '',
    ...shown.flatMap((command) => section(command.name, commandHelp(command))),
  ].join('\n');
}
