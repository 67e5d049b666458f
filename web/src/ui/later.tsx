import { type ComponentType, useEffect, useState } from 'react';

/**
 * A component whose code comes when it is first drawn, or `ahead` of that. Without Suspense: React holds back what a
 * boundary reveals for 300 ms, which is longer than all the rest of a page takes.
 */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, wait: ComponentType<P>) {
  let there: ComponentType<P> | undefined;
  let coming: Promise<void> | undefined;
  const fetchIt = (): Promise<void> =>
    (coming ??= load().then(
      (module) => {
        there = module.default;
      },
      (error: unknown) => {
        // Asked again next time: the network may be back.
        coming = undefined;
        throw error;
      },
    ));
  function Later(props: P) {
    const [failed, setFailed] = useState<{ error: unknown } | null>(null);
    const [, draw] = useState(there !== undefined);
    useEffect(() => {
      if (there) return;
      let left = false;
      fetchIt().then(
        () => {
          if (!left) draw(true);
        },
        (error: unknown) => {
          if (!left) setFailed({ error });
        },
      );
      return () => {
        left = true;
      };
    }, []);
    if (failed) throw failed.error;
    const Shown = there ?? wait;
    return <Shown {...props} />;
  }
  return Object.assign(Later, { ahead: () => void fetchIt().catch(() => undefined) });
}
