import { createHash } from 'node:crypto';
import { dayOf } from '../clock.ts';
import { startOfDay } from '../calendar/working-days.ts';
import type { Job } from './job.ts';

/** The slot of a schedule that `now` lies in, e.g. '2026-11-21', or null while today's time has not come. */
export function slotOf(job: Pick<Job, 'schedule'>, now: Date): string | null {
  const { schedule } = job;
  if (!schedule) return null;
  if ('everyMinutes' in schedule) return String(Math.floor(now.getTime() / (schedule.everyMinutes * 60_000)));
  const [hours = 0, minutes = 0] = schedule.dailyAt.split(':').map(Number);
  const today = dayOf(now);
  const from = startOfDay(today).getTime() + (hours * 60 + minutes) * 60_000;
  return now.getTime() < from ? null : today;
}

/** One id per federation, job and slot: however many servers put it in, it is there once. */
export function slotId(federation: string, job: string, slot: string): string {
  const hex = createHash('sha256').update(`${federation} ${job} ${slot}`).digest('hex');
  // Version 8 of RFC 9562: bits of our own making.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
