/** Front door of `notifications`: everybody's inbox. */
export { mountNotifications } from './routes.ts';
export { notify, type Message } from './notify.ts';
