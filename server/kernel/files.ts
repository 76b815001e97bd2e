// Front door of the files; the parts lie beside it in files/.
export { attachFiles, type Attachment } from './files/attach.ts';
export { describeFiles, findOwnFiles, type FileDescription } from './files/describe.ts';
export { mountFiles } from './files/routes.ts';
export { createFileStore, type FileStore, type Stored } from './files/store.ts';
