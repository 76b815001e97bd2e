import type { FieldBase, FieldOptions, FieldRules, Told } from './field.ts';
import { nameEn, unreadable } from './field.ts';

/** What may be uploaded. Sniffed from the bytes on the server, never taken from the name. */
export type FileType = 'jpeg' | 'png' | 'heic' | 'pdf';

/** Photos and papers. The answer is the list of ids the upload gave them. */
export type FilesField = FieldBase<'files'> & { types: FileType[]; maxCount: number };

/** No file may be larger: 20 MB. */
export const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** Media type of each, also for the `accept` of a file input. */
export const mediaTypes: Record<FileType, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  heic: 'image/heic',
  pdf: 'application/pdf',
};

const ALL_TYPES = Object.keys(mediaTypes) as FileType[];

/** The type a media type stands for; null when it may not be uploaded. iPhones say heif for the same thing. */
export function fileTypeOf(mediaType: string): FileType | null {
  if (mediaType === 'image/heif') return 'heic';
  return ALL_TYPES.find((type) => mediaTypes[type] === mediaType) ?? null;
}

/** Declares photos or papers to upload: up to 9, photo or PDF, unless told otherwise. */
export function files(
  id: string,
  label: string,
  options: Partial<FieldOptions<FilesField>> = {},
): FilesField {
  return { kind: 'files', id, label, required: true, types: [...ALL_TYPES], maxCount: 9, ...options };
}

/** The fault of one file about to be added, or null: lets the phone say so before it sends 20 MB. */
export function fileFault(
  field: FilesField,
  file: { type: FileType | null; sizeBytes: number },
): Told | null {
  if (file.type === null || !field.types.includes(file.type)) {
    const names = field.types.map((type) => type.toUpperCase());
    return {
      reason: `${field.label}只能上传 ${names.join('、')} 格式，请拍照后上传照片。`,
      reasonEn: `${nameEn(field)} takes ${names.join(', ')} only; please take a photo and send that.`,
    };
  }
  if (file.sizeBytes > MAX_FILE_BYTES) {
    return {
      reason: '这个文件超过 20 MB，请重新拍一张或压缩后再上传。',
      reasonEn: 'This file is larger than 20 MB; please take it again or make it smaller.',
    };
  }
  if (file.sizeBytes === 0) {
    return {
      reason: '这个文件是空的，请重新选择。',
      reasonEn: 'This file is empty; please choose another.',
    };
  }
  return null;
}

/** How a list of uploaded files is read and judged. */
export const filesRules: FieldRules<FilesField, string[]> = {
  title: '照片或文件',
  titleEn: 'Photos or papers',
  ask: '上传',
  options: {
    types: { type: 'file-types', label: '格式', labelEn: 'Formats' },
    maxCount: { type: 'count', min: 1, max: 50, label: '最多份数', labelEn: 'At most' },
  },
  read: (field, raw) => {
    if (raw === undefined || raw === null) return { empty: true };
    if (!Array.isArray(raw) || !raw.every((id) => typeof id === 'string' && id !== '')) {
      return unreadable(field, '已上传的文件', 'uploaded files');
    }
    const ids = [...new Set(raw as string[])];
    return ids.length === 0 ? { empty: true } : { value: ids };
  },
  fault: (field, ids) =>
    ids.length > field.maxCount
      ? {
          reason: `${field.label}最多 ${field.maxCount} 份，现在是 ${ids.length} 份，请删去多余的。`,
          reasonEn: `${nameEn(field)} takes at most ${field.maxCount}; there are ${ids.length}.`,
        }
      : null,
  mask: (ids) => `${ids.length} 份（保密）`,
};
