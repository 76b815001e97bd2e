import type { ReactNode } from 'react';
import { usePageNotFound } from '@tarojs/taro';
import { giveStylesTheNonce } from '@smart-union/ui';
import { go } from './navigation.ts';
import './app.css';

// Before Taro starts, which writes styles of its own into the page.
if (process.env.TARO_ENV === 'h5') giveStylesTheNonce(document);

export default function App({ children }: { children?: ReactNode }) {
  // A mistyped or outdated address leads home instead of to an empty screen.
  usePageNotFound(() => go('home'));
  return children;
}
