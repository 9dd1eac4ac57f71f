import { colourKey, parseColourKey } from './colour-by';
import { layerNames, type LayerName, type MapView } from './map-view.svelte';

/** Link parameters that belong to the map; others in the same link stay as they are. */
const names = ['at', 'colour', 'off', 'layers'];

/** What a link says of the map, as one text. */
export const mapPart = (parameters: URLSearchParams): string => new URLSearchParams([...parameters].filter(([name]) => names.includes(name))).toString();

/** Writes where one looks, the colours, the rows that are off and the layers into a link's parameters. */
export function writeMapLink(view: MapView, parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const name of names) next.delete(name);
  const { x, y, magnification } = view.look;
  if (Math.abs(magnification - 1) > 1e-6 || x !== 0 || y !== 0) next.set('at', [x, y, magnification].map((value) => Number(value.toPrecision(6))).join('_'));
  next.set('colour', colourKey(view.colours.by));
  for (const key of [...view.colours.off].sort()) next.append('off', key);
  if (view.layers.size < layerNames.length) next.set('layers', layerNames.filter((name) => view.layers.has(name)).join('-'));
  return next;
}

/** Brings a view to what a link says; what it does not say, or says wrongly, stays as it is. */
export function readMapLink(view: MapView, parameters: URLSearchParams): void {
  const by = parseColourKey(parameters.get('colour') ?? '');
  if (by && (by.kind !== 'label' || view.hasLabels)) view.colours.by = by;
  view.colours.off = new Set(parameters.getAll('off'));
  const layers = parameters.get('layers');
  if (layers !== null) view.layers = new Set(layers.split('-').filter((name): name is LayerName => layerNames.some((known) => known === name)));
  const [x, y, magnification] = (parameters.get('at') ?? '').split('_').map(Number);
  if ([x, y, magnification].every((value) => Number.isFinite(value)) && magnification > 0) view.look = { x, y, magnification };
}
