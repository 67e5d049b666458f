import type { Readable } from 'node:stream';
import type { Text } from '@whalefall/contract';

interface AnswerDetail {
  status?: number;
  message?: Text;
  meta?: Record<string, unknown>;
}

/** A reply that says more than its data: another status, a sentence, meta. */
export class Answer<T> {
  readonly data: T;
  readonly detail: AnswerDetail;
  constructor(data: T, detail: AnswerDetail) {
    this.data = data;
    this.detail = detail;
  }
}
export const answer = <T>(data: T, detail: AnswerDetail): Answer<T> => new Answer(data, detail);

/** A file, or nothing (204). `name` makes it a download. */
export interface FileReply {
  media: string;
  name?: string;
  body: Readable | Buffer | string | null;
  cache?: string;
}
