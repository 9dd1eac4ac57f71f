import type { Scheme } from './palette';

const current = (): Scheme => (typeof document !== 'undefined' && document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');

/** Light or dark, as the page is drawn now: canvases read it to choose their colours. */
class PageScheme {
  #value = $state<Scheme>(current());

  constructor() {
    if (typeof MutationObserver === 'undefined' || typeof document === 'undefined') return;
    new MutationObserver(() => (this.#value = current())).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  }

  get value(): Scheme {
    return this.#value;
  }
}

export const pageScheme = new PageScheme();
