import { contract } from '@smart-union/contract';
import type { Permission, Route } from '@smart-union/contract';
import { urlOf } from '@smart-union/api-client';
import { roles } from '../../server/modules/accounts/roles.ts';
import { isCadre, isMember, personOf, cadres, type Cadre, type Walker } from './people.ts';
import { pathOf, type Scene, type Side } from './scene.ts';
import type { Call, Probe, RouteName } from './probe.ts';

export const specOf = (name: RouteName): Route => {
  const [module, route] = name.split('.') as [keyof typeof contract, string];
  return (contract[module] as Record<string, Route>)[route]!;
};

const holds = (walker: Cadre, permission: Permission) =>
  walker !== 'lapsed' && roles[cadres[walker][0]]!.permissions.includes(permission);

const over = (scene: Scene, walker: Cadre, path: string) =>
  path === pathOf(scene, walker) || path.startsWith(`${pathOf(scene, walker)}.`);

export type Verdict =
  'allowed' | 'session-missing' | 'permission-missing' | 'thing-not-found' | 'decision-not-mine';

/** What must come out, from the guard, the role and the place alone. */
export function expected(scene: Scene, side: Side, name: RouteName, probe: Probe, walker: Walker): Verdict {
  const spec = specOf(name);
  if (spec.public) return 'allowed';
  if (walker === 'anonymous') return 'session-missing';
  if (spec.self) {
    if (spec.self !== 'any' && spec.self !== (isMember(walker) ? 'member' : 'cadre'))
      return 'permission-missing';
    if (probe.lies === 'none' || walker === side.owner) return 'allowed';
    const sees =
      probe.lies === 'evidence' &&
      isCadre(walker) &&
      holds(walker, 'cases.view') &&
      over(scene, walker, side.paths.unit);
    return sees ? 'allowed' : 'thing-not-found';
  }
  if (!isCadre(walker) || !holds(walker, spec.permission!)) return 'permission-missing';
  if (probe.lies === 'none') return 'allowed';
  if (probe.lies === 'city')
    return over(scene, walker, scene.t.world.unions.city.path) ? 'allowed' : 'permission-missing';
  if (!over(scene, walker, side.paths[probe.lies === 'district' ? 'district' : 'unit']))
    return 'thing-not-found';
  return probe.takes && !holds(walker, 'cases.review') ? 'decision-not-mine' : 'allowed';
}

export interface Answer {
  status: number;
  code: string | null;
  body: unknown;
  raw: Buffer;
}

/** One call as a walker. */
export async function ask(scene: Scene, name: RouteName, walker: Walker, call: Call): Promise<Answer> {
  const { method, path } = specOf(name);
  const payload = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const reply = await scene.t.call(personOf(walker), {
    method,
    url: urlOf(path, call.params, call.query),
    ...(payload === undefined ? {} : { payload }),
    headers: {
      ...(payload === undefined
        ? {}
        : { 'content-type': call.raw ? 'application/octet-stream' : 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': `${name} ${walker} ${Math.random()}` }),
    },
  });
  const error = (reply.body as { error?: { code?: string } } | null)?.error;
  return { status: reply.status, code: error?.code ?? null, body: reply.body, raw: reply.raw };
}

const listening = new WeakMap<Scene, Promise<string>>();

/** Where the scene's server listens. Asked by many walkers at once, it is told to listen once. */
function originOf(scene: Scene): Promise<string> {
  const known = listening.get(scene) ?? scene.t.server.app.listen({ port: 0, host: '127.0.0.1' });
  listening.set(scene, known);
  return known;
}

/** A stream never ends, so it is asked for over a socket and left when its head has come. */
export async function askStream(scene: Scene, name: RouteName, walker: Walker, call: Call): Promise<Answer> {
  const person = personOf(walker);
  const gone = new AbortController();
  const reply = await fetch(`${await originOf(scene)}${urlOf(specOf(name).path, {}, call.query)}`, {
    headers: {
      connection: 'close',
      ...(person ? { authorization: `Bearer ${await scene.t.token(person)}` } : {}),
    },
    signal: gone.signal,
  });
  const json = (reply.headers.get('content-type') ?? '').includes('json');
  const body = json ? ((await reply.json()) as { error?: { code?: string } }) : null;
  gone.abort();
  return { status: reply.status, code: body?.error?.code ?? null, body, raw: Buffer.alloc(0) };
}
