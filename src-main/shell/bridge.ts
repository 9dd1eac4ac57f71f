import { type BrowserWindow, dialog, ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type OpenDialogOptions } from 'electron';
import { whenClosing, type WhenClosing } from '../contract/closing';
import type { ErrorDetail } from '../contract/errors';
import type { GrantPurpose } from '../contract/export';
import { connectRequest, type ConnectRequest, tunnelOrigin } from '../contract/remote';
import { grantPath } from './engine-client';
import type { EngineAddress } from './engine-process';
import type { RemoteEngines } from './remote-engines';
import { isEngine } from './security-policy';

/** Names of the messages between preload and main; preload.ts has the same. */
export const messages = {
  chooseFolder: 'choose-folder',
  chooseArchive: 'choose-archive',
  chooseExportFolder: 'choose-export-folder',
  chooseTeacherFolder: 'choose-teacher-folder',
  chooseRunFolder: 'choose-run-folder',
  chooseRunArchive: 'choose-run-archive',
  theme: 'theme',
  isRemote: 'is-remote',
  knownEngines: 'known-engines',
  forgetEngine: 'forget-engine',
  connect: 'connect',
  connectAsked: 'connect-asked',
  disconnect: 'disconnect',
  notify: 'notify',
  whenClosing: 'when-closing',
} as const;

export interface BridgeOptions {
  window: () => BrowserWindow | null;
  /** This machine's own engine: grants are given to it, and its page alone may ask for them. */
  engine: () => EngineAddress | null;
  /** Address of the remote engine that is shown; null while none is. */
  remote: () => string | null;
  engines: RemoteEngines;
  /** Shows a remote engine; gives what was wrong, or null. */
  connect: (request: ConnectRequest) => Promise<ErrorDetail | null>;
  disconnect: () => void;
  onTheme: (theme: 'light' | 'dark') => void;
  onNotify: (wanted: boolean) => void;
  onWhenClosing: (choice: WhenClosing) => void;
}

const folder: OpenDialogOptions = { title: 'Import a folder of images', buttonLabel: 'Import', properties: ['openDirectory'] };
const exportFolder: OpenDialogOptions = { title: 'Export into a folder', buttonLabel: 'Export here', properties: ['openDirectory', 'createDirectory'] };
const teacherFolder: OpenDialogOptions = { title: 'Add a teacher: the folder with config.json and onnx/model.onnx', buttonLabel: 'Add', properties: ['openDirectory'] };
const runFolder: OpenDialogOptions = { title: 'Import an exported run: the folder with manifest.json', buttonLabel: 'Import', properties: ['openDirectory'] };
const archive: OpenDialogOptions = {
  title: 'Import an archive of images',
  buttonLabel: 'Import',
  properties: ['openFile'],
  filters: [{ name: 'Archives', extensions: ['zip', 'tar', 'gz', 'tgz'] }],
};
const runArchive: OpenDialogOptions = { ...archive, title: 'Import the archive of an exported run' };

/**
 * Answers the page's few requests. Only the main frame of an engine's page is answered; what a remote engine shows is
 * another machine's word, so it may tell its theme and go away, and nothing else.
 */
export function answerPage(o: BridgeOptions): void {
  const isFrom = (event: IpcMainEvent | IpcMainInvokeEvent, origin: string | null) => {
    const window = o.window();
    return window !== null && event.sender === window.webContents && event.senderFrame === window.webContents.mainFrame && isEngine(event.senderFrame.url, origin);
  };
  const trusted = (event: IpcMainEvent | IpcMainInvokeEvent) => o.remote() === null && isFrom(event, o.engine()?.origin ?? null);
  const answer = <T>(name: string, work: (input: unknown) => T) =>
    ipcMain.handle(name, (event, input: unknown) => {
      if (!trusted(event)) throw new Error('Not allowed.');
      return work(input);
    });
  const choose = async (event: IpcMainInvokeEvent, options: OpenDialogOptions, purpose: GrantPurpose) => {
    const [window, engine] = [o.window(), o.engine()];
    if (!trusted(event) || !window || !engine) throw new Error('Not allowed.');
    const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
    return canceled || filePaths.length === 0 ? null : grantPath(engine, filePaths[0], purpose);
  };
  ipcMain.handle(messages.chooseFolder, (event) => choose(event, folder, 'import'));
  ipcMain.handle(messages.chooseArchive, (event) => choose(event, archive, 'import'));
  ipcMain.handle(messages.chooseExportFolder, (event) => choose(event, exportFolder, 'export'));
  ipcMain.handle(messages.chooseTeacherFolder, (event) => choose(event, teacherFolder, 'teacher'));
  ipcMain.handle(messages.chooseRunFolder, (event) => choose(event, runFolder, 'run'));
  ipcMain.handle(messages.chooseRunArchive, (event) => choose(event, runArchive, 'run'));
  ipcMain.on(messages.theme, (event, theme: unknown) => {
    if ((trusted(event) || isFrom(event, o.remote())) && (theme === 'light' || theme === 'dark')) o.onTheme(theme);
  });
  ipcMain.on(messages.notify, (event, wanted: unknown) => {
    if (trusted(event)) o.onNotify(wanted === true);
  });
  ipcMain.on(messages.whenClosing, (event, choice: unknown) => {
    const asked = whenClosing.safeParse(choice);
    if (trusted(event) && asked.success) o.onWhenClosing(asked.data);
  });
  ipcMain.on(messages.isRemote, (event) => (event.returnValue = o.remote() !== null));
  ipcMain.on(messages.disconnect, (event) => isFrom(event, o.remote()) && o.disconnect());
  answer(messages.knownEngines, () => o.engines.known());
  answer(messages.forgetEngine, (origin) => o.engines.forget(tunnelOrigin.parse(origin)));
  answer(messages.connect, (request) => o.connect(connectRequest.parse(request)));
}
