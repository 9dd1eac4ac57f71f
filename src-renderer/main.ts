import './schemas-without-eval';
import { mount } from 'svelte';
import App from './App.svelte';
import { openSession, tokenInFragment } from './session';
import { App as AppState } from './state/app.svelte';
import './theme/tokens.css';
import './theme/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element.');
// A new link opened in the tab of an old page changes the fragment alone.
addEventListener('hashchange', () => tokenInFragment(location.hash) !== null && location.reload());
await openSession();
mount(App, { target, props: { app: new AppState() } });
