import { statfsSync } from 'node:fs';

const MIB = 1024 * 1024;

/** Settings of the embedded server, as the text of its postgresql.conf. `ALTER SYSTEM` may still override them. */
export function settingsText(options: { disposable: boolean }): string {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    max_connections: options.disposable ? '200' : '100',
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '2GB',
    random_page_cost: '1.1',
    // Our queries are short and prepared; compiling them costs more than it saves.
    jit: 'off',
    wal_compression: 'on',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    datestyle: 'iso, ymd',
    lc_messages: 'C',
    default_text_search_config: 'pg_catalog.simple',
    dynamic_shared_memory_type: sharedMemoryType(),
    // What a failed statement says about itself may be a person's number ("Key (id_hash)=(…) already exists"), and the log
    // is read by more people than the data: no statement, no parameter, no detail, no ERROR text – the caller gets those.
    // LOG ranks above ERROR here, so start, stop, recovery, FATAL and PANIC are still written.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_min_duration_statement: '-1',
    log_lock_waits: 'off',
    log_autovacuum_min_duration: '-1',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  };
  if (options.disposable) {
    Object.assign(settings, {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
    });
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  return `# Written by Smart Union at every start; use ALTER SYSTEM to change a setting.\n${lines.join('\n')}\n`;
}

/** Containers often get 64 MB of /dev/shm, which one parallel query fills: PostgreSQL then fails it with an error. */
function sharedMemoryType(): string {
  if (process.platform !== 'linux') return 'posix';
  try {
    const shm = statfsSync('/dev/shm');
    return shm.bavail * shm.bsize >= 256 * MIB ? 'posix' : 'sysv';
  } catch {
    return 'sysv';
  }
}
