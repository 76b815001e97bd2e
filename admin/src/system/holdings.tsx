import { Alert, Progress } from 'antd';
import { Empty } from '../page/states.tsx';
import { ToneTag } from '../page/tone.tsx';
import { formatCount, formatHours, formatInstant, formatPlainDate } from '../texts/formats.ts';
import { useLocale, useTexts } from '../texts/texts.ts';
import { formatBytes, type SystemOverview } from './system.ts';

/** A nightly backup, and an hour's grace. */
const backupHours = 25;
const keyDays = 365;

/** The latest backups: when, how large, and whether a restore has proved them. */
export const Backups = ({ overview: { backups } }: { overview: SystemOverview }) => {
  const t = useTexts();
  const locale = useLocale();
  const [latest] = backups;
  const late = latest && Date.now() - new Date(latest.finishedAt).getTime() > backupHours * 3_600_000;
  return (
    <section className="panel" aria-label={t.system.backups}>
      <h2 className="section-title">{t.system.backups}</h2>
      {late ? <Alert type="error" showIcon title={t.system.backupOld} style={{ marginBottom: 12 }} /> : null}
      {backups.length === 0 ? (
        <Empty title={t.system.backupEmpty} note={t.system.backupEmptyNote} />
      ) : (
        <ul className="plain-list">
          {backups.map((backup) => (
            <li key={backup.finishedAt}>
              <div className="row">
                <strong>{formatInstant(backup.finishedAt, locale)}</strong>
                <span className="number">{formatBytes(backup.sizeBytes)}</span>
                <ToneTag tone={backup.verifiedAt ? 'good' : 'waiting'}>
                  {backup.verifiedAt ? t.system.backupVerified : t.system.backupUnverified}
                </ToneTag>
                {backup.withKeys ? <ToneTag tone="info">{t.system.backupKeys}</ToneTag> : null}
              </div>
              <span className="quiet">
                {t.system.backupLine(formatCount(backup.rows), formatCount(backup.files))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

/** The keys that seal personal data, by number and age; never the keys. */
export const Keys = ({ overview: { keys } }: { overview: SystemOverview }) => {
  const t = useTexts();
  const locale = useLocale();
  return (
    <section className="panel" aria-label={t.system.keys}>
      <h2 className="section-title">{t.system.keys}</h2>
      <ul className="plain-list">
        {keys.map((key, index) => (
          <li key={key.version}>
            <div className="row">
              <strong>{t.system.keyVersion(key.version)}</strong>
              <span className="quiet">{index === 0 ? t.system.keyNewest : t.system.keyPast}</span>
            </div>
            <span className="quiet">
              {key.since && key.days !== null
                ? `${formatPlainDate(key.since, locale)} · ${t.system.keyAge(key.days)}`
                : t.system.keyUnknown}
            </span>
            {index === 0 && (key.days ?? 0) >= keyDays ? (
              <Alert type="warning" showIcon title={t.system.keyOld} />
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
};

/** Versions, uptime, disk and certificates. */
export const Facts = ({ overview }: { overview: SystemOverview }) => {
  const t = useTexts();
  const locale = useLocale();
  const { versions, disk, certificates } = overview;
  const used = Math.round(100 * (1 - disk.freeBytes / disk.totalBytes));
  const low = disk.freeBytes < disk.leastBytes * 4;
  const facts = [
    { name: t.system.version, value: versions.app },
    { name: t.system.node, value: versions.node },
    { name: t.system.postgres, value: versions.postgres },
    { name: t.system.migration, value: versions.migration },
    { name: t.system.startedAt, value: formatInstant(overview.startedAt, locale) },
    { name: t.system.uptime, value: formatHours(overview.uptimeSeconds / 3600, locale) },
  ];
  return (
    <div className="two-columns">
      <section className="panel" aria-label={t.system.about}>
        <h2 className="section-title">{t.system.about}</h2>
        <dl className="facts">
          {facts.map((fact) => (
            <div className="fact" key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="panel" aria-label={t.system.disk}>
        <h2 className="section-title">{t.system.disk}</h2>
        <Progress
          percent={used}
          showInfo={false}
          status={low ? 'exception' : 'normal'}
          aria-label={t.system.disk}
        />
        <p>{t.system.diskFree(formatBytes(disk.freeBytes), formatBytes(disk.totalBytes))}</p>
        {low ? <Alert type="error" showIcon title={t.system.diskLow(formatBytes(disk.leastBytes))} /> : null}
        <h2 className="section-title" style={{ marginTop: 16 }}>
          {t.system.certificates}
        </h2>
        <p>{t.system.certificatesFront}</p>
        {certificates.https ? null : <Alert type="warning" showIcon title={t.system.certificatesOff} />}
      </section>
    </div>
  );
};
