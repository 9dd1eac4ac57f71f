import * as z from 'zod';

/** One compute backend as `doctor` found it. */
export const backendReport = z.object({
  name: z.string(), // tensorflow, wasm, cpu
  available: z.boolean(),
  /** 1024 × 1024 float32 matrix products; null where it cannot run. */
  gflops: z.number().nullable(),
  detail: z.string(),
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
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** What the status bar shows. */
export const engineInfo = z.object({
  version: z.string(),
  node: z.string(),
  library: z.string(),
  teacher: z.string(),
  /** Backend of the student process and its speed; null until it has started. */
  backend: z.string().nullable(),
  /** Why a better backend is not used; null when the best one is. */
  backendNote: z.string().nullable(),
  defaultCollection: z.string().nullable(),
  defaultRun: z.string().nullable(),
  /** What the user should know about how the library was opened, one line each; mostly none. */
  notices: z.array(z.string()),
});
export type EngineInfo = z.infer<typeof engineInfo>;
