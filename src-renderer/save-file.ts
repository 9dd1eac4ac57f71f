/** Gives the user a file that the page made: the browser saves it, or asks where to. @param name of any characters: those that no file system takes become _ */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name.replace(/[^\p{L}\p{N} ._-]/gu, '_');
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
