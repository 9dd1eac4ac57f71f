import type { PageHead, PageRow } from './page-data';

/**
 * What runs in an exported page: the map, the search by prefix, the legend and the image that was chosen. It is written into
 * the page as text, so it names nothing outside itself but the browser's own.
 */
export function runPage(): void {
  const element = <T extends Element>(id: string) => document.getElementById(id) as unknown as T;
  const head = JSON.parse(element('head').textContent!) as PageHead;
  const rows: PageRow[] = [...document.querySelectorAll('script.rows')].flatMap((block) => JSON.parse(block.textContent!) as PageRow[]);
  const sheets = [...document.querySelectorAll<HTMLImageElement>('img.sheet')];
  const canvas = element<HTMLCanvasElement>('map');
  const context = canvas.getContext('2d')!;
  const search = element<HTMLInputElement>('search');
  const colouring = element<HTMLSelectElement>('colour');
  const styles = getComputedStyle(document.documentElement);
  const ink = (name: string) => styles.getPropertyValue(name).trim();
  const placed = rows.flatMap(([, , , , , x, y], i) => (x === null || y === null ? [] : [{ i, x, y }]));
  const other = 'other';
  const shownGroups = 24;

  let view = { x: 0, y: 0, scale: 1 };
  let colours: string[] = [];
  let groupOf: string[] = [];
  let hidden = new Set<string>();
  let found = new Set<number>(rows.keys());
  let chosen: number | null = null;
  let waiting = false;

  const say = (tag: string, text: string, parent?: Element, className = ''): HTMLElement => {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    parent?.append(made);
    return made;
  };

  function valueOf(row: PageRow): string {
    if (head.colourBy === 'label') return row[1] ?? 'no label';
    if (head.colourBy === 'split') return row[2] ?? 'no split';
    const symbol = row[4][Number(head.colourBy) - 1];
    return symbol === undefined ? 'not described' : String(symbol);
  }

  /** Groups by size; those past the first are one, which the legend says. */
  function group(): void {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(valueOf(row), (counts.get(valueOf(row)) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    const named = new Set(sorted.slice(0, shownGroups).map(([name]) => name));
    const hue = new Map([...named].map((name, i) => [name, `hsl(${Math.round((i * 360) / named.size)} ${i % 2 ? 45 : 70}% ${ink('--lightness')})`]));
    groupOf = rows.map((row) => (named.has(valueOf(row)) ? valueOf(row) : other));
    colours = groupOf.map((name) => hue.get(name) ?? ink('--quiet'));
    const entries = [...named].map((name) => ({ name, colour: hue.get(name)!, total: counts.get(name)! }));
    const rest = sorted.slice(shownGroups);
    if (rest.length) entries.push({ name: other, colour: ink('--quiet'), total: rest.reduce((sum, [, n]) => sum + n, 0) });
    const list = element<HTMLUListElement>('legend');
    list.replaceChildren();
    for (const { name, colour, total } of entries) {
      const button = say('button', '', say('li', '', list)) as HTMLButtonElement;
      const swatch = say('span', '', button, 'swatch');
      swatch.style.background = colour;
      say('span', name === other ? `${rest.length} more` : name, button, 'name');
      const inGroup = [...found].filter((i) => groupOf[i] === name).length;
      say('span', inGroup === total ? total.toLocaleString() : `${inGroup.toLocaleString()} / ${total.toLocaleString()}`, button, 'count');
      button.setAttribute('aria-pressed', String(!hidden.has(name)));
      button.onclick = () => {
        if (!hidden.delete(name)) hidden.add(name);
        button.setAttribute('aria-pressed', String(!hidden.has(name)));
        draw();
      };
    }
  }

  /** `12 7 *`: symbols from the first position on, a star for any. Anything else is part of a name, label or tag. */
  function find(): void {
    const text = search.value.trim().toLowerCase();
    const parts = text.split(/\s+/).filter(Boolean);
    const isPrefix = parts.length > 0 && parts.every((part) => /^(\d+|\*)$/.test(part));
    found = new Set();
    rows.forEach((row, i) => {
      const passes = isPrefix
        ? parts.every((part, at) => row[4][at] !== undefined && (part === '*' || row[4][at] === Number(part)))
        : [row[0], row[1] ?? '', ...row[3]].some((value) => value.toLowerCase().includes(text));
      if (passes) found.add(i);
    });
    element('count').textContent = text === '' ? `${rows.length.toLocaleString()} images` : `${found.size.toLocaleString()} of ${rows.length.toLocaleString()} images`;
    group();
    list();
    draw();
  }

  const listed = 60;
  function list(): void {
    const place = element<HTMLDivElement>('found');
    place.replaceChildren();
    for (const i of [...found].slice(0, listed)) {
      const button = document.createElement('button');
      button.title = rows[i][0];
      button.setAttribute('aria-label', rows[i][0]);
      button.append(picture(i, 48));
      button.onclick = () => {
        const point = placed.find((one) => one.i === i);
        if (point) view = { ...view, x: point.x, y: point.y };
        choose(i);
      };
      place.append(button);
    }
    if (found.size > listed) say('p', `The first ${listed} of ${found.size.toLocaleString()} are shown here; all of them are on the map.`, place);
  }

  function tileOf(i: number): { sheet: HTMLImageElement; x: number; y: number } {
    const at = i % head.sheetSize;
    return { sheet: sheets[Math.floor(i / head.sheetSize)], x: (at % head.columns) * head.tile, y: Math.floor(at / head.columns) * head.tile };
  }

  function picture(i: number, size: number): HTMLCanvasElement {
    const made = document.createElement('canvas');
    made.width = made.height = head.tile;
    made.style.width = made.style.height = `${size}px`;
    const { sheet, x, y } = tileOf(i);
    const paint = () => made.getContext('2d')!.drawImage(sheet, x, y, head.tile, head.tile, 0, 0, head.tile, head.tile);
    if (sheet.complete) paint();
    else sheet.addEventListener('load', paint, { once: true });
    return made;
  }

  function choose(i: number): void {
    chosen = i;
    const [name, label, split, tags, symbols] = rows[i];
    const panel = element<HTMLElement>('chosen');
    panel.replaceChildren(picture(i, 192));
    say('h2', name, panel);
    say('p', [label && `Label ${label}`, split && `Split ${split}`, tags.length > 0 && `Tags ${tags.join(', ')}`].filter(Boolean).join(' · '), panel);
    const strip = say('p', '', panel, 'symbols');
    symbols.forEach((symbol, at) => {
      const button = say('button', String(symbol), strip) as HTMLButtonElement;
      button.title = `Images that begin with ${symbols.slice(0, at + 1).join(' ')}`;
      button.onclick = () => {
        search.value = symbols.slice(0, at + 1).join(' ');
        find();
      };
    });
    draw();
  }

  const screenOf = (x: number, y: number) => {
    const size = Math.min(canvas.clientWidth, canvas.clientHeight) * 0.47 * view.scale;
    return [canvas.clientWidth / 2 + (x - view.x) * size, canvas.clientHeight / 2 - (y - view.y) * size] as const;
  };
  const isShown = (i: number) => found.has(i) && !hidden.has(groupOf[i]);

  function draw(): void {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(paint);
  }

  function paint(): void {
    waiting = false;
    const density = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * density;
    canvas.height = canvas.clientHeight * density;
    context.scale(density, density);
    const edge = Math.max(12, Math.min(96, 5 * Math.sqrt(view.scale) * 4));
    const visible = placed.map(({ i, x, y }) => ({ i, at: screenOf(x, y) })).filter(({ at: [x, y] }) => x > -edge && y > -edge && x < canvas.clientWidth + edge && y < canvas.clientHeight + edge);
    const room = (canvas.clientWidth * canvas.clientHeight) / (edge * edge);
    const pictures = visible.filter(({ i }) => isShown(i)).length < room;
    const radius = Math.max(1.5, Math.min(5, 1.5 * Math.sqrt(view.scale)));
    for (const pass of [false, true])
      for (const { i, at: [x, y] } of visible) {
        if (isShown(i) !== pass) continue;
        if (pass && pictures) {
          const tile = tileOf(i);
          context.drawImage(tile.sheet, tile.x, tile.y, head.tile, head.tile, x - edge / 2, y - edge / 2, edge, edge);
          context.strokeStyle = colours[i];
          context.strokeRect(x - edge / 2, y - edge / 2, edge, edge);
        } else {
          context.globalAlpha = pass ? 0.85 : 0.12;
          context.fillStyle = pass ? colours[i] : ink('--quiet');
          context.beginPath();
          context.arc(x, y, radius, 0, 7);
          context.fill();
          context.globalAlpha = 1;
        }
      }
    const mark = placed.find(({ i }) => i === chosen);
    if (!mark) return;
    const [x, y] = screenOf(mark.x, mark.y);
    context.lineWidth = 2;
    context.strokeStyle = ink('--ink');
    context.strokeRect(x - edge / 2 - 3, y - edge / 2 - 3, edge + 6, edge + 6);
    context.lineWidth = 1;
  }

  function zoom(factor: number, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2): void {
    const size = Math.min(canvas.clientWidth, canvas.clientHeight) * 0.47;
    const scale = Math.max(0.5, Math.min(200, view.scale * factor));
    const [dx, dy] = [x - canvas.clientWidth / 2, canvas.clientHeight / 2 - y];
    view = { x: view.x + dx / (size * view.scale) - dx / (size * scale), y: view.y + dy / (size * view.scale) - dy / (size * scale), scale };
    draw();
  }
  function move(dx: number, dy: number): void {
    const size = Math.min(canvas.clientWidth, canvas.clientHeight) * 0.47 * view.scale;
    view = { ...view, x: view.x - dx / size, y: view.y + dy / size };
    draw();
  }

  let drag: { x: number; y: number; moved: boolean } | null = null;
  canvas.onpointerdown = (event) => {
    drag = { x: event.offsetX, y: event.offsetY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    if (!drag) return;
    const [dx, dy] = [event.offsetX - drag.x, event.offsetY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag = { x: event.offsetX, y: event.offsetY, moved: true };
    move(dx, dy);
  };
  canvas.onpointerup = (event) => {
    const click = drag && !drag.moved;
    drag = null;
    if (!click) return;
    let best = { i: -1, distance: 400 * Math.max(1, view.scale / 10) };
    for (const { i, x, y } of placed) {
      if (!isShown(i)) continue;
      const [sx, sy] = screenOf(x, y);
      const distance = (sx - event.offsetX) ** 2 + (sy - event.offsetY) ** 2;
      if (distance < best.distance) best = { i, distance };
    }
    if (best.i >= 0) choose(best.i);
  };
  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.onkeydown = (event) => {
    const step: Record<string, () => void> = {
      ArrowLeft: () => move(60, 0),
      ArrowRight: () => move(-60, 0),
      ArrowUp: () => move(0, 60),
      ArrowDown: () => move(0, -60),
      '+': () => zoom(1.5),
      '-': () => zoom(1 / 1.5),
      '0': () => {
        view = { x: 0, y: 0, scale: 1 };
        draw();
      },
    };
    if (!step[event.key]) return;
    event.preventDefault();
    step[event.key]();
  };
  search.oninput = find;
  colouring.value = head.colourBy;
  colouring.onchange = () => {
    head.colourBy = colouring.value as PageHead['colourBy'];
    hidden = new Set();
    group();
    draw();
  };
  addEventListener('resize', draw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    group();
    draw();
  });
  for (const sheet of sheets) sheet.addEventListener('load', draw, { once: true });
  const missing = rows.length - placed.length;
  if (missing > 0) say('p', `${missing.toLocaleString()} of them are not on the map.`, element('notes'));
  find();
}
