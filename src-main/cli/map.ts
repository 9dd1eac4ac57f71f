import path from 'node:path';
import { wholeNumber } from './arguments';
import { type Command, text } from './command';
import { withEngine } from './engine-connection';
import { measured, namedRunAndCollection } from './measured';
import { count, percent } from './wording';

export const mapCommand: Command = {
  name: 'map',
  summary: 'Compute the map (UMAP) of the embeddings that a run gives a collection.',
  options: {
    run: { value: 'RUN', required: true, help: 'The run.' },
    collection: { value: 'NAME', required: true, help: 'The collection.' },
    seed: { value: 'N', help: 'Start of its random choices: the same seed gives the same map.', default: '0' },
    place: { help: 'Keep the map that is there and place only the images described since, without moving the others.' },
  },

  async run(invocation) {
    const { out, library } = invocation;
    const place = invocation.values.place === true;
    const seed = wholeNumber('seed', text(invocation, 'seed'), 0, 2 ** 31 - 1);
    return withEngine(invocation, async (client) => {
      const { run, collection, both } = await namedRunAndCollection(client, invocation);
      const map = await measured(client, invocation, 'The map', () => (place ? client.explore.placeOnMap(both) : client.explore.computeMap({ ...both, seed })), () => client.explore.map(both));
      const file = path.join(library, 'maps', `${map.id}.bin`);
      out.result(
        { map: map.id, run: run.name, collection: collection.name, points: map.points, length: map.length, labels: map.labels, seed: map.seed, placed: map.placed, recall: map.recall, file },
        `Map of ${count(map.points)} images${map.placed ? `, ${count(map.placed)} of them placed among the others` : ''}${map.recall === null ? '' : `, from ${percent(map.recall)} of the true nearest neighbours`}: the Map page shows it. Its coordinates are in ${file}`,
      );
      return true;
    });
  },
};
