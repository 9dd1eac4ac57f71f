import { type BrowserWindow, dialog, ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type OpenDialogOptions } from 'electron';
import type { GrantPurpose } from '../contract/export';
import { grantPath } from './engine-client';
import type { EngineAddress } from './engine-process';
import { isEngine } from './security-policy';

/** Names of the messages between preload and main; preload.ts has the same. */
export const messages = { chooseFolder: 'choose-folder', chooseArchive: 'choose-archive', chooseExportFolder: 'choose-export-folder', chooseTeacherFolder: 'choose-teacher-folder', theme: 'theme' } as const;

export interface BridgeOptions {
  window: () => BrowserWindow | null;
  engine: () => EngineAddress | null;
  onTheme: (theme: 'light' | 'dark') => void;
}

const folder: OpenDialogOptions = { title: 'Import a folder of images', buttonLabel: 'Import', properties: ['openDirectory'] };
const exportFolder: OpenDialogOptions = { title: 'Export into a folder', buttonLabel: 'Export here', properties: ['openDirectory', 'createDirectory'] };
const teacherFolder: OpenDialogOptions = { title: 'Add a teacher: the folder with config.json and onnx/model.onnx', buttonLabel: 'Add', properties: ['openDirectory'] };
const archive: OpenDialogOptions = {
  title: 'Import an archive of images',
  buttonLabel: 'Import',
  properties: ['openFile'],
  filters: [{ name: 'Archives', extensions: ['zip', 'tar', 'gz', 'tgz'] }],
};

/** Answers the page's few requests. Only the main frame of the engine's own page is answered. */
export function answerPage(o: BridgeOptions): void {
  const trusted = (event: IpcMainEvent | IpcMainInvokeEvent) => {
    const window = o.window();
    return window !== null && event.sender === window.webContents && event.senderFrame === window.webContents.mainFrame && isEngine(event.senderFrame.url, o.engine()?.origin ?? null);
  };
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
  ipcMain.on(messages.theme, (event, theme: unknown) => {
    if (trusted(event) && (theme === 'light' || theme === 'dark')) o.onTheme(theme);
  });
}
