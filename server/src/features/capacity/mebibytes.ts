/** Bytes → whole MiB, one rule for all engines: nothing is 0, and something is at least 1 (40-D18). */
export const mebibytes = (bytes: number): number => (bytes <= 0 ? 0 : Math.max(1, Math.round(bytes / 1_048_576)));
