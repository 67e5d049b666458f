/** Who is signed in, and what that role may do. */
import { type Access, mayEnter } from '@whalefall/contract';
import { createContext, type ReactNode, use } from 'react';
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
  const user = useUser();
  return (access) => mayEnter(user?.role ?? null, access);
}
/** Shows its children only to roles that may. */
export function May({ access, children }: { access: Access; children: ReactNode }) {
  return useMay()(access) ? children : null;
}
