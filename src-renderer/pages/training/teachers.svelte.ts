import type { ErrorDetail } from '../../../src-main/contract/errors';
import { hubId, hubRevision, type Teacher, type TeacherFeature } from '../../../src-main/contract/teachers';
import { explain } from '../../client';
import type { App } from '../../state/app.svelte';
import { query } from '../../state/query.svelte';

/** The library's teachers, and adding one. Made while a component is set up. */
export class TeacherShelf {
  readonly #app: App;
  readonly #list = query(() => (void this.#app.connection.epoch, this.#app.client.teachers.list()));
  #job = $state<string | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);

  /** @param onadded called with the new teacher's name */
  constructor(app: App, onadded: (name: string) => void) {
    this.#app = app;
    $effect(() =>
      app.jobs.onEnd(async (job) => {
        if (job.kind !== 'teacher') return;
        const before = new Set(this.all.map(({ name }) => name));
        this.#list.reload();
        if (job.id !== this.#job || job.state !== 'done') return;
        const added = (await app.client.teachers.list()).find(({ name }) => !before.has(name));
        if (added) onadded(added.name);
      }),
    );
  }

  get all(): readonly Teacher[] {
    return this.#list.data ?? [];
  }
  /** What went wrong with the list, or with what was asked last. */
  get error(): ErrorDetail | null {
    return this.#error ?? this.#list.error;
  }
  /** The job that adds a teacher, while this window knows one. */
  get job() {
    return this.#job === null ? null : this.#app.jobs.byId(this.#job);
  }
  get adding(): boolean {
    return this.job?.state === 'waiting' || this.job?.state === 'running';
  }

  addFromHub(id: string, revision: string, feature: TeacherFeature | undefined): Promise<void> {
    return this.#ask(async () => (this.#job = (await this.#app.client.teachers.addFromHub({ id: id.trim(), revision: revision.trim() || 'main', feature })).job));
  }
  addFromGrant(grant: string, feature: TeacherFeature | undefined): Promise<void> {
    return this.#ask(async () => (this.#job = (await this.#app.client.teachers.addFromGrant({ grant, feature })).job));
  }
  remove(teacher: string): Promise<void> {
    return this.#ask(async () => {
      await this.#app.client.teachers.remove({ teacher });
      this.#list.reload();
    });
  }

  async #ask(work: () => Promise<unknown>): Promise<void> {
    this.#error = null;
    try {
      await work();
    } catch (error) {
      this.#error = explain(error);
    }
  }
}

/** Why a hub id or a revision cannot be asked for, or null; an empty id says nothing. */
export function hubProblem(id: string, revision: string): string | null {
  if (id.trim() !== '' && !hubId.safeParse(id.trim()).success) return 'An owner and a model with a slash between, as in onnx-community/dinov2-small.';
  if (revision.trim() !== '' && !hubRevision.safeParse(revision.trim()).success) return 'The revision is a branch, a tag or a commit.';
  return null;
}
