import * as z from 'zod';
import { backendNames } from './config';

/** One compute backend as a process of its own found it. */
export const backendReport = z.object({
  name: z.enum(backendNames),
  /** True when it starts and its training steps agree with the stored values. */
  available: z.boolean(),
  /** Products of 1024 × 1024 float32 matrices; null where it cannot run. */
  gflops: z.number().nullable(),
  /** A training step of the small preset with 4 images; null where it cannot run or would take minutes. */
  stepMs: z.number().nullable(),
  /** Greatest difference from the stored losses and gradient norms, as a share of them; null where it cannot run. */
  deviation: z.number().nullable(),
  /** What it is and runs on, or why it is not available. */
  detail: z.string(),
  /** What to do about it when it is not available; null when nothing can be done. */
  remedy: z.string().nullable(),
});
export type BackendReport = z.infer<typeof backendReport>;

export const doctorCheck = z.object({
  name: z.string(), // Node, Electron, Display, GPU, Teacher, Library, …
  ok: z.boolean(),
  found: z.string(),
  remedy: z.string().nullable(),
});
export type DoctorCheck = z.infer<typeof doctorCheck>;

export const doctorReport = z.object({
  version: z.string(),
  cores: z.int(),
  checks: z.array(doctorCheck),
  backends: z.array(backendReport),
  chosenBackend: z.string(),
  /** Why this one. */
  backendReason: z.string(),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** What the status bar shows. */
export const engineInfo = z.object({
  version: z.string(),
  node: z.string(),
  /** Name of the machine that the engine runs on. */
  host: z.string(),
  /** The page is shown on another machine than that, as far as the engine can know: through a tunnel, or over the network. */
  remote: z.boolean(),
  library: z.string(),
  teacher: z.string(),
  /** What the last student computes with, or the name of what one will; null until that is decided. */
  backend: z.string().nullable(),
  /** Why this backend; null until it is decided. */
  backendReason: z.string().nullable(),
  /** What to do for a better backend; null when there is nothing to do. */
  backendNote: z.string().nullable(),
  defaultCollection: z.string().nullable(),
  defaultRun: z.string().nullable(),
  /** What the user should know about how the library was opened, one line each; mostly none. */
  notices: z.array(z.string()),
});
export type EngineInfo = z.infer<typeof engineInfo>;
