import { describe, expect, it } from 'vitest';
import { fit, magnification, pan, pointSize, resized, reveal, toMap, toScreen, visibleBox, zoom } from '../../../../src-renderer/pages/map/camera';

const camera = fit(800, 600, 400);

describe('camera', () => {
  it('shows the whole map, the right way up', () => {
    const box = visibleBox(camera);
    expect(box.left).toBeLessThan(-1);
    expect(box.top).toBeGreaterThan(1);
    expect(toScreen(camera, 0, 1).top).toBeLessThan(toScreen(camera, 0, -1).top);
    expect(magnification(camera)).toBe(1);
  });

  it('turns places on the screen into places on the map and back', () => {
    const near = zoom(pan(camera, 37, -12), 7.3, { left: 100, top: 500 });
    const { x, y } = toMap(near, 123, 456);
    expect(toScreen(near, x, y).left).toBeCloseTo(123);
    expect(toScreen(near, x, y).top).toBeCloseTo(456);
  });

  it('keeps what is under the pointer while it comes nearer', () => {
    const at = { left: 300, top: 200 };
    const before = toMap(camera, at.left, at.top);
    const after = toMap(zoom(camera, 3, at), at.left, at.top);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it('neither loses the map nor goes on for ever', () => {
    expect(Math.abs(pan(camera, 1e6, 1e6).x)).toBeLessThanOrEqual(1.1);
    expect(magnification(zoom(camera, 1e9))).toBeLessThanOrEqual(400.001);
    expect(magnification(zoom(camera, 1e-9))).toBeGreaterThanOrEqual(0.599);
  });

  it('keeps its view when the window changes', () => {
    const near = zoom(camera, 5);
    expect(magnification(resized(near, 400, 300))).toBeCloseTo(5);
  });

  it('moves only when a place is out of sight', () => {
    expect(reveal(camera, { x: 0, y: 0 })).toBe(camera);
    const near = zoom(camera, 10);
    const { left, top } = toScreen(reveal(near, { x: 0.5, y: -0.5 }), 0.5, -0.5);
    expect(left).toBeGreaterThanOrEqual(95.9);
    expect(left).toBeLessThanOrEqual(704.1);
    expect(top).toBeLessThanOrEqual(504.1);
  });

  it('draws few points large and many small, larger when nearer', () => {
    expect(pointSize(camera, 2000)).toBeGreaterThan(pointSize(camera, 60_000));
    expect(pointSize(zoom(camera, 20), 60_000)).toBeGreaterThan(pointSize(camera, 60_000));
  });
});
