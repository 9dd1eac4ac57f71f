/** A place in the map's own coordinates: −1 … 1 on both axes, y upwards. */
export interface MapPoint {
  x: number;
  y: number;
}
/** A place on the canvas in CSS pixels, y downwards. */
export interface ScreenPoint {
  left: number;
  top: number;
}
export interface Box {
  left: number;
  bottom: number;
  right: number;
  top: number;
}

/** Where one looks: the centre in map coordinates, and CSS pixels to one map unit. Values are never changed in place. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** How near one can come: the greatest magnification. */
  readonly closest: number;
}

const furthest = 0.6;

/** The magnification at which a few dozen of so many points fill the window. */
export const closestFor = (points: number): number => Math.max(8, Math.sqrt(points) * 0.6);

/** Pixels to one unit at which the whole map fits, with a margin. */
export const fittingScale = (width: number, height: number): number => Math.max(1, (Math.min(width, height) / 2) * 0.94);

/** The whole map. */
export const fit = (width: number, height: number, closest: number): Camera => ({ x: 0, y: 0, scale: fittingScale(width, height), width, height, closest });

/** How much closer than the whole map: 1 is the whole. */
export const magnification = (camera: Camera): number => camera.scale / fittingScale(camera.width, camera.height);

export function toScreen(camera: Camera, x: number, y: number): ScreenPoint {
  return { left: camera.width / 2 + (x - camera.x) * camera.scale, top: camera.height / 2 - (y - camera.y) * camera.scale };
}

export function toMap(camera: Camera, left: number, top: number): MapPoint {
  return { x: camera.x + (left - camera.width / 2) / camera.scale, y: camera.y - (top - camera.height / 2) / camera.scale };
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Keeps some of the map in view and the scale within its limits. */
function limited(camera: Camera): Camera {
  const base = fittingScale(camera.width, camera.height);
  return { ...camera, x: clamp(camera.x, -1.1, 1.1), y: clamp(camera.y, -1.1, 1.1), scale: clamp(camera.scale, base * furthest, base * camera.closest) };
}

/** Moves the map with the pointer: by CSS pixels to the right and down. */
export const pan = (camera: Camera, right: number, down: number): Camera =>
  limited({ ...camera, x: camera.x - right / camera.scale, y: camera.y + down / camera.scale });

/** Comes nearer by `factor`; what lies under the given place on the screen stays there. */
export function zoom(camera: Camera, factor: number, at: ScreenPoint = { left: camera.width / 2, top: camera.height / 2 }): Camera {
  const fixed = toMap(camera, at.left, at.top);
  const { scale } = limited({ ...camera, scale: camera.scale * factor });
  return limited({ ...camera, scale, x: fixed.x - (at.left - camera.width / 2) / scale, y: fixed.y + (at.top - camera.height / 2) / scale });
}

/** The same view in a window of another size. */
export function resized(camera: Camera, width: number, height: number): Camera {
  return limited({ ...camera, width, height, scale: fittingScale(width, height) * magnification(camera) });
}

/** Moves as little as is needed for a place to stand at least `margin` pixels inside. */
export function reveal(camera: Camera, point: MapPoint, margin = 96): Camera {
  const { left, top } = toScreen(camera, point.x, point.y);
  const right = clamp(left, margin, Math.max(margin, camera.width - margin)) - left;
  const down = clamp(top, margin, Math.max(margin, camera.height - margin)) - top;
  return right === 0 && down === 0 ? camera : pan(camera, right, down);
}

/** What is seen, in map coordinates. */
export function visibleBox(camera: Camera): Box {
  const { x: left, y: top } = toMap(camera, 0, 0);
  const { x: right, y: bottom } = toMap(camera, camera.width, camera.height);
  return { left, right, top, bottom };
}

/** Diameter of a point in CSS pixels: small for many points seen from afar, growing slowly as one comes nearer. */
export function pointSize(camera: Camera, points: number): number {
  const base = clamp(Math.sqrt((camera.width * camera.height) / Math.max(1, points)) * 0.55, 1.6, 5.5);
  return clamp(base * magnification(camera) ** 0.42, 1.6, 14);
}

/** Edge of a picture in CSS pixels: what room the mean distance between points leaves. */
export function pictureSize(camera: Camera, points: number): number {
  return clamp((1.8 * camera.scale) / Math.sqrt(Math.max(1, points)), 18, 64);
}

/** A place and a magnification, as they stand in a link and as two linked maps share them. */
export interface Look {
  x: number;
  y: number;
  magnification: number;
}
export const lookOf = (camera: Camera): Look => ({ x: camera.x, y: camera.y, magnification: magnification(camera) });
/** The same look in another window. */
export const lookingAt = (camera: Camera, { x, y, magnification: times }: Look): Camera =>
  limited({ ...camera, x, y, scale: fittingScale(camera.width, camera.height) * times });
