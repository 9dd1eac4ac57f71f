import { contextBridge, ipcRenderer } from 'electron';

// A sandboxed preload is one file: the names stand here as they do in bridge.ts.
const { electron, chrome, node } = process.versions;
const versions = { electron, chrome, node };
const local = {
  remote: false,
  versions,
  chooseFolder: () => ipcRenderer.invoke('choose-folder'),
  chooseArchive: () => ipcRenderer.invoke('choose-archive'),
  chooseExportFolder: () => ipcRenderer.invoke('choose-export-folder'),
  chooseTeacherFolder: () => ipcRenderer.invoke('choose-teacher-folder'),
  chooseRunFolder: () => ipcRenderer.invoke('choose-run-folder'),
  chooseRunArchive: () => ipcRenderer.invoke('choose-run-archive'),
  knownEngines: () => ipcRenderer.invoke('known-engines'),
  forgetEngine: (origin: string) => ipcRenderer.invoke('forget-engine', origin),
  notify: (wanted: boolean) => ipcRenderer.send('notify', wanted),
  whenClosing: (choice: string) => ipcRenderer.send('when-closing', choice),
  connect: (request: unknown) => ipcRenderer.invoke('connect', request),
  onConnectAsked: (listener: () => void) => {
    const listen = () => listener();
    ipcRenderer.on('connect-asked', listen);
    return () => ipcRenderer.off('connect-asked', listen);
  },
};
// The page of a remote engine is another machine's: it is offered no dialog for files of this one, and no other engine.
const remote = { remote: true, versions, disconnect: () => ipcRenderer.send('disconnect') };
contextBridge.exposeInMainWorld('glyphscope', ipcRenderer.sendSync('is-remote') === true ? remote : local);

// The shell gives the next empty window the colour of the page's theme.
window.addEventListener('DOMContentLoaded', () => {
  const tell = () => ipcRenderer.send('theme', document.documentElement.dataset.theme);
  new MutationObserver(tell).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  tell();
});
