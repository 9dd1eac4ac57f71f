import { shownDuplicates, type DuplicateList, type NearDuplicates } from '../contract/curate';
import { GlyphscopeError } from '../contract/errors';
import { duplicateGroups, type DuplicateGroup } from '../explore/near-duplicates';
import type { Services } from './services';

interface Asked {
  run: number;
  collection: number;
  threshold: number;
}

/** Near-duplicates that were found, as groups at a threshold; the groups of the last question are kept. */
export class DuplicateLists {
  readonly #s: Pick<Services, 'library' | 'runs' | 'collections'>;
  #found: { key: string; document: NearDuplicates } | null = null;
  #kept: { key: string; groups: DuplicateGroup[] } | null = null;

  constructor(s: Pick<Services, 'library' | 'runs' | 'collections'>) {
    this.#s = s;
  }

  /** Some groups from `offset` on; null before the first search. @throws GlyphscopeError NOT_FOUND */
  page({ offset, limit, ...asked }: Asked & { offset: number; limit: number }): DuplicateList | null {
    const { db } = this.#s.library;
    this.#s.runs.get(asked.run);
    this.#s.collections.get(asked.collection);
    const found = this.#document(asked);
    if (!found) return null;
    const groups = this.#groups(asked);
    const grouped = groups.reduce((sum, { images }) => sum + images.length, 0);
    const { step, symbols, images } = found.document;
    return {
      ...{ symbols, images, offset, grouped },
      outdated: db.read.runs.encoding(asked.run, asked.collection)?.step !== step,
      groups: groups.length,
      others: grouped - groups.length,
      items: groups.slice(offset, offset + limit).map(({ images: ids, distance }) => ({ distance, total: ids.length, images: db.read.collectionImages.items(asked.collection, ids.slice(0, shownDuplicates), asked.run) })),
    };
  }

  /** All images but the first of the group that holds `image`, or of every group. @throws GlyphscopeError NOT_FOUND */
  others(asked: Asked, image?: number): number[] {
    const groups = this.#groups(asked);
    const wanted = image === undefined ? groups : groups.filter(({ images }) => images.includes(image));
    if (image !== undefined && wanted.length === 0)
      throw new GlyphscopeError('NOT_FOUND', `Image ${image} is in no group at this threshold.`, { subject: `image ${image}`, remedy: 'Look at the groups anew.' });
    return wanted.flatMap(({ images }) => images.slice(1));
  }

  #document({ run, collection }: Asked): { key: string; document: NearDuplicates } | null {
    const { runDocuments } = this.#s.library.db.read;
    const key = `${run} ${collection} ${runDocuments.writtenAt('near-duplicates', run, collection)}`;
    if (this.#found?.key === key) return this.#found;
    const document = runDocuments.of('near-duplicates', run, collection);
    return (this.#found = document && { key, document });
  }

  #groups(asked: Asked): readonly DuplicateGroup[] {
    const { excludedImages } = this.#s.library.db.read;
    const found = this.#document(asked);
    if (!found) return [];
    const key = `${found.key} ${asked.threshold} ${excludedImages.revision()}`;
    if (this.#kept?.key !== key) this.#kept = { key, groups: duplicateGroups(found.document.edges, asked.threshold, new Set(excludedImages.ofCollection(asked.collection))) };
    return this.#kept.groups;
  }
}
