/** The mark: a whale's tail above the water line. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M32 23C28 16.5 20 12 4 12c3 10.5 10.5 17.5 22 19.5C26.5 39 24.5 46.5 18.5 52h27C39.5 46.5 37.5 39 38 31.5 49.5 29.5 57 22.5 60 12c-16 0-24 4.5-28 11Z"
      />
      <path
        fill="none"
        stroke="currentColor"
        strokeWidth="3.4"
        strokeLinecap="round"
        d="M5 58c4.5-3 9-3 13.5 0s9 3 13.5 0 9-3 13.5 0 9 3 13.5 0"
        opacity=".55"
      />
    </svg>
  );
}
