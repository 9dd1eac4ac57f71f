/** The name, or with a number behind it the first that is not among those taken, which are in lower case. */
export function freeRunName(wanted: string, taken: ReadonlySet<string>): string {
  let free = wanted;
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${wanted.slice(0, 80 - String(n).length - 1)} ${n}`;
  return free;
}
