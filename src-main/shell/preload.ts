import { contextBridge, ipcRenderer } from 'electron';

// A sandboxed preload is one file: the names stand here as they do in bridge.ts.
const { electron, chrome, node } = process.versions;
contextBridge.exposeInMainWorld('glyphscope', {
  versions: { electron, chrome, node },
  chooseFolder: () => ipcRenderer.invoke('choose-folder'),
  chooseArchive: () => ipcRenderer.invoke('choose-archive'),
  chooseExportFolder: () => ipcRenderer.invoke('choose-export-folder'),
  chooseTeacherFolder: () => ipcRenderer.invoke('choose-teacher-folder'),
});

// The shell gives the next empty window the colour of the page's theme.
window.addEventListener('DOMContentLoaded', () => {
  const tell = () => ipcRenderer.send('theme', document.documentElement.dataset.theme);
  new MutationObserver(tell).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  tell();
});
