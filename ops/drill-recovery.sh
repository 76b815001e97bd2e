#!/usr/bin/env bash
# Point-in-time recovery, rehearsed: a PostgreSQL of its own on loopback, WAL archived by pgBackRest, a full backup, more work,
# a disaster, and back to the instant before it. Nothing outside its temporary folder is touched.
#
#   ops/drill-recovery.sh                    needs: npm run build server; Debian: apt-get install postgresql pgbackrest curl
#   MEMBERS=500000 ops/drill-recovery.sh     how many people to make (20000)
#   KEEP=1 …                                 leaves the folder behind, for looking at it
#
# Ends with a table for docs/evidence and exit code 0 when counts, every row, audit chain and ledger are those of the noted instant.
set -euo pipefail

cd "$(dirname "$0")/.."
MEMBERS=${MEMBERS:-20000}
PORT=${PORT:-$((20000 + RANDOM % 9000))}
CLI=${CLI:-npm run -s cli --}
BIN=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$BIN/initdb" ] || { echo "没有找到 PostgreSQL 的程序，请设置 PG_BIN · set PG_BIN to the folder of initdb" >&2; exit 2; }
command -v pgbackrest >/dev/null || { echo "没有 pgbackrest · apt-get install pgbackrest" >&2; exit 2; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/smart-union-recovery-XXXXXX")
DATA=$WORK/data REPO=$WORK/repo CONF=$WORK/pgbackrest.conf
# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); chown postgres "$WORK"; else as=(); fi
rest() { "${as[@]}" pgbackrest --config="$CONF" --stanza=drill "$@"; }
control() { "${as[@]}" "$BIN/pg_ctl" -D "$DATA" -w -t 300 -l "$WORK/postgres.log" "$@" >/dev/null; }

finish() {
  control stop -m immediate 2>/dev/null || true
  if [ "${KEEP:-}" = 1 ]; then echo "留下 · kept: $WORK"; else rm -rf "$WORK"; fi
}
trap finish EXIT

"${as[@]}" mkdir -p "$DATA" "$REPO" "$WORK/spool"
"${as[@]}" "$BIN/initdb" -D "$DATA" -k --encoding=UTF8 --locale=C.UTF-8 --auth=trust --username=owner >/dev/null
"${as[@]}" tee -a "$DATA/postgresql.conf" >/dev/null <<CONFIG
listen_addresses = '127.0.0.1'
port = $PORT
unix_socket_directories = '$WORK'
wal_level = replica
archive_mode = on
archive_command = 'pgbackrest --config=$CONF --stanza=drill archive-push %p'
archive_timeout = 60
CONFIG
"${as[@]}" tee "$CONF" >/dev/null <<CONFIG
[global]
repo1-path=$REPO
repo1-retention-full=2
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=$(head -c 32 /dev/urandom | base64)
compress-type=gz
start-fast=y
log-path=$WORK
lock-path=$WORK
spool-path=$WORK/spool
log-level-console=warn
[drill]
pg1-path=$DATA
pg1-port=$PORT
pg1-socket-path=$WORK
pg1-user=owner
CONFIG
control start

ADMIN="postgres://owner@127.0.0.1:$PORT/postgres"
export DATABASE_URL="postgres://owner@127.0.0.1:$PORT/smart_union" DATA_DIR=$WORK/app DEMO=0 LOG_LEVEL=silent
ask() { "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "$1"; }
seconds() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(seconds)" 'BEGIN { printf "%.1f", to - from }'; }
step() { echo "── $*"; }

step "建库、演示数据、造人 · the demo and $MEMBERS people"
"$BIN/psql" -X -q "$ADMIN" -c "create database smart_union template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
rest stanza-create
$CLI --help >/dev/null
# The demo federation has cases and payments, so that there is a ledger to come back.
DEMO=1 HOST=127.0.0.1 PORT=$((PORT + 1)) node server/dist/main.js >"$WORK/server.log" 2>&1 &
server=$!
for _ in $(seq 600); do curl -fs "http://127.0.0.1:$((PORT + 1))/readyz" >/dev/null && break; sleep 0.5; done
until [ "$(ask 'select count(*) from platform.federation')" = 1 ]; do kill -0 $server && sleep 0.5; done
kill -TERM $server && wait $server || true
$CLI seed --force --unions 200 --members "$MEMBERS" >/dev/null

step "全量备份 · full backup"
begun=$(seconds)
rest --type=full backup
full=$(since "$begun")
repo=$(du -sm "$REPO/backup" | cut -f1)
rest verify >/dev/null

step "继续工作 · more work, only in the WAL"
$CLI seed --force --unions 20 --members $((MEMBERS / 4)) >/dev/null

# Every row of every table as one figure, and the counts that a person understands.
fingerprint() {
  ask "select string_agg(format('select %L || count(*) || md5(coalesce(string_agg(md5(t::text), '''' order by md5(t::text)), '''')) as line from %I.%I t',
    schemaname || '.' || tablename || ' ', schemaname, tablename), ' union all ') from pg_tables
    where schemaname = 'platform' or schemaname like 'fed\\_%'" >"$WORK/query.sql"
  "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$DATABASE_URL" -f "$WORK/query.sql" | sort | sha256sum | cut -c1-16
}
counts() { ask "select (select count(*) from fed_hailing.member) || ' members, ' || (select count(*) from fed_hailing.member_event) || ' events, ' || (select count(*) from fed_hailing.transfer) || ' transfers, ' || (select count(*) from fed_hailing.audit_event) || ' audit rows'"; }
before=$(fingerprint) told=$(counts)
instant=$(ask "select clock_timestamp()")
step "记下时刻 · noted $instant: $told, $before"
sleep 2

