/** Where sign-in leads: a page of ours, never another host's, never back to the auth pages. */
export function safeNext(text: string | null): string {
  if (!text || !text.startsWith('/') || /^\/[/\\]/.test(text) || /[\u0000-\u001f]/.test(text) || text.startsWith('/auth/'))
    return '/dashboard/';
  return text;
}
