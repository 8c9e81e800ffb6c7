/** How long the page's own thread is blocked, as the browser sees it. */

/**
 * Calls back with the milliseconds of each task that took 50 ms or more.
 *
 * @returns the way to stop watching; where a browser does not tell, nothing is ever called
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
