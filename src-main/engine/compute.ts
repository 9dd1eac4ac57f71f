import { execFile } from 'node:child_process';
import path from 'node:path';
import * as z from 'zod';
import type { BackendPlan } from '../contract/backend-plan';
import { backendNames, type BackendChoice, type BackendName } from '../contract/config';
import { toErrorDetail } from '../contract/errors';
import { backendReport, type BackendReport } from '../contract/system';
import { usesGpu } from '../model/backend-failures';
import { backendStamp, computeDirectory } from '../model/backend-files';
import { KeptFindings, machineStamp } from './kept-findings';

export interface ComputeOptions {
  /** Built file out/engine/backend.mjs, which checks and measures a backend in a process of its own, and the Node that runs it. */
  entry: string;
  node: string;
  /** Where findings are kept from one start to the next. */
  file?: string;
}

const limitMs = 120_000;
/** A better rung of the ladder is kept as long as it is at most this much slower than a lower one. */
const slack = 1.1;
/** What libtensorflow and TensorFlow.js write at every start. */
const notices = /^[IW]0000 |^WARNING: All log messages|^=+$|^Hi, looks like/;
/** Never faster than native TensorFlow: not even asked while that is trusted. */
const lastResorts: readonly BackendName[] = ['wasm', 'cpu'];

/** What was found not to work is asked again after this long. */
const failureLastsMs = 3_600_000;

const finding = z.object({ key: z.string(), time: z.number(), report: backendReport });

/**
 * Decides what a training or a student computes with. A backend is trusted once a process of its own has started it,
 * found its training steps equal to stored values, and measured it; what was found is kept until the machine, the
 * backend or Glyphscope changes.
 */
export class Compute {
  readonly #o: ComputeOptions;
  readonly #kept: KeptFindings<z.infer<typeof finding>>;
  readonly #asked = new Map<BackendName, Promise<BackendReport>>();
  #known: BackendPlan | null = null;

  constructor(o: ComputeOptions) {
    this.#o = o;
    this.#kept = new KeptFindings({ file: o.file ?? path.join(computeDirectory(), 'backends.json'), finding });
  }

  /** What to compute with. A backend that is named is taken as it is; `auto` takes the fastest that is trusted. */
  async plan(wanted: BackendChoice): Promise<BackendPlan> {
    if (wanted !== 'auto') return { candidates: [wanted], reason: `${wanted} was asked for.`, note: null };
    this.#known = await this.#fastest(backendNames);
    return this.#known;
  }

  /** What `auto` last came to; null until then. */
  get known(): BackendPlan | null {
    return this.#known;
  }

  /** What to go on with once the GPU has failed, which is not asked again. */
  planWithoutGpu(): Promise<BackendPlan> {
    return this.#fastest(backendNames.filter((name) => !usesGpu(name)));
  }

  async #fastest(names: readonly BackendName[]): Promise<BackendPlan> {
    const reports: BackendReport[] = [];
    for (const name of names)
      if (!lastResorts.includes(name) || !reports.some((report) => report.available)) reports.push(await this.report(name));
    return choose(reports);
  }

  /** What is known of a backend, which is found out when nothing is. @param o.anew whether to find it out in any case */
  report(name: BackendName, o: { anew?: boolean; signal?: AbortSignal } = {}): Promise<BackendReport> {
    const asked = this.#asked.get(name);
    if (asked && !o.anew) return asked;
    const answer = this.#find(name, o);
    this.#asked.set(name, answer);
    return answer;
  }

  async #find(name: BackendName, o: { anew?: boolean; signal?: AbortSignal }): Promise<BackendReport> {
    let stamp: string;
    try {
      stamp = backendStamp(name);
    } catch (error) {
      const { message, remedy } = toErrorDetail(error);
      this.#asked.delete(name); // it may be set up while this runs
      return unavailable(name, message, remedy ?? null);
    }
    // Another build of Glyphscope may compute other values.
    const key = [machineStamp(this.#o.entry), stamp].join('\n');
    const kept = this.#kept.get(name);
    if (!o.anew && kept?.key === key && (kept.report.available || Date.now() - kept.time < failureLastsMs)) return kept.report;
    const report = await this.#measure(name, o.signal);
    if (!o.signal?.aborted) this.#kept.keep(name, { key, time: Date.now(), report });
    return report;
  }

  /** A native library may end its process: then only this child is lost, and the report says so. */
  #measure(name: BackendName, signal: AbortSignal | undefined): Promise<BackendReport> {
    return new Promise((resolve) => {
      const options = { timeout: limitMs, signal, killSignal: 'SIGKILL' as const, maxBuffer: 1 << 22 };
      execFile(this.#o.node, [this.#o.entry, name], options, (error, stdout, stderr) => {
        const answer = readAnswer(stdout);
        if (answer) return resolve(answer);
        const ended = error as { killed?: boolean; signal?: string | null; code?: number | string | null } | null;
        if (ended?.killed || signal?.aborted) return resolve(unavailable(name, `It gave no answer within ${limitMs / 1000} s.`, 'Try again with `glyphscope doctor` when the machine is less busy.'));
        const how = ended?.signal ? `by ${ended.signal}` : `with code ${ended?.code ?? 0}`;
        const said = stderr.split('\n').filter((line) => line.trim() !== '' && !notices.test(line)).at(-1);
        resolve(unavailable(name, `Its process ended ${how}${said ? `: ${said}` : ''}.`, 'Run `glyphscope setup-compute` to set it up again.'));
      });
    });
  }
}

/**
 * The fastest of those that are available; of two that are about as fast, the better rung. Where none agrees with the
 * stored values, which no fault of a backend explains, the best that computes.
 */
export function choose(reports: readonly BackendReport[]): BackendPlan {
  const right = reports.filter((report) => report.available);
  const available = right.length > 0 ? right : reports.filter((report) => report.deviation !== null).slice(0, 1);
  const fastest = Math.min(...available.map(({ stepMs }) => stepMs ?? Infinity));
  const chosen = available.find(({ stepMs }) => (stepMs ?? Infinity) <= fastest * slack) ?? available[0];
  const others = available.filter((report) => report !== chosen);
  const missed = reports.filter((report) => !report.available);
  const candidates = [...new Set([...(chosen ? [chosen.name] : []), ...others.map(({ name }) => name), ...lastResorts])];
  const speed = (report: BackendReport) => (report.stepMs === null ? '' : ` at ${duration(report.stepMs)} a step`);
  const parts = [
    chosen?.available ? `${chosen.name} agrees with the stored values${speed(chosen)}.` : 'No backend was found to compute rightly.',
    ...others.map((report) => `${report.name} is slower${speed(report)}.`),
    ...missed.map((report) => `${report.name}: ${report.detail}`),
  ];
  const better = missed.filter(({ name, remedy }) => remedy !== null && (!chosen || backendNames.indexOf(name) < backendNames.indexOf(chosen.name)));
  return { candidates, reason: parts.join(' '), note: better.length > 0 ? better.map(({ detail, remedy }) => `${detail} ${remedy}`).join(' ') : null };
}

const duration = (ms: number): string => (ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(0)} s`);

function unavailable(name: BackendName, detail: string, remedy: string | null): BackendReport {
  return { name, available: false, gflops: null, stepMs: null, deviation: null, detail, remedy };
}

/** The report is the last line of what the process wrote. */
function readAnswer(stdout: string): BackendReport | null {
  try {
    return backendReport.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
}
