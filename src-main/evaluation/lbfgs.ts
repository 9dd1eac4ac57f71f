/**
 * Limited-memory BFGS for a smooth convex function (Nocedal & Wright, Numerical Optimization, algorithm 7.4 and 7.5)
 * with backtracking to the Armijo condition; pairs without positive curvature are not kept.
 */
export interface Minimum {
  at: Float64Array;
  value: number;
  iterations: number;
  /** The largest entry of the gradient came under the tolerance. */
  converged: boolean;
}

const pairsKept = 10;

/**
 * @param evaluate gives the value at a point and writes its gradient
 * @param start first point; not changed
 */
export async function minimise(
  evaluate: (at: Float64Array, gradient: Float64Array) => Promise<number>,
  start: Float64Array,
  o: { iterations: number; tolerance: number; onIteration?: (done: number) => void },
): Promise<Minimum> {
  let at = Float64Array.from(start);
  let gradient = new Float64Array(at.length);
  let value = await evaluate(at, gradient);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let iterations = 0;
  for (; iterations < o.iterations && largest(gradient) > o.tolerance; iterations++) {
    o.onIteration?.(iterations);
    const direction = descent(gradient, steps);
    let slope = dot(direction, gradient);
    if (slope >= 0) {
      steps.length = 0;
      for (let t = 0; t < direction.length; t++) direction[t] = -gradient[t];
      slope = dot(direction, gradient);
    }
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    const next = new Float64Array(at.length);
    const nextGradient = new Float64Array(at.length);
    let nextValue = Infinity;
    for (let tries = 0; tries < 20; tries++, length /= 2) {
      for (let t = 0; t < next.length; t++) next[t] = at[t] + length * direction[t];
      nextValue = await evaluate(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
    }
    if (!(nextValue < value)) break; // as low as the product's precision can tell
    const s = next.map((x, t) => x - at[t]);
    const y = nextGradient.map((x, t) => x - gradient[t]);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > pairsKept) steps.shift();
    }
    at = next;
    gradient = nextGradient;
    value = nextValue;
  }
  return { at, value, iterations, converged: largest(gradient) <= o.tolerance };
}

/** −H·gradient by the two-loop recursion. */
function descent(gradient: Float64Array, steps: { s: Float64Array; y: Float64Array; rho: number }[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const { s, y, rho } = steps[i];
    alphas[i] = rho * dot(s, q);
    for (let t = 0; t < q.length; t++) q[t] -= alphas[i] * y[t];
  }
  const last = steps.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let t = 0; t < q.length; t++) q[t] *= scale;
  }
  steps.forEach(({ s, y, rho }, i) => {
    const beta = rho * dot(y, q);
    for (let t = 0; t < q.length; t++) q[t] += (alphas[i] - beta) * s[t];
  });
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t] * b[t];
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const x of a) most = Math.max(most, Math.abs(x));
  return most;
}
