import { type Command, commonOptions, type Option } from './command';

const width = 96;

/** The list of commands. */
export function overview(commands: readonly Command[], version: string): string {
  const shown = commands.filter((command) => !command.hidden);
  const longest = Math.max(...shown.map(({ name }) => name.length));
  return [
    `Glyphscope ${version}: learns a visual vocabulary from unlabelled images and describes every image with one to eight symbols.`,
    '',
    'glyphscope COMMAND [flags]',
    '',
    ...shown.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`),
    '',
    '`glyphscope COMMAND --help` lists the flags of one. All take --library DIR and --json.',
  ].join('\n');
}

/** All that one command takes. */
export function commandHelp(command: Command): string {
  const { name, operand, options } = command;
  const required = Object.entries(options).filter(([, o]) => o.required);
  const usage = ['glyphscope', name, ...required.map(([flag, o]) => `--${flag} ${o.value}`), ...(operand ? [operand.optional ? `[${operand.name}…]` : operand.many ? `${operand.name}…` : operand.name] : []), '[flags]'];
  const lines = [command.summary, '', usage.join(' '), ''];
  if (operand) lines.push(...entry(operand.many ? `${operand.name}…` : operand.name, operand.help));
  for (const [flag, option] of [...Object.entries(options), ...Object.entries(commonOptions)]) if (!option.hidden) lines.push(...entry(flagName(flag, option), optionHelp(option)));
  if (command.notes) lines.push('', ...command.notes.flatMap((note) => wrap(note, width)));
  return lines.join('\n');
}

const flagName = (flag: string, o: Option) => `${o.short ? `-${o.short}, ` : ''}--${o.negatable ? '[no-]' : ''}${flag}${o.value ? ` ${o.value}` : ''}`;
const optionHelp = (o: Option) => `${o.help}${o.default === undefined ? '' : ` Default: ${o.default}.`}`;

const column = 28;
function entry(left: string, help: string): string[] {
  const lines = wrap(help, width - column);
  const first = left.length + 4 > column ? [`  ${left}`] : [`  ${left}`.padEnd(column) + lines.shift()];
  return [...first, ...lines.map((line) => ' '.repeat(column) + line)];
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
