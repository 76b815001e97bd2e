import sharp from 'sharp';
import { requestOf, type Ask } from '../load.ts';
import { reading, type Given, type Task } from './task.ts';

/** A photo as a phone sends it, 1600 × 1200: noise on a slope, so that it does not pack to nothing. */
async function photo(): Promise<Buffer> {
  const [width, height] = [1600, 1200];
  const pixels = Buffer.alloc(width * height * 3);
  for (let index = 0, noise = 1; index < pixels.length; index += 1) {
    noise = (noise * 1_103_515_245 + 12_345) & 0x7fffffff;
    pixels[index] = (index / 30_000 + (noise >> 26)) & 255;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** The overview, and photos. */
export async function pageTasks({ world }: Given): Promise<Task[]> {
  const { tokens, members } = world;
  const bytes = await photo();
  const uploads = members.map((token) => async (ask: Ask) => {
    const body = { name: '票据.jpg', size: bytes.length };
    const begun = await ask(requestOf('POST', '/api/v1/files', token, { body }));
    const { id } = JSON.parse(begun.toString()) as { id: string };
    const done = await ask(requestOf('PUT', `/api/v1/files/${id}?offset=0`, token, { bytes }));
    const { status, reason } = JSON.parse(done.toString()) as { status: string; reason: string };
    if (status !== 'ready') throw new Error(`the photo was refused: ${reason}`);
  });
  return [
    {
      name: 'overview',
      title: '总览（裸服务现场计数）',
      clients: [1, 8],
      round: reading(
        [requestOf('GET', '/api/v1/dashboards/overview', tokens.registrar)],
        [requestOf('GET', '/overview', tokens.registrar)],
      ),
    },
    {
      name: 'upload',
      title: `上传照片（${Math.round(bytes.length / 1000)} kB）`,
      clients: [1, 8],
      round: reading(
        uploads,
        members.map((token) => requestOf('POST', '/photos', token, { bytes })),
      ),
    },
  ];
}
