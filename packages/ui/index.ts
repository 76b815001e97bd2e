export { colour, fontFamily, motionMs, radius, space, touchTarget, type } from './tokens.ts';
