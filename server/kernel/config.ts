import { resolve } from 'node:path';
import { z } from 'zod';

const flag = (byDefault: boolean) =>
  z
    .enum(['0', '1'], '只能写 0 或 1')
    .default(byDefault ? '1' : '0')
    .transform((value) => value === '1');

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('0.0.0.0'),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z.string().optional(),
  /** A streaming replica of DATABASE_URL, for pages that may be seconds old. */
  DATABASE_URL_REPLICA: z.string().optional(),
  /** A replica further behind than this is not read from. */
  REPLICA_LAG_SECONDS: z.coerce.number().int().min(1).max(3600).default(10),
  DEMO: flag(true),
  POOL_SIZE: z.coerce.number().int().min(2).max(200).default(20),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PII_SUITE: z.enum(['aes-256-gcm', 'sm4-cbc-hmac-sm3']).default('aes-256-gcm'),
  PII_KEYS: z.string().optional(),
  SMS_GATEWAY_URL: z.url().optional(),
  /** Calls a minute per person where the route sets no limit of its own; 0 = none (load tests on loopback). */
  RATE_LIMIT: z.coerce.number().int().min(0).default(1200),
  /** Set when TLS ends at a proxy before us: cookies become Secure. */
  SECURE_COOKIES: flag(false),
  /** Addresses of proxies whose X-Forwarded-For is believed, as fastify's trustProxy. */
  TRUST_PROXY: z.string().optional(),
  /** Opens /metrics to who sends it as a bearer token; without it, /metrics answers on this machine only. */
  METRICS_TOKEN: z
    .string()
    .regex(/^\S{16,200}$/, '至少 16 个字符，不含空格')
    .optional(),
  /**
   * When a call would wait so long for its turn, at the database and in the event loop, those that come now are turned away
   * until it is quicker again. 0 = never.
   */
  BUSY_AFTER_MS: z.coerce.number().int().min(0).default(1500),
  /** Statements that take longer than this are logged, without their values. 0 = none. */
  SLOW_QUERY_MS: z.coerce.number().int().min(0).default(500),
  /** With less room than this in DATA_DIR (MB) the server says it is not ready. */
  MIN_FREE_MB: z.coerce.number().int().min(0).default(512),
});

export interface Config {
  port: number;
  host: string;
  /** Absolute path. Holds keys, files, logs and, by default, the database. */
  dataDir: string;
  databaseUrl: string | null;
  replicaUrl: string | null;
  replicaLagSeconds: number;
  /** Demo federation, demo sign-ins and the /dev pages. Never on a real federation. */
  demo: boolean;
  poolSize: number;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  piiSuite: 'aes-256-gcm' | 'sm4-cbc-hmac-sm3';
  piiKeys: string | null;
  smsGatewayUrl: string | null;
  rateLimit: number;
  secureCookies: boolean;
  trustProxy: string | null;
  metricsToken: string | null;
  busyAfterMillis: number;
  slowQueryMillis: number;
  minFreeBytes: number;
}

/** Reads the environment. Throws with one line per wrong variable. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const read = environment.safeParse(env);
  if (!read.success) {
    const lines = read.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`环境变量不正确，请改正后再启动：\n${lines.join('\n')}`);
  }
  const value = read.data;
  return {
    port: value.PORT,
    host: value.HOST,
    dataDir: resolve(value.DATA_DIR),
    databaseUrl: value.DATABASE_URL ?? null,
    replicaUrl: value.DATABASE_URL_REPLICA || null,
    replicaLagSeconds: value.REPLICA_LAG_SECONDS,
    demo: value.DEMO,
    poolSize: value.POOL_SIZE,
    logLevel: value.LOG_LEVEL,
    piiSuite: value.PII_SUITE,
    piiKeys: value.PII_KEYS ?? null,
    smsGatewayUrl: value.SMS_GATEWAY_URL ?? null,
    rateLimit: value.RATE_LIMIT,
    secureCookies: value.SECURE_COOKIES,
    trustProxy: value.TRUST_PROXY ?? null,
    metricsToken: value.METRICS_TOKEN ?? null,
    busyAfterMillis: value.BUSY_AFTER_MS,
    slowQueryMillis: value.SLOW_QUERY_MS,
    minFreeBytes: value.MIN_FREE_MB * 1024 * 1024,
  };
}
