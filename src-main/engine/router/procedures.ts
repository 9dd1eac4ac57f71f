import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../contract/api';
import { GlyphscopeError, toErrorDetail } from '../../contract/errors';
import type { Rights } from '../authentication';

/** Who calls. */
export interface CallContext {
  rights: Rights;
}

/**
 * The contract's procedures, to be given their functions. Around all of them stands one rule each for rights and for
 * errors: the page may not call `host`, and whatever is thrown reaches the caller as GLYPHSCOPE with its detail.
 */
export function makeProcedures(log: (line: string) => void) {
  return implement(contract)
    .$context<CallContext>()
    .use(async ({ context, path, next, signal }) => {
      const fail = (error: unknown) => asTypedError(error, path, signal, log);
      try {
        if (path[0] === 'host' && context.rights !== 'host')
          throw new GlyphscopeError('NOT_ALLOWED', 'The page may not ask this of the engine.', { subject: path.join('.') });
        const result = await next();
        return isStream(result.output) ? { ...result, output: withTypedErrors(result.output, fail) } : result;
      } catch (error) {
        throw fail(error);
      }
    });
}
export type Procedures = ReturnType<typeof makeProcedures>;

type Stream = AsyncIterator<unknown, unknown, undefined> & AsyncIterable<unknown>;
const isStream = (value: unknown): value is Stream => typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;

async function* withTypedErrors(stream: Stream, fail: (error: unknown) => unknown): AsyncGenerator<unknown, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw fail(error);
  }
}

/** Turns whatever a procedure threw into the contract's one error; defects are logged with where they come from. */
function asTypedError(error: unknown, path: readonly string[], signal: AbortSignal | undefined, log: (line: string) => void): unknown {
  if (error instanceof ORPCError && error.code === 'GLYPHSCOPE') return error;
  let detail = toErrorDetail(error);
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    const { issues } = error.data as { issues?: readonly { message: string; path?: readonly unknown[] }[] };
    const field = issues?.[0]?.path?.map((part) => String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part)).join('.');
    detail = { code: 'INVALID_INPUT', message: [field, issues?.[0]?.message ?? error.message].filter(Boolean).join(': '), subject: field || undefined };
  } else if (signal?.aborted && detail.code === 'INTERNAL') detail = { code: 'CANCELLED', message: 'Cancelled.' };
  if (detail.code === 'INTERNAL') {
    const cause = error instanceof Error && error.cause ? `\n${JSON.stringify(error.cause, null, 1).slice(0, 2000)}` : '';
    log(`${path.join('.')} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}${cause}`);
  }
  return new ORPCError('GLYPHSCOPE', { status: 422, message: detail.message, data: detail });
}
