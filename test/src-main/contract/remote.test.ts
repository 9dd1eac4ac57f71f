import { describe, expect, it } from 'vitest';
import { readEngineLink } from '../../../src-main/contract/remote';

const token = 'A'.repeat(43);

describe('readEngineLink', () => {
  it.each([`http://127.0.0.1:7427/#token=${token}`, ` http://localhost:7427/#token=${token}\n`, `http://127.0.0.1:7427/#token=${token}&x=1`])('reads %j', (link) => {
    expect(readEngineLink(link)).toEqual({ origin: 'http://127.0.0.1:7427', token });
  });

  it.each([
    ['', /no link/],
    ['gpu1', /no link/],
    [`http://gpu1.example.org:7427/#token=${token}`, /gpu1\.example\.org is not an address of this machine/],
    [`http://192.168.0.7:7427/#token=${token}`, /not an address of this machine/],
    [`http://127.0.0.1.nip.io:7427/#token=${token}`, /not an address of this machine/],
    [`http://127.0.0.1@evil.example:7427/#token=${token}`, /evil\.example is not an address/],
    [`http://me:secret@127.0.0.1:7427/#token=${token}`, /user name or password/],
    [`https://127.0.0.1:7427/#token=${token}`, /begins with http:/],
    [`file:///etc/passwd#token=${token}`, /not an address of this machine/],
    [`javascript:alert(1)#token=${token}`, /not an address of this machine/],
    ['http://127.0.0.1:7427/', /has no token/],
    ['http://127.0.0.1:7427/#token=abc', /not complete/],
    [`http://127.0.0.1:7427/#token=${token}%0d%0aX: y`, /not complete/],
  ])('refuses %j and says why', (link, why) => {
    expect(() => readEngineLink(link)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(why), remedy: expect.any(String) }));
  });

  it('names the tunnel to open for an address of the network', () => {
    expect(() => readEngineLink(`http://gpu1:7427/#token=${token}`)).toThrow(expect.objectContaining({ remedy: expect.stringContaining('ssh -N -L 7427:127.0.0.1:7427 gpu1') }));
  });
});
