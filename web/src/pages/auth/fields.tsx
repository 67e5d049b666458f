import { type InputHTMLAttributes, type KeyboardEvent, type Ref, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = InputHTMLAttributes<HTMLInputElement> & { label: string; fault?: string | undefined; ref?: Ref<HTMLInputElement> };

/** A labelled input with its fault below it. */
export function TextField({ label, fault, ...input }: Props) {
  const id = useId();
  return (
    <div className="light-field">
      <label htmlFor={id}>{label}</label>
      <div className="light-input">
        <input id={id} {...input} aria-invalid={fault ? true : undefined} aria-describedby={fault ? `${id}-fault` : undefined} />
      </div>
      {fault && (
        <p className="light-fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

/** A password that can be shown, and says when Caps Lock is on. */
export function PasswordField({ label, fault, ...input }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const look = (event: KeyboardEvent) => setCaps(event.getModifierState('CapsLock'));
  return (
    <div className="light-field">
      <label htmlFor={id}>{label}</label>
      <div className="light-input">
        <input
          id={id}
          {...input}
          type={shown ? 'text' : 'password'}
          onKeyUp={look}
          onKeyDown={look}
          onBlur={() => setCaps(false)}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? `${id}-fault` : undefined}
        />
        <button
          type="button"
          onClick={() => setShown(!shown)}
          aria-label={t(shown ? 'login.hidePassword' : 'login.showPassword')}
          aria-pressed={shown}
        >
          {t(shown ? 'act.hide' : 'act.show')}
        </button>
      </div>
      {caps && <p className="light-hint">{t('login.capsLock')}</p>}
      {fault && (
        <p className="light-fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}
