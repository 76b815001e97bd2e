import pg from 'pg';

/** A server or command came with other keys than the database's; the message is for the person who started it. */
export class OtherKeysError extends Error {
  constructor(expected: string, found: string) {
    super(
      `这个数据库里的敏感信息是用另一套密钥加密的（数据库登记的密钥指纹 ${expected}，本机密钥指纹 ${found}），` +
        '因此没有启动，数据没有改动。\n' +
        '请把原来数据文件夹里的 keys/ring.json 放回当前数据文件夹的 keys 下，' +
        '或者用 DATA_DIR 指向原来的数据文件夹（用 PII_KEYS 的，请换回原来的值），再重新启动。\n' +
        'This database was sealed with other keys. Bring back its keys/ring.json, DATA_DIR or PII_KEYS, then start again.',
    );
    this.name = 'OtherKeysError';
  }
}

/**
 * Compares the ring of this process with the one the database was first used with, and notes it at the first use. `url` is
 * the owner's. Of two servers that start first at once, one notes its ring and the other is compared with it.
 * @throws OtherKeysError
 */
export async function requireSameKeys(url: string, fingerprint: string, now: Date): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'insert into platform.key_ring (id, fingerprint, since) values (1, $1, $2) on conflict (id) do nothing',
      [fingerprint, now],
    );
    const kept = await client.query<{ fingerprint: string }>('select fingerprint from platform.key_ring');
    const expected = kept.rows[0]?.fingerprint ?? '';
    if (expected !== fingerprint) throw new OtherKeysError(expected, fingerprint);
  } finally {
    await client.end();
  }
}
