/** Objects in `using`, for the compiler versions that support it. */

import { Conv2d, prepare, type Tensor } from "@convene/core";
import { cpu } from "@convene/cpu";

export async function runAndDispose(x: Tensor): Promise<Tensor> {
  await using backend = await cpu({ kernels: "js" });
  using model = await prepare(backend, new Conv2d({ inChannels: 3, outChannels: 8, kernelSize: 3 }), x.shape);
  return await model.run(x);
}
