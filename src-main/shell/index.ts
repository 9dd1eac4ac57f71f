import path from 'node:path';
import { app, BrowserWindow, Menu, nativeTheme, safeStorage, screen, session } from 'electron';
import { type ErrorDetail, GlyphscopeError, toErrorDetail } from '../contract/errors';
import { type ConnectRequest, type EngineLink, readEngineLink } from '../contract/remote';
import type { ClosingChoice, WhenClosing } from '../contract/closing';
import { answerPage, messages } from './bridge';
import { askEngine, hostOf, openSession, type SessionCookie } from './engine-client';
import { type EngineAddress, type EngineFailure, EngineProcess } from './engine-process';
import { buildMenu } from './menu';
import { localAddress, noticePage, restartAddress } from './notice';
import { RemoteEngines } from './remote-engines';
import { RunNotices } from './run-notices';
import { enforcePolicy, isEngine } from './security-policy';
import { askHowToClose, liveTrainings } from './trainings';
import { readState, visibleBounds, type WindowState, writeState } from './window-state';

const root = path.join(__dirname, '..', '..');
/** Chromium's number for a load that another one ended. */
const aborted = -3;
/** Milliseconds that an engine may take to stop what it trains, before it is ended. */
const leaveLimit = 60_000;
/** --paper of the page's two themes. */
const paper = { light: '#f8f6f1', dark: '#10141b' };

/** The desktop application: one window, and the engine that it shows. */
class Shell {
  readonly #stateFile = path.join(app.getPath('userData'), 'window.json');
  readonly #logFile = path.join(app.getPath('userData'), 'engine.log');
  readonly #state: WindowState = readState(this.#stateFile);
  readonly #remoteEngines = new RemoteEngines(path.join(app.getPath('userData'), 'remote-engines.json'), safeStorage);
  readonly #library = app.commandLine.getSwitchValue('library') || null;
  #window: BrowserWindow | null = null;
  #engine: EngineProcess | null = null;
  #address: EngineAddress | null = null;
  /** The remote engine that is shown instead of the local one. */
  #remote: { origin: string; host: string } | null = null;
  #painted: Promise<void> = Promise.resolve();
  readonly #notices = new RunNotices({ focused: () => this.#window?.isFocused() ?? false, open: (run) => this.#showRun(run) });
  #asking = false;
  #quitting = false;

