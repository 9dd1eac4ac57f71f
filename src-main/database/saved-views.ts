import { view, type SavedView, type View } from '../contract/views';
import { allRows, change, oneRow, type ReadHandle, type WriteHandle } from './handles';

interface ViewRow {
  id: number;
  name: string;
  view: string;
  created_at: number;
}
const toView = (row: ViewRow): SavedView => ({ id: row.id, name: row.name, view: view.parse(JSON.parse(row.view)), createdAt: row.created_at });

export function readSavedViews(db: ReadHandle) {
  const list = allRows<ViewRow>(db, 'SELECT id, name, view, created_at FROM saved_views ORDER BY name COLLATE NOCASE');
  const byId = oneRow<ViewRow>(db, 'SELECT id, name, view, created_at FROM saved_views WHERE id = ?');
  const byName = oneRow<ViewRow>(db, 'SELECT id, name, view, created_at FROM saved_views WHERE name = ?');
  const optional = (row: ViewRow | undefined) => (row ? toView(row) : null);
  return {
    /** All views, by name. */
    list: (): SavedView[] => list().map(toView),
    byId: (id: number): SavedView | null => optional(byId(id)),
    byName: (name: string): SavedView | null => optional(byName(name)),
  };
}

export function writeSavedViews(db: WriteHandle) {
  const add = change(db, 'INSERT INTO saved_views (name, view, created_at) VALUES (?, ?, ?)');
  const rename = change(db, 'UPDATE saved_views SET name = ? WHERE id = ?');
  const remove = change(db, 'DELETE FROM saved_views WHERE id = ?');
  return {
    add: (name: string, shown: View, at: number): number => add(name, JSON.stringify(shown), at).id,
    rename: (id: number, name: string): void => void rename(name, id),
    remove: (id: number): void => void remove(id),
  };
}
