import { join } from 'node:path';

/** The small transformers that test/teacher-graphs/make_vit.py writes, in the hub's layout. */
export const graphs = join(import.meta.dirname, '../../teacher-graphs');
