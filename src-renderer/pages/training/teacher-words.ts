import type { Teacher, TeacherFeature } from '../../../src-main/contract/teachers';

export const featureWords: Readonly<Record<TeacherFeature, string>> = { pooled: "the model's own vector", class: 'class token', mean: 'mean of the patches' };

const count = (n: number) => n.toLocaleString('en');

/** "384 features (class token) and 196 tokens from 224 × 224 pixels". */
export function teacherGives({ featureWidth, feature, tokens, inputSize }: Pick<Teacher, 'featureWidth' | 'feature' | 'tokens' | 'inputSize'>): string {
  return `${count(featureWidth)} features (${featureWords[feature]})${tokens ? ` and ${count(tokens.count)} tokens` : ''} from ${inputSize} × ${inputSize} pixels`;
}
