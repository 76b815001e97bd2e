// Loaded into the server by `node --import`: its clock shows as many milliseconds more as the file CLOCK_SHIFT says. A jump
// of the machine's own clock would hit every program on it; `performance.now()` does not jump there either.
import { readFileSync } from 'node:fs';

const RealDate = Date;
let shift = 0;
let readAt = -1000;

function now() {
  if (performance.now() - readAt > 20) {
    readAt = performance.now();
    try {
      shift = Number(readFileSync(process.env.CLOCK_SHIFT, 'utf8'));
    } catch {
      shift = 0;
    }
  }
  return RealDate.now() + shift;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) =>
    args.length > 0 ? Reflect.construct(target, args, self) : new RealDate(now()),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
