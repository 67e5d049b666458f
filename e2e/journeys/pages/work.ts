import type { Visit } from '../../page.ts';
import type { Ids } from '../../sitemap.ts';

/** What is done on a page, and how one sees that it was done. */
export type Work = (visit: Visit, ids: Ids) => Promise<void>;
