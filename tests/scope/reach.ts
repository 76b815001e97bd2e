import { contract } from '@smart-union/contract';
import type { Permission, Route } from '@smart-union/contract';
import { urlOf } from '@smart-union/api-client';
import { roles } from '../../server/modules/accounts/roles.ts';
import { isCadre, personOf, cadres, type Walker } from './people.ts';
import { pathOf, type Scene, type Side } from './scene.ts';
import type { Call, Probe, RouteName } from './probe.ts';

export const specOf = (name: RouteName): Route => {
  const [module, route] = name.split('.') as [keyof typeof contract, string];
  return (contract[module] as Record<string, Route>)[route]!;
};

/** What a cadre is to the rules: her role and the path of the union she holds it over. */
export interface Standing {
  role: string;
  path: string;
}

const holds = (standing: Standing | null, permission: Permission) =>
  standing !== null && roles[standing.role]!.permissions.includes(permission);

const over = (standing: Standing | null, path: string) =>
  standing !== null && (path === standing.path || path.startsWith(`${standing.path}.`));

export type Verdict =
  'allowed' | 'session-missing' | 'permission-missing' | 'thing-not-found' | 'decision-not-mine';

/** What must come out, from the guard, the role and the place alone. */
export function expected(scene: Scene, side: Side, name: RouteName, probe: Probe, walker: Walker): Verdict {
  const spec = specOf(name);
  if (isCadre(walker)) {
    const [role] = cadres[walker];
    const standing = walker === 'lapsed' ? null : { role, path: pathOf(scene, walker) };
    return expectedOf(scene, side, name, probe, standing);
  }
  if (spec.public) return 'allowed';
  if (walker === 'anonymous') return 'session-missing';
  if (!spec.self || spec.self === 'cadre') return 'permission-missing';
  return probe.lies === 'none' || walker === side.owner ? 'allowed' : 'thing-not-found';
}

/** The same for a cadre, whoever she is; `null` when no grant of hers is in force. */
export function expectedOf(
  scene: Scene,
  side: Side,
  name: RouteName,
  probe: Probe,
  standing: Standing | null,
): Verdict {
  const spec = specOf(name);
  if (spec.public) return 'allowed';
  if (spec.self) {
    if (spec.self === 'member') return 'permission-missing';
    if (probe.lies === 'none') return 'allowed';
    const sees =
      probe.lies === 'evidence' && holds(standing, 'cases.view') && over(standing, side.paths.unit);
    return sees ? 'allowed' : 'thing-not-found';
  }
  if (!holds(standing, spec.permission!)) return 'permission-missing';
  if (probe.lies === 'none') return 'allowed';
  if (probe.lies === 'city')
    return over(standing, scene.t.world.unions.city.path) ? 'allowed' : 'permission-missing';
  if (!over(standing, side.paths[probe.lies === 'district' ? 'district' : 'unit'])) return 'thing-not-found';
  return probe.takes && !holds(standing, 'cases.review') ? 'decision-not-mine' : 'allowed';
}

export interface Answer {
  status: number;
  code: string | null;
  body: unknown;
  raw: Buffer;
  headers: Record<string, unknown>;
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
  return {
    status: reply.status,
    code: error?.code ?? null,
    body: reply.body,
    raw: reply.raw,
    headers: reply.headers,
  };
}

const listening = new WeakMap<Scene, Promise<string>>();

/** Where the scene's server listens. Asked by many walkers at once, it is told to listen once. */
export function originOf(scene: Scene): Promise<string> {
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
  return { status: reply.status, code: body?.error?.code ?? null, body, raw: Buffer.alloc(0), headers: {} };
}
