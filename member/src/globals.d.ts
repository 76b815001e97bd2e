/// <reference types="@tarojs/taro" />

declare module '*.css';

declare namespace NodeJS {
  interface ProcessEnv {
    /** The target being built; replaced by a constant, so what the other target needs is left out of the bundle. */
    TARO_ENV: 'h5' | 'weapp';
  }
}
