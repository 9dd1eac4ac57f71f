import path from 'node:path';
import { app, BrowserWindow, Menu, nativeTheme, screen, session } from 'electron';
import { answerPage } from './bridge';
import { openSession } from './engine-client';
import { type EngineAddress, type EngineFailure, EngineProcess } from './engine-process';
import { buildMenu } from './menu';
import { noticePage, restartAddress } from './notice';
import { enforcePolicy } from './security-policy';
import { readState, visibleBounds, type WindowState, writeState } from './window-state';

const root = path.join(__dirname, '..', '..');
/** --paper of the page's two themes. */
const paper = { light: '#f8f6f1', dark: '#10141b' };

/** The desktop application: one window, and the engine that it shows. */
class Shell {
  readonly #stateFile = path.join(app.getPath('userData'), 'window.json');
  readonly #logFile = path.join(app.getPath('userData'), 'engine.log');
  readonly #state: WindowState = readState(this.#stateFile);
  readonly #library = app.commandLine.getSwitchValue('library') || null;
  #window: BrowserWindow | null = null;
  #engine: EngineProcess | null = null;
  #address: EngineAddress | null = null;
  #painted: Promise<void> = Promise.resolve();
  #quitting = false;

  run(): void {
    this.#startEngine(); // meanwhile Electron gets ready
    app.on('second-instance', () => this.#focus());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => this.#beforeQuit(event));
    void app.whenReady().then(() => {
      Menu.setApplicationMenu(buildMenu());
      enforcePolicy(session.defaultSession, () => this.#address?.origin ?? null);
      answerPage({ window: () => this.#window, engine: () => this.#address, onTheme: (theme) => (this.#state.theme = theme) });
      this.#openWindow();
      void this.#showPage();
    });
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
    window.on('close', () => this.#remember(window));
    window.on('closed', () => (this.#window = null));
    window.on('page-title-updated', (event) => event.preventDefault());
    // The notice's button; security-policy.ts keeps the window from really going there.
    window.webContents.on('will-navigate', (event, url) => {
      if (url !== restartAddress || this.#address) return;
      event.preventDefault();
      this.#startEngine();
      void this.#showPage();
    });
    this.#window = window;
    this.#painted = window.loadURL('about:blank'); // the background, while the engine starts
  }

  /** Waits for the engine, opens a session for the window and loads the page. */
  async #showPage(): Promise<void> {
    try {
      const address = await this.#reachEngine();
      const { name, value } = await openSession(address);
      await this.#painted;
      this.#address = address;
      this.#state.port = Number(new URL(address.origin).port);
      await session.defaultSession.cookies.set({ url: address.origin, name, value, httpOnly: true, sameSite: 'strict', path: '/' });
      await this.#load(`${address.origin}/`);
    } catch (error) {
      if (!this.#quitting) this.#showNotice(asFailure(error));
    }
  }

  #showNotice(failure: EngineFailure): void {
    this.#address = null;
    if (this.#quitting) return;
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

  /** The engine is given the time to write a checkpoint and close the database. */
  #beforeQuit(event: Electron.Event): void {
    if (this.#quitting) return;
    this.#quitting = true;
    event.preventDefault();
    if (this.#window) this.#remember(this.#window);
    this.#window?.hide();
    void this.#engine?.stop().then(() => app.quit());
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
