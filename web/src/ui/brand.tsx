/** The mark: a whale's tail above the water line. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M32 27C29 19 22 12 8 11c-2 0-3 1-2 3 4 11 11 18 22 20 1 6 0 11-3 16h14c-3-5-4-10-3-16 11-2 18-9 22-20 1-2 0-3-2-3-14 1-21 8-24 16Z"
      />
      <path
        fill="none"
        stroke="currentColor"
        strokeWidth="3.4"
        strokeLinecap="round"
        d="M6 55c4.300-3 8.700-3 13 0s8.700 3 13 0 8.700-3 13 0 8.700 3 13 0"
        opacity=".55"
      />
    </svg>
  );
}
