import { description, type Description } from '../contract/explore';
import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** What a checkpoint of a run and a teacher found in a file. */
export interface DescribedContent {
  /** SHA-256 of the file's bytes. */
  sha256: string;
  width: number;
  height: number;
  description: Description;
  /** As the teacher gave it, [Z]. */
  feature: Float32Array;
  /** [N, T], empty for a run that looks at none. */
  tokens: Float32Array;
  /** Of the whole description, [Z]. */
  embedding: Float32Array;
}

/** What a description depends on besides the file. */
export interface DescribedBy {
  run: number;
  /** Of its checkpoint. */
  step: number;
  /** The teacher's id, which has the start of a hash over its files and how they are used. */
  teacher: string;
}

/** Files that are remembered, those described last: so many, and no more than have about so many bytes of vectors. */
const kept = { files: 20_000, bytes: 512 << 20 };

interface Row {
  width: number;
  height: number;
  description: string;
  feature: Buffer;
  tokens: Buffer;
  embedding: Buffer;
}

const mostLike = ({ feature, tokens, embedding }: DescribedContent) =>
  Math.min(kept.files, Math.max(1, Math.floor(kept.bytes / (feature.byteLength + tokens.byteLength + embedding.byteLength))));
const toBytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const toFloats = (bytes: Buffer) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

export function readDescribedFiles(db: ReadHandle) {
  const one = oneRow<Row>(db, 'SELECT width, height, description, feature, tokens, embedding FROM described_files WHERE run = ? AND sha256 = ? AND teacher = ? AND step = ?');
  return {
    /** Null when these bytes were not described by this checkpoint, or so long ago that it was forgotten. */
    of: ({ run, step, teacher }: DescribedBy, sha256: string): DescribedContent | null => {
      const row = one(run, sha256, teacher, step);
      return row
        ? { sha256, width: row.width, height: row.height, description: description.parse(JSON.parse(row.description)), feature: toFloats(row.feature), tokens: toFloats(row.tokens), embedding: toFloats(row.embedding) }
        : null;
    },
  };
}

export function writeDescribedFiles(db: WriteHandle) {
  const put = change(
    db,
    'INSERT OR REPLACE INTO described_files (run, sha256, teacher, step, width, height, description, feature, tokens, embedding) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const forget = change(db, 'DELETE FROM described_files WHERE id <= (SELECT max(id) FROM described_files) - ?');
  return {
    /** Remembers a file and forgets those described longest ago. @param most remembered at most */
    put: ({ run, step, teacher }: DescribedBy, file: DescribedContent, most = mostLike(file)): void => {
      put(run, file.sha256, teacher, step, file.width, file.height, JSON.stringify(file.description), toBytes(file.feature), toBytes(file.tokens), toBytes(file.embedding));
      forget(most);
    },
  };
}
