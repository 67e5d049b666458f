import { Alert } from 'antd';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Form, Values } from './use-form';

export interface Control {
  id: string;
  name: string;
  value: never;
  onChange: (value: unknown) => void;
  status: 'error' | undefined;
  'aria-invalid': boolean | undefined;
  'aria-describedby': string | undefined;
}

function valueOf(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || !('target' in given)) return given;
  const target = given.target as HTMLInputElement;
  return target.type === 'checkbox' ? target.checked : target.value;
}

/** A label, its control, what it means, and what is wrong with it. */
export function Field<V extends Values>({
  form,
  name,
  label,
  hint,
  required = false,
  wide = false,
  children,
}: {
  form: Form<V>;
  name: keyof V & string;
  label: string;
  hint?: ReactNode;
  required?: boolean;
  wide?: boolean;
  children: (control: Control) => ReactNode;
}) {
  const id = useId();
  const faults = form.errors[name];
  const control: Control = {
    id,
    name,
    value: form.values[name] as never,
    onChange: (given) => form.set({ [name]: valueOf(given) } as Partial<V>),
    status: faults ? 'error' : undefined,
    'aria-invalid': faults ? true : undefined,
    'aria-describedby': faults ? `${id}-fault` : hint ? `${id}-hint` : undefined,
  };
  return (
    <div className={wide ? 'field wide' : 'field'} data-fault={faults ? name : undefined}>
      <label htmlFor={id}>
        {label}
        {required && (
          <span className="need" aria-hidden="true">
            *
          </span>
        )}
      </label>
      {children(control)}
      {hint && !faults && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {faults && (
        <p className="fault" id={`${id}-fault`}>
          {faults[0]?.message}
        </p>
      )}
    </div>
  );
}

/** A switch with its words beside it. */
export function toggle(control: Control): { id: string; checked: boolean; onChange: (on: boolean) => void } {
  return { id: control.id, checked: control.value as boolean, onChange: control.onChange };
}

/** What failed beside the fields: the message, its id, and faults of fields that are not shown. */
export function FormFault<V extends Values>({ form }: { form: Form<V> }) {
  const { t } = useTranslation();
  const homeless = Object.entries(form.errors).filter(([name]) => !(name in form.values));
  if (!form.fault && homeless.length === 0) return null;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={form.fault?.message ?? t('ui.checkFields')}
      description={
        (homeless.length > 0 || form.fault?.errorId) && (
          <>
            {homeless.map(([name, faults]) => (
              <div key={name}>
                <code>{name}</code> {faults.map((fault) => fault.message).join(' ')}
              </div>
            ))}
            {form.fault?.errorId && (
              <small>
                {t('ui.failedId')} <code>{form.fault.errorId}</code>
              </small>
            )}
          </>
        )
      }
    />
  );
}
