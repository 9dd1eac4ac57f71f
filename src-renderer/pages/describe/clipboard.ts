import type { DroppedFile } from '../../state/dropped-files';

/** Files that came with a paste event, named when the system gave them no name of their own. */
export function pastedFiles(data: DataTransfer | null): DroppedFile[] {
  return [...(data?.files ?? [])].map((file) => ({ name: file.name || 'pasted image', file }));
}

/** Images in the clipboard, when the browser lets the page read it. Throws what the browser throws otherwise. */
export async function imagesInClipboard(): Promise<DroppedFile[]> {
  const found: DroppedFile[] = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((t) => t.startsWith('image/'));
    if (!type) continue;
    const name = `pasted image.${type.slice('image/'.length)}`;
    found.push({ name, file: new File([await item.getType(type)], name, { type }) });
  }
  return found;
}
