import { describe, expect, it } from 'vitest';
import { Output } from '../../../src-main/cli/output';
import { GlyphscopeError } from '../../../src-main/contract/errors';

function spoken(o: { json?: boolean; terminal?: boolean } = {}) {
  const said = { out: '', err: '' };
  let time = 0;
  const output = new Output({
    json: o.json ?? false,
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text), isTTY: o.terminal, columns: 40 },
    now: () => time,
  });
  return { output, said, pass: (ms: number) => (time += ms) };
}

describe('Output', () => {
  it('prints the text or one JSON document, and nothing else, to stdout', () => {
    const plain = spoken();
    plain.output.progress('reading', 'reading 1');
    plain.output.result({ n: 1 }, 'one');
    expect(plain.said.out).toBe('one\n');
    const json = spoken({ json: true });
    json.output.note('a note');
    json.output.result({ n: 1 }, 'one');
    expect(JSON.parse(json.said.out)).toEqual({ n: 1 });
    expect(json.said.err).toBe('a note\n');
  });

  it('gives one JSON line for each item', () => {
    const { output, said } = spoken({ json: true });
    output.item({ a: 1 }, '');
    output.item({ a: 2 }, '');
    expect(said.out).toBe('{"a":1}\n{"a":2}\n');
  });

  it('writes plain progress at each new phase and every five seconds', () => {
    const { output, said, pass } = spoken();
    output.progress('reading', 'r1');
    output.progress('reading', 'r2');
    output.progress('storing', 's1');
    pass(5000);
    output.progress('storing', 's2');
    expect(said.err).toBe('r1\ns1\ns2\n');
  });

  it('writes over one line on a terminal, cut to its width, and removes it before anything else', () => {
    const { output, said } = spoken({ terminal: true });
    output.progress('reading', 'x'.repeat(100));
    expect(said.err).toBe(`\r\x1b[2K${'x'.repeat(39)}`);
    output.note('done');
    expect(said.err.endsWith('\r\x1b[2Kdone\n')).toBe(true);
  });

  it('renews several lines in place on a terminal; elsewhere the summary is the progress', () => {
    const { output, said, pass } = spoken({ terminal: true });
    output.board(['a 1', 'b 1'], 'sweep', 'all 1');
    pass(1000);
    said.err = '';
    output.board(['a 2', 'b 2'], 'sweep', 'all 2');
    expect(said.err).toBe('\r\x1b[2A\x1b[J\r\x1b[2Ka 2\nb 2\nall 2');
    const plain = spoken();
    plain.output.board(['a 1', 'b 1'], 'sweep', 'all 1');
    expect(plain.said.err).toBe('all 1\n');
  });

  it('says of an error what happened, what to do and its code', () => {
    const error = new GlyphscopeError('NOT_FOUND', 'There is no run "x".', { subject: 'x', remedy: 'There is: "y".' });
    const plain = spoken();
    plain.output.error(error);
    expect(plain.said.err).toBe('There is no run "x". There is: "y". [NOT_FOUND]\n');
    const json = spoken({ json: true });
    json.output.error(error);
    expect(JSON.parse(json.said.err)).toEqual({ code: 'NOT_FOUND', message: 'There is no run "x".', subject: 'x', remedy: 'There is: "y".' });
    expect(json.said.out).toBe('');
  });
});
