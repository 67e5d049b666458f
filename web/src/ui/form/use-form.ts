/** A form over the contract's own schema: the browser finds the faults the server would find, in the same words. */
import { type FieldErrors, fieldErrors } from '@whalefall/contract';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api';
import { formState } from '../../boot';
import { locale } from '../../i18n/i18n';
import { useErrorText } from '../states';

interface Schema {
  safeParse: (value: unknown) => { success: boolean; error?: { issues: readonly unknown[] } | undefined };
}
export type Values = Record<string, unknown>;
export interface Form<V extends Values> {
  values: V;
  errors: FieldErrors;
  /** What is wrong beside single fields. */
  fault: { message: string; errorId: string | null } | null;
  busy: boolean;
  dirty: boolean;
  set: (patch: Partial<V>) => void;
  submit: (event?: FormEvent) => void;
  reset: (values: V) => void;
  bind: (element: HTMLFormElement | null) => void;
}

let refused = formState;
/** What a refused form post held: text, given back the type of what it stands for. */
function restored<V extends Values>(initial: V): V {
  if (!refused) return initial;
  const values: Values = { ...initial };
  for (const [key, text] of Object.entries(refused.values)) {
    if (!(key in initial)) continue;
    const like = initial[key];
    if (typeof like === 'boolean') values[key] = text === true || ['true', 'on', '1', 'yes'].includes(String(text));
    else if (typeof like === 'number') values[key] = Number(text) || like;
    else if (Array.isArray(like)) values[key] = Array.isArray(text) ? text : String(text).split(',').filter(Boolean);
    else values[key] = text;
  }
  return values as V;
}

export function useForm<V extends Values>({
  schema,
  initial,
  toBody,
  save,
  page = false,
}: {
  schema: Schema;
  initial: V;
  /** The request body for the values; what the schema then checks. */
  toBody?: (values: V) => unknown;
  save: (body: never, values: V) => Promise<unknown>;
  /** A page of its own: takes over what a refused form post held. */
  page?: boolean;
}): Form<V> {
  const errorText = useErrorText();
  const [start, setStart] = useState(initial);
  const [values, setValues] = useState<V>(() => (page ? restored(initial) : initial));
  const [errors, setErrors] = useState<FieldErrors>(() => (page ? (refused?.fields ?? {}) : {}));
  const [fault, setFault] = useState<Form<V>['fault']>(() =>
    page && refused ? { message: refused.message, errorId: refused.error_id ?? null } : null,
  );
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const tried = useRef(false);
  const [element, bind] = useState<HTMLFormElement | null>(null);
  useEffect(() => {
    if (page) refused = null;
  }, [page]);

  const check = (next: V): FieldErrors => {
    const result = schema.safeParse(toBody ? toBody(next) : next);
    return result.success || !result.error ? {} : fieldErrors(result.error as never, locale());
  };
  // The first faulty field gets the focus, once it is marked.
  const wanted = useRef(false);
  useEffect(() => {
    if (!wanted.current) return;
    wanted.current = false;
    element?.querySelector<HTMLElement>('[data-fault] :is(input, textarea, select, button)')?.focus();
  }, [errors, fault, element]);
  const focusFirst = () => {
    wanted.current = true;
  };

  async function run() {
    if (busy) return;
    tried.current = true;
    const found = check(values);
    if (Object.keys(found).length > 0) focusFirst();
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    setFault(null);
    // Saving leads away from the page; the guard against leaving must know before it does.
    setDone(true);
    try {
      await save((toBody ? toBody(values) : values) as never, values);
    } catch (error) {
      setDone(false);
      focusFirst();
      setErrors(error instanceof ApiError ? error.fields : {});
      setFault({ message: errorText(error), errorId: error instanceof ApiError ? error.errorId : null });
    } finally {
      setBusy(false);
    }
  }

  return {
    values,
    errors,
    fault,
    busy,
    dirty: !done && JSON.stringify(values) !== JSON.stringify(start),
    set: (patch) => {
      const next = { ...values, ...patch };
      setValues(next);
      setDone(false);
      if (tried.current) setErrors(check(next));
      else setErrors((old) => Object.fromEntries(Object.entries(old).filter(([key]) => !(key in patch))));
    },
    submit: (event) => {
      event?.preventDefault();
      event?.stopPropagation();
      void run();
    },
    reset: (next) => {
      setStart(next);
      setValues(next);
      setErrors({});
      setFault(null);
      setDone(false);
      tried.current = false;
    },
    bind,
  };
}
