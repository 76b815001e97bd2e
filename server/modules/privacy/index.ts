/** Front door of `privacy`: who watches over the opening of personal data. */
export { mountPrivacy } from './routes.ts';
