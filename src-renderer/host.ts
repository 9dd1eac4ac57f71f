import type { WhenClosing } from '../src-main/contract/closing';
import type { ErrorDetail } from '../src-main/contract/errors';
import type { ConnectRequest, KnownEngines } from '../src-main/contract/remote';

/** What the shell's preload offers to the page of this machine's own engine; absent in a plain browser. */
export interface ShellBridge {
  readonly remote: false;
  readonly versions: Readonly<Record<string, string>>;
  /** Opens the native dialog. The page gets a grant to import or export with, never the path; null when cancelled. */
  chooseFolder(): Promise<Grant | null>;
  chooseArchive(): Promise<Grant | null>;
  /** A folder to write an export into. */
  chooseExportFolder(): Promise<Grant | null>;
  /** A folder with a teacher's model. */
  chooseTeacherFolder(): Promise<Grant | null>;
  /** An exported run: its folder, or an archive of it. */
  chooseRunFolder(): Promise<Grant | null>;
  chooseRunArchive(): Promise<Grant | null>;
  /** Remote engines that the window was connected to. */
  knownEngines(): Promise<KnownEngines>;
  forgetEngine(origin: string): Promise<void>;
  /** Shows the page of a remote engine in this window; gives what kept it from that, or null when it is on its way. */
  connect(request: ConnectRequest): Promise<ErrorDetail | null>;
  /** Whether the shell notifies of runs while its window has not the focus. */
  notify(wanted: boolean): void;
  /** What happens to trainings when the window is closed: asked for each time, or as it was chosen. */
  whenClosing(choice: WhenClosing): void;
  /** Calls the listener when the menu asks for the dialog; gives what stops that. */
  onConnectAsked(listener: () => void): () => void;
}

/** What the shell offers to the page of a remote engine. */
export interface RemoteBridge {
  readonly remote: true;
  readonly versions: Readonly<Record<string, string>>;
  /** Shows the local engine's page again. */
  disconnect(): void;
}

/** A path that the user chose, as the page may know it. */
export interface Grant {
  grant: string;
  /** Last part of the path: a good first name for the collection. */
  name: string;
}

declare global {
  interface Window {
    readonly glyphscope?: ShellBridge | RemoteBridge;
  }
}

const bridge = typeof window === 'undefined' ? null : (window.glyphscope ?? null);

/** The shell's bridge; null in a browser and at a remote engine, where files are sent and not chosen by their place. */
export const shell: ShellBridge | null = bridge && !bridge.remote ? bridge : null;

/** The shell's bridge where the window shows a remote engine, else null. */
export const remoteShell: RemoteBridge | null = bridge?.remote ? bridge : null;
