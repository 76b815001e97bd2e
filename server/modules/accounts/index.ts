/** Front door of `accounts`: who may sign in, with which roles over which unions. */
export { mountAccounts } from './routes.ts';
export { deputiesOf } from './deputies-in-force.ts';
export { demoPassword, mountDemoPages } from './demo-pages.ts';
export { openAccount, type NewAccount } from './manage-accounts.ts';
export { permissionsOf, roles, type Role } from './roles.ts';
export { newSecret, sealSecret } from './totp.ts';
