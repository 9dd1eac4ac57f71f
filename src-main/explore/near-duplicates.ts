/** Two images that belong together at every threshold from `distance` on. */
export type DuplicateEdge = readonly [a: number, b: number, distance: number];

/** About 10 ms. */
const productsAtOnce = 5_000_000;

/** Images that are near-duplicates of one another, ascending, and the largest distance that holds them together. */
export interface DuplicateGroup {
  images: number[];
  distance: number;
}

/**
 * The edges, none longer than `most`, of the shortest tree through images of equal description: what single linkage joins at
 * any threshold up to `most` (Gower and Ross 1969). By Prim's algorithm, exactly; distances are 1 − cosine.
 * @param images ids [n], ascending
 * @param rows their features [n, width], each of length 1
 * @param pause lets others in; called after every few million products
 */
export async function duplicateEdges(images: ArrayLike<number>, rows: Float32Array, width: number, most: number, pause: () => Promise<void>): Promise<DuplicateEdge[]> {
  const n = images.length;
  const nearest = new Float64Array(n).fill(Infinity); // distance to the tree
  const link = new Int32Array(n); // and the node of the tree at that distance
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  const edges: DuplicateEdge[] = [];
  let at = 0;
  let products = 0;
  left.delete(0);
  while (left.size > 0) {
    let next = -1;
    products += left.size * width;
    if (products > productsAtOnce) {
      products = 0;
      await pause();
    }
    for (const i of left) {
      let dot = 0;
      for (let j = 0; j < width; j++) dot += rows[at * width + j] * rows[i * width + j];
      const distance = Math.max(0, 1 - dot);
      if (distance < nearest[i]) {
        nearest[i] = distance;
        link[i] = at;
      }
      if (next < 0 || nearest[i] < nearest[next]) next = i;
    }
    if (nearest[next] <= most) edges.push([images[Math.min(link[next], next)], images[Math.max(link[next], next)], nearest[next]]);
    left.delete(next);
    at = next;
  }
  return edges;
}

/** The groups that edges of at most `threshold` join, without the images in `without`; the closest first. */
export function duplicateGroups(edges: readonly DuplicateEdge[], threshold: number, without: ReadonlySet<number>): DuplicateGroup[] {
  const parent = new Map<number, number>();
  const rootOf = (image: number): number => {
    let root = image;
    while (parent.get(root) !== undefined && parent.get(root) !== root) root = parent.get(root)!;
    parent.set(image, root);
    return root;
  };
  const within = edges.filter(([, , distance]) => distance <= threshold);
  for (const [a, b] of within) parent.set(rootOf(a), rootOf(b));
  const groups = new Map<number, DuplicateGroup>();
  for (const image of parent.keys()) {
    if (without.has(image)) continue;
    const root = rootOf(image);
    const group = groups.get(root);
    if (group) group.images.push(image);
    else groups.set(root, { images: [image], distance: 0 });
  }
  for (const [a, , distance] of within) {
    const group = groups.get(rootOf(a));
    if (group) group.distance = Math.max(group.distance, distance);
  }
  const found = [...groups.values()].filter(({ images }) => images.length > 1);
  for (const { images } of found) images.sort((a, b) => a - b);
  return found.sort((a, b) => a.distance - b.distance || a.images[0] - b.images[0]);
}
