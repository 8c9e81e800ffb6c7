/** Measures how long the page's own thread is blocked, with the browser's own report. */

/**
 * Calls back with the milliseconds of each task that took 50 ms or more.
 *
 * @returns a function that stops watching. If a browser does not report long tasks, `onTask` is never called
 */
export function watchLongTasks(onTask: (milliseconds: number) => void): () => void {
  if (!PerformanceObserver.supportedEntryTypes?.includes("longtask")) return () => undefined;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) onTask(duration);
  });
  observer.observe({ type: "longtask" });
  return () => {
    for (const { duration } of observer.takeRecords()) onTask(duration);
    observer.disconnect();
  };
}
