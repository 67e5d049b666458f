import { useRouter } from '@tanstack/react-router';
import { Button, type ButtonProps } from 'antd';
import type { MouseEvent } from 'react';

/** A button that is a real link and does not load the page anew. */
export function LinkButton({ href, ...rest }: ButtonProps & { href: string }) {
  const router = useRouter();
  function follow(event: MouseEvent<HTMLElement>) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  }
  return <Button href={href} onClick={follow} {...rest} />;
}
