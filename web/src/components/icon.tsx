/** Icons, drawn for this page: 24 by 24, lines of two. They say nothing to a screen reader. */

const PATHS = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4",
  upload: "M12 16V4M7 9l5-5 5 5M5 20h14",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  close: "M6 6l12 12M18 6L6 18",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  check: "M5 12l5 5 9-10",
  dot: "M12 10v4M10 12h4",
  warn: "M12 4L2.5 20h19zM12 10v4M12 17v.01",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9h4M4 15h4M16 9h4M16 15h4",
  keyboard: "M3 7h18v10H3zM7 10.5v.01M11 10.5v.01M15 10.5v.01M18 10.5v.01M8 14h8",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  edit: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5",
  again: "M5 12a7 7 0 1 1 2 5M5 12l-2-3M5 12l3-2",
  down: "M6 9l6 6 6-6",
  play: "M8 5l11 7-11 7z",
  like: "M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2 2v4h6l-1.5 11H7",
  dislike: "M17 13V4h3v9zM17 13l-4 8a2 2 0 0 1-2-2v-4H5L6.5 4H17",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  quiet: "M6 17V11a6 6 0 0 1 9-5M18 11v6l2 2H4l2-2M10 21h4M3 3l18 18",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  flag: "M5 21V4h13l-2.5 4.5L18 13H5",
  save: "M4 6h12M4 11h12M4 16h7M18 13v6M15 16h6",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  home: "M4 11l8-7 8 7M6 10v10h12V10",
  follow: "M6 4h12M4 8h16v12H4zM10 11.5l5 2.5-5 2.5z",
  library: "M4 4v16M9 4v16M13 5l3.5-1L20 19l-3.5 1z",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7v5.5l3.5 2",
  list: "M4 6h12M4 11h12M4 16h7M15 14v6l5-3z",
  up: "M6 15l6-6 6 6",
  plus: "M12 5v14M5 12h14",
  settings: "M4 8h7M15 8h5M13 5.5v5M4 16h3M11 16h9M9 13.5v5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  globe:
    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  grip: "M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01",
  captions: "M3 6h18v12H3zM10.5 10.5a2 2 0 1 0 0 3M17 10.5a2 2 0 1 0 0 3",
  comment: "M4 5h16v11H10l-4 4v-4H4z",
  star: "M12 4l2.5 5.2 5.5.8-4 4 1 5.6-5-2.7-5 2.7 1-5.6-4-4 5.5-.8z",
  shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
