import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format';
import { ItemWords } from './in-words';

interface Fact {
  rule_id?: number;
  group: string;
  name: string;
  scope?: string;
  database?: string;
  schema?: string;
  object?: string;
  grantable?: true;
  admin?: true;
  via?: readonly (readonly string[])[];
}
const SHOWN = 3;

function factsOf(given: unknown): Fact[] {
  return Array.isArray(given) ? (given as Fact[]).filter((one) => typeof one?.name === 'string' && typeof one.group === 'string') : [];
}

/** What the account held that the rule asked for, and how it came by it. */
export function MatchedFacts({ facts: given }: { facts: unknown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  const facts = factsOf(given);
  if (facts.length === 0) return null;
  return (
    <span className="facts-found">
      {facts.slice(0, all ? facts.length : SHOWN).map((fact) => {
        const { rule_id: _, via, group, ...item } = fact;
        const roles = (via ?? []).map((step) => step[1] ?? step[0]).filter(Boolean);
        return (
          <span key={JSON.stringify(fact)} className="fact-found">
            <ItemWords item={item} group={group} />
            {roles.length > 0 && (
              <small>
                {t('ui.via')} <span className="mono">{roles.join(' → ')}</span>
              </small>
            )}
          </span>
        );
      })}
      {!all && facts.length > SHOWN && (
        <button type="button" className="chip quiet" onClick={() => setAll(true)}>
          {t('classes.assignments.more', { n: format.number(facts.length - SHOWN) })}
        </button>
      )}
    </span>
  );
}
