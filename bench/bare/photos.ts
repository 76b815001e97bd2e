import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Bare } from './bare.ts';

/** Takes a photo as it comes, with a preview: not made anew, not sealed, not forced to disk. */
export function servePhotos({ app, pool, world, personOf }: Bare): void {
  app.post<{ Body: Buffer }>('/photos', async (request) => {
    const { memberId } = await personOf(request);
    const id = randomUUID();
    const image = sharp(request.body).resize(1280, 1280, { fit: 'inside', withoutEnlargement: true });
    const { data, info } = await image.jpeg({ quality: 76 }).toBuffer({ resolveWithObject: true });
    await mkdir(world.folder, { recursive: true });
    await Promise.all([
      writeFile(join(world.folder, id), request.body),
      writeFile(join(world.folder, `${id}.preview`), data),
    ]);
    await pool.query({
      name: 'photo',
      text: `insert into file (id, owner_member_id, union_path, name, size, received, media_type, width, height, stored_as, status, created_at)
        values ($1, $2, $3, 'photo.jpg', $4, $4, 'image/jpeg', $5, $6, $7, 'ready', now())`,
      values: [id, memberId, world.city, request.body.length, info.width, info.height, id],
    });
    return { id, status: 'ready' };
  });
}
