import type { Points } from './align-lines';
import type { LineStyle } from './line-styles';

/** One line of an overlay; `low` and `high` are the limits of its band, of the length of `y`. */
export interface OverlayLine extends Points {
  key: string;
  label: string;
  style: LineStyle;
  low?: readonly (number | null)[];
  high?: readonly (number | null)[];
}
