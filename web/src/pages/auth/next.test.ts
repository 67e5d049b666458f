import { expect, it } from 'vitest';
import { safeNext } from './next';

it.each([
  [null, '/dashboard/'],
  ['/instances/?page=2', '/instances/?page=2'],
  ['https://elsewhere.example/', '/dashboard/'],
  ['//elsewhere.example', '/dashboard/'],
  ['/\\elsewhere.example', '/dashboard/'],
  ['/\t/elsewhere.example', '/dashboard/'],
  ['/auth/login', '/dashboard/'],
])('sign-in with next=%s leads to %s', (next, to) => expect(safeNext(next)).toBe(to));
