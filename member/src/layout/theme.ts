import type { CSSProperties } from 'react';
import { colour, motionMs, radius, type } from '@smart-union/ui';

function scaled(elder: boolean): Record<string, string> {
  const scale = elder ? type.elderScale : 1;
  const size = (px: number) => `${Math.round(px * scale * 100) / 100}px`;
  return {
    '--body': size(type.member.body),
    '--small': size(type.member.small),
    '--title': size(type.member.title),
    '--figure': size(type.member.figure),
  };
}

const fixed: Record<string, string> = {
  '--brand': colour.brand,
  '--brand-deep': colour.brandDeep,
  '--brand-soft': colour.brandSoft,
  '--ground': colour.groundMember,
  '--surface': colour.surface,
  '--ink': colour.ink,
  '--secondary': colour.secondary,
  '--line': colour.line,
  '--line-strong': colour.lineStrong,
  '--success': colour.success,
  '--success-soft': colour.successSoft,
  '--info': colour.info,
  '--info-soft': colour.infoSoft,
  '--waiting': colour.waiting,
  '--waiting-soft': colour.waitingSoft,
  '--danger': colour.danger,
  '--danger-soft': colour.dangerSoft,
  '--radius': `${radius.member}px`,
  '--motion': `${motionMs}ms`,
  // NutUI reads its own names.
  '--nutui-color-primary': colour.brand,
  '--nutui-color-primary-stop-1': colour.brand,
  '--nutui-color-primary-stop-2': colour.brand,
  '--nutui-skeleton-background': colour.line,
};

/** The tokens as custom properties, set on the root of each page. */
export function themeOf(elder: boolean): CSSProperties {
  return { ...fixed, ...scaled(elder) } as CSSProperties;
}
