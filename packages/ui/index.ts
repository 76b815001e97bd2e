export { giveStylesTheNonce } from './style-nonce.ts';
export { colour, fontFamily, motionMs, radius, space, touchTarget, type } from './tokens.ts';
