import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A fresh folder for a test; the caller removes it with `removeFolder`. */
export function temporaryFolder(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `glyphscope-${name}-`));
}

export function removeFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
