import { z } from 'zod';
import { because } from './shapes.ts';

const COMMON = new Set(
  'password1 password12 password123 passw0rd passw0rd1 p@ssw0rd p@ssw0rd1 qwerty123 qwerty12 admin123 admin1234 administrator1 welcome1 welcome123 abc12345 abcd1234 letmein1 iloveyou1 changeme1 whalefall1 whalefall123 whalefall12345 test1234 root1234 dragon123 monkey123 football1 sunshine1 princess1 master123 a1234567 aa123456 1qaz2wsx 1q2w3e4r'.split(
    ' ',
  ),
);

/** What the one password policy asks for (10 §9), each with the code the form shows. */
export const PASSWORD_RULES = [
  { code: 'LENGTH', zh: '8 至 128 个字符', en: '8 to 128 characters', holds: (p: string) => p.length >= 8 && p.length <= 128 },
  { code: 'UPPER', zh: '含大写字母', en: 'An upper-case letter', holds: (p: string) => /\p{Lu}/u.test(p) },
  { code: 'LOWER', zh: '含小写字母', en: 'A lower-case letter', holds: (p: string) => /\p{Ll}/u.test(p) },
  { code: 'DIGIT', zh: '含数字', en: 'A digit', holds: (p: string) => /\p{Nd}/u.test(p) },
  { code: 'COMMON', zh: '不是常见密码', en: 'Not a common password', holds: (p: string) => !COMMON.has(p.toLowerCase()) },
] as const;

/** A new password; never trimmed, never altered. The old and the user's name are compared by the server. */
export const passwordText = z.string().superRefine((password, ctx) => {
  for (const rule of PASSWORD_RULES)
    if (!rule.holds(password)) ctx.addIssue({ code: 'custom', ...because(`PASSWORD_${rule.code}`, rule.zh, rule.en) });
});
