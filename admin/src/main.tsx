import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { giveStylesTheNonce } from '@smart-union/ui';
import { App } from './app.tsx';
import './admin.css';

giveStylesTheNonce(document);
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
