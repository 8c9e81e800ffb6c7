/** The camera: opens it, reads frames, and describes errors. */

/** A running camera. */
export interface Camera {
  /** The present frame, with at most `longest` pixels a side, or `undefined` before the first frame. */
  frame(longest: number): Promise<ImageBitmap | undefined>;
  stop(): void;
}

/** The reasons of errors of getUserMedia, by the error's name. */
const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    "The camera was not allowed. Allow it for this page in the browser's address bar, and in the system's settings where it is forbidden there.",
  NotFoundError: "No camera was found. Plug one in, or choose a photo instead.",
  NotReadableError: "The camera is used by another program, or does not answer. Close the other program and try again.",
  OverconstrainedError: "The camera has no picture of a size that fits. Choose a photo instead.",
  SecurityError: "The page may not use a camera here: its host forbids it. Choose a photo instead.",
  AbortError: "The camera stopped by itself. Try again.",
};

/** A sentence with the reason why a camera could not be opened. */
export function cameraError(error: unknown): string {
  const { name, message } = (error ?? {}) as { readonly name?: string; readonly message?: string };
  return REASONS[name ?? ""] ?? `The camera could not be opened (${message ?? String(error)}). Choose a photo instead.`;
}

/**
 * @param onEnd called if the camera ends by itself, because it was unplugged or forbidden
 * @throws Error with a sentence for the page
 */
export async function openCamera(onEnd: () => void): Promise<Camera> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error(
      globalThis.isSecureContext
        ? "This browser has no cameras for pages. Choose a photo instead."
        : "Browsers give a camera only to pages over https or from localhost. Choose a photo instead.",
    );
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } }, audio: false });
  } catch (error) {
    throw new Error(cameraError(error), { cause: error });
  }
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  stream.getVideoTracks()[0]?.addEventListener("ended", onEnd);
  try {
    await video.play();
  } catch (error) {
    stop();
    throw new Error(cameraError(error), { cause: error });
  }
  return {
    async frame(longest) {
      const { videoWidth, videoHeight } = video;
      if (videoWidth === 0 || videoHeight === 0) return undefined;
      const scale = Math.min(1, longest / Math.max(videoWidth, videoHeight));
      return createImageBitmap(video, {
        resizeWidth: Math.max(1, Math.round(videoWidth * scale)),
        resizeHeight: Math.max(1, Math.round(videoHeight * scale)),
      });
    },
    stop,
  };
}
