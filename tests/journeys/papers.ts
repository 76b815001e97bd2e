import sharp from 'sharp';

/** A phone's photo of a receipt: big, grainy, and telling where it was taken. */
export const photo = () =>
  sharp({
    create: {
      width: 1500,
      height: 2000,
      channels: 3,
      background: '#f6f1e4',
      noise: { type: 'gaussian', mean: 225, sigma: 14 },
    },
  })
    .jpeg({ quality: 82 })
    .withExifMerge({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '32/1 29/1 0/1' } })
    .toBuffer();

/** The date so many days ago, as in a date box. */
export const daysAgo = (days: number) =>
  new Date(Date.now() + 8 * 3_600_000 - days * 86_400_000).toISOString().slice(0, 10);
