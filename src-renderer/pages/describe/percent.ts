/** A probability in words: "82 %", "< 1 %". */
export const percent = (p: number): string => (p > 0 && p < 0.01 ? '< 1 %' : `${Math.round(p * 100)} %`);
