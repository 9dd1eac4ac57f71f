import './schemas-without-eval';
import { mount } from 'svelte';
import App from './App.svelte';
import { openSession } from './session';
import { App as AppState } from './state/app.svelte';
import './theme/tokens.css';
import './theme/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element.');
await openSession();
mount(App, { target, props: { app: new AppState() } });
