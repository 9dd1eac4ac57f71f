import type { ErrorDetail } from '../contract/errors';
import type { InspectedFile } from '../dataset/inspector';
import type { TeacherInfo } from './catalogue';
import type { Encoded } from './encoder';
import type { EncoderPlan } from './encoder-plan';
import type { ProviderChoice } from './providers';
import type { ModelOutput } from './readout';

/** What an image worker is started with. */
export interface ImageWorkerData {
  teacher: TeacherInfo;
  plan: EncoderPlan;
}

/** One image of a features request. */
export interface FeatureSource {
  /** For messages. */
  name: string;
  /** 64 hexadecimal digits; the file must still have it. */
  sha256: string;
  path: string;
  offset: number;
  /** null: the whole file. */
  length: number | null;
}

/** What an image worker is asked; each kind has its answer in `ImageAnswers`. */
export type ImageRequest =
  | { kind: 'inspect-bytes'; bytes: Uint8Array; name: string }
  | { kind: 'inspect-file'; path: string; name: string }
  /** `tokens` N, 0 for none. */
  | { kind: 'encode'; bytes: Uint8Array; name: string; tokens: number }
  /** The clean image with one patch greyed, for each of the patches `from` … `to` − 1 of a grid × grid. */
  | { kind: 'occlude'; bytes: Uint8Array; name: string; tokens: number; grid: number; from: number; to: number }
  | { kind: 'thumbnail'; bytes: Uint8Array; name: string; size: number }
  /** Whatever teacher the worker has: what a model gives for an image of `size` × `size` pixels. */
  | { kind: 'inspect-model'; model: string; size: number }
  /** Whatever teacher the worker has: the best that `teacher` can compute with. */
  | { kind: 'choose-provider'; teacher: TeacherInfo; cores: number }
  /** `views` 0: the clean image alone; `clean` false: views alone; `tokens` N of each as well, 0 for none. */
  | { kind: 'features'; images: FeatureSource[]; clean: boolean; views: number; seed: number; tokens: number };

export interface ImageAnswers {
  'inspect-bytes': InspectedFile;
  'inspect-file': InspectedFile;
  /** Of one image. */
  encode: Encoded;
  /** Of one image for each patch. */
  occlude: Encoded;
  thumbnail: Uint8Array;
  'inspect-model': ModelOutput[];
  'choose-provider': ProviderChoice;
  features: FeatureAnswer;
}

/** `read` holds the indexes of the images that could be read, in order; the features are theirs. */
export interface FeatureAnswer {
  read: Int32Array;
  /** [read, Z], empty when not asked for. */
  clean: Float32Array;
  /** [read, V, Z] */
  views: Float32Array;
  /** [read, N, T] and [read, V, N, T], empty when not asked for. */
  cleanTokens: Float32Array;
  viewTokens: Float32Array;
  failures: { index: number; error: ErrorDetail }[];
}

/** `close`: abandon everything and end once nothing native is at work any more. */
export type ToImageWorker = { id: number; request: ImageRequest } | { id: number; abandon: true } | { close: true };
export type FromImageWorker = { id: number; answer: ImageAnswers[keyof ImageAnswers] } | { id: number; error: ErrorDetail };