  run(): void {
    this.#startEngine(); // meanwhile Electron gets ready
    app.on('second-instance', () => this.#focus());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => this.#beforeQuit(event));
    void app.whenReady().then(() => {
      enforcePolicy(session.defaultSession, () => this.#shown, () => this.#address?.origin ?? null);
      answerPage({
        window: () => this.#window,
        engine: () => this.#address,
        remote: () => this.#remote?.origin ?? null,
        engines: this.#remoteEngines,
        connect: (request) => this.#connect(request),
        disconnect: () => this.#disconnect(),
        onTheme: (theme) => (this.#state.theme = theme),
        onNotify: (wanted) => this.#notices.follow(wanted ? this.#address : null),
        onWhenClosing: (choice) => this.#setWhenClosing(choice),
      });
      this.#openWindow();
      void this.#showPage();
    });
  }

  /** Address of the engine whose page the window has; null while there is none. */
  get #shown(): string | null {
    return (this.#remote ?? this.#address)?.origin ?? null;
  }

  #startEngine(): void {
    this.#address = null;
    this.#engine = new EngineProcess({ root, library: this.#library, port: this.#state.port, logFile: this.#logFile }, (failure) => this.#showNotice(failure));
  }

  /** The engine's address; a port that has been taken meanwhile gives way to any free one. */
  async #reachEngine(): Promise<EngineAddress> {
    try {
      return await this.#engine!.address;
    } catch (failure) {
      if (this.#state.port === 0 || (failure as EngineFailure).subject !== 'port') throw failure;
      this.#state.port = 0;
      this.#startEngine();
      return this.#engine!.address;
    }
  }

  #openWindow(): void {
    const { theme, maximized } = this.#state;
    const bounds = visibleBounds(this.#state.bounds, screen.getAllDisplays().map((display) => display.workArea));
    const window = new BrowserWindow({
      width: 1360,
      height: 860,
      ...bounds,
      minWidth: 720,
      minHeight: 480,
      title: 'Glyphscope',
      icon: path.join(root, 'resources', 'icon', 'icon-256.png'),
      backgroundColor: paper[theme ?? (nativeTheme.shouldUseDarkColors ? 'dark' : 'light')],
      autoHideMenuBar: true,
      webPreferences: {
        preload: path.join(__dirname, 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    if (maximized) window.maximize();
    window.on('close', (event) => {
      this.#remember(window);
      if (this.#quitting) return;
      event.preventDefault(); // it stays until it is known what becomes of trainings
      app.quit();
    });
    window.on('closed', () => (this.#window = null));
    window.on('page-title-updated', (event) => event.preventDefault());
    // The notices' buttons; security-policy.ts keeps the window from really going there.
    window.webContents.on('will-navigate', (event, url) => {
      if (!this.#actOn(url)) return;
      event.preventDefault();
    });
    window.webContents.on('did-fail-load', (_event, code, reason, url, isMainFrame) => {
      if (isMainFrame && code !== aborted && isEngine(url, this.#remote?.origin ?? null)) this.#showAway(url, reason);
    });
    this.#window = window;
    this.#painted = window.loadURL('about:blank'); // the background, while the engine starts
  }

  /** Waits for the engine, opens a session for the window and loads the page. */
  async #showPage(): Promise<void> {
    try {
      const address = await this.#reachEngine();
      const cookie = await openSession(address);
      await this.#painted;
      this.#address = address;
      this.#state.port = Number(new URL(address.origin).port);
      await this.#enter(address.origin, cookie);
    } catch (error) {
      if (!this.#quitting) this.#showNotice(asFailure(error));
    }
  }

  /** Loads the page of the engine that `#shown` names, with a session. */
  async #enter(origin: string, { name, value }: SessionCookie): Promise<void> {
    this.#tellMenu();
    this.#window?.setTitle(this.#remote ? `Glyphscope: ${this.#remote.host}` : 'Glyphscope');
    await session.defaultSession.cookies.set({ url: origin, name, value, httpOnly: true, sameSite: 'strict', path: '/' });
    await this.#load(`${origin}/`);
  }

  #tellMenu(): void {
    const connect = this.#remote === null && this.#address ? () => this.#window?.webContents.send(messages.connectAsked) : null;
    Menu.setApplicationMenu(buildMenu({ connect, disconnect: this.#remote === null ? null : () => this.#disconnect(), whenClosing: this.#state.whenClosing, onWhenClosing: (choice) => this.#setWhenClosing(choice) }));
  }

  /** Shows the page of a remote engine; the local one goes on by itself. Gives what kept it from that, or null. */
  async #connect(request: ConnectRequest): Promise<ErrorDetail | null> {
    try {
      const { origin, token } = 'link' in request ? readEngineLink(request.link) : this.#keptLink(request.origin);
      if (origin === this.#address?.origin) throw new GlyphscopeError('INVALID_INPUT', 'This is the link of the engine that this window shows already.', { subject: 'link' });
      const cookie = await openSession({ origin, pageToken: token });
      const host = await hostOf(origin, cookie);
      this.#remoteEngines.remember({ origin, host, token });
      this.#remote = { origin, host };
      void this.#leave()
        .then(() => this.#enter(origin, cookie))
        .catch((error: Error) => process.stderr.write(`${origin} could not be shown: ${error.message}\n`)); // did-fail-load shows it
      return null;
    } catch (error) {
      return toErrorDetail(error);
    }
  }

  #keptLink(origin: string): EngineLink {
    const token = this.#remoteEngines.token(origin);
    if (token === null) throw new GlyphscopeError('NOT_FOUND', `The token of ${origin} is not kept.`, { subject: origin, remedy: 'Give the link that the engine printed.' });
    return { origin, token };
  }

  /** Back to the local engine, which is started again where it has ended meanwhile. */
  #disconnect(): void {
    if (this.#remote === null) return;
    this.#remote = null;
    if (this.#address === null) this.#startEngine();
    void this.#leave()
      .then(() => this.#showPage())
      .catch((error: unknown) => this.#showNotice(asFailure(error)));
  }

  /** What a notice's button asks for; false for any other address. */
  #actOn(url: string): boolean {
    if (url === restartAddress && this.#shown === null) {
      this.#startEngine();
      void this.#showPage();
    } else if (url === restartAddress && this.#remote) void this.#load(`${this.#remote.origin}/`).catch(() => {}); // did-fail-load shows it
    else if (url === localAddress && this.#remote) this.#disconnect();
    else return false;
    return true;
  }

  /** A remote page that was loaded anew while its tunnel is closed. */
  #showAway(origin: string, reason: string): void {
    const failure: ErrorDetail = { code: 'ENGINE_UNREACHABLE', message: `${this.#remote?.host ?? origin} does not answer at ${origin} (${reason}).`, remedy: 'See that the SSH tunnel is open and that the engine runs. What it stores is kept.' };
    void this.#load(noticePage(failure, null, { 'Try again': restartAddress, 'Back to the local engine': localAddress })).catch((error: Error) => process.stderr.write(`The notice could not be shown: ${error.message}\n`));
  }

  /**
   * Ends the page of one engine before another's is shown. Cookies go to every port of this machine, and a port that one
   * engine had may be another's later: what the page could leave behind that acts by itself is cleared.
   */
  async #leave(): Promise<void> {
    await this.#load('about:blank');
    await session.defaultSession.clearStorageData({ storages: ['cookies', 'serviceworkers', 'cachestorage'] });
    await session.defaultSession.clearCache();
  }

  #showNotice(failure: EngineFailure): void {
    this.#address = null;
    if (this.#quitting || this.#remote !== null) return; // a remote page stays; the local engine starts again on the way back
    this.#tellMenu();
    void this.#load(noticePage(failure, this.#logFile)).catch((error: Error) => process.stderr.write(`The notice could not be shown: ${error.message}\n`));
  }

  /** Loads a page. Electron also tells here of another navigation that was refused at the same moment: then once more. */
  async #load(url: string): Promise<void> {
    const window = this.#window;
    try {
      await window?.loadURL(url);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_ABORTED' || !window || window.isDestroyed()) throw error;
      if (!window.webContents.getURL().startsWith(url)) await window.loadURL(url);
    }
  }

  #focus(): void {
    if (!this.#window) return;
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  #remember(window: BrowserWindow): void {
    this.#state.maximized = window.isMaximized();
    this.#state.bounds = window.getNormalBounds();
    writeState(this.#stateFile, this.#state);
  }

  #showRun(run: number): void {
    this.#focus();
    if (this.#address && this.#remote === null) void this.#load(`${this.#address.origin}/#/training/${run}`).catch(() => {});
  }

  #setWhenClosing(choice: WhenClosing): void {
    this.#state.whenClosing = choice;
    if (this.#window) this.#remember(this.#window);
    this.#tellMenu();
  }

  /** The window stays until it is known what becomes of trainings, and the engine has been told. */
  #beforeQuit(event: Electron.Event): void {
    if (this.#quitting) return;
    event.preventDefault();
    if (this.#asking) return;
    this.#asking = true;
    void this.#close().finally(() => (this.#asking = false));
  }

  async #close(): Promise<void> {
    const choice = await this.#closingChoice();
    if (choice === null) return;
    this.#quitting = true;
    this.#notices.follow(null);
    if (this.#window) this.#remember(this.#window);
    this.#window?.hide();
    const told = this.#address && (await askEngine(this.#address, (client) => client.host.leave({ trainings: choice }, { signal: AbortSignal.timeout(leaveLimit) })).then(() => true, () => false));
    if (choice === 'continue' && told) this.#engine?.letGo();
    else await this.#engine?.stop(); // it writes a checkpoint and closes the database
    app.quit();
  }

  /** What becomes of trainings; null: the user wants the window after all. */
  async #closingChoice(): Promise<ClosingChoice | null> {
    const names = this.#address ? await liveTrainings(this.#address) : [];
    if (names.length === 0) return 'pause';
    const { whenClosing } = this.#state;
    if (whenClosing !== 'ask') return whenClosing;
    if (!this.#window) return 'pause';
    const asked = await askHowToClose(this.#window, names);
    if (asked?.always) this.#setWhenClosing(asked.choice);
    return asked?.choice ?? null;
  }
}

function asFailure(error: unknown): EngineFailure {
  const { code, message, remedy, subject } = error as Partial<EngineFailure>;
  return { code: code ?? 'INTERNAL', message: message ?? String(error), remedy, subject };
}

// With --no-sandbox (root has no other way) Chromium refuses to be asked for both.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
app.setName('Glyphscope');
if (app.requestSingleInstanceLock()) new Shell().run();
else {
  process.stderr.write('Glyphscope is running already: its window comes to the front.\n');
  app.quit();
}
