import * as z from 'zod';

/** Every failure that a user can meet has a code; docs/errors.md explains each (a test compares the two). */
export const errorCode = z.enum([
  'INVALID_INPUT', // a field or flag is outside what the schema allows
  'NOT_FOUND', // collection, image, run, job, map, grant or file that is not there
  'NAME_TAKEN',
  'IMAGE_EMPTY', // zero bytes
  'IMAGE_UNREADABLE', // not an image, truncated, damaged
  'IMAGE_UNSUPPORTED', // a known format that the decoder cannot read
  'IMAGE_TOO_LARGE', // more pixels or bytes than the limit
  'IMAGE_GONE', // the file that was imported is no longer there or has changed
  'SOURCE_UNREADABLE', // folder or archive cannot be opened
  'SOURCE_EMPTY', // folder or archive without images
  'COLLECTION_TOO_SMALL', // fewer images than the batch or the evaluation needs
  'FEATURES_MISSING', // asked for features that were not computed yet
  'DESCRIPTIONS_MISSING', // the run has not encoded the collection yet
  'LABELS_MISSING', // evaluation needs labels
  'RUN_NOT_TRAINED', // the run has no checkpoint yet
  'RUN_BUSY', // the run is training already
  'CHECKPOINT_DAMAGED',
  'RUN_FOLDER_UNUSABLE', // a folder that is no exported run, or of which a file is missing, changed or foreign
  'LOSS_NOT_FINITE',
  'COLLAPSED', // a training that was asked to stop at the first alarm
  'BACKEND_UNAVAILABLE',
  'TEACHER_UNUSABLE', // a model that is no image encoder, or that asks for what the encoder cannot do
  'ENGINE_UNREACHABLE', // nothing answers where the tunnel to a remote engine begins
  'HUB_UNREACHABLE', // no network, or the hub does not answer
  'GPU_OUT_OF_MEMORY',
  'GPU_LOST', // the GPU or its driver stopped
  'SLURM_UNAVAILABLE', // a program of Slurm is not there, refuses, or does not answer
  'JOB_LOST', // a job of Slurm was lost more often than it was to be submitted again
  'LIBRARY_NEWER', // made by a newer Glyphscope
  'LIBRARY_IN_USE', // another engine holds it
  'LIBRARY_DAMAGED',
  'DISK_FULL',
  'CANCELLED',
  'NOT_ALLOWED', // the caller lacks the right (the page asking for a path, a bad token)
  'PROCESS_DIED', // a worker or child process ended without an answer
  'INTERNAL',
]);
export type ErrorCode = z.infer<typeof errorCode>;

/** What the user is told: what happened, to which file or field, and what to do. */
export const errorDetail = z.object({
  code: errorCode,
  message: z.string(),
  /** File, field, run or collection that it happened to. */
  subject: z.string().optional(),
  remedy: z.string().optional(),
});
export type ErrorDetail = z.infer<typeof errorDetail>;

/** The only error class thrown on purpose; anything else that surfaces is a defect and becomes INTERNAL. */
export class GlyphscopeError extends Error {
  override readonly name = 'GlyphscopeError';
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: { subject?: string; remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.subject = options.subject;
    this.remedy = options.remedy;
  }

  get detail(): ErrorDetail {
    return { code: this.code, message: this.message, subject: this.subject, remedy: this.remedy };
  }
}

/** Turns whatever was thrown into something that can be shown and sent. */
export function toErrorDetail(error: unknown): ErrorDetail {
  if (error instanceof GlyphscopeError) return error.detail;
  const parsed = errorDetail.safeParse(error);
  if (parsed.success) return parsed.data;
  if (error instanceof Error && error.name === 'AbortError') return { code: 'CANCELLED', message: 'Cancelled.' };
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return { code: 'DISK_FULL', message: 'The disk is full.', remedy: 'Free some space, then try again; nothing that was stored is lost.' };
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
