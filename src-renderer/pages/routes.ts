import type { Component } from 'svelte';
import type { IconName } from '../widgets/icon-paths';
import type { PageName } from '../state/route.svelte';
import Describe from './Describe.svelte';
import ImagesPage from './ImagesPage.svelte';
import MapPage from './Map.svelte';
import Speak from './Speak.svelte';
import Training from './Training.svelte';
import Vocabulary from './Vocabulary.svelte';

/** The pages in the order of the rail; the key of each is its place in it. */
export const routes: readonly { page: PageName; title: string; icon: IconName; component: Component }[] = [
  { page: 'images', title: 'Images', icon: 'images', component: ImagesPage },
  { page: 'describe', title: 'Describe', icon: 'describe', component: Describe },
  { page: 'speak', title: 'Speak', icon: 'speak', component: Speak },
  { page: 'vocabulary', title: 'Vocabulary', icon: 'vocabulary', component: Vocabulary },
  { page: 'map', title: 'Map', icon: 'map', component: MapPage },
  { page: 'training', title: 'Training', icon: 'training', component: Training },
];
