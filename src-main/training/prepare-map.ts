import * as tf from '@tensorflow/tfjs-core';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import { inBlocks } from '../model/row-blocks';
import type { Student } from '../model/student';
import { viewContrastMap } from '../model/view-contrast';
import { trainNeighbourMap } from './neighbour-map';
import type { PrepareOptions } from './prepare';

const imagesAtOnce = 1024;

/**
 * Chooses the map of model/feature-map.ts: the features as they are, their directions of most contrast between images
 * against views of one image, or a network that starts from these and learns to keep neighbours.
 * @param features of the chosen clean images, [n, Z]  @param viewSlots images that the contrast is measured on
 * @returns with a network, the directions of the images' neighbourhoods, [n, Z], for the caller to dispose of
 */
export async function prepareMap(o: PrepareOptions, features: Tensor, slots: Int32Array, viewSlots: Int32Array): Promise<Tensor | null> {
  const { student, config } = o;
  const { channels, featureWidth, mapHidden } = student.shape;
  await centreFeatures(student, features);
  if (config.channels === 0) student.parameters.assign('feature.map', await plainMap(student, features));
  else if (mapHidden === 0) student.parameters.assign('feature.map', await contrastMap(o, viewSlots, channels));
  else return learnedMap(o, features, slots, await contrastMap(o, viewSlots, featureWidth));
  return null;
}

/** @param contrast all directions by falling contrast, [Z, Z] */
async function learnedMap(o: PrepareOptions, features: Tensor, slots: Int32Array, contrast: Float32Array): Promise<Tensor> {
  const { student } = o;
  const { channels, featureWidth: Z } = student.shape;
  const map = tf.tensor2d(contrast, [Z, Z]);
  const clean = inBlocks(features, (block) => op.matrixProduct(student.centre(block), map));
  const spread = tf.tidy(() => op.squareRoot(op.add(op.meanOver(op.square(clean), 0), op.constant(1e-12))));
  const scales = (await spread.data<'float32'>()).slice();
  student.parameters.assign('feature.map', contrast.map((value, i) => value / scales[i % Z]));
  const even = inBlocks(clean, (block) => op.divide(block, spread));
  const neighbourhood = neighbourhoods(o, slots, clean, map);
  tf.dispose([map, clean, spread]);
  const weights = await trainNeighbourMap({ ...o, shape: student.shape, clean: even, neighbourhood, scales: scales.subarray(0, channels) });
  even.dispose();
  for (const { name, data } of weights) student.parameters.assign(name, data);
  const mean = tf.tidy(() => op.meanOver(inBlocks(features, (block) => student.beforeCentre(block)), 0));
  student.parameters.assign('feature.centre', await mean.data<'float32'>());
  mean.dispose();
  return neighbourhood;
}

/** The clean image and the mean of its views, weighted 1 to 2, by contrast: rows of length 1, [n, Z]. */
function neighbourhoods(o: PrepareOptions, slots: Int32Array, clean: Tensor, map: Tensor): Tensor {
  const { records, width } = o.views.spec;
  const parts: Tensor[] = [];
  for (let from = 0; from < slots.length; from += imagesAtOnce) {
    const part = slots.subarray(from, from + imagesAtOnce);
    parts.push(
      tf.tidy(() => {
        const views = op.reshape(o.student.centre(tf.tensor2d(o.views.gather(part), [part.length * records, width])), [part.length, records, width]);
        const sum = op.add(tf.slice(clean, [from, 0], [part.length, width]), op.scale(op.matrixProduct(op.meanOver(views, 1), map), 2));
        return op.divide(sum, op.squareRoot(op.add(op.sumOver(op.square(sum), 1, true), op.constant(1e-12))));
      }),
    );
  }
  const all = op.concatenate(parts, 0);
  tf.dispose(parts);
  return all;
}

/** The mean of the unit-length features. */
async function centreFeatures(student: Student, features: op.Tensor): Promise<void> {
  student.parameters.assign('feature.mean', new Float32Array(student.shape.featureWidth));
  const mean = tf.tidy(() => op.meanOver(student.centre(features), 0));
  student.parameters.assign('feature.mean', await mean.data<'float32'>());
  mean.dispose();
}

/** One factor for all channels, so that their variance is 1 on average: the features as they are. */
async function plainMap(student: Student, features: op.Tensor): Promise<Float32Array> {
  const { featureWidth } = student.shape;
  const variance = tf.tidy(() => op.scale(op.sumOfSquares(student.centre(features)), 1 / features.size));
  const [value] = await variance.data<'float32'>();
  variance.dispose();
  const map = new Float32Array(featureWidth ** 2);
  for (let i = 0; i < featureWidth; i++) map[i * featureWidth + i] = 1 / Math.sqrt(Math.max(value, 1e-12));
  return map;
}

/** A linear map to the directions of most contrast, from the scatter of the views around their image's mean and of those means. */
async function contrastMap({ student, views: source }: PrepareOptions, slots: Int32Array, kept: number): Promise<Float32Array> {
  const { featureWidth } = student.shape;
  const { records } = source.spec;
  const blocks: { within: op.Tensor; between: op.Tensor }[] = [];
  for (let from = 0; from < slots.length; from += imagesAtOnce) {
    const part = slots.subarray(from, from + imagesAtOnce);
    blocks.push(
      tf.tidy(() => {
        const views = op.reshape(student.centre(tf.tensor2d(source.gather(part), [part.length * records, featureWidth])), [part.length, records, featureWidth]);
        const means = op.meanOver(views, 1, true);
        const apart = op.reshape(op.subtract(views, means), [part.length * records, featureWidth]);
        const centres = op.reshape(means, [part.length, featureWidth]);
        return { within: op.matrixProduct(apart, apart, true, false), between: op.matrixProduct(centres, centres, true, false) };
      }),
    );
  }
  const read = async (name: 'within' | 'between', divisor: number) => {
    const sum = tf.tidy(() => op.addMany(blocks.map((block) => block[name])));
    const values = Float64Array.from(await sum.data<'float32'>(), (value) => value / divisor);
    sum.dispose();
    return values;
  };
  const within = await read('within', slots.length * (records - 1));
  const between = await read('between', slots.length);
  tf.dispose(blocks);
  return viewContrastMap(within, between, featureWidth, kept);
}
