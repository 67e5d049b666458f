/** Runs before anything else: the page's policy allows neither eval nor style elements without its nonce. */
import { config } from 'zod';

// zod would try `new Function` for every object schema and be reported for it.
config({ jitless: true });

export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// antd measures scroll bars and locks scrolling with style elements of its own making, which carry no nonce.
if (nonce) {
  const create = document.createElement.bind(document);
  document.createElement = ((tag: string, options?: ElementCreationOptions) => {
    const element = create(tag, options);
    if (tag.toLowerCase() === 'style') element.setAttribute('nonce', nonce);
    return element;
  }) as typeof document.createElement;
}
