import type { TeacherWishes } from '../../contract/teachers';
import { addTeacher, type TeacherSource } from '../work/add-teacher';
import type { Services } from '../services';
import type { Procedures } from './procedures';

/** Starts the job that adds a teacher. */
export function startAddingTeacher(s: Services, from: TeacherSource, wishes: TeacherWishes): { job: string } {
  const title = `Add the teacher ${'path' in from ? from.path.split(/[\\/]/).at(-1) : from.id}`;
  return { job: s.jobs.start({ kind: 'teacher', title, lane: 'teacher' }, (job) => addTeacher(s, from, wishes, job)) };
}

export const teachersRouter = (procedures: Procedures, s: Services) => ({
  list: procedures.teachers.list.handler(() => s.teachers.list()),
  addFromHub: procedures.teachers.addFromHub.handler(({ input: { id, revision, ...wishes } }) => startAddingTeacher(s, { id, revision }, wishes)),
  addFromGrant: procedures.teachers.addFromGrant.handler(({ input: { grant, ...wishes } }) => startAddingTeacher(s, { path: s.grants.take(grant, 'teacher') }, wishes)),
  remove: procedures.teachers.remove.handler(({ input }) => {
    s.jobs.assertUnused(`teacher ${input.teacher}`, input.teacher);
    return s.teachers.remove(input.teacher);
  }),
});
