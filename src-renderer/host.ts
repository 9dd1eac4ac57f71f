/** What the shell's preload offers to the page; absent in a plain browser. */
export interface ShellBridge {
  readonly versions: Readonly<Record<string, string>>;
  /** Opens the native dialog. The page gets a grant to import or export with, never the path; null when cancelled. */
  chooseFolder(): Promise<Grant | null>;
  chooseArchive(): Promise<Grant | null>;
  /** A folder to write an export into. */
  chooseExportFolder(): Promise<Grant | null>;
  /** A folder with a teacher's model. */
  chooseTeacherFolder(): Promise<Grant | null>;
}

/** A path that the user chose, as the page may know it. */
export interface Grant {
  grant: string;
  /** Last part of the path: a good first name for the collection. */
  name: string;
}

declare global {
  interface Window {
    readonly glyphscope?: ShellBridge;
  }
}

/** The shell's bridge, or null in a browser. */
export const shell: ShellBridge | null = typeof window === 'undefined' ? null : (window.glyphscope ?? null);
