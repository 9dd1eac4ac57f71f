import { add, type Tensor } from './operations';

/** A tensor in a computation and, once the tape has run backward, the gradient of the loss for it. */
export class Value {
  gradient: Tensor | null = null;
  /** @param tracked whether a gradient is wanted for it or for something that it was made from */
  constructor(
    readonly tensor: Tensor,
    readonly tracked: boolean,
  ) {}

  get shape(): number[] {
    return this.tensor.shape;
  }
}

/** Gives the gradients for the inputs, in their order; null for one that is not tracked. */
export type Backward = (gradient: Tensor) => (Tensor | null)[];

interface Step {
  output: Value;
  inputs: Value[];
  backward: Backward;
  /** Tensors of the forward pass that only `backward` needs. */
  saved: Tensor[];
}

/**
 * Reverse-mode differentiation for the kernels of kernels.ts. TensorFlow.js has its own, but a kernel there computes
 * the gradients of all its inputs, wanted or not, keeps every tensor to the end of the step, and costs more in
 * bookkeeping than the small operations of eight-symbol sequences. This one frees each tensor when nothing later in the
 * backward pass can need it.
 *
 * Use it inside tf.tidy, which frees what is left.
 */
export class Tape {
  readonly #steps: Step[] = [];
  readonly #holders = new Map<Tensor, number>();

  /** @param recording false for passes without gradient: kernels then save nothing */
  constructor(readonly recording: boolean) {}

  /** An input without gradient. */
  constant(tensor: Tensor): Value {
    return new Value(tensor, false);
  }

  /** An input whose gradient is wanted. */
  parameter(tensor: Tensor): Value {
    return new Value(tensor, this.recording);
  }

  /** Result of a kernel. `saved` and the result itself are freed once the backward pass is through with them. */
  record(output: Tensor, inputs: Value[], backward: Backward, saved: Tensor[] = []): Value {
    const tracked = this.recording && inputs.some((input) => input.tracked);
    const value = new Value(output, tracked);
    if (tracked) this.#steps.push({ output: value, inputs, backward, saved });
    else for (const tensor of saved) tensor.dispose();
    return value;
  }

  /**
   * Runs backward from a value with the given gradient (one for the loss). Afterwards every tracked input has its
   * gradient, or null where the loss does not depend on it. Values made on the tape are freed, except `keep`.
   */
  backward(from: Value, gradient: Tensor, keep: Value[] = []): void {
    const kept = new Set(keep.map((value) => value.tensor));
    this.#give(from, gradient);
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      const { output, inputs, backward, saved } = step;
      if (output.gradient) {
        const gradients = backward(output.gradient);
        inputs.forEach((input, i) => {
          const part = gradients[i];
          if (input.tracked && part) this.#give(input, part);
        });
        this.#release(output.gradient);
        output.gradient = null;
      }
      for (const tensor of saved) if (!kept.has(tensor)) tensor.dispose();
      if (!kept.has(output.tensor)) output.tensor.dispose();
    }
  }

  #give(value: Value, part: Tensor): void {
    if (!value.gradient) {
      this.#holders.set(part, (this.#holders.get(part) ?? 0) + 1);
      value.gradient = part;
      return;
    }
    const sum = add(value.gradient, part);
    this.#release(value.gradient);
    if (!this.#holders.has(part)) part.dispose();
    this.#holders.set(sum, 1);
    value.gradient = sum;
  }

  #release(tensor: Tensor): void {
    const holders = (this.#holders.get(tensor) ?? 1) - 1;
    if (holders > 0) this.#holders.set(tensor, holders);
    else {
      this.#holders.delete(tensor);
      tensor.dispose();
    }
  }
}
