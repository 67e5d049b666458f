import { PASSWORD_RULES } from '@whalefall/contract';

// Without characters that are mistaken for each other when read aloud or copied by hand.
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789-_';
const LENGTH = 16;

/** A random password that the policy accepts. */
export function generatePassword(): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint32Array(LENGTH));
    const password = Array.from(bytes, (n) => ALPHABET[n % ALPHABET.length]).join('');
    if (PASSWORD_RULES.every((rule) => rule.holds(password))) return password;
  }
}
