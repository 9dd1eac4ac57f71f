// The page of the peer: regl-scatterplot on one canvas, fed with the same points. Bundled by map.mjs.
import createScatterplot from 'regl-scatterplot';

const read = async (name, Type) => new Type(await (await fetch(name)).arrayBuffer());

const coordinates = await read('coordinates.bin', Float32Array);
const labels = await read('labels.bin', Int16Array);
const canvas = document.querySelector('canvas');
const { width, height } = canvas.getBoundingClientRect();
const colours = ['#1f5fc4', '#b06a00', '#00802b', '#a80000', '#8048b8', '#0090b0', '#8a8000', '#d04890', '#603018', '#006060'];
const plot = createScatterplot({ canvas, width, height, pointSize: Number(new URLSearchParams(location.search).get('size')), performanceMode: true, colorBy: 'category', pointColor: colours });
const x = new Float32Array(labels.length);
const y = new Float32Array(labels.length);
for (let i = 0; i < labels.length; i++) {
  x[i] = coordinates[2 * i];
  y[i] = coordinates[2 * i + 1];
}
await plot.draw({ x, y, z: Float32Array.from(labels) });
document.body.dataset.ready = 'yes';
