/** What one step may take, in milliseconds. The build of Next.js is the longest. */
export const PATIENCE = 120_000;

/** Fails where nothing comes of it; no part of what is asked depends on how long it took. */
export async function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE / 1_000} s for ${what}`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
