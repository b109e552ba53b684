import { post } from "./api.js";

// camera lets the person take a picture, or hear what the camera sees once a
// second. Where the browser gives no camera, as without HTTPS, the system's own
// stands in.
export const camera = (take, note) => {
  const lens = document.getElementById("lens"), video = document.getElementById("video");
  const live = document.getElementById("live"), going = document.getElementById("going");
  let stream = null, timer = null, busy = false;

  const frame = () => new Promise(done => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob(done, "image/jpeg", .92);
  });

  const tick = async () => {
    if (busy || !video.videoWidth) return;
    busy = true;
    try {
      const response = await post("caption", await frame(), text => { live.textContent = text; });
      if (going.checked) live.textContent = (await response.json()).captions[0].text;
    } catch (error) {
      live.textContent = error.message;
      going.checked = false;
      clearInterval(timer);
    } finally {
      busy = false;
    }
  };

  going.addEventListener("change", () => {
    clearInterval(timer);
    if (going.checked) timer = setInterval(tick, 1000);
    else live.textContent = "";
  });
  document.getElementById("shoot").addEventListener("click", async () => {
    if (!video.videoWidth) return;
    const blob = await frame();
    lens.close();
    take([new File([blob], "camera.jpg", { type: blob.type })]);
  });
  document.getElementById("leave").addEventListener("click", () => lens.close());
  lens.addEventListener("close", () => {
    clearInterval(timer);
    going.checked = false;
    live.textContent = "";
    stream?.getTracks().forEach(track => track.stop());
    stream = video.srcObject = null;
  });

  return async () => {
    if (!navigator.mediaDevices?.getUserMedia) return document.getElementById("snapshot").click();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return note("The camera cannot be used: it is absent, or this page may not.");
    }
    video.srcObject = stream;
    lens.showModal();
  };
};
