import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layPlane, placeOn } from '../../../src-main/training/fixed-plane';
import { TrainingControl } from '../../../src-main/training/train';
import { chooseSnapshotImages } from '../../../src-main/training/snapshot-images';
import type { SnapshotEvent, TrainingEvent } from '../../../src-main/contract/runs';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

let folder = '';
beforeEach(() => (folder = temporaryFolder('snapshots')));
afterEach(() => removeFolder(folder));

const snapshotsOf = (events: readonly TrainingEvent[]) => events.filter((event): event is SnapshotEvent => event.type === 'snapshot');

describe('snapshots of a training', () => {
  it('come with each evaluation, of the same held-out images, each as the contract says', async () => {
    const options = trainOptions(folder);
    const taken = snapshotsOf(await eventsOf(options));
    expect(taken.map(({ step }) => step)).toEqual([0, 6, 12]);
    for (const { images, heldOut, symbols, coordinates, plane } of taken) {
      expect(images).toEqual(taken[0].images);
      expect([heldOut, plane]).toEqual([true, 'classes']);
      expect([...images].sort((a, b) => a - b)).toEqual(Array.from(options.heldOut!.querySlots, (slot) => slot + 1));
      expect(symbols.length).toBe(10);
      for (const description of symbols) for (const symbol of description) expect(symbol).toBeLessThan(16);
      expect(coordinates.length).toBe(20);
    }
    expect(taken[2].coordinates).not.toEqual(taken[0].coordinates);
  });

  it('are of images of the training where none is held out, and not taken where nothing is measured', async () => {
    const [first] = snapshotsOf(await eventsOf(trainOptions(folder, {}, { heldOut: null })));
    expect([first.heldOut, first.plane, first.images.length, first.symbols.length]).toEqual([false, 'images', 50, 12]);
    expect(snapshotsOf(await eventsOf(trainOptions(folder, { evaluateEvery: 0 })))).toEqual([]);
  });

  it('of a run that went on from a checkpoint are those of the uninterrupted one', async () => {
    const [whole, cut] = ['whole', 'cut'].map((name) => join(folder, name));
    const all = snapshotsOf(await eventsOf(trainOptions(whole)));
    const control = new TrainingControl();
    await eventsOf(trainOptions(cut, { checkpointEvery: 1 }, { control }), (event) => {
      if (event.type === 'checkpoint' && event.step === 5) control.ask('stop');
    });
    expect(snapshotsOf(await eventsOf(trainOptions(cut, {}, { resume: true })))).toEqual(all.slice(1));
  });
});

describe('the images of snapshots', () => {
  it('are of every class in turn', () => {
    const labels = Int32Array.from([2, 2, 2, 0, 1, 1, 0]);
    expect(Array.from(chooseSnapshotImages(7, labels), (i) => labels[i])).toEqual([0, 1, 2, 0, 1, 2, 2]);
    expect(chooseSnapshotImages(7, labels)[0]).toBe(3);
  });
  it('are at most 300, spread over all where there are no labels', () => {
    const chosen = chooseSnapshotImages(900, null);
    expect(chosen.length).toBe(300);
    expect([chosen[0], chosen[1], chosen[299]]).toEqual([0, 3, 897]);
  });
});

describe('a fixed plane', () => {
  const rows = Float32Array.from([1, 0, 0, 0.9, 0.1, 0, 0, 1, 0, 0, 0.9, 0.1, 0, 0, 1, 0.1, 0, 0.9]);
  it('tells classes apart and holds nearly all rows within −1 … 1', () => {
    const plane = layPlane(rows, 3, [0, 0, 1, 1, 2, 2]);
    expect(plane.through).toBe('classes');
    const places = Array.from(placeOn(plane, rows, 3));
    const at = (i: number) => places.slice(2 * i, 2 * i + 2);
    const apart = (i: number, j: number) => Math.hypot(at(i)[0] - at(j)[0], at(i)[1] - at(j)[1]);
    for (const [i, j] of [[0, 2], [2, 4], [0, 4]]) expect(apart(i, j)).toBeGreaterThan(4 * apart(i, i + 1));
    expect(Math.max(...places.map(Math.abs))).toBeLessThanOrEqual(1.05);
  });
  it('keeps the distances of rows along it', () => {
    const plane = layPlane(rows, 3, null);
    const [first, second] = [plane.axes.subarray(0, 3), plane.axes.subarray(3)];
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, t) => sum + value * b[t], 0);
    expect(dot(first, second)).toBeCloseTo(0, 6);
    expect(dot(first, first)).toBeCloseTo(dot(second, second), 6);
  });
  it('of rows that are all alike puts all in one place', () => {
    const alike = Float32Array.from([1, 0, 1, 0, 1, 0]);
    expect(Array.from(placeOn(layPlane(alike, 2, null), alike, 2))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
