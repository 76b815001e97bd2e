import type { ReactNode } from 'react';
import { usePageNotFound } from '@tarojs/taro';
import { go } from './navigation.ts';
import './app.css';

export default function App({ children }: { children?: ReactNode }) {
  // A mistyped or outdated address leads home instead of to an empty screen.
  usePageNotFound(() => go('home'));
  return children;
}
