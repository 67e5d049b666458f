import { Switch, type SwitchProps } from 'antd';
import type { ReactNode } from 'react';

/**
 * A switch with what it says beside it.
 * @param name for those who do not see the line; left out where the field's own label names it
 * @param said the name, unless given
 */
export function SwitchLine({ name, said = name, ...props }: SwitchProps & { name?: string; said?: ReactNode }) {
  return (
    <div className="switch-line">
      <Switch {...props} {...(name === undefined ? {} : { 'aria-label': name })} />
      {said}
    </div>
  );
}
