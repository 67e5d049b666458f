/**
 * Time comes from here, never from SQL `now()`, so that tests can move it.
 * "Business" means the zone of APP_TIMEZONE: it decides what today is and how people read an instant.
 */
export interface Clock {
  now(): Date;
  readonly timeZone: string;
}

export const systemClock = (timeZone: string): Clock => ({ now: () => new Date(), timeZone });

const formats = new Map<string, Intl.DateTimeFormat>();
function format(timeZone: string): Intl.DateTimeFormat {
  let found = formats.get(timeZone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, found);
  }
  return found;
}

function parts(at: Date, timeZone: string): Record<string, string> {
  return Object.fromEntries(
    format(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
}

/** @returns the business date of an instant, `YYYY-MM-DD`. */
export function businessDate(at: Date, timeZone: string): string {
  const p = parts(at, timeZone);
  return `${p.year}-${p.month}-${p.day}`;
}

/** @returns business time as people read it, `YYYY-MM-DD HH:mm:ss`; `-` for null. */
export function businessTime(at: Date | null, timeZone: string): string {
  if (at === null) return '-';
  const p = parts(at, timeZone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** @returns `YYYYMMDD_HHMMSS` in business time, for file names. */
export function fileStamp(at: Date, timeZone: string): string {
  return businessTime(at, timeZone).replaceAll('-', '').replaceAll(':', '').replace(' ', '_');
}

export const today = (clock: Clock): string => businessDate(clock.now(), clock.timeZone);

/** Days are added in the calendar, not as 24 hours. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** @returns the instant at which a business day begins. A day that daylight saving cuts begins at its first existing minute. */
export function startOfDay(date: string, timeZone: string): Date {
  const wanted = Date.parse(`${date}T00:00:00Z`);
  const isBefore = (at: number) => businessDate(new Date(at), timeZone) < date;
  const shown = Date.parse(`${businessTime(new Date(wanted), timeZone).replace(' ', 'T')}Z`);
  const guess = 2 * wanted - shown;
  if (!isBefore(guess) && isBefore(guess - 1)) return new Date(guess);
  // The clocks changed in between, or midnight itself is not there.
  let [before, after] = [wanted - 16 * 3_600_000, wanted + 16 * 3_600_000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (isBefore(middle)) before = middle;
    else after = middle;
  }
  return new Date(after);
}

/** The instants of a business-date range, end inclusive as people mean it: [from, to). */
export function dayRange(from: string | undefined, to: string | undefined, timeZone: string): { from?: Date; before?: Date } {
  return {
    ...(from ? { from: startOfDay(from, timeZone) } : {}),
    ...(to ? { before: startOfDay(addDays(to, 1), timeZone) } : {}),
  };
}

/** An instant as people write it: with an offset as it says, without one in business time (10-D35). Invalid text gives an invalid Date. */
export function wallTime(text: string, timeZone: string): Date {
  if (/Z$|[+-]\d\d:?\d\d$/.test(text)) return new Date(text);
  const wanted = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  // The 30th of February is no day, and not the 2nd of March either.
  if (Number.isNaN(wanted) || new Date(wanted).toISOString().slice(0, 10) !== text.slice(0, 10)) return new Date(Number.NaN);
  let guess = wanted;
  for (let i = 0; i < 3; i++) {
    const shown = Date.parse(`${businessTime(new Date(guess), timeZone).replace(' ', 'T')}Z`);
    const off = Math.floor(wanted / 1000) * 1000 - shown;
    if (off === 0) break;
    guess += off;
  }
  return new Date(guess);
}
