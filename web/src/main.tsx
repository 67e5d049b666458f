import './early';
import './ui/theme/tokens.css';
import './ui/theme/base.css';
import { createRoot } from 'react-dom/client';
import { boot } from './boot';

const root = createRoot(document.getElementById('root')!);
const path = location.pathname.replace(/\/$/, '');
const light = boot.error !== null || boot.user === null || ['/auth/login', '/auth/change-password', '/about'].includes(path);

// Two apps: the pages that need no component library stay small, the console loads the rest.
if (light) void import('./light-app').then(({ renderLight }) => renderLight(root));
else void import('./app').then(({ renderApp }) => renderApp(root));
