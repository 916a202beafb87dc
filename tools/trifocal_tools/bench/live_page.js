// Plays a stream and notes when each picture was shown, and where the bright bar was in it.

window.seen = { shown: [], first: null };

function look(video, begun) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 1 });
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const next = () => {
    const now = performance.now();
    seen.first ??= now - begun;
    paint.drawImage(video, 0, 360, 1280, 1, 0, 0, 1280, 1);
    const row = paint.getImageData(0, 0, 1280, 1).data;
    let at = 0;
    while (at < 1280 && row[4 * at + 1] < 190) at++;
    seen.shown.push([performance.timeOrigin + now, at < 1280 ? at : -1]);
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}

function prepared() {
  document.body.innerHTML = "<video muted playsinline autoplay width=640></video>";
  const video = document.querySelector("video");
  look(video, performance.now());
  return video;
}

/** By WebRTC. */
async function watch(url) {
  const video = prepared();
  const connection = new RTCPeerConnection();
  for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
  connection.ontrack = event => { video.srcObject = event.streams[0]; };
  await connection.setLocalDescription();
  const headers = { "Content-Type": "application/sdp" };
  const answer = await fetch(url, { method: "POST", headers, body: connection.localDescription.sdp });
  await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
}

/** By HLS of any kind. */
function play(url) {
  const video = prepared();
  const hls = new Hls({ lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5 });
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
  hls.loadSource(url);
  hls.attachMedia(video);
}
