import { createContext } from 'svelte';
import { prefixQuery } from '../../src-main/contract/query';
import { Connection } from './connection.svelte';
import { DescribeQueue } from './describing.svelte';
import { History } from './history.svelte';
import { Imports } from './imports.svelte';
import { Jobs } from './jobs.svelte';
import { Library } from './library.svelte';
import { Picks } from './picks.svelte';
import { Preferences } from './preferences.svelte';
import { PrefixLight } from './prefix-light.svelte';
import { Route } from './route.svelte';
import { Selection } from './selection.svelte';
import { Spoken } from './spoken.svelte';
import { allowNotifications, notifyOf } from './run-notifications';
import { SymbolNames } from './symbol-names.svelte';
import { Views } from './views.svelte';

/** Everything that outlives a page. Components reach it with `useApp()`. */
export class App {
  readonly connection = new Connection();
  readonly preferences = new Preferences();
  readonly route = new Route();
  readonly selection = new Selection();
  readonly library = new Library(this.connection.client, this.preferences);
  readonly views = new Views(this.connection.client, this.route, this.library, () => (this.route.page === 'images' ? [['size', String(this.preferences.tile)]] : []));
  readonly names = new SymbolNames(this.connection.client, this.library);
  readonly picks = new Picks();
  readonly history = new History(this.connection.client, () => void this.library.refresh());
  readonly jobs = new Jobs(this.connection);
  readonly light = new PrefixLight(async (prefix, signal) => {
    const { collection, run } = this.library;
    if (!collection || !run) return 0;
    const page = await this.connection.client.images.list({ collection: collection.id, run: run.id, query: prefixQuery(prefix), offset: 0, limit: 1 }, { signal });
    return page.total;
  });

  readonly imports = new Imports(this.connection.client);
  readonly spoken = new Spoken(() => this.library.run?.config ?? { vocabulary: 1, length: 1 });
  readonly describing = new DescribeQueue(this.connection.client, () => this.library.run?.id ?? null);

  /** Turns notifications of runs on, where the browser lets them, or off. */
  readonly setNotify = async (wanted: boolean): Promise<void> => {
    this.preferences.notify = wanted && (await allowNotifications());
    if (wanted && !this.preferences.notify) this.history.fail(new Error('The browser does not allow this page to notify: allow it in the settings of the site.'));
  };

  /** Follows what happens to runs, whichever page is shown: the lists are renewed, and the desktop is told where that is wanted. Returns how to end it. */
  followRuns(): () => void {
    return this.connection.follow(
      (signal) => this.client.runs.news(undefined, { signal }),
      (news) => {
        void this.library.refresh();
        if (this.preferences.notify) notifyOf(news, (run) => this.route.go('training', [run]));
      },
    );
  }

  get client() {
    return this.connection.client;
  }
}

export const [useApp, provideApp] = createContext<App>();
