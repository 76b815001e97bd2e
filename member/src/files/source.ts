import Taro from '@tarojs/taro';

/** A file on the phone, read piece by piece so that a 20 MB photo never lies in memory twice. */
export interface Source {
  name: string;
  size: number;
  /** Something an `<img>` can show before the server has it. */
  preview: string | null;
  slice: (from: number, to: number) => Promise<unknown>;
}

/** A file a browser's input gave. */
export function sourceOfFile(file: File): Source {
  const showable = /^image\/(jpeg|png|webp)$/.test(file.type);
  return {
    name: file.name,
    size: file.size,
    preview: showable ? URL.createObjectURL(file) : null,
    slice: async (from, to) => file.slice(from, to),
  };
}

/** Photos the mini-program's camera or album gave; an empty list when she changed her mind. */
export async function chooseSources(count: number): Promise<Source[]> {
  let picked: Taro.chooseMedia.SuccessCallbackResult;
  try {
    picked = await Taro.chooseMedia({ count, mediaType: ['image'], sizeType: ['original', 'compressed'] });
  } catch {
    return [];
  }
  const fs = Taro.getFileSystemManager();
  return picked.tempFiles.map(({ tempFilePath, size }) => ({
    name: tempFilePath.split('/').pop() ?? 'photo.jpg',
    size,
    preview: tempFilePath,
    slice: (from, to) =>
      new Promise((resolve, reject) => {
        fs.readFile({
          filePath: tempFilePath,
          position: from,
          length: to - from,
          success: ({ data }) => resolve(data),
          fail: ({ errMsg }) => reject(new Error(errMsg)),
        });
      }),
  }));
}
