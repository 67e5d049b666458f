/** Who is signed in, and what that role may do. */
import { type Access, mayEnter } from '@whalefall/contract';
import { createContext, type ReactNode, use, useCallback } from 'react';
import { boot, type User } from './boot';

const Session = createContext<User | null>(boot.user);

export function SessionProvider({ user = boot.user, children }: { user?: User | null; children: ReactNode }) {
  return <Session value={user}>{children}</Session>;
}
export function useUser(): User | null {
  return use(Session);
}
/** @returns whether the signed-in role may use a route of this access. */
export function useMay(): (access: Access) => boolean {
  const role = useUser()?.role ?? null;
  return useCallback((access) => mayEnter(role, access), [role]);
}
