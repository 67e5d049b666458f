/** Done, failed and left of one run, as one bar. */
export function Bar({ done, failed, total, label }: { done: number; failed: number; total: number; label?: string }) {
  const share = (n: number) => (total > 0 ? `${(100 * n) / total}%` : '0%');
  return (
    <div
      className="bar"
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done + failed}
      aria-label={label ?? `${done + failed} / ${total}`}
    >
      <span className="bar-good" style={{ width: share(done) }} />
      <span className="bar-bad" style={{ width: share(failed) }} />
    </div>
  );
}
