/** The choice of a photo: a file, the clipboard, the camera, or the drawn scene. */

import { useRef } from "preact/hooks";
import { cameraIsOn, inputError, photoInfo, startCamera, stopCamera, takeFiles, takeScene } from "./store.js";

export function PhotoBar() {
  const input = useRef<HTMLInputElement>(null);
  const info = photoInfo.value;
  return (
    <section class="photo-bar" aria-label="Photo">
      <p class="row-of-buttons">
        <button type="button" class="primary" onClick={() => input.current?.click()}>
          Open a photo or network
        </button>
        <input
          ref={input}
          type="file"
          class="hidden"
          tabIndex={-1}
          aria-label="A photo, or a network as an ONNX file"
          accept="image/*,.onnx,.data,.onnx_data"
          multiple
          onChange={(event) => {
            takeFiles(event.currentTarget.files ?? []);
            // This allows the reader to choose the same file again.
            event.currentTarget.value = "";
          }}
        />
        <button
          type="button"
          aria-pressed={cameraIsOn.value}
          onClick={() => (cameraIsOn.value ? stopCamera() : void startCamera())}
        >
          {cameraIsOn.value ? "Stop the camera" : "Camera"}
        </button>
        <button type="button" onClick={takeScene}>
          Drawn scene
        </button>
        <span class="soft hint">or drop or paste one here; it stays on this device</span>
      </p>
      <p class="soft photo-info" role="status">
        {info && `${info.name}, ${info.width} × ${info.height}. ${info.note ?? ""}`}
      </p>
      <div role="alert">{inputError.value !== "" && <p class="notice bad lines">{inputError.value}</p>}</div>
    </section>
  );
}