step "灾难 · the disaster"
ask "delete from fed_hailing.audit_event; delete from fed_hailing.transfer; truncate fed_hailing.member cascade; update fed_hailing.union set name = 'x'"
ask "select pg_switch_wal()" >/dev/null
after=$(fingerprint)
[ "$after" != "$before" ] || { echo "the disaster changed nothing" >&2; exit 1; }
echo "   left: $(counts)"

step "回到那一刻 · back to it"
begun=$(seconds)
control stop -m fast
rest --delta --type=time "--target=$instant" --target-action=promote restore
control start
until [ "$("$BIN/psql" -X -q -A -t "$ADMIN" -c 'select pg_is_in_recovery()')" = f ]; do sleep 0.2; done
back=$(since "$begun")
recovered=$(fingerprint)
echo "   now: $(counts), $recovered"
[ "$recovered" = "$before" ] || { echo "不是那一刻的数据 · not the rows of that instant" >&2; exit 1; }
$CLI audit verify
$CLI reconcile

step "损坏的备份要被拒绝 · a damaged backup is refused"
victim=$(find "$REPO/backup/drill" -type f -path '*_data*' -name '*.gz' -size +16k | sort | head -1)
printf '\x00\xff\x00\xff' | "${as[@]}" dd of="$victim" bs=1 seek=9000 conv=notrunc status=none
"${as[@]}" mkdir "$WORK/other"
if rest --pg1-path="$WORK/other" --archive-mode=off restore >"$WORK/refused.log" 2>&1; then
  echo "a damaged backup was restored" >&2
  exit 1
fi
grep -m1 -oE 'ERROR.*' "$WORK/refused.log" | cut -c1-160 | sed "s#$WORK#…#g"

cat <<TABLE

| $("$BIN/postgres" --version | cut -d' ' -f3), $(pgbackrest version) | |
|---|---|
| data | $told; $(ask "select pg_size_pretty(pg_database_size('smart_union'))") |
| full backup, encrypted, compressed | $full s, $repo MB |
| stop, restore, replay, open again | $back s |
| rows, audit chain, ledger at the noted instant | equal |
TABLE
