import * as z from 'zod';

/** Names the teacher that comes with the app, whatever it is called. */
export const embeddedTeacherName = 'embedded';

/** A teacher's name in the library; it also names its folder. */
export const teacherName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/, 'a name of lower-case letters, digits, dots and hyphens');

/**
 * Which numbers of a model are its one vector z_t of an image: the model's own (`pooler_output`, `image_embeds`), the
 * class token, or the mean of the patch tokens.
 */
export const teacherFeature = z.enum(['pooled', 'class', 'mean']);
export type TeacherFeature = z.infer<typeof teacherFeature>;

/** A model on the hub: "facebook/dinov2-small". */
export const hubId = z.string().regex(/^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/, 'an owner and a model with a slash between, as in onnx-community/dinov2-small');
/** A branch, a tag or a commit. */
export const hubRevision = z.string().regex(/^(?!.*\.\.)[A-Za-z0-9][\w./-]{0,99}$/, 'a branch, a tag or a commit');

/** What may be said when a teacher is added; what is left out is found in its files. */
export const teacherWishes = z.object({ name: teacherName.optional(), feature: teacherFeature.optional() });
export type TeacherWishes = z.infer<typeof teacherWishes>;

/** An image encoder that the library has. */
export const teacher = z.object({
  name: teacherName,
  /** The name and the start of a hash over its files and how they are used: names its feature files. */
  id: z.string(),
  description: z.string(),
  /** True for the one that comes with the app. */
  embedded: z.boolean(),
  /** Z, the width of the one vector of an image. */
  featureWidth: z.int(),
  feature: teacherFeature,
  /** M tokens of T numbers beside it; null when it gives none. */
  tokens: z.object({ count: z.int(), width: z.int() }).nullable(),
  /** Side of its square input in pixels. */
  inputSize: z.int(),
  /** Bytes of its model. */
  bytes: z.int(),
  /** What it computes with, and why not with something better; null before its first use. */
  provider: z.string().nullable(),
  /** How many runs were trained with it. */
  runs: z.int(),
});
export type Teacher = z.infer<typeof teacher>;
