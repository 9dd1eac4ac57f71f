import type { Services } from '../services';
import type { Procedures } from './procedures';

export const systemRouter = (procedures: Procedures, s: Services) => ({
  info: procedures.system.info.handler(() => {
    const backend = s.students.backend;
    const { known } = s.compute;
    const collections = s.library.db.read.collections.list();
    return {
      version: s.locations.version,
      node: process.version,
      host: s.host,
      remote: s.remote,
      library: s.library.directory,
      teacher: s.teachers.embedded.info.name,
      backend: backend?.description ?? known?.candidates[0] ?? null,
      backendReason: (backend ?? known)?.reason ?? null,
      backendNote: (backend ?? known)?.note ?? null,
      defaultCollection: (collections.find(({ sample }) => !sample) ?? collections[0])?.name ?? null,
      defaultRun: s.runs.default()?.name ?? null,
      notices: [...s.library.notices],
    };
  }),
});
