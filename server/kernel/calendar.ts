// Front door of the calendar; the parts lie beside it in calendar/.
export { mountCalendar } from './calendar/routes.ts';
export { seedCalendar } from './calendar/seed.ts';
export { loadCalendar, type Calendar, type DayKind } from './calendar/table.ts';
export {
  addWorkingDays,
  isWorkingDay,
  startOfDay,
  workingDaysBetween,
  yearOf,
} from './calendar/working-days.ts';
